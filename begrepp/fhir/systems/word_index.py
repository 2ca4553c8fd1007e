"""Index of the words in the codes of one code system, for the text filter of expansions."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pyroaring import BitMap

from begrepp.fhir.systems.code_system_view import text_words


class WordIndex:
    """Concepts by the words of their texts; answers which concepts have words that begin with given ones."""

    def __init__(self, texts: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Index the texts of each concept."""
        found: dict[str, list[int]] = defaultdict(list)
        for concept, items in texts:
            for word in {word for text in items for word in text_words(text)}:
                found[word].append(concept)
        self._words = sorted(found)
        self._concepts = [BitMap(found[word]) for word in self._words]

    def find(self, words: Sequence[str]) -> BitMap:
        """Return the concepts that have, for each word, a word that begins with it."""
        return BitMap.intersection(*map(self._beginning_with, words)) if words else BitMap()

    def _beginning_with(self, word: str) -> BitMap:
        first = bisect_left(self._words, word)
        last = bisect_left(self._words, word + "\U0010ffff", lo=first)
        return BitMap.union(*self._concepts[first:last]) if last > first else BitMap()
