"""Similar codes: all codes at edit distance one, as a comparison of every pair gives them."""

from __future__ import annotations

from itertools import product

from begrepp.records import Text
from begrepp.variables.code_finder import MAX_NEAR, CodeFinder
from begrepp.variables.list_entries import CodeListEntry


def one_edit(text: str, alphabet: str) -> set[str]:
    """Return all strings at edit distance one, with transpositions (Damerau)."""
    found = {text[:n] + text[n + 1 :] for n in range(len(text))}
    found |= {text[:n] + text[n + 1] + text[n] + text[n + 2 :] for n in range(len(text) - 1)}
    found |= {text[:n] + letter + text[n + 1 :] for n in range(len(text)) for letter in alphabet}
    found |= {text[:n] + letter + text[n:] for n in range(len(text) + 1) for letter in alphabet}
    return found - {text}


def test_all_codes_at_distance_one_are_found() -> None:
    alphabet = "ab1"
    codes = ["".join(letters) for length in (2, 3, 4) for letters in product(alphabet, repeat=length)][::5]
    finder = CodeFinder([CodeListEntry(code, (Text(f"label of {code}", "en"),)) for code in codes])
    texts = ["".join(letters) for length in (2, 3, 5) for letters in product(alphabet, repeat=length)]
    near = finder.find_near(text for text in texts if not finder.is_known(text))
    compared = 0
    for text, entries in near.items():
        expected = sorted(one_edit(text, alphabet) & {*codes})[:MAX_NEAR]
        if expected:
            compared += 1
            assert [entry.notation for entry in entries] == expected, text
    assert compared > 100


def test_a_longer_code_is_near_its_longest_prefix() -> None:
    finder = CodeFinder([CodeListEntry(code, ()) for code in ("C50", "C509", "C")])
    assert [entry.notation for entry in finder.find_near(["C50999"])["C50999"]] == ["C509"]
    assert finder.find_near(["Z"])["Z"] == []
