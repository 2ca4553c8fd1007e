"""Branches of a code system with the number of concepts in them, and of variables and registers for these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from threading import Lock

from cachetools import LRUCache, cached
from msgspec import Struct
from pyroaring import BitMap

from begrepp.terminology.record_composition import match_name
from begrepp.terminology.stored_system import StoredSystem
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

_MOST, _MAX_REPLACED = 0.7, 10
"""Share of a code system in one branch from which the branch is divided, and how often at most."""
_EQUAL = ("skos:exactMatch", "skos:closeMatch")


class BranchSize(Struct, frozen=True, kw_only=True):
    """A concept with the number of active concepts at and below it, and of variables and registers for these."""

    number: int
    ref: Ref
    concepts: int
    uses: int


def branches(build: ServedBuild, system: StoredSystem, numbers: Iterable[int], language: str) -> list[BranchSize]:
    """Return concepts of a code system as branches, largest first."""
    found = branch_sizes(build, system, numbers, language)
    return sorted(found, key=lambda branch: (-branch.concepts, branch.ref.sort_key))


def branch_sizes(build: ServedBuild, system: StoredSystem, numbers: Iterable[int], language: str) -> list[BranchSize]:
    """Return concepts of a code system as branches, in the same order."""
    used = used_concepts(build, system)
    is_used = BitMap(used)
    listed = [*numbers]
    known = find_refs(build, [system.iri(number) for number in listed], language)
    found = []
    for number in listed:
        below = system.hierarchy.descendants(number) | BitMap([number])
        uses = {use for concept in below & is_used for use in used[concept]}
        found.append(
            BranchSize(
                number=number,
                ref=known[system.iri(number)],
                concepts=len(below & system.active),
                uses=len(uses),
            )
        )
    return found


def first_branches(system: StoredSystem) -> list[int]:
    """Return the top concepts of a code system, one that holds most of it replaced by its children; none of a list."""
    hierarchy, active = system.hierarchy, system.active
    tops = system.top_concepts & active
    if len(hierarchy.leaves) == len(system):
        return []
    for _ in range(_MAX_REPLACED):
        largest = max(tops, key=lambda top: len(hierarchy.descendants(top) & active), default=None)
        if largest is None or len(hierarchy.descendants(largest) & active) < _MOST * len(active):
            break
        tops = (tops - BitMap([largest])) | (BitMap(hierarchy.children(largest)) & active)
    return [*tops]


def used_concepts(build: ServedBuild, system: StoredSystem) -> Mapping[int, frozenset[str]]:
    """Return the variables and registers (IRIs) for concepts of a code system.

    They are those that measure a concept or are about it, and those of its exact and close matches.
    """
    return _uses_by_file(build).get(system.description.file, {})


@cached(LRUCache(maxsize=2), key=lambda build: build.folder, lock=Lock())
def _uses_by_file(build: ServedBuild) -> dict[str, dict[int, frozenset[str]]]:
    """Return the variables and registers of concepts by the file of their code system, and their number in it."""
    found: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    for iri, uses in _used_iris(build).items():
        if place := build.terminology.locate(iri):
            found[place[0].description.file][place[1]] = uses
    return found


def _used_iris(build: ServedBuild) -> dict[str, frozenset[str]]:
    """Return the variables and registers for each concept that is measured or a subject, and each match of one."""
    direct: dict[str, set[str]] = defaultdict(set)
    whole: dict[str, set[str]] = defaultdict(set)
    for iri, entries in build.schemes.measuring_variables.items():
        direct[iri] |= {variable for variable, _, measured in entries if measured == iri}
        whole[iri] |= {variable for variable, _, _ in entries}
    for dataset, facts in build.schemes.variables.datasets.items():
        for iri in facts.subjects:
            direct[iri].add(dataset)
            whole[iri].add(dataset)
    found = defaultdict(set, {iri: {*uses} for iri, uses in direct.items()})
    for iri, uses in whole.items():
        record = build.concepts.record(iri)
        for mapping in record.mappings if record else ():
            if not mapping.negated and match_name(mapping.predicate) in _EQUAL:
                found[mapping.target if mapping.source == iri else mapping.source] |= uses
    return {iri: frozenset(uses) for iri, uses in found.items() if uses}
