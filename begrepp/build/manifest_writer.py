"""Writer of the build manifest: entries of parts, loads and differences, and the graph hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.manifest import (
    MANIFEST,
    DifferenceEntry,
    GraphEntry,
    LoadEntry,
    Manifest,
    SkippedRow,
    WarningGroup,
)
from begrepp.artefact.parts import Part
from begrepp.build.differences.difference_writer import Difference
from begrepp.records import Coverage


class HashedGraph(Protocol):
    """A graph with the hash of its file."""

    @property
    def graph(self) -> str:
        """The IRI of the graph."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of its sorted lines."""


def graph_hash(graphs: Sequence[HashedGraph], catalogue_sha256: str) -> str:
    """Return one SHA-256 for all graphs but the provenance, whose times differ from build to build.

    The order of the graphs does not matter.
    """
    lines = sorted(f"{graph.graph} {graph.sha256}\n" for graph in graphs)
    return hashlib.sha256(("".join(lines) + catalogue_sha256).encode()).hexdigest()


def graph_entry(part: Part, *, current: bool) -> GraphEntry:
    """Return the manifest entry of a part."""
    return GraphEntry(
        kind=part.kind,
        id=part.id,
        version=part.version,
        titles=part.titles,
        graph=part.graph,
        source=part.source,
        valid_from=part.valid_from,
        valid_to=part.valid_to,
        coverage=part.coverage,
        redistribution=part.redistribution,
        hierarchical=part.hierarchical,
        current=current,
        concepts=part.concepts,
        inactive=part.inactive,
        levels=part.levels,
        datasets=part.datasets,
        variables=part.variables,
        code_lists=part.code_lists,
        coded_values=part.coded_values,
        elements=part.elements,
        mappings=part.mappings,
        triples=part.triples,
        sha256=part.sha256,
        header=part.header + part.scheme_header,
        file=part.path.name,
    )


def load_entry(load: LoadReport, *, public: bool) -> LoadEntry:
    """Return the manifest entry of a load; in a public build without reasons and messages that may quote a text."""
    report = load.validation
    return LoadEntry(
        source=load.source,
        version=load.version,
        load_iri=load.load_iri,
        loaded_at=load.loaded_at,
        entry=load.entry,
        files=[*load.files],
        rows_read=load.rows_read,
        rows_skipped=load.skipped,
        skips=[SkippedRow(where=where, reason="" if public else reason) for where, reason in load.skips],
        remarks=[SkippedRow(where=where, reason=text) for where, text in (() if public else load.remarks)],
        violations=report.violations if report else 0,
        warnings=report.warnings if report else 0,
        warning_groups=[
            WarningGroup(
                shape=group.shape,
                severity=str(group.severity),
                count=group.count,
                messages=dict(group.messages),
                examples=[*group.examples],
            )
            for group in (report.groups if report and not public else ())
        ],
        notices=load.notices,
    )


def difference_entry(difference: Difference) -> DifferenceEntry:
    """Return the manifest entry of a difference."""
    return DifferenceEntry(
        scheme=difference.scheme,
        old=difference.old.version,
        new=difference.new.version,
        old_valid_from=difference.old.valid_from,
        new_valid_from=difference.new.valid_from,
        old_partial=difference.old.coverage is Coverage.PARTIAL,
        new_partial=difference.new.coverage is Coverage.PARTIAL,
        graph=difference.graph,
        file=difference.path.name,
        redistribution=difference.redistribution,
        triples=difference.triples,
        sha256=difference.sha256,
        counts=difference.counts,
        rules=difference.rules,
        unchanged=difference.unchanged,
        levels=difference.levels,
    )


def write_manifest(build: Path, manifest: Manifest) -> None:
    """Write the manifest, the last file of a build: sorted keys, so that two builds can be compared line by line."""
    text = json.dumps(msgspec.to_builtins(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (build / MANIFEST).write_text(text + "\n", encoding="utf-8")
