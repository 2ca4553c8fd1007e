"""Names that people search with: from groups of synonyms and from lists by code, found by some of their words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from begrepp.search import Hit, TextIndex, search_names, write_index
from begrepp.search.search_names import LISTS, read_list
from begrepp.search.synonyms import OWN_SOURCE, operators_checksum, read_synonyms
from tests.begrepp.search.test_borrowed_names import BASE, SKOS, TYPE, concept, write

OURS, CSVW = "https://w3id.org/begrepp/def#", "http://www.w3.org/ns/csvw#"
DATASET = "https://example.org/id/dataset/reg"
THINGS = [
    concept("x/A01", "A01", sv="Plivoksjuka, ospecificerad"),
    concept("x/A02", "A02", sv="Stomipsjuka"),
    concept("x/A03", "A03", sv="Gnuzagsjuka"),
    concept("y/B01", "B01", sv="Kvavoktal")
    | {f"<{BASE}y/B01> <{SKOS}exactMatch> <{BASE}x/A02> .\n"},
    frozenset({
        f"<{DATASET}> {TYPE} <http://www.w3.org/ns/dcat#Dataset> .\n",
        f"<{DATASET}/v1> {TYPE} <{CSVW}Column> .\n",
        f'<{DATASET}/v1> <{CSVW}name> "v1" .\n',
        f"<{DATASET}/v1> <{OURS}measures> <{BASE}x/A03> .\n",
        f"<{DATASET}/v2> {TYPE} <{CSVW}Column> .\n",
        f'<{DATASET}/v2> <{CSVW}name> "v2" .\n',
    }),
]  # fmt: skip


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the lists; the operator's synonyms stand beside it."""
    synonyms = tmp_path / "words.txt"
    synonyms.write_text("plivoksjuka = ont bakom vänster lilltå\ngnuzagsjuka = gnagsår i själen\n", encoding="utf-8")
    monkeypatch.setenv("BEGREPP_SYNONYMS", str(synonyms))
    lists = tmp_path / "search_names"
    lists.mkdir()
    (lists / "x.tsv").write_text("A02\tsurrande armbåge; elbow hum\n", encoding="utf-8")
    (lists / "variables.tsv").write_text("reg/v2\thur tung maten var\n", encoding="utf-8")
    monkeypatch.setattr(search_names, "LISTS", lists)
    read_synonyms.cache_clear()
    yield lists
    read_synonyms.cache_clear()


@pytest.fixture
def index(names: Path, tmp_path: Path) -> TextIndex:
    write_index(tmp_path / "index", write(tmp_path, "view", THINGS))
    return TextIndex(tmp_path / "index")


def first(index: TextIndex, query: str) -> tuple[str, str, str, str]:
    """Return the last part of the IRI of the first hit, and the role, value and source of what it was found by."""
    hits: list[Hit] = index.search(query, limit=5)[1]
    found = hits[0].matched
    assert found, hits[0]
    return hits[0].iri.rpartition("/")[2], found.role, found.value, found.scheme


@pytest.mark.parametrize("query", ["ont bakom vänster lilltå", "lilltå vänster", "ont i lilltån"])
def test_some_words_of_a_synonym_find_what_has_another_name_of_its_group(index: TextIndex, query: str) -> None:
    assert first(index, query) == ("A01", "synonym", "ont bakom vänster lilltå", "words.txt")


@pytest.mark.parametrize("query", ["armbågen surrar surrande", "elbow hum"])
def test_a_listed_name_finds_its_code(index: TextIndex, query: str) -> None:
    assert first(index, query)[::3] == ("A02", OWN_SOURCE)


def test_what_is_the_same_elsewhere_and_what_measures_it_have_the_names_too(index: TextIndex) -> None:
    found = {hit.iri.rpartition("/")[2] for hit in index.search("surrande armbåge")[1]}
    assert found == {"A02", "B01"}
    found = {hit.iri.rpartition("/")[2] for hit in index.search("gnagsår själen")[1]}
    assert found == {"A03", "v1", "reg"}


def test_variables_have_a_list_of_their_own(index: TextIndex) -> None:
    assert first(index, "maten tung") == ("v2", "synonym", "hur tung maten var", OWN_SOURCE)


def test_a_name_that_is_a_label_is_not_repeated(names: Path, tmp_path: Path) -> None:
    (names / "x.tsv").write_text("A02\tStomipsjuka; annat\n", encoding="utf-8")
    write_index(tmp_path / "index", write(tmp_path, "view", THINGS))
    hit = TextIndex(tmp_path / "index").search("stomipsjuka")[1][0]
    assert [label.value for label in hit.details.document.labels] == ["Stomipsjuka", "annat", "Kvavoktal"]


def test_an_index_is_written_again_when_the_operators_synonyms_change(names: Path) -> None:
    before = operators_checksum()
    (names.parent / "words.txt").write_text("plivoksjuka = annan värk\n", encoding="utf-8")
    assert operators_checksum() != before


@pytest.mark.parametrize("path", sorted(LISTS.glob("*.tsv")), ids=lambda path: path.stem)
def test_the_rows_of_the_lists_are_whole(path: Path) -> None:
    rows = list(read_list(path))
    codes = [code for code, _ in rows]
    assert codes == sorted({*codes})
    for code, given in rows:
        assert code == code.strip()
        assert given, code
        assert all(given), code
        assert len({name.casefold() for name in given}) == len(given), (code, given)
