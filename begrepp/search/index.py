"""Reader of the text index of a build: ranked hits, suggestions, corrections and facet counts."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from cachetools import LRUCache
from tantivy import DocAddress, Index, Query, Searcher

from begrepp.errors import DamagedBuild
from begrepp.files import new_temporary_folder
from begrepp.search.candidate_search import CandidateSearch, Filters
from begrepp.search.hits import Hit, hit
from begrepp.search.indexed_documents import read_document
from begrepp.search.learned_order import HitOrder, sort_by_score, sort_hits
from begrepp.search.lexicon import IndexLexicon
from begrepp.search.query_builder import AutocompleteQueryBuilder, SearchQueryBuilder, any_of
from begrepp.search.query_codes import missing_codes
from begrepp.search.query_operators import read_syntax
from begrepp.search.query_parser import ParsedSearch, SlotMaker
from begrepp.search.query_relaxation import (
    telling_slots,
    understand_search,
)
from begrepp.search.ranking import Ranker
from begrepp.search.relatives import MAX_RELATIVES, Relatives, Scored
from begrepp.search.schema import FACETS, register_tokenizer, schema

SEARCH_CANDIDATES = 70
"""The number of index hits that are scored label by label in a search."""

SUGGESTION_CANDIDATES = 24
"""The number of index hits that are scored for a suggestion."""

_RELATED_QUERIES = 1_000
"""The last queries whose relatives are kept."""

Facets = Mapping[str, Mapping[str, int]]
"""The number of hits by facet and value."""


class _Found(NamedTuple):
    """A page of hits; the sum of what the query finds and of the relatives that were added, which it may find too.

    `has_more` tells whether the query finds more than the candidates, to which no relative was added.
    """

    hits: list[Hit]
    total: int
    query: Query
    added: list[str]
    has_more: bool


class TextIndex:
    """The text index of a build, opened for reading; `order` sorts the documents that were scored for a query."""

    def __init__(self, path: Path, order: HitOrder = sort_hits) -> None:
        self._order = order
        try:
            self._index = register_tokenizer(Index.open(str(self._lockable(path))))
            self._index.config_reader("manual")  # a build's index never changes: no thread that watches it
        except (OSError, ValueError):  # the words of the library name files of this machine
            raise DamagedBuild("The published build is damaged: its text index cannot be opened.") from None
        self._searcher = self._index.searcher()
        self._query_builder = SearchQueryBuilder(schema(), self._searcher)
        self._autocomplete = AutocompleteQueryBuilder(schema(), self._searcher)
        self._lexicon = IndexLexicon(schema(), self._searcher)
        self._candidates = CandidateSearch(self._searcher, self._lexicon, self._query_builder, self._autocomplete)
        self._related: LRUCache[tuple[str, str], Relatives] = LRUCache(_RELATED_QUERIES)
        self._lock = threading.Lock()
        has_hits = partial(_has_hits, self._query_builder, self._searcher)
        maker = SlotMaker(self._lexicon)
        self._parse = lru_cache(maxsize=1000)(partial(understand_search, maker=maker, has_hits=has_hits))

    def _lockable(self, path: Path) -> Path:
        """Return the folder to open: tantivy locks a file even to read, so a read-only index is opened by links."""
        lock = path / ".tantivy-meta.lock"
        if os.access(path, os.W_OK) and (not lock.exists() or os.access(lock, os.W_OK)):
            return path
        links = new_temporary_folder()
        weakref.finalize(self, links.remove)
        for file in path.iterdir():
            if file.suffix != ".lock":
                (links.path / file.name).symlink_to(file.resolve())
        return links.path

    def search(
        self, query: str, *, limit: int = 25, offset: int = 0, user_language: str = "sv", **filters: str | Sequence[str]
    ) -> tuple[int, list[Hit]]:
        """Return the number of hits and a page of them, best first.

        Labels in `user_language` score higher. `filters` are values of facets: `kind`, `scheme` and `dataset` (IRIs),
        `status`, `language`, `species`, each one or several; empty values are ignored. A scheme has its parts with it.
        """
        found = self._search(query, limit, offset, user_language, filters)
        counted_twice = self._candidates.count_matching(found.query, found.added) if found.has_more else 0
        return found.total - counted_twice, found.hits

    def _search(self, query: str, limit: int, offset: int, user_language: str, filters: Filters) -> _Found:
        search = self._parse(query)
        if not search.slots and not search.codes.whole:
            return _Found([], 0, Query.empty_query(), [], has_more=False)
        total, index_query, candidates = self._candidates.find(search, filters, SEARCH_CANDIDATES)
        ranker = self._ranker(search, user_language)
        scored = self._score(ranker, candidates)
        relatives, added = self._relatives(query, ranker, scored, filters)
        known = {document.iri for document, _ in scored}
        added = [each for each in added if each[0].iri not in known]
        others = [document.iri for document, _ in added]
        scored = self._order([*relatives.raised([*scored, *added])], search, user_language)
        if len(candidates) < min(total, offset + limit):
            rest = self._candidates.execute(index_query, offset + limit - len(candidates), offset=len(candidates))[1]
            scored += [each for each in self._score(ranker, rest) if each[0].iri not in others]
        hits = [hit(ranker, *each, user_language) for each in scored[offset : offset + limit]]
        return _Found(hits, total + len(added), index_query, others, has_more=total > len(candidates))

    def _relatives(
        self, query: str, ranker: Ranker, scored: Sequence[Scored], filters: Filters
    ) -> tuple[Relatives, list[Scored]]:
        """Return the relatives of the best hits of a query, and those of them that the filters let through.

        Filters do not decide which they are, so that a filter lets through as many hits as its facet counts.
        """
        key = query, ranker.language
        with self._lock:
            known = self._related.get(key)
        if known is None:
            if any(filters.values()):
                scored = self._score(ranker, self._candidates.find(ranker.search, {}, SEARCH_CANDIDATES)[2])
            known = Relatives(scored, self._lexicon.scheme_sizes)
            related = known.query(self._query_builder)
            found = self._score(ranker, self._candidates.execute(related, MAX_RELATIVES)[1]) if related else []
            known.iris = [document.iri for document, _ in found]
            with self._lock:
                self._related[key] = known
            if not any(filters.values()):
                return known, found
        if not known.iris:
            return known, []
        wanted = self._candidates.add_filters(self._candidates.with_iris(known.iris), filters)
        kept = self._score(ranker, self._candidates.execute(wanted, MAX_RELATIVES)[1])
        places = {iri: place for place, iri in enumerate(known.iris)}  # equal scores keep the order of the first search
        return known, sorted(kept, key=lambda each: places[each[0].iri])

    def suggest(
        self,
        query: str,
        candidates: int = 0,
        fill: int = 0,
        /,
        *,
        limit: int = 8,
        user_language: str = "sv",
        **filters: str | Sequence[str],
    ) -> list[Hit]:
        """Return the best hits for a query that is being typed, of so many candidates of the index.

        If these are fewer than `fill`, relatives of the best follow. If no number is given and the query is
        finished, they are those of the search.
        """
        search = self._parse(query)
        if not search.slots:
            return []
        if not candidates and self._is_finished(search):
            return self._search(query, limit, 0, user_language, filters).hits
        is_whole = candidates > 0
        addresses = self._candidates.suggest(search, filters, candidates or SUGGESTION_CANDIDATES)
        ranker = self._ranker(search, user_language)
        scored = self._score(ranker, addresses)
        if len(scored) < fill:
            relatives = Relatives(scored, self._lexicon.scheme_sizes)
            if related := relatives.query(self._query_builder):
                added = self._candidates.execute(self._candidates.add_filters(related, filters), fill - len(scored))[1]
                scored = [*relatives.raised([*scored, *self._score(ranker, added)])]
        # The order is learned from whole queries, and not from the beginnings of words.
        scored = self._order(scored, search, user_language) if is_whole else sort_by_score(scored)
        return [hit(ranker, *each, user_language) for each in scored[:limit]]

    def _is_finished(self, search: ParsedSearch) -> bool:
        """Return whether a query is a code or ends with a whole word, and has no word of very many documents."""
        last = search.slots[-1]
        whole = search.codes.whole or last.alternatives or self._lexicon.is_written(last.words[-1])
        return bool(whole) and not any(map(self._autocomplete.is_frequent, search.slots))

    def find_code(self, code: str, **filters: str | Sequence[str]) -> list[Hit]:
        """Return the hits with this code, regardless of case and punctuation."""
        search = ParsedSearch(code, ())
        index_query = self._candidates.add_filters(self._query_builder.code_match(code), filters)
        ranker = self._ranker(search, "")
        addresses = self._candidates.execute(index_query, SUGGESTION_CANDIDATES)[1]
        return [hit(ranker, *each, "") for each in self._score(ranker, addresses)]

    def corrections(self, query: str) -> tuple[tuple[str, str], ...]:
        """Return the corrected words of a query, as (typed, corrected)."""
        return self._parse(query).corrections

    def missing_codes(self, query: str) -> tuple[str, ...]:
        """Return the words of a query that are written as codes, but are no codes and no words of the index."""
        lexicon = self._lexicon
        typed = read_syntax(query).text
        codes = missing_codes(typed, lexicon.systems, lexicon.has_code, lexicon.is_code_beginning)
        return tuple(code for code in codes if not (lexicon.is_written(code.lower()) or lexicon.is_label(code)))

    @property
    def scheme_sizes(self) -> dict[str, int]:
        """The number of documents by code system, given by IRI."""
        return self._lexicon.scheme_sizes

    def facets(self, query: str, user_language: str = "sv", **filters: str | Sequence[str]) -> Facets:
        """Return the number of hits by facet and value; the filter of a facet does not apply to its own counts."""
        search = self._parse(query)
        if not search.slots:
            return {}
        if (query, user_language) not in self._related:
            self.search(query, limit=1, user_language=user_language)
        narrowed = [name for name in FACETS if any(filters.get(name, ""))]
        others = self._all_found(query, user_language, filters)
        counts = self._candidates.count_values(others, [name for name in FACETS if name not in narrowed])
        for name in narrowed:
            found = self._all_found(query, user_language, {**filters, name: ""})
            counts |= self._candidates.count_values(found, [name])
        return {name: counts[name] for name in FACETS}

    def _all_found(self, query: str, language: str, filters: Filters) -> Query:
        """Return an index query for all hits: what the words find, and the relatives of the best hits."""
        search = self._parse(query)
        found = self._candidates.find(search, filters, 1)[1]
        related = self._relatives(query, self._ranker(search, language), (), {})[0].iris
        also = self._candidates.add_filters(self._candidates.with_iris(related), filters)
        return any_of([found, also]) if related else found

    def _ranker(self, search: ParsedSearch, user_language: str) -> Ranker:
        return Ranker(search, user_language, self._lexicon.scheme_sizes)

    def _score(self, ranker: Ranker, addresses: Iterable[DocAddress]) -> list[Scored]:
        """Score documents, each once for a query: with filters, many are found twice."""
        scored = []
        for address in addresses:
            key = address.segment_ord, address.doc
            if (known := ranker.scored.get(key)) is None:
                document = read_document(self._searcher, address)
                known = ranker.scored[key] = document, ranker.score(document)
            scored.append(known)
        return scored


def _has_hits(builder: SearchQueryBuilder, searcher: Searcher, search: ParsedSearch, least: int) -> bool:
    """Return whether at least so many documents have one of the telling words of a search."""
    telling = telling_slots(search)
    query = builder.build(search, telling, min(1, len(telling)))
    return len(searcher.search(query, limit=least, count=False).hits) >= least
