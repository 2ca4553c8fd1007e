"""The index of a build, open for reading: what answers a query, best first, and how the answers divide."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA
from tantivy import DocAddress, Index, Occur, Order, Query

from begrepp.records import Text
from begrepp.search.query_builder import AutocompleteQueryBuilder, SearchQueryBuilder
from begrepp.search.query_parser import ParsedSearch, parse_search
from begrepp.search.ranking import Label, score_hit
from begrepp.search.schema import FACETS, analysed, schema
from begrepp.text.stemming import keys, spelled
from begrepp.text.swedish import fold

CANDIDATES = 100
"""How many of what the index finds are judged label by label."""

FEW = 24
"""How many while a query is being typed."""

_SEEN = 300
_MOST_VALUES = 1000

Facets = Mapping[str, Mapping[str, int]]
"""How many answers there are for each value of each facet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing found, and the label it was found by where that is not its preferred one."""

    iri: str
    kind: str
    scheme: str
    notation: str
    labels: dict[str, str]
    active: bool
    matched: Label | None
    score: float


class TextIndex:
    """The index of a build, open for reading."""

    def __init__(self, path: Path) -> None:
        self._index = analysed(Index.open(str(self._lockable(path))))
        self._index.reload()
        self._schema = schema()
        self._searcher = self._index.searcher()
        self._asking = SearchQueryBuilder(self._schema)
        self._typing = AutocompleteQueryBuilder(self._schema, self._searcher)
        self._understand = lru_cache(maxsize=1000)(
            partial(parse_search, known=self._known, begun=self._begins, nearest=self._nearest)
        )

    def _lockable(self, path: Path) -> Path:
        """The folder to open: tantivy locks a file even to read, so a read-only folder is linked to from /tmp."""
        lock = path / ".tantivy-meta.lock"
        if os.access(path, os.W_OK) and (not lock.exists() or os.access(lock, os.W_OK)):
            return path
        links = Path(tempfile.mkdtemp(prefix="begrepp-index-"))
        weakref.finalize(self, shutil.rmtree, links, ignore_errors=True)
        for file in path.iterdir():
            if file.suffix != ".lock":
                (links / file.name).symlink_to(file.resolve())
        return links

    def search(
        self, query: str, *, limit: int = 25, offset: int = 0, reader: str = "sv", **filters: str
    ) -> tuple[int, list[Hit]]:
        """The number of things that answer the query, and a page of them, best first.

        `reader` is the language of who asks. `filters` are values of facets: `kind`, `scheme` and `dataset` (IRIs),
        `status`, `language`.
        """
        question = self._understand(query)
        if not question.slots:
            return 0, []
        total, found, candidates = self._found(question, filters, CANDIDATES)
        hits = self._judged(question, candidates, reader)
        if len(candidates) < min(total, offset + limit):
            rest = self._best(found, offset + limit - len(candidates), offset=len(candidates))[1]
            hits += [self._hit(question, address, reader) for address in rest]
        return total, hits[offset : offset + limit]

    def suggest(self, query: str, *, limit: int = 8, reader: str = "sv", **filters: str) -> list[Hit]:
        """The first few answers while a query is being typed."""
        question = self._understand(query)
        if not question.slots:
            return []
        if common := self._typing.common(question):
            exact = self._best(self._filtered(self._asking.exact(question), filters), FEW)[1]
            found = self._filtered(common, filters)
            hits = self._searcher.search(found, limit=FEW, count=False, order_by_field="rank", order=Order.Desc).hits
            addresses = [*exact, *(address for _, address in hits if address not in exact)]
        else:
            addresses = self._found(question, filters, FEW, self._typing)[2]
        return self._judged(question, addresses, reader)[:limit]

    def coded(self, code: str, **filters: str) -> list[Hit]:
        """The things with this code, however it is written."""
        question = ParsedSearch(code, ())
        found = self._filtered(self._asking.code(question), filters)
        return [self._hit(question, address, "") for address in self._best(found, FEW)[1]]

    def corrections(self, query: str) -> tuple[tuple[str, str], ...]:
        """The words of a query that nothing is called, each with the word that was asked for in its place."""
        return self._understand(query).corrections

    def facets(self, query: str, **filters: str) -> Facets:
        """How the answers divide by each facet; a facet's own filter does not narrow its counts."""
        question = self._understand(query)
        if not question.slots:
            return {}
        asked = {name: self._found(question, {**filters, name: ""}, 1)[1] for name in filters}
        everything = self._found(question, filters, 1)[1]
        return {name: self._divided(asked.get(name, everything), name) for name in FACETS}

    def _found(
        self, question: ParsedSearch, filters: Mapping[str, str], limit: int, asking: SearchQueryBuilder | None = None
    ) -> tuple[int, Query, list[DocAddress]]:
        """How many things have every slot of the question, or where none has, all but one; the query; the nearest."""
        for missing in (0, 1):
            found = self._filtered((asking or self._asking).question(question, missing), filters)
            total, addresses = self._best(found, limit)
            if total or len(question.slots) == 1:
                break
        return total, found, addresses

    def _best(self, query: Query, limit: int, offset: int = 0) -> tuple[int, list[DocAddress]]:
        """How many things the index finds, and the nearest of them, things of weight before others."""
        found = self._searcher.search(query, limit=limit, offset=offset, count=True, weight_by_field="rank")
        total: int | None = found.count  # type: ignore[attr-defined]  # missing in tantivy's stubs
        return total or 0, [address for _, address in found.hits]

    def _divided(self, query: Query, name: str) -> dict[str, int]:
        asked = {"values": {"terms": {"field": name, "size": _MOST_VALUES}}}
        buckets = self._searcher.aggregate(query, asked)["values"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets if bucket["key"]}

    def _known(self, word: str) -> int:
        """In how many things a word occurs, in any form, by itself or in a compound."""
        found = [self._searcher.doc_freq(name, fold(word)) for name in ("word", "part")]
        found += [self._searcher.doc_freq(name, key) for key in keys(word) for name in ("key", "part", "via")]
        return max(found)

    def _begins(self, word: str) -> bool:
        """Whether a longer word of some label begins so."""
        begun = fold(word)
        return any(term != begun for term, _ in self._searcher.terms_with_prefix("word", begun, limit=2))

    def _nearest(self, word: str) -> str:
        """The word of some label that is nearest to a word that none has, or nothing."""
        asked = fold(word)
        distance = 1 if len(asked) < 8 else 2
        near = [Query.fuzzy_term_query(self._schema, name, asked, distance=distance) for name in ("word", "part")]
        addresses = self._searcher.search(
            Query.boolean_query([(Occur.Should, each) for each in near]), limit=_SEEN
        ).hits
        rows = (row for _, address in addresses for row in self._stored(address)[-1])
        seen = Counter(fold(said) for _, _, label in rows for said in spelled(label))
        ranked = ((OSA.distance(asked, said, score_cutoff=distance), -often, said) for said, often in seen.items())
        best = min((each for each in ranked if each[0] <= distance), default=None)
        return best[2] if best else ""

    def _filtered(self, query: Query, filters: Mapping[str, str]) -> Query:
        chosen = [(Occur.Must, self._asking.constant(name, value, 0.0)) for name, value in filters.items() if value]
        return Query.boolean_query([(Occur.Must, query), *chosen]) if chosen else query

    def _stored(self, address: DocAddress) -> Any:
        return json.loads(str(self._searcher.doc(address).get_first("stored")))

    def _judged(self, question: ParsedSearch, addresses: Iterable[DocAddress], reader: str) -> list[Hit]:
        hits = [self._hit(question, address, reader) for address in addresses]
        return sorted(hits, key=lambda hit: (not hit.active, -hit.score))

    def _hit(self, question: ParsedSearch, address: DocAddress, reader: str) -> Hit:
        iri, kind, scheme, notation, active, codes, rows = self._stored(address)
        labels = [Label(role, Text(value, lang)) for role, lang, value in rows]
        spoken = [*labels, Label("code", Text(notation.replace("_", " "), ""))] if kind == "variable" else labels
        judgement = score_hit(question, kind, scheme, codes, spoken, reader)
        shown = judgement.label if judgement.label and judgement.label.role not in ("pref", "code") else None
        return Hit(
            iri=iri,
            kind=kind,
            scheme=scheme,
            notation=notation,
            labels={label.text.lang: label.text.value for label in reversed(labels) if label.role == "pref"},
            active=bool(active),
            matched=shown,
            score=judgement.score,
        )
