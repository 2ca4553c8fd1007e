"""Completeness of datasets by the elements of EHDS minimum metadata: a ring per dataset, and all side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

from cachetools import LRUCache, cached
from msgspec import Struct

from begrepp.exports.ehds import EhdsElement, present_elements, read_elements
from begrepp.queries.page_queries import select, value
from begrepp.records import Text
from server.pages.datasets.segments import segments
from server.served.build import ServedBuild
from server.served.labels import (
    Statements,
    choose_text,
    find_all_statements,
    property_iris,
)
from server.served.refs import Ref


class ElementRow(Struct, frozen=True, kw_only=True):
    """An element of EHDS minimum metadata, and whether the description has it."""

    name: Text
    conditional: bool
    present: bool


class Completeness(Struct, frozen=True, kw_only=True):
    """The elements of a dataset in the order of the profile."""

    elements: Sequence[ElementRow]

    @property
    def present(self) -> int:
        """The number of elements that the description has."""
        return sum(row.present for row in self.elements)

    @property
    def missing(self) -> list[ElementRow]:
        """The elements that are missing."""
        return [row for row in self.elements if not row.present]

    @property
    def arcs(self) -> list[tuple[str, float, float]]:
        """The arcs of the ring: CSS class, start and length, in per cent of the circumference."""
        counts = (
            ("nothing", self.present),
            ("coarser", sum(row.conditional for row in self.missing)),
            ("none", sum(not row.conditional for row in self.missing)),
        )
        places = segments([count for _, count in counts])
        return [(kind, *place) for (kind, count), place in zip(counts, places, strict=True) if count]


class CompletenessPage(Struct, frozen=True, kw_only=True):
    """All datasets with their completeness, the most complete first, and the names of the elements."""

    datasets: Sequence[tuple[Ref, Completeness]]
    elements: Sequence[ElementRow]


def completeness_of(build: ServedBuild, statements: Statements, language: str) -> Completeness:
    """Return the completeness of a dataset from its statements."""
    return _completeness(_present(build, statements), language)


def completeness_page(build: ServedBuild, datasets: Iterable[Ref], language: str) -> CompletenessPage:
    """Return the data of the page that compares all datasets."""
    found = all_completeness(build, language)
    rows = [(ref, found[ref.iri]) for ref in datasets if ref.iri in found]
    rows.sort(key=lambda row: -row[1].present)
    return CompletenessPage(datasets=rows, elements=_completeness(frozenset(), language).elements)


def all_completeness(build: ServedBuild, language: str) -> dict[str, Completeness]:
    """Return the completeness of all datasets by IRI."""
    return {iri: _completeness(present, language) for iri, present in _all_present(build).items()}


@cached(LRUCache(maxsize=2), key=lambda build: build.folder, lock=Lock())
def _all_present(build: ServedBuild) -> dict[str, frozenset[str]]:
    """Return the properties of the elements that each dataset has, by IRI; read once per build."""
    iris = {value(row, "dataset") for row in select(build.store, "datasets")}
    return {iri: _present(build, statements) for iri, statements in find_all_statements(build, iris).items()}


def _present(build: ServedBuild, statements: Statements) -> frozenset[str]:
    generated_by = property_iris(statements, "prov:wasGeneratedBy")
    return frozenset(present_elements(statements.keys(), generated_by, build.iris.load("", "").rstrip("/")))


def _completeness(present: frozenset[str], language: str) -> Completeness:
    return Completeness(elements=[_row(each, each.property in present, language) for each in read_elements()])


def _row(element: EhdsElement, present: bool, language: str) -> ElementRow:
    name = choose_text(element.names, language) or Text(element.property, "")
    return ElementRow(name=name, conditional=element.conditional, present=present)
