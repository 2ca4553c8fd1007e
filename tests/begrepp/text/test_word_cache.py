"""Caches by word: their largest memory is known and reported."""

from __future__ import annotations

import sys

import pytest

from begrepp.search.label_variants import label_variants
from begrepp.search.query_words import AnalysedWord, analyse_word
from begrepp.text import word_cache
from begrepp.text.dictionary_tokenizer import stem
from begrepp.text.stemming import spelling, word_keys
from begrepp.text.word_cache import MAX_LABEL, MAX_WORD, cache_limits, cached_by_text

TABLES = 250
"""Bytes of an entry in the tables of a cache: a key and a link of `lru_cache`, and a slot of its dictionary."""


def size(value: object) -> int:
    """Return the bytes of a value with its parts."""
    parts: list[object] = []
    if isinstance(value, tuple | frozenset):
        parts = [*value]
    elif isinstance(value, AnalysedWord):
        parts = [value.typed, value.folded, value.keys]
    return sys.getsizeof(value) + sum(map(size, parts))


@pytest.mark.parametrize("word", ["åäö" * 13 + "n", "ж" * 32 + "lyckorna", "tzäckförörkeklarna" * 2, "𝔞" * 40])
def test_no_entry_of_a_word_is_larger_than_is_counted(word: str) -> None:
    assert len(word) <= MAX_WORD
    limits = cache_limits()
    for function, entries in ((word_keys, 60_000), (spelling, 20_000), (stem, 20_000), (analyse_word, 30_000)):
        assert size(word) + size(function(word)) + TABLES <= limits[function.__name__] / entries, function.__name__


def test_no_entry_of_a_label_is_larger_than_is_counted() -> None:
    label = ("åäö " * 20 + "[ab " * 5 + "(cd) ef] ") * 2
    label = label[:MAX_LABEL]
    limits = cache_limits()
    assert size(label) + size(label_variants(label)) + TABLES <= limits["label_variants"] / 10_000


def test_all_caches_together_hold_less_than_a_stated_amount() -> None:
    assert sum(cache_limits().values()) < 300_000_000


def test_long_texts_are_not_cached_and_the_size_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_cache, "_limits", {})
    reports: list[tuple[str, int]] = []
    monkeypatch.setattr(word_cache, "_watchers", [lambda name, held: reports.append((name, held))])
    calls: list[str] = []

    @cached_by_text(1_500, entry_bytes=10)
    def twice(text: str) -> str:
        calls.append(text)
        return text * 2

    for _ in range(2):
        assert twice("ab") == "abab" and twice("x" * 41) == "x" * 82
    assert calls == ["ab", "x" * 41, "x" * 41]
    for number in range(2_000):
        twice(str(number))
    assert cache_limits() == {"twice": 15_000}
    assert reports == [("twice", 10_000), ("twice", 15_000)]
