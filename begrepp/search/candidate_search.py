"""Candidates of a search: the documents that Tantivy finds, best first, to be scored label by label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tantivy import DocAddress, Order, Query, Searcher

from begrepp.search.lexicon import IndexLexicon
from begrepp.search.query_builder import AutocompleteQueryBuilder, SearchQueryBuilder, all_of, any_of
from begrepp.search.query_parser import ParsedSearch
from begrepp.search.query_relaxation import as_written, known_slots, relaxations, slots_beside_beginning, telling_slots
from begrepp.text.stemming import label_key

_ENOUGH_HITS = 10
"""With fewer hits than this, documents without one of the telling words are found too, then without two."""
_ENOUGH_SUGGESTED = 5
"""The same for suggestions, of which fewer are shown; for the whole name of something, one is enough."""
_MAX_FACET_VALUES = 1000

Filters = Mapping[str, str | Sequence[str]]
"""Values by facet; a document needs one of the values of each."""


class CandidateSearch:
    """Runs the queries of a search in the index of a build."""

    def __init__(
        self,
        searcher: Searcher,
        lexicon: IndexLexicon,
        builder: SearchQueryBuilder,
        autocomplete: AutocompleteQueryBuilder,
    ) -> None:
        self._searcher = searcher
        self._lexicon = lexicon
        self._builder = builder
        self._autocomplete = autocomplete

    def find(
        self,
        search: ParsedSearch,
        filters: Filters,
        limit: int,
        builder: SearchQueryBuilder | None = None,
        enough: int = _ENOUGH_HITS,
    ) -> tuple[int, Query, list[DocAddress]]:
        """Search for documents with all telling words, or if there are few, with all but one, and so on.

        If those with one of them are few, documents with all but one of all known words are found too, and so on.
        Returns the number of hits, the query, and the addresses of the best hits.
        """
        builder = builder or self._builder
        telling, known = telling_slots(search), known_slots(search)
        exact = builder.build_exact(search)
        for least in relaxations(len(telling)):
            index_query = self.add_filters(builder.build(search, telling, least, exact), filters)
            total, addresses = self.execute(index_query, limit)
            if total >= enough:
                return total, index_query, addresses
        first, found = index_query, addresses
        for least in range(len(known) - 1, 0, -1) if len(known) > len(telling) else ():
            other = self.add_filters(builder.build(search, known, least, exact), filters)
            index_query = any_of([first, other])
            total, addresses = self.execute(index_query, limit)
            if total >= enough:
                break
        rest = (address for address in addresses if address not in found)
        return total, index_query, [*found, *rest][:limit]

    def suggest(self, search: ParsedSearch, filters: Filters, limit: int) -> list[DocAddress]:
        """Search for documents of a query that is being typed; return the addresses of the best hits."""
        if common := self._autocomplete.frequent_match(search):
            exact = self.execute(self.add_filters(self._builder.exact_match(search), filters), limit)[1]
            found = self._searcher.search(
                self.add_filters(common, filters), limit=limit, count=False, order_by_field="rank", order=Order.Desc
            )
            return [*exact, *(address for _, address in found.hits if address not in exact)]
        if self._is_name(search, filters):
            return self.find(as_written(search), filters, limit, self._autocomplete, 1)[2]
        if addresses := self._find_beginning(search, filters, limit):
            return addresses
        return self.find(search, filters, limit, self._autocomplete, _ENOUGH_SUGGESTED)[2]

    def _is_name(self, search: ParsedSearch, filters: Filters) -> bool:
        """Return whether something that the filters let through is called exactly as the query."""
        if not self._lexicon.is_label(search.text):
            return False
        name = self._builder.constant_score("whole", label_key(search.text), 1.0)
        return self.execute(self.add_filters(name, filters), 1)[0] > 0

    def _find_beginning(self, search: ParsedSearch, filters: Filters, limit: int) -> list[DocAddress]:
        """Search for documents with all telling words of a query that ends with the beginning of a word.

        Returns the addresses of the best hits, or none if there are fewer than the limit. Far fewer documents are
        compared than those with the beginning alone.
        """
        if not (needed := slots_beside_beginning(search)):
            return []
        query = self.add_filters(self._autocomplete.build(search, needed, len(needed)), filters)
        addresses = self.execute(query, limit)[1]
        return addresses if len(addresses) == limit else []

    def execute(self, query: Query, limit: int, offset: int = 0) -> tuple[int, list[DocAddress]]:
        """Run a query; return the number of hits and the addresses of the best, weighted by rank."""
        results = self._searcher.search(query, limit=limit, offset=offset, count=True, weight_by_field="rank")
        total: int | None = results.count  # type: ignore[attr-defined]  # missing in tantivy's stubs
        return total or 0, [address for _, address in results.hits]

    def count_matching(self, query: Query, iris: Sequence[str]) -> int:
        """Return how many of some documents a query finds."""
        return self.execute(all_of([query, self.with_iris(iris)]), 1)[0] if iris else 0

    def count_values(self, query: Query, names: Iterable[str]) -> dict[str, dict[str, int]]:
        """Return the number of hits of a query by value, for each of some facets."""
        wanted = {name: {"terms": {"field": name, "size": _MAX_FACET_VALUES}} for name in names}
        counted = self._searcher.aggregate(query, wanted) if wanted else {}
        return {
            name: {bucket["key"]: bucket["doc_count"] for bucket in values["buckets"] if bucket["key"]}
            for name, values in counted.items()
        }

    def with_iris(self, iris: Iterable[str]) -> Query:
        """Build a query for the documents with some IRIs."""
        return any_of([self._builder.constant_score("iri", iri, 0.0) for iri in iris])

    def add_filters(self, query: Query, filters: Filters) -> Query:
        """Build a query for what another finds and the filters let through. A code system has its parts with it."""
        terms = [query]
        for name, values in filters.items():
            wanted = [values] if isinstance(values, str) else [*values]
            if name == "scheme":
                wanted = [part for value in wanted for part in self._lexicon.parts(value)]
            if any(wanted):
                terms.append(any_of([self._builder.constant_score(name, value, 0.0) for value in wanted]))
        return all_of(terms)
