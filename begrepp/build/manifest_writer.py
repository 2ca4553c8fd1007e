"""Writer of the build manifest: parts and loads as they stand in manifest.json, and the graph hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from begrepp.artefact.manifest import MANIFEST, Manifest
from begrepp.artefact.parts import LoadReport, Part


class Hashed(Protocol):
    """A graph with the hash of its file."""

    @property
    def graph(self) -> str:
        """The IRI of the graph."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of its sorted lines."""


def graph_hash(parts: Sequence[Hashed], catalogue_sha256: str) -> str:
    """One hash for all graphs but the provenance, whose clock differs from build to build."""
    lines = sorted(f"{part.graph} {part.sha256}\n" for part in parts)
    return hashlib.sha256(("".join(lines) + catalogue_sha256).encode()).hexdigest()


def describe_part(part: Part, current: bool) -> dict[str, Any]:
    """A part as the manifest holds it."""
    return {
        "kind": part.kind,
        "id": part.id,
        "version": part.version,
        "titles": part.titles,
        "graph": part.graph,
        "source": part.source,
        "valid_from": part.valid_from.isoformat(),
        "coverage": str(part.coverage),
        "redistribution": str(part.redistribution),
        "hierarchical": part.hierarchical,
        "current": current,
        "concepts": part.concepts,
        "inactive": part.inactive,
        "levels": part.levels,
        "datasets": part.datasets,
        "variables": part.variables,
        "code_lists": part.code_lists,
        "coded_values": part.coded_values,
        "elements": part.elements,
        "mappings": part.mappings,
        "triples": part.triples,
        "sha256": part.sha256,
        "header": part.header + part.scheme_header,
        "file": part.path.name,
    }


def describe_load(load: LoadReport, public: bool) -> dict[str, Any]:
    """A load as the manifest holds it. A public build names skipped rows without what stood in them."""
    report = load.validation
    return {
        "source": load.source,
        "version": load.version,
        "load": load.load_iri,
        "loaded_at": load.loaded_at,
        "entry": load.entry,
        "files": [asdict(file) for file in load.files],
        "rows_read": load.rows_read,
        "rows_skipped": load.skipped,
        "skips": [{"where": where, "reason": "" if public else reason} for where, reason in load.skips],
        "violations": report.violations if report else 0,
        "warnings": report.warnings if report else 0,
        "warning_groups": [
            {
                "shape": group.shape,
                "severity": str(group.severity),
                "count": group.count,
                "messages": dict(group.messages),
                "examples": list(group.examples),
            }
            for group in (report.groups if report else ())
        ]
        if not public
        else [],
    }


def write_manifest(build: Path, manifest: Manifest) -> None:
    """Write the manifest, the last file of a build."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (build / MANIFEST).write_text(text + "\n", encoding="utf-8")
