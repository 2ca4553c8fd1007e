"""Reader of the text index of a build: ranked hits, suggestions, corrections and facet counts."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from tantivy import DocAddress, Index, Occur, Order, Query

from begrepp.errors import DamagedBuild
from begrepp.files import new_temporary_folder
from begrepp.records import Text, choose_label, in_language
from begrepp.search.lexicon import IndexLexicon, decode_document
from begrepp.search.query_builder import AutocompleteQueryBuilder, SearchQueryBuilder
from begrepp.search.query_parser import ParsedSearch, parse_search
from begrepp.search.ranking import HitScore, IndexedDocument, Label, Ranker, SynonymUse
from begrepp.search.schema import FACETS, register_tokenizer, schema

SEARCH_CANDIDATES = 200
"""The number of index hits that are scored label by label in a search."""

SUGGESTION_CANDIDATES = 24
"""The number of index hits that are scored for a suggestion."""

_TELLING_SHARE = 0.55
"""A word with less than this share of the weight of the most telling word is not required."""
_ENOUGH_HITS = 10
"""With fewer hits than this, documents without the least informative word are found too."""

_Scored = tuple[IndexedDocument, HitScore]

_STEPS = 5
"""Of a query with as many telling words or more, several are dropped at a time."""

_EQUALS = ("via", "sibling", "variant")
_MAX_FACET_VALUES = 1000

Filters = Mapping[str, str | Sequence[str]]
"""Values by facet; a document needs one of the values of each."""

Facets = Mapping[str, Mapping[str, int]]
"""The number of hits by facet and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A search hit; `matched` is the matching label if it is not the preferred one. `labels` are by language.

    `parent` is the name of the code that the code of the hit extends. `equals` are names by code system of what has the
    same code or is an exact match, `synonyms` those of the words of the query that found it.
    """

    iri: str
    kind: str
    scheme: str
    notation: str
    labels: dict[str, str]
    active: bool
    matched: Label | None
    score: float
    parent: Label | None = None
    equals: frozenset[tuple[str, str]] = frozenset()
    synonyms: tuple[SynonymUse, ...] = ()

    def label(self, language: str = "sv") -> str:
        """Return the preferred label in a language, else in English, else in any; empty if there is none."""
        return choose_label((Text(value, lang) for lang, value in self.labels.items()), language)


class TextIndex:
    """The text index of a build, opened for reading."""

    def __init__(self, path: Path) -> None:
        try:
            self._index = register_tokenizer(Index.open(str(self._lockable(path))))
            self._index.reload()
        except (OSError, ValueError):  # the words of the library name files of this machine
            raise DamagedBuild("The published build is damaged: its text index cannot be opened.") from None
        self._searcher = self._index.searcher()
        self._query_builder = SearchQueryBuilder(schema(), self._searcher)
        self._autocomplete = AutocompleteQueryBuilder(schema(), self._searcher)
        self._lexicon = IndexLexicon(schema(), self._searcher)
        self._parse = lru_cache(maxsize=1000)(partial(parse_search, lexicon=self._lexicon))

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
        search = self._parse(query)
        if not search.slots and not search.codes.whole:
            return 0, []
        total, index_query, candidates = self._find_candidates(search, filters, SEARCH_CANDIDATES)
        ranker = self._ranker(search, user_language)
        scored = _sort_scored(self._score(ranker, candidates))
        if len(candidates) < min(total, offset + limit):
            rest = self._execute(index_query, offset + limit - len(candidates), offset=len(candidates))[1]
            scored += self._score(ranker, rest)
        return total, [_hit(ranker, *each, user_language) for each in scored[offset : offset + limit]]

    def suggest(
        self,
        query: str,
        candidates: int = SUGGESTION_CANDIDATES,
        /,
        *,
        limit: int = 8,
        user_language: str = "sv",
        **filters: str | Sequence[str],
    ) -> list[Hit]:
        """Return the best hits for a query that is being typed, of so many candidates of the index."""
        search = self._parse(query)
        if not search.slots:
            return []
        if common := self._autocomplete.frequent_match(search):
            exact = self._execute(self._add_filters(self._query_builder.exact_match(search), filters), candidates)[1]
            index_query = self._add_filters(common, filters)
            hits = self._searcher.search(
                index_query, limit=candidates, count=False, order_by_field="rank", order=Order.Desc
            ).hits
            addresses = [*exact, *(address for _, address in hits if address not in exact)]
        else:
            addresses = self._find_candidates(search, filters, candidates, self._autocomplete)[2]
        ranker = self._ranker(search, user_language)
        scored = _sort_scored(self._score(ranker, addresses))
        return [_hit(ranker, *each, user_language) for each in scored[:limit]]

    def find_code(self, code: str, **filters: str | Sequence[str]) -> list[Hit]:
        """Return the hits with this code, regardless of case and punctuation."""
        search = ParsedSearch(code, ())
        index_query = self._add_filters(self._query_builder.code_match(code), filters)
        ranker = self._ranker(search, "")
        addresses = self._execute(index_query, SUGGESTION_CANDIDATES)[1]
        return [_hit(ranker, *each, "") for each in self._score(ranker, addresses)]

    def corrections(self, query: str) -> tuple[tuple[str, str], ...]:
        """Return the corrected words of a query, as (typed, corrected)."""
        return self._parse(query).corrections

    @property
    def scheme_sizes(self) -> dict[str, int]:
        """The number of documents by code system, given by IRI."""
        return self._lexicon.scheme_sizes

    def facets(self, query: str, **filters: str | Sequence[str]) -> Facets:
        """Return the number of hits by facet and value; the filter of a facet does not apply to its own counts."""
        search = self._parse(query)
        if not search.slots:
            return {}
        unfiltered = {name: self._find_candidates(search, {**filters, name: ""}, 1)[1] for name in filters}
        filtered = self._find_candidates(search, filters, 1)[1]
        return {name: self._count_values(unfiltered.get(name, filtered), name) for name in FACETS}

    def _find_candidates(
        self, search: ParsedSearch, filters: Filters, limit: int, builder: SearchQueryBuilder | None = None
    ) -> tuple[int, Query, list[DocAddress]]:
        """Search for documents with all words, or if there are none, without the least informative words.

        Returns the number of hits, the query, and the addresses of the best hits.
        """
        for required in _relaxations(search):
            index_query = self._add_filters((builder or self._query_builder).build(search, required), filters)
            total, addresses = self._execute(index_query, limit)
            if total >= _ENOUGH_HITS:
                break
        return total, index_query, addresses

    def _execute(self, query: Query, limit: int, offset: int = 0) -> tuple[int, list[DocAddress]]:
        """Run a query; return the number of hits and the addresses of the best, weighted by rank."""
        results = self._searcher.search(query, limit=limit, offset=offset, count=True, weight_by_field="rank")
        total: int | None = results.count  # type: ignore[attr-defined]  # missing in tantivy's stubs
        return total or 0, [address for _, address in results.hits]

    def _count_values(self, query: Query, name: str) -> dict[str, int]:
        aggregation = {"values": {"terms": {"field": name, "size": _MAX_FACET_VALUES}}}
        buckets = self._searcher.aggregate(query, aggregation)["values"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets if bucket["key"]}

    def _add_filters(self, query: Query, filters: Filters) -> Query:
        terms = []
        for name, values in filters.items():
            wanted = [values] if isinstance(values, str) else [*values]
            if name == "scheme":
                wanted = [part for value in wanted for part in self._lexicon.parts(value)]
            if any(wanted):
                each = [(Occur.Should, self._query_builder.constant_score(name, value, 0.0)) for value in wanted]
                terms.append((Occur.Must, Query.boolean_query(each)))
        return Query.boolean_query([(Occur.Must, query), *terms]) if terms else query

    def _ranker(self, search: ParsedSearch, user_language: str) -> Ranker:
        return Ranker(search, user_language, self._lexicon.scheme_sizes)

    def _score(self, ranker: Ranker, addresses: Iterable[DocAddress]) -> list[_Scored]:
        documents = (decode_document(str(self._searcher.doc(address).get_first("stored"))) for address in addresses)
        return [(document, ranker.score(document)) for document in documents]


def _sort_scored(scored: list[_Scored]) -> list[_Scored]:
    """Return documents in the order of hits, best first, retired ones last."""
    return sorted(
        scored,
        key=lambda each: (not each[0].active, -round(each[1].score, 3), len(each[0].notation), each[0].notation),
    )


def _hit(ranker: Ranker, document: IndexedDocument, result: HitScore, user_language: str) -> Hit:
    return Hit(
        iri=document.iri,
        kind=document.kind,
        scheme=document.scheme,
        notation=document.notation,
        labels={label.lang: label.value for label in reversed(document.labels) if label.role == "pref"},
        active=bool(document.active),
        matched=result.label if result.label and result.label.role not in ("pref", "code") else None,
        score=result.score,
        parent=_parent_label(document, user_language),
        equals=frozenset((label.scheme, label.value) for label in document.labels if label.role in _EQUALS),
        synonyms=ranker.synonyms(result.label) if result.label else (),
    )


def _parent_label(document: IndexedDocument, language: str) -> Label | None:
    """Return the name of the parent in the same code system, in a language if it has one in it."""
    labels = [label for label in document.labels if label.role == "parent" and label.scheme == document.scheme]
    return next((label for label in labels if in_language(label.lang, language)), labels[0] if labels else None)


def _relaxations(search: ParsedSearch) -> Iterator[frozenset[int]]:
    """Yield the slots that are required: all that the index knows, then without the least informative, at last one.

    Words that say little beside another are never required: *sjukdom* in *njurstens sjukdom*.
    """
    known = [number for number, slot in enumerate(search.slots) if slot.is_known]
    most = max((search.slots[number].weight for number in known), default=0.0)
    telling = [
        number
        for number in known
        if search.slots[number].weight >= _TELLING_SHARE * most or search.slots[number].systems
    ]
    by_weight = sorted(telling, key=lambda number: search.slots[number].weight)
    step = 1 + len(by_weight) // _STEPS
    for dropped in range(0, max(1, len(by_weight)), step):
        yield frozenset(by_weight[dropped:])
