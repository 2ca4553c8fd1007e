"""The text filter of expansions: which concepts of an edition have the words, in the order of the search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
        self.index = index

    @property
    def scheme(self) -> str:
        """IRI of the code system."""
        return self._system.description.iri

    def ranks_by_iri(self, ranks: Mapping[int, SearchRank], start: int = 0) -> dict[str, int]:
        """Return the ranked concepts by IRI; their numbers begin at `start`."""
        inside = (number for number in ranks if start <= number < start + len(self._system))
        return {self._system.iri(number - start): number for number in inside}

    def find(self, text: str, languages: LanguageChoice | None, within: BitMap) -> TextMatches:
        """Return the concepts of a set that a text finds; names in the language asked for rank higher."""
        words = text_words(text)
        having = self._with_words(words, within) if words else BitMap()
        allowed = within if self._system.description.current else having
        ranks = self._ranks(text, _language(languages), allowed) if allowed else {}
        return TextMatches(having | BitMap(ranks), ranks)

    def _ranks(self, text: str, language: str, allowed: BitMap) -> dict[int, SearchRank]:
        if self.index is None:
            return {}
        narrowed = len(allowed) <= _MOST_NAMED
        hits = self.index.suggest(
            text,
            limit=_MOST_HITS,
            user_language=language,
            kind="concept",
            scheme=self.scheme,
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


def rank_together(
    ranked: Sequence[tuple[dict[int, SearchRank], Sequence[tuple[int, EditionSearch]]]],
    text: str,
    languages: LanguageChoice | None,
) -> None:
    """Replace the ranks in several systems by the places in one search of all; what it does not find comes after.

    `ranked`: the ranks of concepts, and the searches that they are from, each with the number of its first concept.
    """
    searches = [search for _, found in ranked for _, search in found]
    index = next((each.index for each in searches if each.index), None)
    if index is None or len(searches) < 2:
        return
    hits = index.suggest(
        text,
        limit=_MOST_HITS,
        user_language=_language(languages),
        kind="concept",
        scheme=[each.scheme for each in searches],
    )
    places = {hit.iri: place for place, hit in enumerate(hits)}
    for ranks, found in ranked:
        for start, search in found:
            for iri, number in search.ranks_by_iri(ranks, start).items():
                place = places.get(iri)
                ranks[number] = (True, *ranks[number][1:]) if place is None else (False, place - _MOST_HITS, 0, "")


def _rank(hit: Hit) -> SearchRank:
    """Return the place of a hit among those of several systems, in the order of the search."""
    return (not hit.active, -round(hit.score, 3), len(hit.notation), hit.notation)


def _language(languages: LanguageChoice | None) -> str:
    """Return the language of the index that is asked for first."""
    tags = (each.tag.partition("-")[0].lower() for each in languages.ranges if each.weight > 0) if languages else ()
    return next((tag for tag in tags if tag in LANGUAGES), LANGUAGES[0])
