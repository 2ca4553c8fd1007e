"""History of a concept over the editions of its code system, and other meanings of its code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from msgspec import Struct

from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from begrepp.terminology.concept_record import ConceptRecord, RecordedChange
from begrepp.text.version_order import version_key
from server.http.urls import document_path
from server.served.build import ServedBuild
from server.served.refs import Ref

REPLACING_CHANGES = ("begrepp:moved", "begrepp:split", "begrepp:merged")


class ConceptChange(Struct, frozen=True, kw_only=True):
    """A change of the concept since the edition `old`: class, rule and link to the difference."""

    old: str
    type: str
    rule: Ref
    href: str


class HistoryPoint(Struct, frozen=True, kw_only=True):
    """An edition with the changes of the concept in it; `label` is the name that it gives the concept if it differs."""

    version: str
    day: str
    href: str
    current: bool
    partial: bool
    is_listed: bool
    """Whether the edition lists the concept."""
    label: Text | None
    changes: Sequence[ConceptChange]
    is_unchanged: bool
    """Whether the edition was compared with an earlier one and does not change the concept."""


def is_replaced(change: RecordedChange, concept: str) -> bool:
    """Return whether the change replaces a removed code by another."""
    return change.source == concept != change.target != "" and compact(change.type) in REPLACING_CHANGES


def other_meanings(build: ServedBuild, record: ConceptRecord) -> list[str]:
    """Return the other concepts that the code has denoted."""
    # A code list of a dataset is not a scheme, and its codes have no history.
    schemes = [scheme for scheme in record.schemes if scheme in build.schemes.by_iri]
    found = [iri for scheme in schemes for code in record.codes for iri in build.concepts.meanings(scheme, code.value)]
    return [other for other in found if other != record.iri]


def concept_history(
    build: ServedBuild, record: ConceptRecord, known: Mapping[str, Ref], label: Text
) -> list[HistoryPoint]:
    """Return the editions that list the concept or change it, oldest first."""
    changes = _changes(build, record, known)
    called = {each.graph: each.labels for each in record.editions}
    if not called and not changes:
        return []
    listed = [build.graph_entries[graph] for graph in called if graph in build.graph_entries]
    others = (build.manifest.find_graph("scheme", *edition) for edition in changes)
    points = []
    for graph in {entry.graph: entry for entry in [*listed, *filter(None, others)]}.values():
        changed = changes.get((graph.id, graph.version), {})
        then = next((text for text in called.get(graph.graph, ()) if text.lang == label.lang), None)
        points.append(
            HistoryPoint(
                version=graph.version,
                day=graph.valid_from.isoformat(),
                href=document_path(build.iris, graph.graph),
                current=graph.current,
                partial=graph.coverage == "partial",
                is_listed=graph.graph in called,
                label=then if then != label else None,
                changes=[changed[key] for key in sorted(changed)],
                is_unchanged=not changed
                and any(each.new == graph.version for each in build.manifest.differences_of(graph.id)),
            )
        )
    return sorted(points, key=lambda point: (point.day, version_key(point.version)))


def _changes(
    build: ServedBuild, record: ConceptRecord, known: Mapping[str, Ref]
) -> dict[tuple[str, str], dict[tuple[str, str], ConceptChange]]:
    """Return the changes by code system and new edition, one for each old edition and class."""
    found: dict[tuple[str, str], dict[tuple[str, str], ConceptChange]] = {}
    for change in record.changes:
        difference = build.manifest.find_difference(change.difference)
        if difference:
            kind = compact(change.type).removeprefix("begrepp:")
            href = f"{document_path(build.iris, difference.graph)}?{urlencode({'q': record.code})}"
            found.setdefault((difference.scheme, difference.new), {})[difference.old, kind] = ConceptChange(
                old=difference.old, type=kind, rule=known[change.rule], href=href
            )
    return found
