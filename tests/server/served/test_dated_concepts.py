"""Concepts as of a day: hierarchy and names are those that the graphs of the editions in force state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.rdf.namespaces import sparql_prologue
from begrepp.settings import Settings
from begrepp.text.swedish import sort_key
from server.served.as_of import find_dated_state, get_dated_build
from server.served.build import ServedBuild
from server.served.dated_build import DatedBuild
from server.served.resolver import Resolved
from server.state import AppState
from tests.support import editions
from tests.support.editions import edition
from tests.support.small import Quiet

DAYS = (date(2021, 6, 1), date(2022, 6, 1))


@pytest.fixture(scope="module")
def two_editions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedBuild]:
    settings = Settings(data=_folder(tmp_path_factory))
    jobs = [EditionJob(edition(settings.raw, version), editions.load) for version in ("2021", "2022")]
    build(jobs, settings, Quiet(), accept_fewer=True)
    state = AppState(settings)
    yield state.current_build()
    state.pool.close()


def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dated") / "data"


def _on(build_: ServedBuild, day: date) -> DatedBuild:
    scheme = build_.schemes.by_id["par"]
    return get_dated_build(build_, find_dated_state(build_, Resolved(scheme.iri, "/cs/par"), day))


def _rows(dated: DatedBuild, pattern: str) -> list[tuple[str, str]]:
    """The values of ?a and ?b in the graph of the edition in force."""
    rows = dated.scheme_store("par").query(f"{sparql_prologue()}SELECT ?a ?b {{ {pattern} }}")
    assert isinstance(rows, QuerySolutions)
    return [(getattr(row[0], "value", ""), getattr(row[1], "value", "")) for row in rows]


@pytest.mark.parametrize("day", DAYS)
def test_the_hierarchy_is_that_of_the_edition_in_force(two_editions: ServedBuild, day: date) -> None:
    dated = _on(two_editions, day)
    below: dict[str, set[str]] = defaultdict(set)
    above: dict[str, set[str]] = defaultdict(set)
    for child, parent in _rows(dated, "?a skos:broader ?b"):
        below[parent].add(child)
        above[child].add(parent)
    concepts = [iri for iri, _ in _rows(dated, "?a a skos:Concept")]
    assert len(concepts) > 20
    for iri in concepts:
        assert {name.iri: number for name, number in dated.concepts.children(iri)} == {
            child: len(below[child]) for child in below[iri]
        }
        assert set(dated.concepts.parents_above(iri)[iri]) == above[iri]
    assert dated.concepts.below(concepts) == {iri: len(below[iri]) for iri in concepts}


@pytest.mark.parametrize("day", DAYS)
def test_names_and_meanings_are_those_of_the_edition_in_force(two_editions: ServedBuild, day: date) -> None:
    dated = _on(two_editions, day)
    labels = dict(_rows(dated, "?a a skos:Concept ; skos:prefLabel ?b"))
    names = dated.concepts.names(labels)
    assert {iri: name.texts[0].value for iri, name in names.items()} == labels
    for iri, code in _rows(dated, "?a a skos:Concept ; skos:notation ?b"):
        assert iri in dated.concepts.meanings(two_editions.schemes.by_id["par"].iri, code)


def test_the_two_days_differ(two_editions: ServedBuild) -> None:
    one, other = (_on(two_editions, day) for day in DAYS)
    assert {*_rows(one, "?a skos:broader ?b")} != {*_rows(other, "?a skos:broader ?b")}
    assert {*_rows(one, "?a skos:prefLabel ?b")} != {*_rows(other, "?a skos:prefLabel ?b")}


def test_top_concepts_are_those_of_the_edition_in_force(two_editions: ServedBuild) -> None:
    iri = two_editions.schemes.by_id["par"].iri
    for day in DAYS:
        dated = _on(two_editions, day)
        assert {*dated.concepts.top_concepts(iri)} == {a for a, _ in _rows(dated, f"?a skos:topConceptOf <{iri}>")}


@pytest.mark.parametrize("day", DAYS)
def test_a_list_holds_what_the_edition_in_force_lists_in_the_order_of_codes(
    two_editions: ServedBuild, day: date
) -> None:
    dated = _on(two_editions, day)
    active = _rows(dated, "?a a skos:Concept ; skos:notation ?b . FILTER NOT EXISTS { ?a owl:deprecated true }")
    every = _rows(dated, "?a a skos:Concept ; skos:notation ?b")
    total, names = dated.concepts.listing(two_editions.schemes.by_id["par"].iri, 0, 1000)
    codes = [name.notation for name in names]
    assert total == len(every) and {*codes} == {code for _, code in every}
    assert codes[: len(active)] == sorted((code for _, code in active), key=sort_key)
    assert dated.concepts.listing(two_editions.schemes.by_id["par"].iri, 3, 2) == (total, names[3:5])
