"""Synonyms for searching, read from `ontology/synonyms.txt`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

from begrepp.settings import ROOT
from begrepp.text.stemming import lowercase_words, word_keys

Phrase = tuple[str, ...]
MAX_PHRASE_WORDS = 4
"""The longest phrase that is looked up, in words."""


@cache
def _read_groups() -> tuple[dict[Phrase, set[int]], list[list[Phrase]]]:
    """Return the group numbers of each phrase, by the keys of its words, and the phrases of each group."""
    groups: list[list[Phrase]] = []
    by_phrase: dict[Phrase, set[int]] = {}
    for line in (ROOT / "ontology" / "synonyms.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        phrases = [tuple(lowercase_words(phrase)) for phrase in line.split("=")]
        for phrase in phrases:
            for key in product(*(word_keys(word) for word in phrase)):
                by_phrase.setdefault(key, set()).add(len(groups))
        groups.append(phrases)
    return by_phrase, groups


def synonyms(phrase: Sequence[str]) -> list[Phrase]:
    """Return the synonyms of a phrase, each as its lower-case words."""
    by_phrase, groups = _read_groups()
    numbers = {number for key in product(*(word_keys(word) for word in phrase)) for number in by_phrase.get(key, ())}
    phrases = [other for number in sorted(numbers) for other in groups[number]]
    return [other for other in dict.fromkeys(phrases) if other != tuple(phrase)]
