"""Regular expressions of XPath: which texts contain a match, and which patterns are not valid."""

from __future__ import annotations

import polars as pl
import pytest

from begrepp.errors import InputError
from begrepp.validation.shacl import regex
from begrepp.validation.shacl.regex import matches_pattern

CASES: list[tuple[str, str, list[str], list[str]]] = [
    # categories and blocks
    (r"^\p{Lu}", "", ["Åsa", "ΔT", "Zoe"], ["åsa", "1A"]),
    (r"^\P{L}+$", "", ["12-3"], ["1a"]),
    (r"^[\p{Nd}\p{Zs}]+$", "", ["12 ٣"], ["a", "1\t"]),
    (r"^\p{IsBasicLatin}*$", "", ["abc~", ""], ["å"]),
    (r"\P{IsBasicLatin}", "", ["aå"], ["abc"]),
    (r"^\p{IsLatin-1Supplement}+$", "", ["åäö"], ["āa"]),
    (r"^[^\p{IsGreek}]+$", "", ["abc"], ["aβ"]),
    (r"\p{IsCyrillic}", "", ["Жук"], ["Zuk"]),
    # names, words, digits and space
    (r"^\i\c*$", "", ["a1", "_x-y", ":a", "Å·"], ["1a", "-a", "a b"]),
    (r"^\I\C$", "", ["1 ", "-+"], ["a ", "1a"]),
    (r"^[\i-[:]][\c-[:]]*$", "", ["ab.c"], ["a:b", ":a"]),
    (r"^\w+$", "", ["å1", "a$", "e\u0301", "+"], ["a_b", "a b", "a-b", "."]),
    (r"\W", "", ["a_b"], ["ab"]),
    (r"^\d\d$", "", ["12", "١٢"], ["1", "½2"]),
    (r"^\S+$", "", ["a\u00a0b"], ["a b", "a\tb"]),
    # subtraction and sets
    (r"^[a-z-[aeiou]]+$", "", ["xyz"], ["xa", "X"]),
    (r"^[^a-[b]]$", "", ["c", "1"], ["a", "b"]),
    (r"^[a-z-[d-w-[m]]]+$", "", ["abmxyz"], ["d", "w"]),
    (r"^[\w-[\d_]]+$", "", ["abc"], ["a1", "1"]),
    (r"^[a\-z]+$", "", ["a-z"], ["b"]),
    (r"^[-a]+$", "", ["-a-"], ["b"]),
    (r"^[a-]+$", "", ["-a-"], ["b"]),
    (r"^[\w-.]+$", "", ["a-.b"], ["a b"]),
    (r"^[.*+?]+$", "", [".*+?"], ["a"]),
    (r"^[\]\[\\\^]+$", "", ["[]\\^"], ["a"]),
    (r"^[a^]+$", "", ["^a"], ["b"]),
    (r"[&&]", "", ["&"], ["a"]),
    (r"^[a~~b]$", "", ["~"], ["c"]),
    # anchors
    (r"^abc$", "", ["abc"], ["abc\n", "\nabc", "xabc"]),
    (r"^abc$", "m", ["abc\n", "x\nabc", "x\nabc\ny"], ["xabc"]),
    (r"^$", "m", ["", "a\n\nb"], ["a\n", "a"]),
    (r"a$b", "", [], ["a\nb", "ab"]),
    # dot
    (r"^a.b$", "", ["a b", "a\rb"], ["a\nb"]),
    (r"^a.b$", "s", ["a\nb"], ["ab"]),
    # groups, alternatives, quantifiers
    (r"^(?:a|b){2,3}$", "", ["ab", "aba"], ["a", "abab"]),
    (r"^a{2}$", "", ["aa"], ["a", "aaa"]),
    (r"^a{0}$", "", [""], ["a"]),
    (r"a+?b", "", ["aab"], ["b"]),
    (r"^(a|)$", "", ["a", ""], ["b"]),
    (r"^(.)(.)\2\1$", "", ["abba"], ["abab"]),
    (r"(a)\1", "i", ["aA"], ["ab"]),
    (r"^(a)\10$", "", ["aa0"], ["aa"]),
    ("", "", ["", "a"], []),
    # case: a category means what it means, a range has both cases
    (r"^å$", "i", ["Å", "å"], ["a"]),
    (r"^[a-c]+$", "i", ["aBC"], ["d"]),
    (r"^[^a-c]$", "i", ["d"], ["B"]),
    (r"^\p{Lu}$", "i", ["A"], ["a"]),
    (r"^[Z-a]$", "i", ["z", "A", "_"], ["b"]),
    # x and q
    (" a b [ ] ", "x", ["ab "], ["a b "]),
    ("a{2} ?", "x", ["aa"], ["a"]),
    ("a.b[", "q", ["xa.b["], ["aXb["]),
    ("A+B", "qi", ["a+b"], ["aab"]),
    # escapes
    (r"^\n\r\t\|\.\?\*\+\(\)\{\}\-\[\]\^\$\\$", "", ["\n\r\t|.?*+(){}-[]^$\\"], ["n"]),
    ("^#@%&~'\" /<>=!,;:_`$", "", ["#@%&~'\" /<>=!,;:_`"], [""]),
]
INVALID = [
    *("(", ")", "a)", "[a", "[]", "[^]", "*a", "a**", "a{2,1}", "a{", "a{x}", "a{,2}", "a}", "a]", "[[a]]", "[b-a]"),
    *(r"\b", r"\B", r"\A", r"\z", r"\x41", r"\u0041", r"\Q", r"\1", r"(a\1)", r"(a)\2", r"\0", r"\_", r"\å", "\\"),
    *(
        r"\p{Foo}",
        r"\p{Cs}",
        r"\p{IsHighSurrogates}",
        r"\p{IsFoo}",
        r"\pL",
        r"\p{",
        r"\p{Greek}",
        r"\p{Isgreek}",
        r"[a-\d]",
        r"[\d-z-[a]",
        "[a-[b]c]",
    ),
    *(
        "(?i)a",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<n>a)",
        "(?P<n>a)",
        "(?>a)",
        "a++",
        r"[\b]",
        r"[\1]",
        "(" * 200 + ")" * 200,
    ),
]


@pytest.mark.parametrize(("pattern", "flags", "found", "missed"), CASES)
def test_a_pattern_means_what_xpath_says(pattern: str, flags: str, found: list[str], missed: list[str]) -> None:
    texts = pl.Series([*found, *missed], dtype=pl.String)
    assert matches_pattern(texts, pattern, flags).tolist() == [True] * len(found) + [False] * len(missed)


@pytest.mark.parametrize(("pattern", "flags", "found", "missed"), CASES)
def test_both_engines_find_the_same(
    pattern: str, flags: str, found: list[str], missed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine for patterns that are too large for the other."""

    def is_too_large(*_: object) -> None:
        raise pl.exceptions.ComputeError

    monkeypatch.setattr(regex, "match_in_linear_time", is_too_large)
    texts = pl.Series([*found, *missed], dtype=pl.String)
    assert matches_pattern(texts, pattern, flags).tolist() == [True] * len(found) + [False] * len(missed)


@pytest.mark.parametrize("pattern", INVALID)
def test_a_pattern_that_is_not_xpath_is_refused(pattern: str) -> None:
    with pytest.raises(InputError, match="not a valid regular expression"):
        matches_pattern(pl.Series(["a"]), pattern, "")


@pytest.mark.parametrize("flags", ["g", "u", "I", "i m"])
def test_an_unknown_flag_is_refused(flags: str) -> None:
    with pytest.raises(InputError, match="is not a flag"):
        matches_pattern(pl.Series(["a"]), "a", flags)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_explodes_when_it_backtracks_is_answered(pattern: str) -> None:
    assert not matches_pattern(pl.Series(["a" * 5000 + "!"]), pattern, "").any()


def test_a_pattern_that_must_backtrack_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "SECONDS", 0.05)
    with pytest.raises(InputError, match="needs more than"):
        matches_pattern(pl.Series(["a" * 200 + "!"]), r"^((a|a)+)+\1$", "")


def test_no_text_follows_no_pattern() -> None:
    assert matches_pattern(pl.Series(["a", None], dtype=pl.String), "", "").tolist() == [True, False]
