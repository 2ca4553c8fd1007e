"""Synonyms for searching, from `ontology/synonyms.txt` and `ontology/abbreviations.csv`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product

from begrepp.search.words import FUNCTION_WORDS
from begrepp.settings import ROOT
from begrepp.text.stemming import lowercase_words, word_keys

Phrase = tuple[str, ...]
MAX_PHRASE_WORDS = 4
"""The longest phrase that is looked up, in words."""


class Synonyms:
    """Groups of words and phrases that people use for one another."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._groups: list[list[Phrase]] = []
        self._by_phrase: dict[Phrase, set[int]] = {}
        for line in lines:
            if line.strip() and not line.startswith("#"):
                self._add(line)

    def _add(self, line: str) -> None:
        phrases = [phrase for text in line.split("=") if (phrase := _phrase(text))]
        for phrase in phrases:
            for key in product(*(word_keys(word) for word in phrase)):
                self._by_phrase.setdefault(key, set()).add(len(self._groups))
        self._groups.append(phrases)

    def of(self, phrase: Sequence[str]) -> list[Phrase]:
        """Return the synonyms of a phrase, each as its lower-case words."""
        keys = product(*(word_keys(word) for word in phrase))
        numbers = {number for key in keys for number in self._by_phrase.get(key, ())}
        phrases = [other for number in sorted(numbers) for other in self._groups[number]]
        return [other for other in dict.fromkeys(phrases) if other != tuple(phrase)]


@cache
def _read_synonyms() -> Synonyms:
    return Synonyms((ROOT / "ontology" / "synonyms.txt").read_text(encoding="utf-8").splitlines())


@cache
def _read_abbreviations() -> dict[str, list[Phrase]]:
    with (ROOT / "ontology" / "abbreviations.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["short"].casefold(): [_phrase(text) for text in row["words"].split("|")] for row in csv.DictReader(file)
        }


def expansions(word: str) -> list[Phrase]:
    """Return the phrases that a lower-case word may be an abbreviation of."""
    return _read_abbreviations().get(word, [])


def synonyms(phrase: Sequence[str]) -> list[Phrase]:
    """Return the synonyms of a phrase in our list."""
    return _read_synonyms().of(phrase)


def _phrase(text: str) -> Phrase:
    """Return the words of a phrase as a query has them, without prepositions and articles."""
    words = tuple(lowercase_words(text))
    return tuple(word for word in words if word not in FUNCTION_WORDS) or words
