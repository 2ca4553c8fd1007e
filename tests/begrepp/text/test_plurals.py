"""Plural forms and numbers by language, in the words of the pages and of reports."""

from __future__ import annotations

import re

import pytest

from begrepp.text.plurals import format_number, plural_category
from begrepp.validation.reports.i18n import translate
from server.http.i18n import LANGUAGES, Translator, translations

# Texts whose number inflects no word.
UNINFLECTED = {
    "home.addedmore",
    "model.triples",
    "tree.all",
    "tree.siblings",
    "difference.more",
    "dataset.all",
    "thing.hidden",
    "search.cut",
    "search.pastend",
    "sparql.cut",
    "validate.kept",
    "validate.took",
    "validate.shown",
    "validate.examples",
    "ehds.count",
    "completeness.lead",
    "completeness.of",
    "difference.formalmore",
    "dataset.matching",
}


@pytest.mark.parametrize(("n", "category"), [(0, "other"), (1, "one"), (2, "other"), (21, "other"), (1.0, "other")])
def test_one_is_the_whole_number_one(n: float, category: str) -> None:
    assert plural_category(n) == category


@pytest.mark.parametrize(
    ("number", "language", "written"),
    [
        (12345, "sv", "12\u00a0345"),
        (12345, "en", "12,345"),
        (0.95, "sv", "0,95"),
        (0.95, "en", "0.95"),
        (1234.5, "sv", "1\u00a0234,5"),
        (1234.5, "en", "1,234.5"),
    ],
)
def test_numbers_are_written_by_language(number: float, language: str, written: str) -> None:
    assert format_number(number, language) == written
    assert Translator(language).number(number) == written


@pytest.mark.parametrize(
    ("language", "n", "words"),
    [
        ("sv", 0, "0 träffar på ”C50”"),
        ("sv", 1, "1 träff på ”C50”"),
        ("sv", 2, "2 träffar på ”C50”"),
        ("sv", 1234, "1\u00a0234 träffar på ”C50”"),
        ("en", 1, "1 result for “C50”"),
        ("en", 1234, "1,234 results for “C50”"),
    ],
)
def test_words_follow_the_number(language: str, n: int, words: str) -> None:
    assert Translator(language)("search.found", n=n, query="C50") == words


def test_a_report_counts_in_its_language() -> None:
    assert [translate("sv", "report.warnings", n=n) for n in (1, 2000)] == ["1 varning", "2\u00a0000 varningar"]
    assert [translate("en", "report.warnings", n=n) for n in (1, 2000)] == ["1 warning", "2,000 warnings"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_with_a_count_has_both_forms(language: str) -> None:
    words = translations(language)
    counted = {key for key, text in words.items() if re.search(r"\{n\}", text)}
    assert {key for key in counted if not key.endswith((".one", ".other"))} == UNINFLECTED
    forms = {key.rpartition(".")[0] for key in words if key.endswith(".one")}
    assert forms == {key.rpartition(".")[0] for key in words if key.endswith(".other")}


@pytest.mark.parametrize(
    ("lexical", "swedish"), [("0.95", "0,95"), ("-1.5", "-1,5"), ("1.2.752", "1.2.752"), ("3", "3"), ("1.0E1", "1.0E1")]
)
def test_a_decimal_has_the_mark_of_the_language(lexical: str, swedish: str) -> None:
    assert Translator("sv").decimal(lexical) == swedish
    assert Translator("en").decimal(lexical) == lexical
