"""Expressions in words, in both languages."""

from __future__ import annotations

import pytest

from begrepp.ecl import parse_ecl
from begrepp.ecl.explanation import ExplainedPart, Explanation, code_names
from begrepp.ecl.phrases import HIERARCHY, PHRASES
from tests.begrepp.ecl.test_constraint_parser import LONG, OFFICIAL
from tests.support.ecl_model import MemoryConcept, MemorySystem


def _lines(text: str, language: str) -> list[str]:
    explanation = Explanation(language, lambda reference: reference.term, "Snomed CT")

    def lines(part: ExplainedPart, depth: int) -> list[str]:
        return ["  " * depth + part.words, *(line for each in part.parts for line in lines(each, depth + 1))]

    return lines(explanation.explain(parse_ecl(text)), 0)


@pytest.mark.parametrize(
    ("text", "swedish", "english"),
    [
        ("<< C34 |Lungcancer|", ["C34 Lungcancer och allt under"], ["C34 Lungcancer and everything below"]),
        ("*", ["alla begrepp i Snomed CT"], ["all concepts of Snomed CT"]),
        (
            "<! A OR ICD-O-3#B",
            ["begrepp som finns i någon av dessa", "  nivån närmast under A", "  ICD-O-3 B"],
            ["concepts that are in any of these", "  the level directly below A", "  ICD-O-3 B"],
        ),
        (
            "A : [0..0] b = << c, R d != e",
            ["A, om", "  alla dessa villkor är uppfyllda", "    inget b = det följande", "      c och allt under",
             "    är värde på d för minst ett annat än e"],
            ["A, if", "  all of these conditions are met", "    no b = the following", "      c and everything below",
             "    is the value of d of at least one other than e"],
        ),
        (
            "A : [2..3] { b >= #5 }",
            ["A, om", "  2 till 3 grupper uppfyller", "    minst ett b >= 5"],
            ["A, if", "  2 to 3 groups meets", "    at least one b >= 5"],
        ),
        (
            '^ s {{ M mapTarget = wild:"J*" }}',
            ["medlemmarna i s", "  raden i mängden: mapTarget lyder ”J*” (* är vilken text som helst)"],
            ["the members of s", "  the row of the set: mapTarget reads ”J*” (* is any text)"],
        ),
        (
            'A {{ term != "a b", language = sv }} {{ C active = 0 }}',
            ["det följande, om", "  A, om",
             "    en och samma benämning: inte har ord som börjar som ”a b”; språket är svenska",
             "  begreppet: tillståndet är inaktuellt"],
            ["the following, if", "  A, if",
             "    one and the same name: not has words that start like ”a b”; the language is Swedish",
             "  the concept: the state is retired"],
        ),
        ("A . b", ["värdena på b för A"], ["the values of b of A"]),
        (
            "A {{ + HISTORY-MIN }}",
            ["A, och inaktuella begrepp med just detta som enda ersättare"],
            ["A, and retired concepts with exactly this as their only successor"],
        ),
    ],
)  # fmt: skip
def test_an_expression_is_explained(text: str, swedish: list[str], english: list[str]) -> None:
    assert (_lines(text, "sv"), _lines(text, "en")) == (swedish, english)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("text", [text for _, text in (*OFFICIAL, *LONG)])
def test_every_official_form_is_explained(text: str, language: str) -> None:
    for line in _lines(text, language):
        assert line.strip() and "{" not in line and "None" not in line


def test_both_languages_have_the_same_phrases() -> None:
    for phrases in (PHRASES, HIERARCHY):
        assert phrases["sv"].keys() == phrases["en"].keys()
        for key, phrase in phrases["sv"].items():
            assert {each for each in ("{x}", "{value}", "{attribute}") if each in phrase} == {
                each for each in ("{x}", "{value}", "{attribute}") if each in phrases["en"][key]
            }


def test_a_part_has_its_place_in_the_text() -> None:
    text = "<< A MINUS (B OR C)"
    part = Explanation("en", lambda reference: "", "").explain(parse_ecl(text))
    assert [text[each.start : each.end] for each in part.parts] == ["<< A", "B OR C"]


def test_codes_are_named_in_the_language() -> None:
    system = MemorySystem([MemoryConcept("A", names=[("Apa", "sv", "preferred"), ("Ape", "en", "preferred")])])
    for language, name in (("sv", "Apa"), ("en", "Ape")):
        names = code_names(system, lambda alias: None, language)
        assert Explanation(language, names, "").explain(parse_ecl("A")).words == f"A {name}"
        assert Explanation(language, names, "").explain(parse_ecl("x#A OR B")).parts[0].words == "x A"


def test_codes_are_named_as_they_are_evaluated() -> None:
    names: list[list[tuple[str, str, str]]] = [[("Ape", "en", "preferred")], [("Bee", "en", "preferred")]]
    system = MemorySystem([MemoryConcept(f"X:{n}", names=names[n]) for n in range(2)])
    name = code_names(system, lambda alias: system if alias == "x" else None, "en")
    assert Explanation("en", name, "").explain(parse_ecl("1")).words == "1 Bee"  # the prefix of all codes is left out
    assert Explanation("en", name, "").explain(parse_ecl('"x#X:0"')).words.endswith("Ape")
