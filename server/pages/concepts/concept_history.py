"""Changes of a concept between editions, the editions that contain it, and other meanings of its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from begrepp.terminology.concept_record import ConceptRecord, RecordedChange
from server.http.urls import document_path
from server.pages.schemes.editions import EditionRow, edition_row
from server.served.build import ServedBuild
from server.served.refs import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptChange:
    """A change of the concept between two editions: class, rule and link to the difference."""

    old: str
    new: str
    type: str
    rule: Ref
    href: str


def is_replaced(change: RecordedChange, concept: str) -> bool:
    """Return whether the change replaces a removed code by another."""
    return change.source == concept != change.target != "" and compact(change.type) in REPLACING_CHANGES


def other_meanings(build: ServedBuild, record: ConceptRecord) -> list[str]:
    """Return the other concepts that the code has denoted."""
    # A code list of a dataset is not a scheme, and its codes have no history.
    schemes = [scheme for scheme in record.schemes if scheme in build.schemes.by_iri]
    found = [iri for scheme in schemes for code in record.codes for iri in build.concepts.meanings(scheme, code.value)]
    return [other for other in found if other != record.iri]


def concept_changes(build: ServedBuild, record: ConceptRecord, known: Mapping[str, Ref]) -> list[ConceptChange]:
    """Return the changes of the concept, newest first, one row per difference and class."""
    rows = {}
    for change in record.changes:
        difference = build.manifest.find_difference(change.difference)
        if difference:
            kind = compact(change.type).removeprefix("begrepp:")
            href = f"{document_path(build.iris, difference.graph)}?{urlencode({'q': record.code})}"
            rows[difference.new_valid_from, difference.old_valid_from, kind] = ConceptChange(
                old=difference.old, new=difference.new, type=kind, rule=known[change.rule], href=href
            )
    return [rows[key] for key in sorted(rows, reverse=True)]


REPLACING_CHANGES = ("begrepp:moved", "begrepp:split", "begrepp:merged")


def concept_editions(build: ServedBuild, record: ConceptRecord, label: Text) -> list[EditionRow]:
    """Return the editions that contain the concept, newest first, with its label where it differs."""
    called = {each.graph: each.labels for each in record.editions}
    rows = []
    for graph in build.manifest.graphs if called else ():
        if graph.graph in called:
            then = [text for text in called[graph.graph] if text.lang == label.lang]
            rows.append(edition_row(build, graph, then[0] if then and then[0] != label else None))
    return sorted(rows, key=lambda row: (row.valid_from, row.version), reverse=True)
