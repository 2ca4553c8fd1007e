"""First pass over a sorted file: concepts with their schemes and parents, and what other resources state of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from msgspec.structs import replace

from begrepp.rdf.iris import role_group_owner
from begrepp.rdf.namespaces import expand
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import group_by_subject, is_concept, read_subjects
from begrepp.terminology.concept_record import (
    Code,
    ConceptMapping,
    ListedEdition,
    Measurement,
    RecordedChange,
    ThingName,
)
from begrepp.terminology.name_composition import DESCRIBING, compose_codes, compose_mapping, compose_name
from begrepp.terminology.record_composition import INCOMING, NODES, Surroundings, node_iris
from begrepp.terminology.statements import Statements, is_a, parse_statements, parse_term, texts, value, values

_LINKED = {name(prefixed): prefixed for prefixed in INCOMING}
_PLACED = {name(prefixed): expand(prefixed) for prefixed in ("skos:inScheme", "skos:notation", "begrepp:status")}
_INCOMING = {expand(prefixed): prefixed for prefixed in INCOMING}
_DESCRIBING = {*map(expand, DESCRIBING)}
_BROADER = name("skos:broader")
_NODES = {name(prefixed) for prefixed in NODES}


@dataclass(slots=True)
class ScannedConcept:
    """A concept of the file; `parents` are IRIs."""

    iri: str
    schemes: tuple[str, ...]
    codes: tuple[Code, ...]
    active: bool
    parents: list[str]


@dataclass(slots=True)
class GraphScan:
    """All that the first pass over a file finds."""

    path: Path
    concepts: dict[str, ScannedConcept] = field(default_factory=dict)
    things: dict[str, Statements] = field(default_factory=dict)
    """Statements of code systems, editions and value sets."""
    names: dict[str, ThingName] = field(default_factory=dict)
    """Names of the resources that are not concepts."""
    incoming: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    """Subjects by object and property (prefixed)."""
    editions: dict[str, list[ListedEdition]] = field(default_factory=lambda: defaultdict(list))
    mapping_sets: dict[str, str] = field(default_factory=dict)
    """IRIs of mapping sets by their identifiers."""
    owners: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Concepts by the IRIs of their notes and terms."""
    _mappings: list[ConceptMapping] = field(default_factory=list)
    _mappings_by_end: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _sets: dict[str, str] = field(default_factory=dict)
    _nodes: dict[str, Statements] = field(default_factory=dict)
    _measured: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _subjects: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _tables: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _groups: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _datasets: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _differences: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _changes: dict[str, list[RecordedChange]] = field(default_factory=lambda: defaultdict(list))

    def around(self, iri: str, statements: Statements, role_groups: Mapping[str, Statements]) -> Surroundings:
        """Return what the file states around one concept."""
        return Surroundings(
            role_groups=role_groups,
            incoming=self.incoming.get(iri, {}),
            nodes={node: self._nodes.get(node, {}) for node in node_iris(statements)},
            mappings=[
                replace(mapping, set=self._sets.get(mapping.iri, ""))
                for mapping in (self._mappings[place] for place in self._mappings_by_end.get(iri, ()))
            ],
            measurements=[
                Measurement(variable, dataset)
                for variable in self._measured.get(iri, ())
                for dataset in self.datasets_of(variable)
            ],
            subject_of=self._subjects.get(iri, ()),
            changes=[
                replace(change, difference=difference)
                for change in self._changes.get(iri, ())
                for difference in self._differences.get(change.difference, ())
            ],
            editions=self.editions.get(iri, ()),
        )

    def datasets_of(self, variable: str) -> set[str]:
        """Return the datasets with a table that has the variable as a column."""
        groups = (group for table in self._tables.get(variable, ()) for group in self._groups.get(table, ()))
        return {dataset for group in groups for dataset in self._datasets.get(group, ())}


def scan_graph(path: Path) -> GraphScan:
    """Return what the sorted file of the current view or of one edition states."""
    scan = GraphScan(path)
    for term, lines in group_by_subject(path):
        if is_concept(term, lines):
            _add_concept(scan, term[1:-1], lines)
        elif term[0] == "<" and not role_group_owner(term):
            _add_thing(scan, term[1:-1], lines)
    for term, lines in read_subjects(path, (f"<{iri}>" for iri in scan.owners)):
        scan._nodes[term[1:-1]] = parse_statements(lines)
    return scan


def _add_concept(scan: GraphScan, iri: str, lines: list[str]) -> None:
    """Add a concept."""
    placed: Statements = defaultdict(list)
    parents = []
    for line in lines:
        _, predicate, rest = line.split(" ", 2)
        if predicate in _PLACED:
            if term := parse_term(rest[:-3]):
                placed[_PLACED[predicate]].append(term)
        elif rest[0] != "<":
            continue
        elif predicate == _BROADER:
            parents.append(rest[1:-4])
        elif predicate in _LINKED:
            scan.incoming[rest[1:-4]][_LINKED[predicate]].append(iri)
        elif predicate in _NODES:
            scan.owners[rest[1:-4]].append(iri)
    scan.concepts[iri] = ScannedConcept(
        iri=iri,
        schemes=values(placed, "skos:inScheme"),
        codes=compose_codes(placed),
        active=value(placed, "begrepp:status") != expand("begrepp:inactive"),
        parents=parents,
    )


def _add_thing(scan: GraphScan, iri: str, lines: list[str]) -> None:
    """Add a resource that is not a concept."""
    statements = parse_statements(lines)
    if not _DESCRIBING.isdisjoint(statements):
        scan.names[iri] = compose_name(iri, statements)
    for property_ in statements.keys() & _INCOMING.keys():
        for target in values(statements, _INCOMING[property_]):
            scan.incoming[target][_INCOMING[property_]].append(iri)
    if expand("owl:annotatedSource") in statements:
        _add_mapping(scan, iri, statements)
    if expand("begrepp:schemeId") in statements or is_a(statements, "begrepp:CodeSystemRelease", "begrepp:ValueSet"):
        scan.things[iri] = statements
    for mapping in values(statements, "sssom:mappings"):
        scan._sets[mapping] = iri
    if is_a(statements, "sssom:MappingSet"):
        scan.mapping_sets |= dict.fromkeys((text.value for text in texts(statements, "dct:identifier")), iri)
    for concept in values(statements, "begrepp:measures"):
        scan._measured[concept].append(iri)
    for column in values(statements, "csvw:column"):
        scan._tables[column].append(iri)
    for table in values(statements, "csvw:table"):
        scan._groups[table].append(iri)
    if is_a(statements, "dcat:Dataset"):
        for group in values(statements, "health:hasVariables"):
            scan._datasets[group].append(iri)
        for concept in values(statements, "dct:subject"):
            scan._subjects[concept].append(iri)
    for association in values(statements, "xkos:madeOf"):
        scan._differences[association].append(iri)
    if expand("begrepp:changeRule") in statements:
        _add_change(scan, iri, statements)


def _add_mapping(scan: GraphScan, iri: str, statements: Statements) -> None:
    ends = {*values(statements, "owl:annotatedSource"), *values(statements, "owl:annotatedTarget")}
    for end in ends:
        scan._mappings_by_end[end].append(len(scan._mappings))
    scan._mappings.append(compose_mapping(iri, "", statements))


def _add_change(scan: GraphScan, association: str, statements: Statements) -> None:
    """Add a change between editions; its difference is known at the end of the scan."""
    sources, targets = values(statements, "xkos:sourceConcept"), values(statements, "xkos:targetConcept")
    types, rules = values(statements, "begrepp:changeType"), values(statements, "begrepp:changeRule")
    for type_, rule, source, target in product(types, rules, sources or ("",), targets or ("",)):
        change = RecordedChange(association, type_, rule, source, target)
        for concept in {source, target} - {""}:
            scan._changes[concept].append(change)
