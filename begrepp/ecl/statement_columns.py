"""Statements of the concepts of one code system, written as columns for counting.

Group numbers: a code system without role groups has one group per concept, with all its statements, so that braces hold
all of them. A system with role groups has its own; each ungrouped statement is a group of its own (as in Snomed CT).
A statement that is in two groups is two statements.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

import msgspec
from msgspec import Struct, field

from begrepp.rdf.namespaces import CONSIDER, expand, local_name
from begrepp.terminology.concept_record import ConceptRecord
from begrepp.terminology.section_file import SectionWriter

METADATA = frozenset({"definitionstatus", "definitionstatusid", "moduleid"})
"""Local names, in small letters, of properties that filters ask for and that are no attributes of a concept."""
_CHANGED = expand("dct:modified")
KINDS = ("concepts", "things", "texts")
"""Statements to concepts of the system, to other things by IRI, and with literals."""
_LINKS = {
    "dct:isReplacedBy": "successors",
    "dct:replaces": "predecessors",
    "skos:related": "related",
}


def _integers() -> array[int]:
    return array("I")


class _Rows(Struct):
    subjects: array[int] = field(default_factory=_integers)
    groups: array[int] = field(default_factory=_integers)
    values: array[int] = field(default_factory=_integers)

    def add(self, subject: int, group: int, value: int) -> None:
        self.subjects.append(subject)
        self.groups.append(group)
        self.values.append(value)


class _Draft(Struct):
    rows: tuple[_Rows, ...] = field(default_factory=lambda: tuple(_Rows() for _ in KINDS))
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, value: str) -> int:
        return self.numbers.setdefault(value, len(self.numbers))


class StatementCollector:
    """Collects the statements of the records of a code system and writes them; `numbers`: its concepts by IRI."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._drafts: dict[str, _Draft] = defaultdict(_Draft)
        self._owners = _integers()
        self._grouped = False

    def add(self, concept: int, record: ConceptRecord) -> None:
        """Add the statements of a concept; the concepts come in order."""
        self._grouped = self._grouped or bool(record.role_groups)
        for group in statement_groups(record):
            for attribute, value, is_iri in group:
                draft = self._drafts[attribute]
                concepts, things, texts = draft.rows
                own = self._numbers.get(value) if is_iri else None
                if own is not None:
                    concepts.add(concept, len(self._owners), own)
                else:
                    (things if is_iri else texts).add(concept, len(self._owners), draft.number(value))
            self._owners.append(concept)

    def write(self, out: SectionWriter) -> None:
        """Write the columns; those of groups only where the system has role groups."""
        out.section("attributes", msgspec.msgpack.encode([*self._drafts]))
        if self._grouped:
            out.section("owners", self._owners.tobytes())
        for number, draft in enumerate(self._drafts.values()):
            for kind, rows in zip(KINDS, draft.rows, strict=True):
                name = f"attribute{number}.{kind}"
                out.section(f"{name}.subjects", rows.subjects.tobytes())
                out.section(f"{name}.values", rows.values.tobytes())
                if self._grouped:
                    out.section(f"{name}.groups", rows.groups.tobytes())
            out.items(f"attribute{number}", (value.encode("utf-8", "surrogatepass") for value in draft.numbers))


def statement_groups(record: ConceptRecord) -> Iterable[Iterable[tuple[str, str, bool]]]:
    """Yield the statements that ECL can ask for by group; one in no role group is a group of its own.

    A statement is attribute IRI, value and whether the value is an IRI.
    """
    properties = [(each.property, each.value, each.is_iri) for each in record.properties]
    for group in record.role_groups:
        yield dict.fromkeys(properties[place] for place in group.places)
    grouped = {properties[place] for group in record.role_groups for place in group.places}
    for each in dict.fromkeys((*properties, *_links(record))):
        if each not in grouped and not is_metadata(each[0]):
            yield (each,)


@cache
def is_metadata(iri: str) -> bool:
    """Return whether a property says something of the component in its release, and is no attribute."""
    return iri == _CHANGED or local_name(iri).lower() in METADATA


def component_values(record: ConceptRecord) -> Iterable[tuple[str, str]]:
    """Yield the properties that filters ask for, by local name in small letters, with codes or words as values."""
    for each in record.properties:
        if is_metadata(each.property) and each.property != _CHANGED:
            value = local_name(each.value) if each.is_iri else each.value.lower()
            yield local_name(each.property).lower(), value


def changed_on(record: ConceptRecord) -> str:
    """Return the day of the last change, else the day from which the concept is valid."""
    return next((each.value for each in record.properties if each.property == _CHANGED), record.valid_from)


def _links(record: ConceptRecord) -> Iterable[tuple[str, str, bool]]:
    """Yield the statements that fields of the record hold."""
    for name, links in _LINKS.items():
        for iri in getattr(record, links):
            yield expand(name), iri, True
    for iri in record.suggested:
        yield CONSIDER, iri, True
    pair = "begrepp:etiologyOf" if record.marker == "dagger" else "begrepp:manifestationOf"
    for iri in record.states_pair_with:
        yield expand(pair), iri, True
    for mapping in record.mappings:
        if not mapping.negated and mapping.source == record.iri:
            yield mapping.predicate, mapping.target, True
