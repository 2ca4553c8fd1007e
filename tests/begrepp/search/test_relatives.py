"""Relatives of the best hits of a search: broader and narrower codes, the same concept elsewhere, and the code list.

alpha ─ K10 Zetaflox ┬ K10.1 Lindrig grad        beta ─ 77 Omegavrid, the same as K10
                     └ K10.2 Allvarlig grad
"""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.search import Hit, TextIndex, write_index
from begrepp.search.label_variants import label_variants
from begrepp.search.learned_order import sort_by_score
from begrepp.settings import ROOT
from tests.begrepp.search.test_borrowed_names import BASE, SKOS, TYPE, concept

OTHERS = [f"Kvantvok {number}" for number in range(300, 330)]
THINGS = {
    "alpha/K10": concept("alpha/K10", "K10", sv="Zetaflox"),
    "alpha/K10.1": concept("alpha/K10.1", "K10.1", broader="alpha/K10", sv="Lindrig grad"),
    "alpha/K10.2": concept("alpha/K10.2", "K10.2", broader="alpha/K10", sv="Allvarlig grad av sprattelgruk"),
    "beta/77": concept("beta/77", "77", sv="Omegavrid") | {f"<{BASE}beta/77> <{SKOS}exactMatch> <{BASE}alpha/K10> .\n"},
    "beta/schizofreni": concept("beta/schizofreni", "F20", sv="Schizofreni"),
    "beta/tonsill": concept("beta/tonsill", "E1", sv="Tonsillektomi"),
    **{f"beta/{number}": concept(f"beta/{number}", str(number), sv=name) for number, name in enumerate(OTHERS, 800)},
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    folder = tmp_path_factory.mktemp("relatives")
    lists = [f"<{BASE}{name}> {TYPE} <{SKOS}ConceptScheme> .\n" for name in ("alpha", "beta")]
    (folder / "current.nt").write_text("".join(sorted([*lists, *(line for each in THINGS.values() for line in each)])))
    write_index(folder / "index", folder / "current.nt")
    return TextIndex(folder / "index")


def hits(index: TextIndex, query: str) -> dict[str, Hit]:
    return {hit.iri.removeprefix(BASE): hit for hit in index.search(query)[1]}


def test_the_broader_code_and_what_is_the_same_follow_a_code(index: TextIndex) -> None:
    found = hits(index, "K10.2")
    assert [*found][:2] == ["alpha/K10.2", "alpha/K10"]
    broader = found["alpha/K10"].matched
    assert broader and (broader.role, broader.value) == ("narrower", "Allvarlig grad av sprattelgruk")


def test_narrower_codes_and_the_same_concept_elsewhere_follow_a_name(index: TextIndex) -> None:
    found = hits(index, "zetaflox")
    assert next(iter(found)) == "alpha/K10" and {"alpha/K10.1", "alpha/K10.2", "beta/77", "alpha"} <= {*found}
    narrower = found["alpha/K10.1"].matched
    assert narrower and narrower.role == "parent"
    assert hits(index, "sprattelgruk")["alpha/K10"].active  # whose name says nothing of it


def test_relatives_are_counted_as_hits_by_every_filter(index: TextIndex) -> None:
    total, found = index.search("sprattelgruk")
    assert total == len(found) == sum(index.facets("sprattelgruk")["kind"].values()) > 1
    counts = index.facets("sprattelgruk")["scheme"]
    assert counts == {iri: index.search("sprattelgruk", scheme=iri)[0] for iri in counts}


def test_pages_of_hits_hold_each_relative_once(index: TextIndex) -> None:
    whole = [hit.iri for hit in index.search("kvantvok zetaflox", limit=200)[1]]
    assert len({*whole}) == len(whole) == index.search("kvantvok zetaflox")[0]
    pages = [
        hit.iri for at in range(0, len(whole), 7) for hit in index.search("kvantvok zetaflox", limit=7, offset=at)[1]
    ]
    assert pages == whole


def test_relatives_that_are_as_good_have_the_same_order_each_time(tmp_path: Path) -> None:
    """The broader codes of the two hits have equal scores; that of the second list has a shorter name."""
    lines = [f"<{BASE}{name}> {TYPE} <{SKOS}ConceptScheme> .\n" for name in ("delta", "epsilon")]
    for name, broader in (("delta", "Gammal benämning av hela gruppen"), ("epsilon", "Ny")):
        lines += concept(f"{name}/K9", "K9", sv=broader)
        lines += concept(f"{name}/K9.2", "K9.2", broader=f"{name}/K9", sv="Snurrvipp")
    (tmp_path / "current.nt").write_text("".join(sorted(lines)))
    write_index(tmp_path / "index", tmp_path / "current.nt")
    index = TextIndex(tmp_path / "index", lambda scored, *_: sort_by_score(scored))
    first = [*hits(index, "snurrvipp")]
    assert {*first} >= {"delta/K9", "epsilon/K9"} and [*hits(index, "snurrvipp")] == first


@pytest.mark.parametrize(
    "query",
    [
        "ta bort mandlarna",  # a phrase that has synonyms
        "mandlarna vill jag ta bort",  # its words in another order, with two between
        "operera ofta bort mandlarna",  # with a word between
    ],
)
def test_a_phrase_with_synonyms_is_found_in_any_order(index: TextIndex, query: str) -> None:
    assert [*hits(index, query)][:1] == ["beta/tonsill"]


def test_a_word_far_from_its_spelling_is_corrected_by_what_it_sounds_like(index: TextIndex) -> None:
    assert [*hits(index, "skitsofreni")][:1] == ["beta/schizofreni"]
    assert index.corrections("skitsofreni") == (("skitsofreni", "schizofreni"),)


def test_words_of_circumstances_are_neither_required_nor_corrected(index: TextIndex) -> None:
    assert [*hits(index, "ibland plötsligt zetaflox")][:1] == ["alpha/K10"]
    assert not index.corrections("ibland plötsligt zetaflox")


def test_an_abbreviation_in_brackets_stands_for_the_words_that_it_is_known_for() -> None:
    assert label_variants("Foster-elektrokardiografi (EKG)")[-1] == "foster EKG"
    assert label_variants("Elektrokardiografi (EKG)")[-1] == "EKG"
    assert label_variants("Kroniskt obstruktiv lungsjukdom (KOL)")[-1] == "KOL"
    assert label_variants("Crohns sjukdom [regional enterit]")[-1] == "regional enterit"


def test_groups_of_synonyms_have_no_doubles() -> None:
    """A group whose names all belong to another group says nothing more."""
    rows = (ROOT / "ontology" / "synonyms.txt").read_text(encoding="utf-8").splitlines()
    groups = [{name.strip().casefold() for name in row.split("=")} for row in rows if row and not row.startswith("#")]
    assert [one for one in groups if any(one <= other for other in groups if other is not one)] == []
