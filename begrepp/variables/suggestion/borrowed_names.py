"""Names that a candidate concept borrows: of concepts mapped to it as the same, and of its code in a sister system.

Borrowed names count less than its own (`Weights.borrowed_label`) and never make a match complete.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.rdf.iris import Iris
from begrepp.records import Text
from begrepp.store import Store
from begrepp.variables.suggestion.entries import ConceptTarget


@cache
def sister_schemes() -> dict[str, tuple[str, ...]]:
    """Read which schemes share codes with the same meaning: id of a scheme → ids of its sisters."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    with Path(__file__).with_name("sister_schemes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["scheme"]] += (row["sister"],)
            found[row["sister"]] += (row["scheme"],)
    return dict(found)


def borrow_names(targets: Sequence[ConceptTarget], store: Store, iris: Iris) -> list[ConceptTarget]:
    """Return targets with the names that they borrow; names that a target has already are left out."""
    schemes = sorted({target.scheme for target in targets})
    borrowed = _mapped_names(schemes, store)
    for scheme in schemes:
        by_notation = _sister_names(scheme.removeprefix(iris.scheme("")), store, iris)
        for target in targets:
            if target.scheme == scheme:
                borrowed[target.iri] |= by_notation.get(target.notation, set())
    return [replace(target, borrowed=tuple(sorted(borrowed[target.iri] - {*target.names}))) for target in targets]


def _mapped_names(schemes: Sequence[str], store: Store) -> dict[str, set[Text]]:
    found: dict[str, set[Text]] = defaultdict(set)
    for row in select(store, "suggestion-mapped-names", scheme=[NamedNode(iri) for iri in schemes]):
        if isinstance(label := row["label"], Literal):
            found[value(row, "concept")].add(Text(label.value, label.language or ""))
    return found


def _sister_names(scheme: str, store: Store, iris: Iris) -> dict[str, set[Text]]:
    """Return the names of codes in the sisters of a scheme (id), by notation."""
    found: dict[str, set[Text]] = defaultdict(set)
    if sisters := [NamedNode(iris.scheme(id_)) for id_ in sister_schemes().get(scheme, ())]:
        for row in select(store, "suggestion-targets", scheme=sisters):
            if isinstance(label := row["label"], Literal):
                found[value(row, "notation")].add(Text(label.value, label.language or ""))
    return found
