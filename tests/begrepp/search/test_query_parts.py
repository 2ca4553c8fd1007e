"""Parts of a query before any word is matched: syntax, system names and codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pytest

from begrepp.search import query_parser
from begrepp.search.query_codes import QueryCodes, find_codes, missing_codes
from begrepp.search.query_operators import read_syntax
from begrepp.search.query_parser import SlotMaker, parse_search
from begrepp.search.system_names import System, SystemNames

BASE = "https://example.org/id/cs/"
SYSTEMS = SystemNames.of(
    [
        System(BASE + "icd-10-se", "scheme", ["ICD-10-SE, klassifikation"], ["http://hl7.org/fhir/sid/icd-10-se"]),
        System(BASE + "icd-10", "scheme", ["ICD-10, WHO:s version"], ["urn:oid:2.16.840.1.113883.6.3", "icd-10"]),
        System(BASE + "icd-o-3", "scheme", ["ICD-O-3, tumörer"], []),
        System(BASE + "ksh97-p", "scheme", ["KSH97-P, primärvård"], []),
        System(BASE + "kva", "scheme", ["KVÅ, vårdåtgärder"], []),
        System(BASE + "kka", "scheme", ["KKÅ, kirurgi"], [], BASE + "kva"),
        System(BASE + "mondo", "scheme", ["Mondo, sjukdomar"], []),
        System(BASE + "kon", "scheme", ["Kön"], []),
        System("https://example.org/id/dataset/nlcr", "dataset", ["Lungcancerregistret (NLCR)"], []),
        System(
            "https://example.org/id/dataset/nkbc",
            "dataset",
            [
                "Nationellt kvalitetsregister för bröstcancer (NKBC)",
                "National Quality Register for Breast Cancer (NKBC)",
            ],
            [],
        ),
    ]
)
CODES = {"QD02", "QD002", "J", "C50", "C509", "C51", "80003", "81403", "MONDO0004992", "LUAD", "I10", "A02", "1B", "01"}


def _codes(text: str) -> QueryCodes:
    return find_codes(text, SYSTEMS, CODES.__contains__, lambda begun: any(code.startswith(begun) for code in CODES))


def named(text: str) -> set[str]:
    return {iri.rpartition("/")[2] for iri in SYSTEMS.find(text)}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("icd-10", {"icd-10", "icd-10-se"}),
        ("ICD10", {"icd-10", "icd-10-se"}),
        ("ICD 10 SE", {"icd-10-se"}),
        ("icdo", {"icd-o-3"}),
        ("icd-o-3", {"icd-o-3"}),
        ("ICD", {"icd-10", "icd-10-se", "icd-o-3"}),
        ("ksh97p", {"ksh97-p"}),
        ("KSH", {"ksh97-p"}),
        ("kva", {"kva", "kka"}),  # KKÅ is a part of KVÅ
        ("KVÅ", {"kva", "kka"}),
        ("kka", {"kka"}),
        ("2.16.840.1.113883.6.3", {"icd-10"}),
        ("https://hl7.org/fhir/sid/icd-10-se/", {"icd-10-se"}),
        ("nlcr", {"nlcr"}),
        ("nationella lungcancerregistret", {"nlcr"}),
        ("lungcancer registret", {"nlcr"}),
        ("bröstcancerregistret", {"nkbc"}),  # called by what it is about
        ("kvalitetsregistret för bröstcancer", {"nkbc"}),
        ("breast cancer register", {"nkbc"}),
        ("registret", set()),
        ("ic", set()),
        ("kv", set()),
    ],
)
def test_a_system_is_known_by_any_spelling_of_its_name(text: str, ids: set[str]) -> None:
    assert named(text) == ids


@pytest.mark.parametrize(
    ("text", "whole", "ids"),
    [
        ("C50.9", ("C509",), set()),
        ("c509", ("C509",), set()),
        ("icd-10-se:C50.9", ("C509",), {"icd-10-se"}),
        ("http://hl7.org/fhir/sid/icd-10-se|C50.9", ("C509",), {"icd-10-se"}),
        ("urn:oid:2.16.840.1.113883.6.3|C50", ("C50",), {"icd-10"}),
        ("ICD-10 C50", ("C50",), {"icd-10", "icd-10-se"}),
        ("ksh97p I10", ("I10",), {"ksh97-p"}),
        ("I10 ksh97p", ("I10",), {"ksh97-p"}),
        ("kod C50.9 i ICD-10-SE", ("C509",), {"icd-10-se"}),
        ("vad är I10 enligt ksh97p?", ("I10",), {"ksh97-p"}),
        ("icd10-kod C50", ("C50",), {"icd-10", "icd-10-se"}),
        ("ICD-10 WHO C50", ("C50",), {"icd-10"}),
        ("LUAD mondo", ("LUAD",), {"mondo"}),
        ("LUAD nlcr", (), set()),  # a word without a digit before a register may be no code
        ("KVÅ kapitel J", ("J",), {"kva", "kka"}),
        ("M-8140/3", ("81403",), set()),
        ("m8140/3", ("81403",), set()),
        ("MONDO:4992", ("MONDO0004992",), {"mondo"}),
        ("QD02", ("QD02",), set()),  # and not QD002, though that is a code too
        ("QD2", ("QD02", "QD002"), set()),
        ("mondo 4992", ("MONDO0004992",), {"mondo"}),
        ("http://purl.obolibrary.org/obo/MONDO_0004992", ("MONDO0004992",), set()),
        ("https://example.org/browse?id=MONDO:0004992", ("MONDO0004992",), set()),
        ("luad", ("LUAD",), set()),
        ("vad betyder C50.9?", ("C509",), set()),
        ("koden I10", ("I10",), set()),
        ("C50.99", ("C509",), set()),  # a digit too many: the code that it begins with
        ("lung", (), set()),
        ("typ 2 diabetes", (), set()),
    ],
)
def test_a_code_is_known_by_any_spelling(text: str, whole: tuple[str, ...], ids: set[str]) -> None:
    codes = _codes(text)
    assert codes.whole == whole
    assert {iri.rpartition("/")[2] for iri in codes.systems} == ids


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("C50.9 brösttumör", ("C509",)),
        ("sjukdomar med I10", ("I10",)),
        ("icd10 hjärtsvikt", ()),  # the name of a system is no code
        ("hjärtsvikt a02 b99", ("A02",)),  # B99 is none here
        ("typ 2 diabetes", ()),
        ("rakit typ 1b", ()),  # the number of a type, though 1B is a code here
        ("synskärpa 0.1", ()),
        ("typ (01)", ()),
        ("kyrkan i10", ("I10",)),
        ("ICD-O 8140", ("8140",)),  # beside a system, what codes begin with
        ("8140 ICD-O", ("8140",)),
        ("ICD-O 8141", ()),
        ("KSH C5", ()),
        ("KVÅ kapitel Q", ()),
    ],
)
def test_a_code_is_seen_beside_words(text: str, parts: tuple[str, ...]) -> None:
    assert _codes(text).parts == parts


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("C50-C59", ("C50", "C59")),
        ("c50 – c59", ("C50", "C59")),
        ("I20-25", ("I20", "I25")),
        ("C59-C50", ("", "")),
        ("C50-C509", ("", "")),
        ("C50.0-C50.9", ("C500", "C509")),
        ("icd-10-se C50-C59", ("C50", "C59")),
        ("c50-c59 icd", ("C50", "C59")),
        ("covid-19", ("", "")),
    ],
)
def test_a_range_has_two_ends_of_equal_length(text: str, ends: tuple[str, str]) -> None:
    codes = _codes(text)
    assert (codes.first, codes.last) == ends


def test_syntax_is_read_as_people_know_it() -> None:
    quoted = read_syntax('"akut tonsillit" barn')
    assert (quoted.text, quoted.phrases) == ("akut tonsillit barn", (("akut", "tonsillit"),))
    minus = read_syntax("cancer -bröst")
    assert (minus.text, minus.excluded) == ("cancer", (("brost",),))
    assert read_syntax('hjärta -"akut infarkt"').excluded == (("akut", "infarkt"),)
    assert read_syntax("cancer NOT bröst") == minus
    assert read_syntax('hjärta NOT "akut infarkt"').excluded == (("akut", "infarkt"),)
    assert not read_syntax("DISEASE NOT SPECIFIED").excluded and not read_syntax("disease not specified").excluded
    either = read_syntax("astma OR kol")
    assert (either.text, either.either) == ("astma kol", (("astma", "kol"),))
    assert read_syntax("icd-10 -").excluded == ()
    assert read_syntax("covid-19").excluded == ()
    assert read_syntax("-5").text == "-5"
    assert read_syntax("bro\u0308st  cancer").text == "bröst cancer"


class EveryWord:
    """An index that has every word once, and the systems above."""

    systems = SYSTEMS

    def are_lists(self, systems: Iterable[str]) -> bool:
        return all(iri.endswith("kon") for iri in systems)

    def frequency(self, word: str) -> int:
        return 1

    def is_written(self, word: str) -> bool:
        return True

    def is_in_texts(self, word: str) -> bool:
        return False

    def is_prefix(self, word: str) -> bool:
        return False

    def beginning_with(self, text: str) -> list[str]:
        return []

    def is_label(self, text: str) -> bool:
        return False

    def other_names(self, text: str) -> Mapping[tuple[str, ...], str]:
        return {}

    def closest(self, word: str) -> str:
        return ""

    def sounding_label(self, words: Sequence[str]) -> list[str]:
        return []

    def has_code(self, code: str) -> bool:
        return code in {"KON", "NLCR"}

    def is_code_beginning(self, code: str) -> bool:
        return False


@pytest.mark.parametrize("query", ["nlcr kön", "kön nlcr", "kön i nlcr"])
def test_a_code_list_beside_a_register_is_a_word(query: str) -> None:
    search = parse_search(query, SlotMaker(EveryWord()))
    assert {slot.words: bool(slot.systems) for slot in search.slots} == {("nlcr",): True, ("kön",): False}
    assert not search.codes.whole


def test_a_code_list_beside_words_is_a_word_and_what_it_lists() -> None:
    first, _ = parse_search("kön vatten", SlotMaker(EveryWord())).slots
    assert first.words == ("kön",) and first.systems and first.is_content
    first, _ = parse_search("kön 2", SlotMaker(EveryWord())).slots
    assert first.systems and not first.is_content


@pytest.mark.parametrize("query", ["ox kärra stor", "oxs kärra stor", "ox kärra hjul stor"])
def test_words_typed_apart_are_part_of_a_phrase(monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    groups = {("oxkärra", "stor"): [("vagn",)], ("oxkärrahjul", "stor"): [("hjul",)]}
    monkeypatch.setattr(query_parser, "synonyms", lambda phrase: groups.get(tuple(phrase), []))
    monkeypatch.setattr(query_parser, "is_synonym", "oxkärra".__eq__)
    slot = parse_search(query, SlotMaker(EveryWord())).slots[0]
    assert (slot.words == ("oxkärra", "stor")) == ("hjul" not in query)


def test_the_same_word_on_both_sides_of_or_is_one_word() -> None:
    search = parse_search("vatten OR vatten sten", SlotMaker(EveryWord()))
    assert [slot.words for slot in search.slots] == [("vatten",), ("sten",)]


def test_a_word_has_the_same_slot_in_many_queries() -> None:
    maker = SlotMaker(EveryWord())
    first, second = (parse_search(query, maker).slots[0] for query in ("vatten sten", "vatten berg"))
    assert first is second and first.words == ("vatten",)
    assert parse_search("vatten", maker).slots[0].is_last and not first.is_last


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("C99.9", ("C99.9",)),
        ("ICD-10-SE:C50.99", ("C50.99",)),
        ("snomed 254837009", ("254837009",)),
        ("ICD10 d450 mellan C50.9 och C50", ("d450",)),
        ("MONDO:9999999", ("MONDO:9999999",)),
        ("M-8999/9", ("M-8999/9",)),
        ("c509", ()),
        ("MONDO:4992", ()),
        ("8000", ()),
        ("C50-C51", ()),
        ("KSH97 V600E typ 2 H1N1 IL17 2021", ()),
    ],
)
def test_words_written_as_codes_that_are_none_are_known(text: str, missing: tuple[str, ...]) -> None:
    assert (
        missing_codes(text, SYSTEMS, CODES.__contains__, lambda code: any(c.startswith(code) for c in CODES)) == missing
    )
