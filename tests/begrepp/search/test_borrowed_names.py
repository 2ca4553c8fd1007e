"""Names that a concept is found by though another has them: siblings, variants, namesakes, parents; and species.

`x` and `y` have the same sixty codes with Swedish names that agree, `w` the same codes with English names; `z` has the
same codes for other things. `m` is an ontology without codes in common with the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from begrepp.search import Hit, TextIndex, update_index, write_index
from begrepp.search.index_state import IndexState
from begrepp.search.learned_order import sort_by_score
from tests.begrepp.search.test_incremental import held

BASE, SKOS = "https://example.org/id/cs/", "http://www.w3.org/2004/02/skos/core#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
# Invented words: no synonyms, no compounds, no stems in common.
WORDS = [one + two for one in ("bra", "dri", "flo", "gnu", "kva", "pli", "sto", "tru") for two in ("vok", "mip", "zag")]


def concept(path: str, code: str, *, broader: str = "", **labels: str) -> frozenset[str]:
    """Return the statements of a concept; `labels` are by language, `alt_sv` is another name."""
    subject = f"<{BASE}{path}>"
    said = {
        f"{subject} {TYPE} <{SKOS}Concept> .\n",
        f'{subject} <{SKOS}notation> "{code}" .\n',
        f"{subject} <{SKOS}inScheme> <{BASE}{path.partition('/')[0]}> .\n",
    }
    for name, value in labels.items():
        role, lang = ("altLabel", name[4:]) if name.startswith("alt_") else ("prefLabel", name)
        said.add(f'{subject} <{SKOS}{role}> "{value}"@{lang} .\n')
    return frozenset(said | ({f"{subject} <{SKOS}broader> <{BASE}{broader}> .\n"} if broader else set()))


def numbered(scheme: str, **texts: str) -> dict[str, frozenset[str]]:
    """Return sixty concepts A00 … A59, whose labels have the word of their number in place of `%`."""
    named = {}
    for number in range(60):
        word = WORDS[number % len(WORDS)] + "abcdefghij"[number // len(WORDS)] * 2
        code = f"A{number:02}"
        labels = {lang: text.replace("%", word) for lang, text in texts.items()}
        named[f"{scheme}/{code}"] = concept(f"{scheme}/{code}", code, **labels)
    return named


THINGS = {
    **numbered("x", sv="% hos vuxna"),
    **numbered("y", sv="%"),
    **numbered("w", en="adult %"),
    **numbered("z", sv="Helt annan grej", en="Other thing"),
    "y/A05": concept("y/A05", "A05", sv="plivokaa", alt_sv="skogsklåda"),
    "x/A05": concept("x/A05", "A05", sv="plivokaa hos vuxna"),
    "x/A06": concept("x/A06", "A06", sv="stomipaa hos vuxna"),
    "y/A06P": concept("y/A06P", "A06P", sv="enkel stomipaa", alt_sv="bergssnuva"),
    "y/A07": concept("y/A07", "A07", sv="annan stozagaa", alt_sv="dalfeber"),
    "x/A07": concept("x/A07", "A07", sv="stozagaa hos vuxna"),
    "x/A07.1": concept("x/A07.1", "A07.1", broader="x/A07", sv="Svår"),
    "w/A05": concept("w/A05", "A05", en="woodland itch"),
    "x/A05.1": concept("x/A05.1", "A05.1", broader="x/A05", sv="Lindrig"),
    "x/A08.1": concept("x/A08.1", "A08.1", broader="x/A08", sv="Annan form"),
    "m/M1": concept("m/M1", "M1", en="woodland itch", alt_en="sylvan prickle"),
    "atc/A01": concept("atc/A01", "A01", sv="Zetamycin"),
    "atc/Q": concept("atc/Q", "Q", sv="För djur"),
    "atc/QA01": concept("atc/QA01", "QA01", broader="atc/Q", sv="Zetamycin"),
}


def write(folder: Path, name: str, things: Iterable[frozenset[str]]) -> Path:
    view = folder / f"{name}.nt"
    view.write_text("".join(sorted(frozenset[str]().union(*things))), encoding="utf-8")
    return view


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    folder = tmp_path_factory.mktemp("borrowed")
    write_index(folder / "index", write(folder, "view", THINGS.values()))
    return TextIndex(folder / "index", lambda scored, *_: sort_by_score(scored))


def hits(index: TextIndex, query: str) -> dict[str, Hit]:
    return {hit.iri.removeprefix(BASE): hit for hit in index.search(query)[1]}


def role(hit: Hit) -> str:
    return hit.matched.role if hit.matched else ""


def test_a_name_of_the_same_code_in_a_sibling_system_finds_a_concept_and_is_said(index: TextIndex) -> None:
    found = hits(index, "skogsklåda")
    assert role(found["x/A05"]) == "sibling" and role(found["w/A05"]) == "sibling"
    assert found["x/A05"].matched and found["x/A05"].matched.scheme == BASE + "y"


def test_a_system_where_the_same_code_means_something_else_is_no_sibling(index: TextIndex) -> None:
    assert "z/A05" not in hits(index, "skogsklåda")
    assert not any(hit.equals for path, hit in hits(index, "helt annan grej").items() if path.startswith("z/"))


def test_a_code_with_a_letter_more_is_a_variant(index: TextIndex) -> None:
    assert role(hits(index, "bergssnuva")["x/A06"]) == "variant"


def test_what_the_rest_of_a_group_includes_is_told_and_is_no_name_of_its_subdivisions(index: TextIndex) -> None:
    found = hits(index, "dalfeber")
    assert role(found["x/A07"]) == "inclusion"
    assert "dalfeber" not in [hit.matched.value for hit in found.values() if hit.matched and role(hit) == "parent"]


def test_a_concept_is_found_by_the_names_of_one_with_the_same_name(index: TextIndex) -> None:
    found = hits(index, "sylvan prickle")
    assert role(found["m/M1"]) == "alt" and role(found["w/A05"]) == "namesake" and role(found["x/A05"]) == "namesake"


def test_a_code_is_found_by_the_name_of_the_code_that_it_extends(index: TextIndex) -> None:
    found = hits(index, "skogsklåda")
    assert role(found["x/A05.1"]) == "parent"
    assert [*found].index("x/A05") < [*found].index("x/A05.1")


def test_what_is_for_animals_comes_after_what_is_for_people_and_can_be_chosen(index: TextIndex) -> None:
    assert [*hits(index, "zetamycin")][:2] == ["atc/A01", "atc/QA01"]
    assert index.facets("zetamycin")["species"] == {"human": 1, "animal": 2}  # and the group of the latter
    assert [hit.notation for hit in index.search("zetamycin", species="animal")[1]] == ["QA01", "Q"]


def test_words_that_no_label_has_and_words_that_say_little_are_not_required(index: TextIndex) -> None:
    for query in ("plivokaa", "plivokaa fjantologi", "vad är plivokaa"):
        assert {"x/A05", "y/A05"} <= {*hits(index, query)}, query
    assert not hits(index, "fjantologi")
    assert next(iter(hits(index, "plivokaa vuxna"))) == "x/A05"


CHANGES = {
    "nothing": {},
    "a name elsewhere": {"m/M2": concept("m/M2", "M2", en="something new")},
    "a namesake more": {"m/M2": concept("m/M2", "M2", en="Woodland itch", alt_en="grove tickle")},
    "a namesake renamed": {"m/M1": concept("m/M1", "M1", en="desert itch")},
    "a code below": {"x/A05.2": concept("x/A05.2", "A05.2", broader="x/A05", sv="Svår")},
    "a sibling renamed": {"y/A05": concept("y/A05", "A05", sv="plivokaa", alt_sv="fjällsnuva")},
    "a sibling more": {"y/A60": concept("y/A60", "A60", sv="nytt"), "x/A60": concept("x/A60", "A60", sv="nytt")},
    "an animal more": {"atc/QA02": concept("atc/QA02", "QA02", broader="atc/Q", sv="Betamycin")},
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_update_holds_what_an_index_written_whole_holds(tmp_path: Path, what: str) -> None:
    # Where a concept with siblings changes, no update is made, and the build writes the index whole.
    first, later = write(tmp_path, "1", THINGS.values()), write(tmp_path, "2", (THINGS | CHANGES[what]).values())
    write_index(tmp_path / "before", first)
    count = update_index(tmp_path / "updated", later, tmp_path / "before", first, lambda share: None)
    if "sibling" in what:
        assert count is None
        return
    assert count == write_index(tmp_path / "whole", later)
    whole = held(tmp_path / "whole")
    assert held(tmp_path / "updated", {*whole}) == whole
    one, other = IndexState.read(tmp_path / "updated"), IndexState.read(tmp_path / "whole")
    assert one and other
    one.updates = 0
    assert one == other
