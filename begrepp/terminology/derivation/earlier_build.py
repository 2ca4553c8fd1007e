"""Files of an earlier build that a new one links: those of the code systems of which no record has changed.

The record of a concept is composed from its own statements and from those of other resources. A record may differ only
if one of these lines has changed, so the changed lines of the current view and of the editions lead to all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from msgspec.structs import replace

from begrepp.artefact.parts import Part
from begrepp.files import link_or_copy
from begrepp.rdf.changed_resources import TooManyChanges, changed_subjects, distinct_iris
from begrepp.rdf.iris import role_group_owner
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import changed_lines, group_by_subject, read_subjects
from begrepp.terminology.concept_record import SetDescription, SystemDescription
from begrepp.terminology.derivation.graph_scan import GraphScan
from begrepp.terminology.stored_system import StoredSystem
from begrepp.terminology.terminology_index import FOLDER, TerminologyIndex

MOST_CHANGES = 50_000
"""With more changed resources than this, all files are written again."""
OTHER_LISTS = ""
"""IRI and id for concepts of no code system: the codes of lists that a dataset has of its own."""
_ENDS = {
    *map(name, ("owl:annotatedSource", "owl:annotatedTarget", "xkos:sourceConcept", "xkos:targetConcept")),
}
"""Properties from a mapping or a change to its concepts."""
_COLUMNS = {
    *map(name, ("health:hasVariables", "csvw:table", "csvw:column", "begrepp:measures", "dct:subject")),
}
"""Properties on the way from a dataset to the concepts that its variables measure."""
_TYPE = name("rdf:type")


@dataclass(frozen=True, slots=True)
class EarlierBuild:
    """An earlier build that the same code wrote: its folder, the file of its current view, and its editions."""

    folder: Path
    view: Path
    parts: Sequence[Part]


class LinkedSystem:
    """The file of a code system in an earlier build, which stays as it is."""

    def __init__(self, stored: StoredSystem, folder: Path, description: SystemDescription) -> None:
        """Link the file into `folder`; `description` is that of the new build."""
        self._stored, self._description = stored, description
        link_or_copy(stored.path, folder / self.file)

    @property
    def file(self) -> str:
        """Name of the file."""
        return self._stored.path.name

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Numbers of the concepts by IRI."""
        return {self._stored.iri(number): number for number in range(len(self._stored))}

    def write(self, sets: Iterable[SetDescription]) -> SystemDescription:
        """Return the completed description; the file of a current code system does not hold it, nor value sets."""
        before = self._stored.description
        return replace(
            self._description,
            size=before.size,
            languages=before.languages,
            case_sensitive=before.case_sensitive,
            file=before.file,
        )


def schemes_of(schemes: Iterable[str], described: Collection[str]) -> list[str]:
    """Return those of the schemes of a concept that are code systems of the build, else `OTHER_LISTS`."""
    return [iri for iri in schemes if iri in described and iri != OTHER_LISTS] or [OTHER_LISTS]


def find_unchanged_systems(
    earlier: EarlierBuild, scan: GraphScan, parts: Sequence[Part], described: Mapping[str, SystemDescription]
) -> dict[str, StoredSystem]:
    """Return the current code systems of an earlier build, by IRI, of which no record has changed in the new one.

    `scan` is that of the new current view, `parts` are all editions, `described` the current code systems by IRI.
    """
    folder = earlier.folder / FOLDER
    index = TerminologyIndex(folder)
    before = {system.iri: system for system in index.systems if system.current}
    try:
        changed = changed_concepts(earlier, scan, parts)
    except TooManyChanges:
        return {}
    affected = {index.systems[place].iri for iri in changed for place, _ in index.places(iri)}
    now = (scan.concepts[iri] for iri in changed if iri in scan.concepts)
    affected.update(scheme for concept in now for scheme in schemes_of(concept.schemes, described))
    if before.keys() | {OTHER_LISTS} != described.keys():
        affected.add(OTHER_LISTS)
    return {
        iri: StoredSystem(folder, before[iri])
        for iri in before.keys() & described.keys() - affected
        if before[iri].id == described[iri].id
    }


def changed_concepts(earlier: EarlierBuild, scan: GraphScan, parts: Sequence[Part]) -> set[str]:
    """Return the IRIs of all concepts whose records may have changed, and of other resources.

    Raises `TooManyChanges` if there are more than `MOST_CHANGES`.
    """
    changed = distinct_iris(_changed_resources(earlier.view, scan.path), MOST_CHANGES)
    for iri in [*changed]:
        changed.update(scan.owners.get(iri, ()))
        changed.add(role_group_owner(f"<{iri}>")[1:-1])
    changed.update(distinct_iris(_listed_otherwise(earlier.parts, parts), MOST_CHANGES))
    return changed


def _changed_resources(old: Path, new: Path) -> Iterator[str]:
    """Yield the resources in the changed lines, and the concepts that mappings, changes and datasets lead to."""
    subjects: set[str] = set()
    reached: set[str] = set()
    for _, line in changed_lines(old, new):
        subject, predicate, rest = line.split(" ", 2)
        if rest[0] == "<":
            reached.add(rest[:-3])
        (reached if predicate == _TYPE else subjects).add(subject)
        if len(subjects) + len(reached) > MOST_CHANGES:
            raise TooManyChanges
    yield from (term[1:-1] for term in subjects | reached if term[0] == "<")
    for path in (old, new):
        for line in _lines(path, subjects | reached):
            _, predicate, rest = line.split(" ", 2)
            if predicate in _ENDS:
                yield rest[1:-4]
        front, seen = reached, set(reached)
        while front:
            links = (line.split(" ", 2) for line in _lines(path, front))
            front = {rest[:-3] for _, predicate, rest in links if predicate in _COLUMNS} - seen
            seen |= front
            yield from (term[1:-1] for term in front)


def _lines(path: Path, subjects: Iterable[str]) -> Iterator[str]:
    return (line for _, lines in read_subjects(path, subjects) for line in lines)


def _listed_otherwise(before: Sequence[Part], after: Sequence[Part]) -> Iterator[str]:
    """Yield the resources that an edition lists now or has listed, if its statements of them have changed."""
    old, new = ({part.graph: part for part in parts} for parts in (before, after))
    for graph in old.keys() & new.keys():
        if old[graph].sha256 != new[graph].sha256:
            yield from changed_subjects(old[graph].path, new[graph].path)
    for graph in old.keys() ^ new.keys():
        path = (old.get(graph) or new[graph]).path
        yield from (term[1:-1] for term, _ in group_by_subject(path) if term[0] == "<")
