"""Changes of a concept between editions, the editions that contain it, and other meanings of its code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, QuerySolution

from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from server.http.urls import document_path
from server.pages.schemes.editions import EditionRow, edition_row
from server.served.build import ServedBuild
from server.served.labels import (
    Statements,
    property_iris,
    property_texts,
)
from server.served.refs import Ref
from server.served.resolver import find_meanings


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptChange:
    """A change of the concept between two editions: class, rule and link to the difference."""

    old: str
    new: str
    type: str
    rule: Ref
    href: str


def is_replaced(row: QuerySolution, concept: str) -> bool:
    """Return whether the change replaces a removed code by another."""
    source, target = value(row, "source"), value(row, "target")
    return source == concept != target != "" and compact(value(row, "type")) in REPLACING_CHANGES


def other_meanings(build: ServedBuild, statements: Statements, iri: str) -> list[str]:
    """Return the other concepts that the code has denoted."""
    # A code list of a dataset is not a scheme, and its codes have no history.
    named = (build.schemes.by_iri.get(scheme) for scheme in property_iris(statements, "skos:inScheme"))
    schemes = [scheme for scheme in named if scheme]
    codes = [text.value for text in property_texts(statements, "skos:notation")]
    found = [hit.iri for scheme in schemes for code in codes for hit in find_meanings(build, scheme, code)]
    return [other for other in found if other != iri]


def concept_changes(
    build: ServedBuild, history: Sequence[QuerySolution], known: dict[str, Ref], notation: str
) -> list[ConceptChange]:
    """Return the changes of the concept, newest first, one row per difference and class."""
    rows = {}
    for row in history:
        difference = build.manifest.find_difference(value(row, "difference"))
        if difference:
            kind = compact(value(row, "type")).removeprefix("begrepp:")
            href = f"{document_path(build.iris, difference.graph)}?{urlencode({'q': notation})}"
            change = ConceptChange(
                old=difference.old, new=difference.new, type=kind, rule=known[value(row, "rule")], href=href
            )
            rows[difference.new_valid_from, difference.old_valid_from, kind] = change
    return [rows[key] for key in sorted(rows, reverse=True)]


REPLACING_CHANGES = ("begrepp:moved", "begrepp:split", "begrepp:merged")


def concept_editions(build: ServedBuild, iri: str, label: Text) -> list[EditionRow]:
    """Return the editions that contain the concept, newest first, with its label where it differs."""
    called: dict[str, list[Text]] = defaultdict(list)
    for row in select(build.store, "concept-releases", concept=NamedNode(iri)):
        names = called[value(row, "release")]
        term = row["value"]
        if value(row, "property") == expand("skos:prefLabel") and isinstance(term, Literal):
            names.append(Text(term.value, term.language or ""))
    rows = []
    for graph in build.manifest.graphs:
        if graph.graph in called:
            then = [text for text in called[graph.graph] if text.lang == label.lang]
            rows.append(edition_row(build, graph, then[0] if then and then[0] != label else None))
    return sorted(rows, key=lambda row: (row.valid_from, row.version), reverse=True)
