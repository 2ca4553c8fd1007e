"""A small code system in memory for tests of ECL, and an evaluation of expressions on it that is plain and slow.

The evaluation follows the specification's sentences with sets of integers and shares no code with `begrepp.ecl` but the
syntax tree. It knows one code system only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pyroaring import BitMap

from begrepp.ecl.concept_sets import SystemSets
from begrepp.ecl.substrate import MemberRow, MemberSet
from begrepp.ecl.syntax_tree import (
    ActiveState,
    AnyConcept,
    AttributeCondition,
    Cardinality,
    CodeReference,
    Combination,
    DottedPath,
    EclNode,
    FilterBlock,
    FilterCondition,
    Filtered,
    FilterKind,
    GroupCondition,
    HierarchyStep,
    HistorySupplement,
    MembersOf,
    NumberValue,
    Refined,
    Refinement,
    SearchTerms,
    SetOperator,
    TextValue,
    Tokens,
)
from begrepp.records import Text
from begrepp.terminology.concept_record import (
    Code,
    ConceptNote,
    ConceptProperty,
    ConceptRecord,
    Designation,
    StatedGroup,
    SystemDescription,
    ThingName,
)
from begrepp.terminology.interface import CodeSystem

BASE = "http://example.org/c/"
Row = tuple[str, int | str]
"""Attribute IRI, and a concept or a literal."""


@dataclass
class MemoryConcept:
    """A concept of a test: its parents and relations by number, in groups."""

    code: str
    parents: list[int] = field(default_factory=list)
    groups: list[list[tuple[str, int]]] = field(default_factory=list)
    literals: list[tuple[str, str]] = field(default_factory=list)
    names: list[tuple[str, str, str]] = field(default_factory=list)
    """Text, language and kind: `preferred`, `synonym`, `full` (a fully specified name) or `definition`."""
    active: bool = True
    valid_from: str = ""
    successors: list[int] = field(default_factory=list)
    suggested: list[int] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    """Attribute and IRI of something outside the system."""


class MemoryHierarchy:
    """The hierarchy of a test's code system, computed from the concepts."""

    def __init__(self, concepts: Sequence[MemoryConcept]) -> None:
        self._concepts = concepts

    @property
    def all(self) -> BitMap:
        """All concepts."""
        return BitMap(range(len(self._concepts)))

    @property
    def tops(self) -> BitMap:
        """Concepts without a parent."""
        return BitMap(number for number, each in enumerate(self._concepts) if not each.parents)

    @property
    def leaves(self) -> BitMap:
        """Concepts without children."""
        return BitMap(number for number in range(len(self._concepts)) if not self.children(number))

    def parents(self, concept: int) -> Sequence[int]:
        """The directly broader concepts."""
        return sorted(self._concepts[concept].parents)

    def children(self, concept: int) -> Sequence[int]:
        """The directly narrower concepts."""
        return [number for number, each in enumerate(self._concepts) if concept in each.parents]

    def ancestors(self, concept: int) -> BitMap:
        """All broader concepts."""
        return BitMap(above(self._concepts, concept))

    def descendants(self, concept: int) -> BitMap:
        """All narrower concepts."""
        return BitMap(number for number in range(len(self._concepts)) if concept in above(self._concepts, number))

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """Whether the first concept is broader."""
        return ancestor in above(self._concepts, descendant)

    def relation_types(self) -> Sequence[str]:
        """The attributes between concepts."""
        return sorted({name for each in self._concepts for group in each.groups for name, _ in group})

    def targets(self, relation: str, concept: int) -> Sequence[int]:
        """The targets of a relation."""
        rows = [row for group in self._concepts[concept].groups for row in group]
        return sorted({target for name, target in rows if name == relation})

    def sources(self, relation: str, concept: int) -> Sequence[int]:
        """The sources of a relation."""
        return [number for number in range(len(self._concepts)) if concept in self.targets(relation, number)]


def above(concepts: Sequence[MemoryConcept], concept: int) -> set[int]:
    """All broader concepts of a concept."""
    found: set[int] = set()
    waiting = [*concepts[concept].parents]
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += concepts[parent].parents
    return found


class MemorySystem:
    """A code system in memory with the protocol `begrepp.terminology.interface.CodeSystem`."""

    def __init__(self, concepts: Sequence[MemoryConcept], id_: str = "test", base: str = BASE, uri: str = "") -> None:
        self.concepts, self.base = concepts, base
        self.description = SystemDescription(id=id_, iri=base, uri=uri, size=len(concepts))
        self.hierarchy = MemoryHierarchy(concepts)

    @property
    def active(self) -> BitMap:
        """Concepts that are not retired."""
        return BitMap(number for number, each in enumerate(self.concepts) if each.active)

    @property
    def abstract(self) -> BitMap:
        """No concept."""
        return BitMap()

    def __len__(self) -> int:
        return len(self.concepts)

    def index(self, code: str) -> int | None:
        """The concept with a code."""
        return next((number for number, each in enumerate(self.concepts) if each.code == code), None)

    def indices(self, code: str) -> Sequence[int]:
        """The concept with a code, or none."""
        return [number for number, each in enumerate(self.concepts) if each.code == code]

    def find(self, code: str) -> Sequence[int]:
        """The concepts whose code is the same apart from case."""
        return [number for number, each in enumerate(self.concepts) if each.code.lower() == code.lower()]

    def index_of_iri(self, iri: str) -> int | None:
        """The concept with an IRI."""
        return self.index(iri.removeprefix(self.base)) if iri.startswith(self.base) else None

    def code(self, concept: int) -> str:
        """The code of a concept."""
        return self.concepts[concept].code

    def iri(self, concept: int) -> str:
        """The IRI of a concept."""
        return f"{self.base}{self.concepts[concept].code}"

    def name(self, concept: int) -> ThingName:
        """Code and names."""
        each = self.concepts[concept]
        texts = tuple(Text(text, language) for text, language, kind in each.names if kind == "preferred")
        return ThingName(iri=self.iri(concept), notation=each.code, active=each.active, texts=texts)

    def record(self, concept: int) -> ConceptRecord:
        """The record of a concept."""
        each = self.concepts[concept]
        grouped = any(len(other.groups) > 1 for other in self.concepts)
        first = len(each.literals) + len(each.links)
        ends = [first + sum(map(len, each.groups[:n])) for n in range(len(each.groups) + 1)]
        linked = [ConceptProperty(name, iri, True) for name, iri in each.links]
        linked += [ConceptProperty(name, self.iri(end), True) for group in each.groups for name, end in group]
        return ConceptRecord(
            iri=self.iri(concept),
            code=each.code,
            codes=(Code(each.code),),
            status="active" if each.active else "inactive",
            valid_from=each.valid_from,
            designations=tuple(
                Designation(text, language, "preferred" if kind == "preferred" else "synonym")
                for text, language, kind in each.names
                if kind != "definition"
            ),
            definitions=tuple(
                ConceptNote("skos:definition", text, language)
                for text, language, kind in each.names
                if kind == "definition"
            ),
            parents=tuple(map(self.iri, each.parents)),
            successors=tuple(map(self.iri, each.successors)),
            suggested=tuple(map(self.iri, each.suggested)),
            properties=(*(ConceptProperty(name, value, False) for name, value in each.literals), *linked),
            role_groups=tuple(
                StatedGroup(number + 1, tuple(range(ends[number], ends[number + 1])))
                for number in range(len(each.groups) if grouped else 0)
            ),
            full_names=tuple(Text(text, language) for text, language, kind in each.names if kind == "full"),
        )

    def lookup(self, code: str) -> ConceptRecord | None:
        """The record of the concept with a code."""
        found = self.index(code)
        return None if found is None else self.record(found)

    def designation(self, concept: int, languages: Sequence[str]) -> Designation | None:
        """The first preferred name in one of the languages, else any."""
        names = [each for each in self.concepts[concept].names if each[2] == "preferred"]
        names.sort(key=lambda each: [*languages, each[1]].index(each[1]))
        return Designation(names[0][0], names[0][1], "preferred") if names else None

    def codes(self) -> Iterator[str]:
        """The codes in order."""
        return (each.code for each in self.concepts)


@dataclass
class MemorySet:
    """A value set or mapping set of a test."""

    name: str
    all_rows: list[MemberRow]
    systems: list[CodeSystem]
    base: str = "http://example.org/set/"
    identifiers: Sequence[str] = ()

    @property
    def iri(self) -> str:
        """The IRI of the set."""
        return f"{self.base}{self.name}"

    def members(self, system: CodeSystem) -> SystemSets:
        """The active members."""
        parts: dict[CodeSystem, BitMap] = {}
        for row in self.all_rows:
            for each in self.systems:
                index = each.index_of_iri(row.iri)
                if row.active and index is not None:
                    parts.setdefault(each, BitMap()).add(index)
        return SystemSets(parts)

    def rows(self) -> list[MemberRow]:
        """All rows."""
        return self.all_rows


@dataclass
class MemorySubstrate:
    """The surroundings of an expression in a test."""

    systems: list[CodeSystem]
    member_sets: list[MemberSet] = field(default_factory=list)

    def system(self, alias: str) -> CodeSystem | None:
        """The code system with an id, in any case."""
        return next((each for each in self.systems if each.description.id.lower() == alias.lower()), None)

    def set_named(self, name: str) -> MemberSet | None:
        """The set with a name or an IRI."""
        return next((each for each in self.member_sets if name in (each.name, each.iri)), None)

    def sets(self) -> Sequence[MemberSet]:
        """All sets."""
        return self.member_sets

    def locate(self, iri: str) -> tuple[CodeSystem, int] | None:
        """System and number of a concept."""
        for system in self.systems:
            index = system.index_of_iri(iri)
            if index is not None:
                return system, index
        return None


class PlainEvaluation:
    """The meaning of expressions in plain sets, for one system with sets of members by name."""

    def __init__(self, system: MemorySystem, sets: Mapping[str, list[MemberRow]]) -> None:
        self._system, self._concepts, self._sets = system, system.concepts, sets
        self._everything = range(len(system.concepts))
        self._grouped = any(len(each.groups) > 1 for each in system.concepts)

    def concepts(self, node: EclNode) -> set[int]:
        """The concepts of an expression."""
        match node:
            case CodeReference(code=code):
                return {number for number in self._everything if self._concepts[number].code == code}
            case AnyConcept():
                active = self._active()
                return active | {each for each in self._everything if self._above(each) & active}
            case HierarchyStep():
                return self._step(node.operator.value, self.concepts(node.operand))
            case MembersOf():
                return self._members(node)
            case Filtered(operand=operand, block=block):
                named = any(each.name == "active" for each in block.conditions)
                whole = isinstance(operand, AnyConcept) and block.kind is FilterKind.CONCEPT and named
                found = {*self._everything} if whole else self.concepts(operand)
                return {each for each in found if self._passes(each, block)}
            case HistorySupplement():
                return self._supplemented(node)
            case Combination(operator=operator, operands=operands):
                first, *others = map(self.concepts, operands)
                for other in others:
                    first = {
                        SetOperator.AND: first & other,
                        SetOperator.OR: first | other,
                        SetOperator.MINUS: first - other,
                    }[operator]
                return first
            case Refined(operand=operand, refinement=refinement):
                return {each for each in self.concepts(operand) if self._refined(each, refinement)}
            case DottedPath(operand=operand, attributes=attributes):
                found = self.concepts(operand)
                for name in attributes:
                    names = self._attributes(name)
                    rows = [row for each in found for group in self._groups(each) for row in group]
                    found = {value for attribute, value in rows if attribute in names and isinstance(value, int)}
                return found
        raise AssertionError(node)

    def _active(self) -> set[int]:
        return {each for each in self._everything if self._concepts[each].active}

    def _above(self, concept: int) -> set[int]:
        return above(self._concepts, concept)

    def _below(self, concept: int) -> set[int]:
        return {each for each in self._everything if concept in self._above(each)}

    def _step(self, operator: str, found: set[int]) -> set[int]:
        if operator == "!!>":
            return {each for each in found if not self._above(each) & found}
        if operator == "!!<":
            return {each for each in found if not self._below(each) & found}
        reached: set[int] = set()
        for each in found:
            if "!" in operator:
                near = self._concepts[each].parents
                children = [child for child in self._everything if each in self._concepts[child].parents]
                reached |= {*near} if ">" in operator else {*children}
            else:
                reached |= self._above(each) if ">" in operator else self._below(each)
        return reached | found if operator[:2] in ("<<", ">>") else reached

    def _groups(self, concept: int) -> list[list[Row]]:
        """The rows of a concept by group; without role groups all are in one."""
        each = self._concepts[concept]
        groups: list[list[Row]] = [[*group] for group in each.groups]
        loose: list[Row] = [*each.literals]
        loose += [("http://purl.org/dc/terms/isReplacedBy", end) for end in each.successors]
        loose += [("http://www.geneontology.org/formats/oboInOwl#consider", end) for end in each.suggested]
        if self._grouped:
            return [*groups, *([row] for row in loose)]
        together = [row for group in groups for row in group] + loose
        return [together] if together else []

    def _attributes(self, node: EclNode) -> set[str]:
        every = {name for each in self._everything for group in self._groups(each) for name, _ in group}
        if isinstance(node, AnyConcept):
            rows = [row for each in self._everything for group in self._groups(each) for row in group]
            return {name for name, value in rows if isinstance(value, int)}
        if isinstance(node, CodeReference) and not self.concepts(node):
            return {name for name in every if name.endswith(f"/{node.code}")}
        return {f"{BASE}{self._concepts[each].code}" for each in self.concepts(node)} & every

    def _refined(self, concept: int, refinement: Refinement) -> bool:
        match refinement:
            case AttributeCondition():
                rows = [row for group in self._groups(concept) for row in group]
                return _allows(refinement.cardinality, self._number(concept, rows, refinement))
            case GroupCondition(condition=condition, cardinality=cardinality):
                groups = self._groups(concept)
                return _allows(cardinality, sum(self._in_group(concept, group, condition) for group in groups))
        results = [self._refined(concept, part) for part in refinement.parts]
        return all(results) if refinement.operator is SetOperator.AND else any(results)

    def _in_group(self, concept: int, group: list[Row], condition: Refinement) -> bool:
        if isinstance(condition, AttributeCondition):
            return _allows(condition.cardinality, self._number(concept, group, condition))
        assert not isinstance(condition, GroupCondition)
        results = [self._in_group(concept, group, part) for part in condition.parts]
        return all(results) if condition.operator is SetOperator.AND else any(results)

    def _number(self, concept: int, rows: list[Row], condition: AttributeCondition) -> int:
        """The number of rows that match; reversed, of concepts that have a row to this one."""
        names, negated = self._attributes(condition.name), condition.comparison == "!="
        if condition.reverse:
            wanted = {*self._everything} if isinstance(condition.value, AnyConcept) else self.concepts(condition.value)
            sources = {
                each
                for each in self._everything
                for group in self._groups(each)
                for name, value in group
                if name in names and value == concept and isinstance(value, int)
            }
            return len(sources - wanted if negated else sources & wanted)
        return sum(self._equals(value, condition) for name, value in rows if name in names)

    def _equals(self, value: int | str, condition: AttributeCondition) -> bool:
        wanted, comparison = condition.value, condition.comparison.value
        if isinstance(wanted, AnyConcept):
            return comparison == "="
        if isinstance(wanted, NumberValue):
            if not isinstance(value, str) or not re.fullmatch(r"-?\d+(\.\d+)?", value):
                return False
            number = Decimal(value) - wanted.number
            tests = {"=": number == 0, "!=": number != 0, "<": number < 0, "<=": number <= 0, ">": number > 0}
            return {**tests, ">=": number >= 0}[comparison]
        if isinstance(wanted, TextValue):
            return isinstance(value, str) and (value in wanted.texts) == (comparison == "=")
        return isinstance(value, int) and (value in self.concepts(wanted)) == (comparison == "=")

    def _passes(self, concept: int, block: FilterBlock) -> bool:
        if block.kind is FilterKind.CONCEPT:
            return all(self._concept_passes(concept, condition) for condition in block.conditions)
        return any(all(_described(name, each) for each in block.conditions) for name in self._concepts[concept].names)

    def _concept_passes(self, concept: int, condition: FilterCondition) -> bool:
        each, value = self._concepts[concept], condition.value
        if isinstance(value, ActiveState):
            return value.active is None or (value.active == each.active) == (condition.comparison == "=")
        assert isinstance(value, Tokens)
        return day_passes(each.valid_from.replace("-", ""), condition.comparison.value, value.words[0])

    def _supplemented(self, node: HistorySupplement) -> set[int]:
        found = self.concepts(node.operand)
        while True:
            before = len(found)
            for number in self._everything:
                each = self._concepts[number]
                ends = {*each.successors} | ({*each.suggested} if node.profile == "MAX" else set())
                if not each.active and ends & found and not (node.profile == "MIN" and len(ends) > 1):
                    found = found | {number}
            if len(found) == before:
                return found

    def _members(self, node: MembersOf) -> set[int]:
        assert isinstance(node.operand, CodeReference)
        rows = self._sets.get(node.operand.code, [])
        conditions = [each for block in node.filters for each in block.conditions]
        if not any(isinstance(each.value, ActiveState) for each in conditions):
            rows = [row for row in rows if row.active]
        rows = [row for row in rows if all(_row_passes(row, each) for each in conditions)]
        return {number for number in self._everything for row in rows if self._system.iri(number) == row.iri}


def _row_passes(row: MemberRow, condition: FilterCondition) -> bool:
    value = condition.value
    if isinstance(value, ActiveState):
        return value.active is None or value.active == row.active
    text = row.fields.get(condition.name, "")
    if isinstance(value, NumberValue):
        number = Decimal(text or "NaN")
        return {"=": number == value.number, "!=": number != value.number}[condition.comparison.value]
    assert isinstance(value, SearchTerms)
    return any(_term(text, each.text, wild=each.wild, nordic=False) for each in value.terms)


def day_passes(day: str, comparison: str, wanted: str) -> bool:
    """Whether a day is before, on or after another; where one is empty, only whether both are."""
    if comparison in ("=", "!="):
        return (day == wanted) == (comparison == "=")
    if not day or not wanted:
        return day == wanted and "=" in comparison
    return {"<": day < wanted, "<=": day <= wanted, ">": day > wanted, ">=": day >= wanted}[comparison]


def _allows(cardinality: Cardinality, number: int) -> bool:
    return number >= cardinality.minimum and (cardinality.maximum is None or number <= cardinality.maximum)


def _described(name: tuple[str, str, str], condition: FilterCondition) -> bool:
    text, language, kind = name
    value, equal = condition.value, condition.comparison == "="
    match value:
        case SearchTerms(terms=terms):
            nordic = language == "sv"
            return any(_term(text, each.text, wild=each.wild, nordic=nordic) for each in terms) == equal
        case Tokens(words=words) if condition.name == "language":
            return (language in words) == equal
        case Tokens(words=words):
            types = {"def": kind == "definition", "fsn": kind == "preferred", "syn": kind != "definition"}
            return any(types[word] for word in words) == equal
    raise AssertionError(condition)


def _term(text: str, term: str, *, wild: bool, nordic: bool) -> bool:
    plain, searched = _bare(text, nordic=nordic), _bare(term, nordic=nordic)
    if wild:
        return bool(re.fullmatch(".*".join(map(re.escape, searched.split("*"))), plain, re.DOTALL))
    words = re.findall(r"\w+", plain)
    return all(any(word.startswith(part) for word in words) for part in re.findall(r"\w+", searched))


def _bare(text: str, *, nordic: bool) -> str:
    letters = []
    for letter in text.lower():
        decomposed = unicodedata.normalize("NFD", letter)
        letters.append(letter if nordic and letter in "åäö" else decomposed[0])
    return "".join(letters)
