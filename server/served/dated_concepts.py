"""Concepts as of a day, read from the graphs in force on that day: the terminology has no file of such a view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from pyoxigraph import Literal, NamedNode, QuerySolution

from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.store import Store
from begrepp.terminology.concept_record import (
    ConceptMapping,
    ConceptRecord,
    ListedEdition,
    RecordedChange,
    ThingName,
)
from begrepp.terminology.name_composition import DESCRIBING, compose_mapping, compose_name
from begrepp.terminology.record_composition import ROLE_GROUP, Surroundings, compose_record, node_iris
from begrepp.terminology.statements import PlainTerm, Statements, is_a, texts, values
from begrepp.text.swedish import sort_key
from server.served.concept_source import ConceptSource

_WIDE = ("/level/", "/id/mapping/", "/id/load/")
"""Parts of the IRIs of things with many statements; their names are those of the current view."""


class DatedConcepts:
    """Concepts of the graphs in force on a day (`ConceptSource`); `full` are those of the whole build."""

    def __init__(self, store: Store, full: ConceptSource, scheme_store: Callable[[str], Store]) -> None:
        """`scheme_store` returns a store over the graph of one scheme (IRI): each further graph slows queries down."""
        self._store, self._full, self._scheme_store = store, full, scheme_store

    def record(self, iri: str) -> ConceptRecord | None:
        """Return the record of a concept, or None for another thing."""
        statements = self._statements([iri])[iri]
        if not is_a(statements, "skos:Concept"):
            return None
        current = self._full.record(iri)
        return compose_record(
            iri,
            statements,
            Surroundings(
                incoming=self._incoming(iri),
                nodes=self._statements(node_iris(statements)),
                role_groups=self._statements(values(statements, ROLE_GROUP)),
                mappings=self._mappings(iri),
                measurements=current.measurements if current else (),
                subject_of=self._subjects(iri),
                changes=self._changes(iri),
                editions=current.editions if current else self._editions(iri),
            ),
        )

    def names(self, iris: Iterable[str]) -> dict[str, ThingName]:
        """Return the names of things; a thing that no graph in force describes has its name in the whole build."""
        describing = {expand(name) for name in DESCRIBING}
        each = {*iris}
        # A level, a mapping set or a load has thousands of statements, which the query would read.
        wide = {iri for iri in each if any(kind in iri for kind in _WIDE)}
        found = self._full.names(wide)
        for iri, statements in self._statements(sorted(each - wide), "names").items():
            if not describing.isdisjoint(statements):
                found[iri] = compose_name(iri, statements)
        found.update(self._full.names(each - found.keys()))
        return found

    def children(self, iri: str) -> dict[str, int]:
        """Return the directly narrower concepts, each with the number of its own."""
        rows = select(self._store, "concept-children", concept=named_nodes([iri]))
        return {value(row, "child"): int(value(row, "below") or 0) for row in rows if value(row, "child")}

    def below(self, iris: Sequence[str]) -> dict[str, int]:
        """Return the number of directly narrower concepts of each concept."""
        counts = dict.fromkeys(iris, 0)
        for row in select(self._store, "concept-below", concept=named_nodes(iris)):
            counts[value(row, "concept")] = int(value(row, "below"))
        return counts

    def parents_above(self, iri: str) -> dict[str, Sequence[str]]:
        """Return the directly broader concepts of the concept and of each concept above it."""
        above: dict[str, list[str]] = defaultdict(list)
        for row in select(self._store, "concept-ancestors", concept=NamedNode(iri)):
            above[value(row, "child")].append(value(row, "parent"))
        return dict(above)

    def meanings(self, scheme: str, code: str) -> list[str]:
        """Return the things of a scheme (IRI) that a notation has denoted: collections, then concepts, active last."""
        rows = select(self._store, "concept-by-notation", scheme=NamedNode(scheme), notation=Literal(code))
        inactive = expand("begrepp:inactive")
        is_active = {value(row, "concept"): value(row, "status") not in ("", inactive) for row in rows}
        return sorted(is_active, key=lambda iri: (is_active[iri], iri))

    def top_concepts(self, scheme: str) -> list[str]:
        """Return the top concepts of a scheme (IRI) by code, active ones first; none of a flat list."""
        rows = select(self._scheme_store(scheme), "scheme-top", scheme=NamedNode(scheme))
        inactive = expand("begrepp:inactive")
        order = {
            value(row, "child"): (value(row, "status") == inactive, sort_key(value(row, "notation"))) for row in rows
        }
        return sorted(order, key=lambda iri: (*order[iri], iri))

    def _statements(self, iris: Sequence[str], query: str = "thing") -> dict[str, Statements]:
        statements: dict[str, Statements] = {iri: defaultdict(list) for iri in iris}
        for row in select(self._store, query, thing=named_nodes(iris)) if iris else ():
            if term := _plain(row, "value"):
                statements[value(row, "thing")][value(row, "property")].append(term)
        return statements

    def _incoming(self, iri: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in select(self._store, "concept-incoming", concept=NamedNode(iri)):
            found[compact(value(row, "property"))].append(value(row, "subject"))
        return found

    def _mappings(self, iri: str) -> list[ConceptMapping]:
        records: dict[str, Statements] = defaultdict(lambda: defaultdict(list))
        for row in select(self._store, "concept-mappings", concept=NamedNode(iri)):
            if term := _plain(row, "value"):
                records[value(row, "mapping")][value(row, "property")].append(term)
        return [compose_mapping(mapping, "", statements) for mapping, statements in records.items()]

    def _subjects(self, iri: str) -> list[str]:
        return [value(row, "dataset") for row in select(self._store, "subjects", concept=NamedNode(iri))]

    def _changes(self, iri: str) -> list[RecordedChange]:
        names = ("difference", "type", "rule", "source", "target")
        rows = select(self._store, "concept-changes", concept=NamedNode(iri))
        return [RecordedChange(*(value(row, name) for name in names)) for row in rows]

    def _editions(self, iri: str) -> list[ListedEdition]:
        listed: dict[str, Statements] = defaultdict(lambda: defaultdict(list))
        for row in select(self._store, "concept-releases", concept=NamedNode(iri)):
            if term := _plain(row, "value"):
                listed[value(row, "release")][value(row, "property")].append(term)
        return [ListedEdition(graph, texts(statements, "skos:prefLabel")) for graph, statements in listed.items()]


def _plain(row: QuerySolution, name: str) -> PlainTerm | None:
    """Return a term of a solution as plain values; None for a blank node."""
    term = row[name]
    if isinstance(term, NamedNode):
        return PlainTerm(term.value, True)
    if not isinstance(term, Literal):
        return None
    datatype = "" if term.language or term.datatype.value.endswith("#string") else term.datatype.value
    return PlainTerm(term.value, False, term.language or "", datatype)
