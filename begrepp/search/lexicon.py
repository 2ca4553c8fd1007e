"""Lexicon of an index: which words, codes and systems it has, and corrections of misspelt words."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec
from cachetools import LRUCache
from rapidfuzz.distance import OSA
from tantivy import Occur, Query, Schema, Searcher

from begrepp.search.ranking import IndexedDocument
from begrepp.search.system_names import System, SystemNames
from begrepp.text.stemming import label_key, lowercase_words, spelling, word_keys
from begrepp.text.swedish import fold

_CORRECTION_CANDIDATES = 100
_MAX_SYSTEMS = 5_000
_MIN_CORRECTION_FREQUENCY, _LARGE_INDEX = 3, 10_000
"""A word is corrected towards words in at least three documents, in a small index to any."""
_OTHER_FIRST_LETTER = 0.5
"""Few err in the first letter."""
_LENGTH_DIFFERENCE = 4
"""Letters that a word may be longer or shorter than the one that it is corrected to, in any spelling."""
_LONG_WORD = 8
"""Words from this length may have two errors."""

decode_document = msgspec.json.Decoder(IndexedDocument).decode


class IndexLexicon:
    """The words, codes and systems of an index."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        self._frequencies: LRUCache[str, int] = LRUCache(20_000)
        self._lock = threading.Lock()

    @cached_property
    def systems(self) -> SystemNames:
        """The names of the code systems and datasets."""
        return SystemNames.of(self._systems)

    def parts(self, scheme: str) -> list[str]:
        """Return the IRIs of a code system and of those that are parts of it."""
        return [scheme, *(system.iri for system in self._systems if system.part_of == scheme)]

    @cached_property
    def _systems(self) -> list[System]:
        kinds = [
            (Occur.Should, Query.term_query(self._schema, "kind", kind, index_option="basic"))
            for kind in ("scheme", "dataset")
        ]
        hits = self._searcher.search(Query.boolean_query(kinds), limit=_MAX_SYSTEMS, count=False).hits
        documents = (decode_document(str(self._searcher.doc(address).get_first("stored"))) for _, address in hits)
        return [
            System(
                iri=document.iri,
                kind=document.kind,
                titles=[label.value for label in document.labels if label.role in ("pref", "alt")],
                identifiers=[document.iri, *document.codes],
                part_of=document.part_of,
            )
            for document in documents
        ]

    @cached_property
    def scheme_sizes(self) -> dict[str, int]:
        """The number of documents by code system."""
        values = {"terms": {"field": "scheme", "size": _MAX_SYSTEMS}}
        buckets = self._searcher.aggregate(Query.all_query(), {"values": values})["values"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    def frequency(self, word: str) -> int:
        """Return the number of documents in which a word occurs, in any form or as a part of a compound."""
        # Not `lru_cache` of a method: the reference to itself would keep the files open until garbage is collected.
        with self._lock:
            if word in self._frequencies:
                return self._frequencies[word]
        counts = [self._searcher.doc_freq(name, fold(word)) for name in ("word", "part")]
        counts += [self._searcher.doc_freq(name, key) for key in word_keys(word) for name in ("key", "part", "via")]
        with self._lock:
            self._frequencies[word] = max(counts)
        return max(counts)

    def is_written(self, word: str) -> bool:
        """Return whether a label has a word, or a part of a compound, in exactly this form apart from accents."""
        return any(self._searcher.doc_freq(name, fold(word)) for name in ("word", "part"))

    def is_prefix(self, word: str) -> bool:
        """Return whether a longer word of a label starts with `word`."""
        prefix = fold(word)
        return any(term != prefix for term, _ in self._searcher.terms_with_prefix("word", prefix, limit=2))

    def has_code(self, code: str) -> bool:
        """Return whether a document has a normalised code."""
        return bool(code) and self._searcher.doc_freq("code", code) > 0

    def is_label(self, text: str) -> bool:
        """Return whether a text is a whole label of a document."""
        return self._searcher.doc_freq("whole", label_key(text)) > 0

    def closest(self, word: str) -> str:
        """Return the word of a label with the smallest edit distance, 1 or 2 by length, or an empty string.

        Of words at the same distance the most frequent is returned, as it is usually written. If there is none, the
        spellings that Swedish and English share are compared: *skitsofreni* is one letter from *schizofreni* there.
        """
        distance = 1 if len(word) < _LONG_WORD else 2
        if found := self._closest(word, fold, ("word", "part"), distance):
            return found
        return self._closest(word, spelling, ("key",), 1) if len(word) >= _LONG_WORD else ""

    def _closest(self, word: str, form: Callable[[str], str], fields: Sequence[str], distance: int) -> str:
        """Return the word of a label whose form has the smallest distance to that of a word."""
        folded = form(word)
        fuzzy = [Query.fuzzy_term_query(self._schema, name, folded, distance=distance) for name in fields]
        hits = self._searcher.search(
            Query.boolean_query([(Occur.Should, each) for each in fuzzy]), limit=_CORRECTION_CANDIDATES
        ).hits
        documents = (decode_document(str(self._searcher.doc(address).get_first("stored"))) for _, address in hits)
        words = Counter(
            other
            for document in documents
            for label in document.labels
            for other in lowercase_words(label.value)
            if abs(len(other) - len(word)) <= _LENGTH_DIFFERENCE
        )
        near = {other for other in words if OSA.distance(folded, form(other), score_cutoff=distance) <= distance}
        written = {other: words[other] for other in near}

        def cost(other: str) -> tuple[float, int, int]:
            plain = form(other)
            first = 0.0 if plain[:1] == folded[:1] else _OTHER_FIRST_LETTER
            return OSA.distance(folded, plain) + first, -self.frequency(other), -written[other]

        least = min(_MIN_CORRECTION_FREQUENCY, 1 + self._searcher.num_docs // _LARGE_INDEX)
        frequent = [other for other in written if self.frequency(other) >= least]
        return min(frequent, key=cost, default="")
