"""The terminology of a build: code systems, value sets, concepts and names, read in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from pyroaring import BitMap

from begrepp.errors import NoBuild
from begrepp.terminology.concept_record import ConceptRecord, SetDescription, SystemDescription, ThingName
from begrepp.terminology.interface import CodeSystem, ValueSetExpansion
from begrepp.terminology.section_file import decode_bitmap
from begrepp.terminology.stored_system import StoredSystem
from begrepp.terminology.terminology_index import FOLDER, TerminologyIndex
from begrepp.text.version_order import version_key


class Terminology:
    """The terminology of one build; opening it reads little. Safe in threads and in forked processes."""

    def __init__(self, build: Path) -> None:
        """Open the terminology in the folder of a build. Raises `NoBuild` if the build has none."""
        self._folder = build / FOLDER
        if not self._folder.is_dir():
            raise NoBuild("The build was made by an earlier version and has no terminology.", "Run `begrepp build`.")
        self._index = TerminologyIndex(self._folder)
        self._opened: dict[str, StoredSystem] = {}
        # The parts of a page ask for the same concept.
        self._last_place: tuple[str, tuple[StoredSystem, int]] | None = None
        self._last_record: ConceptRecord | None = None

    def schemes(self) -> Sequence[CodeSystem]:
        """Return the current edition of each code system, by id."""
        return [self._open(system) for system in self._current.values()]

    def all_current(self) -> Sequence[StoredSystem]:
        """Return the current code systems, and the one with all codes of lists that only a dataset has."""
        return [self._open(system) for system in self._index.systems if system.current]

    def all_systems(self) -> Iterator[StoredSystem]:
        """Yield all editions of all code systems, and the codes of lists that only a dataset has."""
        return (StoredSystem(self._folder, system) for system in self._index.systems)

    def scheme(self, ref: str, version: str = "", as_of: date | None = None) -> CodeSystem | None:
        """Return an edition of a code system: the current one, that of a version, or the one in force on a day.

        `version` is that of the edition, or of the FHIR resource that it was loaded from.
        `ref` is an id, an IRI, a canonical URI or another identifier, with or without `urn:oid:`. Returns None if there
        is no such edition. An edition that lists the whole system is preferred to a partial one.
        """
        editions = self._editions_of(ref)
        if version:
            chosen = next((each for each in editions if version in (each.version, each.resource_version)), None)
        elif as_of:
            in_force = [each for each in editions if each.valid_from <= as_of.isoformat()]
            chosen = next((each for each in in_force if each.is_complete), in_force[0] if in_force else None)
            if chosen and chosen.valid_to and chosen.valid_to < as_of.isoformat():
                chosen = None
        else:
            chosen = next((each for each in editions if each.current), None)
        return self._open(chosen) if chosen else None

    def current_system(self, iri: str) -> StoredSystem | None:
        """Return the current edition of the code system with an IRI."""
        description = self._current_by_iri.get(iri)
        return self._open(description) if description else None

    def editions(self, ref: str) -> Sequence[CodeSystem]:
        """Return all editions of a code system, newest first; empty for an unknown one."""
        return [self._open(each) for each in self._editions_of(ref)]

    def composite(self, ref: str) -> CompositeSystem | None:
        """Return the code system that is published in parts and has an id, IRI or other identifier; None without it."""
        return self._composites.get(ref.rstrip("/").removeprefix("urn:oid:"))

    def composites(self) -> list[CompositeSystem]:
        """Return the code systems that are published in parts, by id."""
        return sorted({each.iri: each for each in self._composites.values()}.values(), key=lambda each: each.id)

    @cached_property
    def _composites(self) -> dict[str, CompositeSystem]:
        parts: dict[str, list[SystemDescription]] = defaultdict(list)
        for system in self._current.values():
            if system.part_of:
                parts[system.part_of].append(system)
        found = {}
        for iri, own in parts.items():
            first, id_ = own[0], iri.rstrip("/").rpartition("/")[2]
            whole = CompositeSystem(
                id=id_,
                iri=iri,
                uri=first.whole_uri or iri,
                identifiers=first.whole_identifiers,
                parts=tuple(each.id for each in own),
            )
            for ref in (id_, iri, whole.uri, *whole.identifiers):
                found[ref.rstrip("/").removeprefix("urn:oid:")] = whole
        return found

    def value_sets(self) -> Sequence[ValueSetExpansion]:
        """Return the value sets of the current view, by IRI."""
        return [StoredValueSet(self, each) for each in self._sets if not each.edition]

    def value_set(self, ref: str, version: str = "") -> ValueSetExpansion | None:
        """Return a value set by its IRI or another identifier: the current one, or that of a version."""
        found = [each for each in self._sets if ref in (each.iri, *each.identifiers)]
        found = [each for each in found if not version or each.version == version]
        ordered = sorted(found, key=lambda each: (not each.edition, version_key(each.version)), reverse=True)
        return StoredValueSet(self, ordered[0]) if ordered else None

    def edition(self, iri: str) -> SystemDescription | None:
        """Return the description of an edition of a code system by the IRI of the edition."""
        return self._by_edition.get(iri)

    def locate(self, iri: str) -> tuple[StoredSystem, int] | None:
        """Return the code system and the number of a concept of the current view."""
        last = self._last_place
        if last and last[0] == iri:
            return last[1]
        for place, concept in self._index.places(iri):
            system = self._open(self._index.systems[place])
            if system.iri(concept) == iri:
                self._last_place = iri, (system, concept)
                return system, concept
        return None

    def systems_of(self, editions: Iterable[str]) -> list[StoredSystem]:
        """Return the code systems in some editions (IRIs), newest editions first."""
        found = [self._by_edition[iri] for iri in {*editions} if iri in self._by_edition]
        ordered = sorted(found, key=lambda each: (each.valid_from, version_key(each.version), each.id), reverse=True)
        return [self._open(description) for description in ordered]

    def locate_in_edition(self, iri: str, as_of: date | None) -> tuple[CodeSystem, int] | None:
        """Return the edition of a concept's code system in force on a day, or the current one, and its number there.

        Returns None if there is no such edition, or if it does not list the concept.
        """
        located = self.locate(iri)
        edition = self.scheme(located[0].description.id, as_of=as_of) if located else None
        number = edition.index_of_iri(iri) if edition else None
        return (edition, number) if edition and number is not None else None

    def record(self, iri: str) -> ConceptRecord | None:
        """Return the record of a concept of the current view."""
        last = self._last_record
        if last is None or last.iri != iri:
            for place, concept in self._index.places(iri):
                system = self._open(self._index.systems[place])
                last = system.record(concept)
                if last.iri == iri:
                    self._last_record, self._last_place = last, (iri, (system, concept))
                    return last
            return None
        return last

    def name(self, iri: str) -> ThingName | None:
        """Return code, status and names of a concept or another thing; None if the current view does not name it."""
        last = self._last_place
        if last and last[0] == iri:
            return last[1][0].name(last[1][1])
        for place, concept in self._index.places(iri):
            name = self._open(self._index.systems[place]).name(concept)
            if name.iri == iri:
                return name
        return self._index.thing(iri)

    def meanings(self, scheme: str, code: str) -> list[ThingName]:
        """Return the things of a scheme (IRI) that a notation has denoted: collections, then concepts, active last."""
        system = self.current_system(scheme)
        concepts = [system.name(concept) for concept in system.indices(code)] if system else []
        return [*self._index.coded_things(scheme, code), *concepts]

    def systems_with_code(self, code: str) -> list[StoredSystem]:
        """Return the current code systems that may have a concept with exactly this notation, by id."""
        found = [self._index.systems[place] for place in self._index.places_of_code(code)]
        return [self._open(system) for system in sorted(found, key=lambda each: each.id) if system.iri]

    def open_file(self, file: str) -> CodeSystem:
        """Return the edition in a file of the folder, by its name. Raises `KeyError` if there is no such file."""
        return self._open(self._by_file[file])

    def _open(self, description: SystemDescription) -> StoredSystem:
        opened = self._opened.get(description.file)
        if opened is None:
            opened = self._opened[description.file] = StoredSystem(self._folder, description)
        return opened

    @cached_property
    def _by_file(self) -> dict[str, SystemDescription]:
        return {system.file: system for system in self._index.systems}

    @cached_property
    def _by_edition(self) -> dict[str, SystemDescription]:
        return {system.edition: system for system in self._index.systems if system.edition}

    @cached_property
    def _current(self) -> dict[str, SystemDescription]:
        named = [system for system in self._index.systems if system.current and system.iri]
        return {system.id: system for system in sorted(named, key=lambda system: system.id)}

    @cached_property
    def _current_by_iri(self) -> dict[str, SystemDescription]:
        return {system.iri: system for system in self._current.values()}

    @cached_property
    def _sets(self) -> list[SetDescription]:
        return sorted(self._index.sets, key=lambda each: (each.iri, each.edition))

    @cached_property
    def _editions(self) -> dict[str, list[SystemDescription]]:
        """The editions by each identifier of their system, newest first."""
        editions: dict[str, list[SystemDescription]] = defaultdict(list)
        for system in sorted(
            self._index.systems, key=lambda each: (each.valid_from, version_key(each.version)), reverse=True
        ):
            for identifier in {*_identifiers(system)}:
                editions[identifier].append(system)
        return dict(editions)

    def _editions_of(self, ref: str) -> list[SystemDescription]:
        identifier = ref.strip().rstrip("/")
        oid = identifier.lower().removeprefix("urn:oid:")
        other = (
            identifier.replace("https://", "http://", 1)
            if identifier.startswith("https://")
            else identifier.replace("http://", "https://", 1)
        )
        names = (identifier, oid, other, identifier.lower())
        return next((self._editions[name] for name in names if name in self._editions), [])


def _identifiers(system: SystemDescription) -> Iterable[str]:
    for identifier in (system.id, system.iri, system.uri, *system.identifiers):
        if identifier:
            yield identifier.rstrip("/")
            yield identifier.rstrip("/").removeprefix("urn:oid:")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeSystem:
    """A code system that is published in parts; `parts` are their ids."""

    id: str
    iri: str
    uri: str
    """Canonical URI, the IRI if there is none."""
    identifiers: tuple[str, ...]
    parts: tuple[str, ...]


class StoredValueSet:
    """A value set of a build (`begrepp.terminology.interface.ValueSetExpansion`)."""

    def __init__(self, terminology: Terminology, description: SetDescription) -> None:
        self._terminology = terminology
        self.description = description

    @property
    def iri(self) -> str:
        """IRI of the value set in this version."""
        return self.description.iri

    @property
    def version(self) -> str:
        """The version."""
        return self.description.version

    def systems(self) -> Sequence[CodeSystem]:
        """Return the editions of code systems that have members."""
        return [self._terminology.open_file(file) for file in self.description.members]

    def members(self, system: CodeSystem) -> BitMap:
        """Return the members in one of these editions."""
        return decode_bitmap(memoryview(self.description.members.get(system.description.file, b"")))

    def former_members(self) -> Iterable[tuple[CodeSystem, BitMap]]:
        """Yield the concepts that are members no longer, by edition of a code system."""
        for file, encoded in self.description.former_members.items():
            yield self._terminology.open_file(file), decode_bitmap(memoryview(encoded))
