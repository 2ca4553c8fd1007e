"""Species of concepts: in the code systems of `ontology/species.csv`, those below a given concept concern animals.

ATC has a branch of veterinary medicines, Mondo one of the diseases of other animals than man. Search ranks them after
the concepts of the same names for people.
"""

from __future__ import annotations

import csv
from functools import cache

from begrepp.search.documents import SearchDocument
from begrepp.settings import ROOT

HUMAN, ANIMAL = "human", "animal"
SPECIES_VALUES = (HUMAN, ANIMAL)


@cache
def _read_roots() -> dict[tuple[str, str], str]:
    """Return the species by scheme id and notation of the uppermost concept."""
    with (ROOT / "ontology" / "species.csv").open(encoding="utf-8", newline="") as file:
        return {(row["scheme"], row["notation"]): row["species"] for row in csv.DictReader(file)}


@cache
def _divided_schemes() -> set[str]:
    return {scheme for scheme, _ in _read_roots()}


def divides_by_species(document: SearchDocument) -> bool:
    """Return whether the code system of a concept has branches for species."""
    return document.kind == "concept" and _scheme_id(document) in _divided_schemes()


def is_species_root(document: SearchDocument) -> bool:
    """Return whether a concept is the uppermost of the branch of another species."""
    return (_scheme_id(document), document.notation) in _read_roots()


def _scheme_id(document: SearchDocument) -> str:
    return document.scheme.rpartition("/")[2]


def descendants(roots: set[str], broader: dict[str, list[str]]) -> set[str]:
    """Return the IRIs of some concepts and of all below them; `broader` has the parents of each concept."""
    children: dict[str, list[str]] = {}
    for iri, parents in broader.items():
        for parent in parents:
            children.setdefault(parent, []).append(iri)
    found, stack = set[str](), [*roots]
    while stack:
        iri = stack.pop()
        if iri not in found:
            found.add(iri)
            stack += children.get(iri, ())
    return found
