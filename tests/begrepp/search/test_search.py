"""Search results in a small index of invented terms.

rot ┬ A00 tumör ─ C34.9 Lungcancer UNS · C50.9 Bröstcancer UNS · C80.9 Cancer i lunga
    ├ E10.9 Diabetes UNS
    └ X01 gammalt ord (utgånget)
"""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from begrepp.search import TextIndex, write_index
from begrepp.search.learned_order import sort_by_score
from begrepp.search.synonyms import synonyms
from begrepp.text.stemming import code_key, word_keys
from tests.waiting import wait_until

THINGS: tuple[tuple[str, str, str, dict[str, str], dict[str, str], bool], ...] = (
    ("a/A", "concept", "A", {"sv": "Malign tumör i lunga"}, {}, True),
    ("a/B", "concept", "B00.1", {"sv": "Bröstcancer", "en": "Breast cancer"}, {}, True),
    ("a/C", "concept", "B00.2", {"sv": "Brostcancerförening"}, {}, True),
    ("a/D", "concept", "D", {"sv": "Diabetes, ospecificerad"}, {}, True),
    ("a/E", "concept", "E", {"sv": "Diabetes med komplikation i ögon och njurar"}, {}, True),
    ("a/F", "concept", "F", {"sv": "Diabetes (äldre begrepp)"}, {}, False),
    ("a/G", "concept", "G", {"sv": "Rekommenderat ord"}, {"hidden": "avrått uttryck"}, True),
    ("a/H", "concept", "H", {"sv": "Kroniskt obstruktiv lungsjukdom [KOL]"}, {}, True),
    ("a/I", "concept", "8500/3", {"sv": "Adenocarcinom"}, {}, True),
    ("b/J", "concept", "J", {"en": "Neoplasm of lung"}, {"same": "a/A"}, True),
    ("a/K", "concept", "K", {"sv": "Tumörer"}, {}, True),
    ("a/N", "concept", "N", {"sv": "Transuretral resektion av urinblåsan"}, {}, True),
    ("a/L", "concept", "8046/3", {"sv": "Lämplig text, tack!"}, {"hidden": "enchondrom"}, True),
    ("a/M", "concept", "8047/3", {"sv": "Multipla enchondrom i handens alla ben, med mera"}, {}, True),
)
MAPS = Path("/proc/self/maps")
BASE, SKOS, OURS = "https://example.org/id/cs/", "http://www.w3.org/2004/02/skos/core#", "https://w3id.org/begrepp/def#"


def lines() -> list[str]:
    said = []
    for path, _, code, labels, more, active in THINGS:
        subject = f"<{BASE}{path}>"
        said += [f'{subject} <{SKOS}prefLabel> "{value}"@{lang} .\n' for lang, value in labels.items()]
        said += [f'{subject} <{SKOS}notation> "{code}" .\n', f"{subject} <{SKOS}inScheme> <{BASE}{path[0]}> .\n"]
        said += [f'{subject} <{SKOS}hiddenLabel> "{more["hidden"]}"@sv .\n'] if "hidden" in more else []
        said += [f"{subject} <{SKOS}exactMatch> <{BASE}{more['same']}> .\n"] if "same" in more else []
        said += [] if active else [f"{subject} <{OURS}status> <{OURS}inactive> .\n"]
        said += [f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{SKOS}Concept> .\n"]
    said += [
        f'<{BASE}a> <{SKOS}prefLabel> "Listan"@sv .\n',
        f'<{BASE}a> <http://purl.org/dc/terms/identifier> "urn:oid:1.2.3.4" .\n',
    ]
    said += [f"<{BASE}a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{SKOS}ConceptScheme> .\n"]
    return sorted(said)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    folder = tmp_path_factory.mktemp("search")
    (folder / "current.nt").write_text("".join(lines()), encoding="utf-8")
    assert write_index(folder / "index", folder / "current.nt") == len(THINGS) + 1
    return TextIndex(folder / "index", lambda scored, *_: sort_by_score(scored))


def found(index: TextIndex, query: str, status: str = "") -> list[str]:
    return [hit.iri.removeprefix(BASE) for hit in index.search(query, status=status)[1]]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("bröstcancer", "a/B"),  # letters as typed come first …
        ("brostcancer", "a/B"),  # … and without dots it is found all the same
        ("bröst cancer", "a/B"),
        ("lungtumör", "a/A"),  # a compound taken apart
        ("lungans tumör", "a/A"),  # an inflection
        ("lungcancer", "a/A"),  # a part in other words: malign tumör
        ("tumören", "a/K"),
        ("neoplasma", "a/K"),  # Latin
        ("kol", "a/H"),  # an abbreviation
        ("TUR-B", "a/N"),  # and one that is written with a hyphen
        ("diabtes", "a/D"),  # a letter left out
        ("adenokarcinom", "a/I"),  # another spelling
        ("8500/3", "a/I"),
        ("85003", "a/I"),
        ("adenocarcinom 8500/3", "a/I"),  # a code beside words
        ("https://example.org/x|8500/3", "a/I"),  # as FHIR writes it
        ("b001", "a/B"),
        (BASE + "b/J", "b/J"),
        ("1.2.3.4", "a"),
        ("urn:oid:1.2.3.4", "a"),
        ("neoplasm of lung", "a/A"),  # by the name of its match, since it has a name in the reader's language
        ("avrått uttryck", "a/G"),
    ],
)
def test_what_is_meant_comes_first(index: TextIndex, query: str, first: str) -> None:
    assert found(index, query)[:1] == [first]


def test_a_name_within_a_longer_query_is_found_however_rare_the_other_words_are(index: TextIndex) -> None:
    assert set(found(index, "fick tumörer efter obstruktiv lungsjukdom")[:2]) == {"a/H", "a/K"}
    assert "a/I" in found(index, "kroniskt obstruktiv och adenocarcinom")


def test_a_label_that_says_no_more_comes_before_one_that_says_more_and_the_retired_comes_last(index: TextIndex) -> None:
    assert [each for each in found(index, "diabetes") if each != "a"] == ["a/D", "a/E", "a/F"]


def test_a_hit_says_by_which_label_it_was_found(index: TextIndex) -> None:
    deprecated = index.search("avrått uttryck")[1][0]
    assert deprecated.matched and deprecated.matched.role == "hidden"
    assert deprecated.labels == {"sv": "Rekommenderat ord"}
    same = next(hit for hit in index.search("neoplasm of lung")[1] if hit.iri.endswith("a/A"))
    assert same.matched and (same.matched.role, same.matched.text.value) == ("via", "Neoplasm of lung")


def test_a_concept_whose_label_names_nothing_comes_last_but_is_found_by_its_code(index: TextIndex) -> None:
    assert [each for each in found(index, "enchondrom") if each != "a"] == ["a/M", "a/L"]
    assert found(index, "8046/3")[0] == "a/L"


def test_a_correction_is_said(index: TextIndex) -> None:
    assert index.corrections("diabtes") == (("diabtes", "diabetes"),)
    assert index.corrections("diabetes") == ()


def test_a_correction_is_said_where_no_document_has_the_word_as_typed(index: TextIndex) -> None:
    assert found(index, "DIABTES")[0] == "a/D"
    assert index.corrections("DIABTES") == (("diabtes", "diabetes"),)
    assert index.corrections('"DIABTES"') == ()


def test_words_that_are_written_as_codes_but_are_none_are_known(index: TextIndex) -> None:
    assert index.missing_codes("C99.9 bröstcancer") == ("C99.9",)
    assert index.missing_codes("B00.1 8500/3 8046") == ()
    assert index.missing_codes("B01") == ("B01",) and not index.corrections("B01") and not found(index, "B01")


def test_a_long_word_one_letter_from_another_is_corrected_unless_it_is_made_of_known_words(index: TextIndex) -> None:
    assert index.corrections("brstcancerförening") == (("brstcancerförening", "brostcancerförening"),)
    assert index.corrections("diabetescancer") == ()


def test_words_of_a_phrase_with_synonyms_are_not_corrected(index: TextIndex) -> None:
    assert index.corrections("operera bort halsmandlarna") == ()


def test_suggestions_follow_the_letters(index: TextIndex) -> None:
    typed = {
        query: [hit.iri.removeprefix(BASE) for hit in index.suggest(query)] for query in ("d", "di", "diab", "bro")
    }
    assert typed["d"][0] == typed["di"][0] == typed["diab"][0] == "a/D"
    assert typed["bro"][0] == "a/B"
    assert [hit.notation for hit in index.suggest("bröstc")][:1] == ["B00.1"]  # no misspelt *brost*
    assert index.suggest("") == []


def test_facets_count_what_is_found_and_a_filter_does_not_narrow_its_own(index: TextIndex) -> None:
    total, _ = index.search("diabetes")
    facets = index.facets("diabetes")
    assert facets["status"] == {"active": 3, "inactive": 1} and sum(facets["kind"].values()) == total == 4
    assert index.facets("diabetes", status="active")["status"] == facets["status"]
    assert index.facets("diabetes", status="active")["kind"] == {"concept": 2, "scheme": 1}
    assert found(index, "diabetes", status="inactive") == ["a/F"]
    assert index.facets("") == {}


def test_the_code_of_a_thing_is_found_however_it_is_written(index: TextIndex) -> None:
    assert {code_key(code) for code in ("C50.9", "c509", "C50 9", "C50.9-")} == {"C509"}
    assert [hit.notation for hit in index.find_code("b00 1")] == ["B00.1"]


@pytest.mark.skipif(not MAPS.exists(), reason="the mapped files of a process are listed on Linux only")
def test_the_files_of_an_index_are_closed_with_it(tmp_path: Path) -> None:
    """Without waiting for the garbage collector: a server would keep the files of the builds that it served before."""
    (tmp_path / "current.nt").write_text("".join(lines()), encoding="utf-8")
    write_index(tmp_path / "index", tmp_path / "current.nt")
    gc.disable()
    try:
        index = TextIndex(tmp_path / "index")
        assert index.search("diabetse")[0] and index.suggest("lung") and index.search("B00.1")[0]
        assert str(tmp_path) in MAPS.read_text()
        del index
        # tantivy reads an index a second time, in a thread of its own, when it is opened
        wait_until(lambda: str(tmp_path) not in MAPS.read_text())
    finally:
        gc.enable()


def test_forms_of_a_word_have_a_key_in_common() -> None:
    for forms in (("tumör", "tumören", "tumörer", "tumor", "tumour"), ("lunga", "lungan", "lungans", "lungor")):
        assert set.intersection(*(set(word_keys(form)) for form in forms))
    for nouns in (
        ("bröstkörtel", "bröstkörteln", "bröstkörtlar", "bröstkörtlarnas"),
        ("finger", "fingret", "fingrar", "fingrarna"),
        ("lever", "levern", "levrar"),
        ("muskel", "muskeln", "muskler", "musklerna"),
        ("register", "registret", "registrets"),
        ("åder", "ådror", "ådrorna"),
    ):
        assert set.intersection(*(set(word_keys(form)) for form in nouns)), nouns
    assert not set(word_keys("kärlet")) & set(word_keys("karel"))
    for one, other in (("karcinom", "carcinoma"), ("leukemi", "leukaemia"), ("mammografi", "mammography")):
        assert set(word_keys(one)) & set(word_keys(other))
    assert not set(word_keys("hjärta")) & set(word_keys("hjärna"))


def test_synonyms_go_both_ways_and_by_any_form() -> None:
    assert ("hjärtattack",) in synonyms(("hjärtinfarkter",))
    assert ("malign", "tumör") in synonyms(("cancer",)) and ("cancer",) in synonyms(("malign", "tumör"))
    assert synonyms(("ingenting",)) == []
