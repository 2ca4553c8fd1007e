"""The text filter of expansions: which concepts of an edition have the words, in the order of the search."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from pyroaring import BitMap

from begrepp.ecl.system_tables import tables_of
from begrepp.fhir.requests.language_choice import LanguageChoice
from begrepp.fhir.systems.code_system_view import SearchRank, TextMatches, text_words
from begrepp.fhir.systems.word_index import WordIndex
from begrepp.search import Hit, TextIndex
from begrepp.settings import LANGUAGES
from begrepp.terminology.interface import CodeSystem

_MOST_HITS = 70
"""Hits that stand before the other concepts with the words; the search scores as many label by label."""
_MOST_NAMED = 1_000
"""The search is told the concepts of a value set with at most so many; of a larger one it searches the system."""


class EditionSearch:
    """Text search in one edition of a code system.

    The index has the names of today. It finds concepts of the current edition by all that the search box knows; in
    earlier editions it only orders the concepts that have the words in a code or name of that edition.
    """

    def __init__(self, system: CodeSystem, index: TextIndex | None) -> None:
        self._system = system
        self._index = index

    def find(self, text: str, languages: LanguageChoice | None, within: BitMap) -> TextMatches:
        """Return the concepts of a set that a text finds; names in the language asked for rank higher."""
        words = text_words(text)
        having = self._with_words(words, within) if words else BitMap()
        allowed = within if self._system.description.current else having
        ranks = self._ranks(text, _language(languages), allowed) if allowed else {}
        return TextMatches(having | BitMap(ranks), ranks)

    def _ranks(self, text: str, language: str, allowed: BitMap) -> dict[int, SearchRank]:
        if self._index is None:
            return {}
        narrowed = len(allowed) <= _MOST_NAMED
        hits = self._index.suggest(
            text,
            limit=_MOST_HITS,
            user_language=language,
            kind="concept",
            scheme=self._system.description.iri,
            iri=[self._system.iri(each) for each in allowed] if narrowed else (),
        )
        found = ((self._system.index_of_iri(each.iri), each) for each in hits)
        return {number: _rank(hit) for number, hit in found if number is not None and number in allowed}

    def _with_words(self, words: Iterable[str], within: BitMap) -> BitMap:
        """Return the concepts that have, for each word, one that begins with it in the code or a name."""
        names = tables_of(self._system).descriptions
        labels = names.all - names.kinds.get("definition", BitMap())
        found = within
        for word in words:
            found = found & (names.concepts(names.with_words(word) & labels) | self._code_words.find([word]))
        return found

    @cached_property
    def _code_words(self) -> WordIndex:
        return WordIndex((concept, [code]) for concept, code in enumerate(self._system.codes()))


def _rank(hit: Hit) -> SearchRank:
    """Return the place of a hit among those of several systems, in the order of the search."""
    return (not hit.active, -round(hit.score, 3), len(hit.notation), hit.notation)


def _language(languages: LanguageChoice | None) -> str:
    """Return the language of the index that is asked for first."""
    tags = (each.tag.partition("-")[0].lower() for each in languages.ranges if each.weight > 0) if languages else ()
    return next((tag for tag in tags if tag in LANGUAGES), LANGUAGES[0])
