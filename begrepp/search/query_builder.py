"""Builders of Tantivy queries: one for searching, with all forms of all words, and a faster one for autocompletion."""

from __future__ import annotations

import re
import threading
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache, partial
from itertools import takewhile
from operator import itemgetter

from cachetools import LRUCache
from tantivy import Occur, Query, Schema, Searcher

from begrepp.search.query_codes import MAX_RANGE
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.schema import MAX_EDGE_LENGTH, word_pairs
from begrepp.search.words import SILENT_WORDS
from begrepp.text.stemming import code_key, label_key, lowercase_words, word_keys
from begrepp.text.swedish import fold

_MAX_TERMS = 50_000
_MAX_WORDS, _MAX_NAME_WORDS = 20, 5
"""Words of a query in which names are looked for, and words of such a name."""
_CONTAINED_NAME = 20.0
"""The score of a name within a longer query, for each of its words."""
_IN_SUBJECT = 1.0
"""The score of what lies in a code system that is about what a word names."""
_NAMED_DATASET = 30.0
"""The score of a dataset that the query names beside other words."""
_MAX_LISTED = 300
"""Words with the same beginning that are listed in a query."""
_MAX_UNITED = 60
"""Such words that are looked up one by one, which takes less time than looking for a set: 13 µs to 200 µs for one."""
_CACHED_WORDS, _CACHED_SLOTS = 2_000, 500
"""Words, and words with their alternatives, whose queries are kept."""
MIN_FREQUENT = 20_000
"""A word in more documents than this is frequent: it hardly distinguishes hits."""


def _contained_names(text: str) -> Iterator[tuple[str, int]]:
    """Yield the keys of what may be a name within a longer text, with the number of its words.

    So *hjärnskakning* is found in *jag fick en hjärnskakning*, however rare the other words are.
    """
    words = lowercase_words(text)[:_MAX_WORDS]
    folded = [*map(fold, words)]
    for size in range(min(_MAX_NAME_WORDS, len(words) - 1), 0, -1):
        for start in range(len(words) - size + 1):
            if not SILENT_WORDS.issuperset(words[start : start + size]):
                yield label_key(" ".join(folded[start : start + size])), size


def any_of(queries: Sequence[Query]) -> Query:
    """Return a query for what one of some queries finds, with the sum of their scores."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, each) for each in queries])


def all_of(queries: Sequence[Query]) -> Query:
    """Return a query for what all of some queries find, with the sum of their scores."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, each) for each in queries])


def best_of(queries: Sequence[Query], tie_breaker: float = 0.0) -> Query:
    """Return a query for what one of some queries finds, with the best score and a share of the others."""
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, tie_breaker)


class SearchQueryBuilder:
    """Builds queries that match every form of every word in every field of the index."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        # Not the cache of a method: the reference to itself would keep the files open until garbage is collected.
        self._word = lru_cache(maxsize=_CACHED_WORDS)(partial(_word_query, schema, searcher))
        self._slots: LRUCache[WordSlot, Query] = LRUCache(_CACHED_SLOTS)
        self._lock = threading.Lock()

    def build(
        self,
        search: ParsedSearch,
        telling: Container[int],
        least: int,
        exact: Query | None = None,
    ) -> Query:
        """Build a query for documents with the words of at least so many of the telling slots, numbered from 0.

        Those that `exact` finds, by default what `build_exact` returns, need no words.
        """
        needed: list[tuple[Occur, Query]] = []
        others: list[tuple[Occur, Query]] = []
        for number, slot in enumerate(search.slots):
            (needed if number in telling else others).append((Occur.Should, self._cached_slot(slot)))
        if least == len(needed):  # faster than counting
            others += [(Occur.Must, query) for _, query in needed]
        else:
            others.append((Occur.Must, Query.boolean_query(needed, minimum_number_should_match=least)))
        by_words = [Query.boolean_query(others)] if others else []
        return self._with_syntax(search, any_of([exact or self.build_exact(search), *by_words]))

    def build_exact(self, search: ParsedSearch) -> Query:
        """Build a query for exact labels and codes, which score highest."""
        found = [self.exact_match(search), *(self.constant_score("code", each, 100.0) for each in search.codes.parts)]
        for beginning in search.code_beginnings:
            if longer := _beginning(self._schema, self._searcher, "code", beginning):
                found.append(Query.const_score_query(longer, 50.0))
        for iri in {iri for slot in search.slots for iri in slot.datasets}:
            found.append(self.constant_score("iri", iri, _NAMED_DATASET))
        if search.codes.first:
            found.append(self._code_range(search.codes.first, search.codes.last))
        return any_of(found)

    def exact_match(self, search: ParsedSearch) -> Query:
        """Build a query for the whole text as a label, a code or an IRI."""
        exact = [
            *(self.constant_score("code", code, 400.0) for code in dict.fromkeys((search.code, *search.codes.whole))),
            self.constant_score("iri", search.text, 500.0),
            self.constant_score("whole", label_key(search.text), 200.0),
            *(
                self.constant_score("whole", key, _CONTAINED_NAME * size)
                for key, size in _contained_names(search.text)
                if self._searcher.doc_freq("whole", key)
            ),
        ]
        return any_of(exact)

    def code_match(self, code: str) -> Query:
        """Build a query for a text as a code."""
        return self.constant_score("code", code_key(code), 1.0)

    def _with_syntax(self, search: ParsedSearch, query: Query) -> Query:
        """Return the query with the phrases in quotation marks required, and what has a minus sign excluded."""
        syntax = search.syntax
        required = [(Occur.Must, self._phrase(phrase)) for phrase in syntax.phrases]
        excluded = [(Occur.MustNot, self._excluded(words)) for words in syntax.excluded]
        return Query.boolean_query([(Occur.Must, query), *required, *excluded]) if required or excluded else query

    def _phrase(self, words: Sequence[str]) -> Query:
        terms = [("pair", pair) for pair in word_pairs(words)] or [("word", words[0])]
        return all_of([self.constant_score(name, term, 0.0) for name, term in terms])

    def _excluded(self, words: Sequence[str]) -> Query:
        """Build a query for all forms of all of the words, also as parts of compounds."""
        forms = [{word, *word_keys(word)} for word in words]
        each = [
            any_of([self.constant_score(name, form, 1.0) for form in some for name in ("key", "part", "via")])
            for some in forms
        ]
        return all_of(each)

    def _code_range(self, first: str, last: str) -> Query:
        """Build a query for the codes between two, of the same length; the first has the highest score."""
        head = "".join(one for one, other in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=True)))
        codes = (code for code, _ in self._searcher.terms_with_prefix("code", head, limit=_MAX_TERMS))
        within = sorted(code for code in codes if len(code) == len(first) and first <= code <= last)[:MAX_RANGE]
        scored = [self.constant_score("code", code, 90.0 - n / 10) for n, code in enumerate(within)]
        return any_of(scored or [self.constant_score("code", first, 90.0)])

    def constant_score(self, name: str, value: str, score: float) -> Query:
        """Build a query for a value in a field, with the same score for all hits."""
        return Query.const_score_query(Query.term_query(self._schema, name, value, index_option="basic"), score)

    def _cached_slot(self, slot: WordSlot) -> Query:
        """Return the query of a slot, which is the same for many queries."""
        with self._lock:
            query = self._slots.get(slot)
        if query is None:
            query = self._slot(slot)
            with self._lock:
                self._slots[slot] = query
        return query

    def _slot(self, slot: WordSlot) -> Query:
        own = self._all_words(slot.words, prefix=slot.is_last)
        queries = [own] if own else []
        for words, weight in slot.alternatives.items():
            if other := self._alternative(words):
                queries.append(Query.boost_query(other, weight * weight))
        for iri in sorted(slot.systems):
            queries += [self.constant_score(name, iri, 1.0) for name in ("scheme", "dataset")]
        queries += [self.constant_score("kind", kind, 1.0) for kind in slot.kinds]
        queries += [self.constant_score("scheme", iri, _IN_SUBJECT) for iri in sorted(slot.subjects)]
        return best_of(queries) if queries else Query.empty_query()

    def _alternative(self, words: Sequence[str]) -> Query | None:
        return self._all_words(words)

    def _all_words(self, words: Sequence[str], *, prefix: bool = False) -> Query | None:
        """Build a query for all of the words; with `prefix`, the last may be the beginning of a word.

        Returns None if no document has one of them.
        """
        last = words[-1]
        queries = [self._word(word, prefix and word == last) for word in words]
        return all_of([each for each in queries if each]) if all(queries) else None


class AutocompleteQueryBuilder(SearchQueryBuilder):
    """Builds queries that are fast enough to run at every key press.

    A frequent word, an alternative, or a prefix of up to three letters is one posting list of the index. Intersecting
    such lists is fast; the union of all forms of a word is not.
    """

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        super().__init__(schema, searcher)
        self._frequent_form = lru_cache(maxsize=_CACHED_WORDS)(partial(_most_frequent_form, searcher))

    def frequent_match(self, search: ParsedSearch) -> Query | None:
        """Build a query to be ordered by rank alone; returns None unless all words are frequent or short prefixes."""
        if not all(self._is_short(slot) or self.is_frequent(slot) for slot in search.slots):
            return None
        if len(prefix := fold(search.text)) > MAX_EDGE_LENGTH:
            return all_of([*map(self._cached_slot, search.slots)])
        return any_of([self._term("start", prefix), self._term("code", search.code)])

    def _is_short(self, slot: WordSlot) -> bool:
        return slot.is_last and len(slot.words) == 1 and len(fold(slot.words[0])) <= MAX_EDGE_LENGTH

    def _slot(self, slot: WordSlot) -> Query:
        if self._is_short(slot):
            return Query.const_score_query(self._term("edge", fold(slot.words[0])), 1.0)
        return self._frequent(slot.words) if self.is_frequent(slot) else super()._slot(slot)

    def _alternative(self, words: Sequence[str]) -> Query | None:
        return self._frequent(words) if all(self._frequent_form(word)[1] for word in words) else None

    def _frequent(self, words: Sequence[str]) -> Query:
        forms = (self._frequent_form(word)[0] for word in words)
        return all_of([self._term("part", form) for form in forms])

    def _term(self, name: str, value: str) -> Query:
        return Query.term_query(self._schema, name, value, index_option="freq")

    def is_frequent(self, slot: WordSlot) -> bool:
        """Return whether all words of a slot are in very many documents."""
        return all(self._frequent_form(word)[1] > MIN_FREQUENT for word in slot.words)


def _word_query(schema: Schema, searcher: Searcher, word: str, prefix: bool) -> Query | None:
    """Build a query for all forms of a word; with `prefix`, also for longer words. None if no document has any."""
    folded, stems = fold(word), word_keys(word)
    forms = [("word", folded, 3.0)]
    for key in stems:
        forms += [("key", key, 2.5), ("via", key, 2.0), ("text", key, 0.3)]
    forms += [("part", part, 1.5) for part in dict.fromkeys((folded, *stems))]
    queries = [
        Query.boost_query(Query.term_query(schema, name, form, index_option="freq"), weight)
        for name, form, weight in forms
        if searcher.doc_freq(name, form)
    ]
    if prefix and len(folded) <= MAX_EDGE_LENGTH:
        if searcher.doc_freq("edge", folded):
            edge = Query.term_query(schema, "edge", folded, index_option="freq")
            queries.append(Query.const_score_query(edge, 1.0))
    elif prefix:
        longer = [(_beginning(schema, searcher, name, folded), score) for name, score in (("word", 2.0), ("part", 1.0))]
        queries += [Query.const_score_query(query, score) for query, score in longer if query]
    return best_of(queries, 0.1) if queries else None


def _beginning(schema: Schema, searcher: Searcher, name: str, value: str) -> Query | None:
    """Build a query for all terms that begin so, with an unspecified score; returns None if there are none.

    Few terms are looked up one by one, many as a set, and a great many by a regular expression.
    """
    terms = [term for term, _ in searcher.terms_with_prefix(name, value, limit=_MAX_LISTED + 1)]
    if len(terms) > _MAX_LISTED:
        return Query.regex_query(schema, name, re.escape(value) + ".*")
    if len(terms) > _MAX_UNITED:
        return Query.term_set_query(schema, name, terms)
    each = [Query.term_query(schema, name, term, index_option="basic") for term in terms]
    return any_of(each) if each else None


def _most_frequent_form(searcher: Searcher, word: str) -> tuple[str, int]:
    """Return the form or key of a word that occurs in most documents, and their number."""
    counts = {form: searcher.doc_freq("part", form) for form in (fold(word), *word_keys(word))}
    return max(counts.items(), key=itemgetter(1))
