"""Lexicon of an index: which words, codes and systems it has, and corrections of misspelt words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, partial

from rapidfuzz.distance import OSA
from tantivy import Occur, Query, Schema, Searcher

from begrepp.search.indexed_documents import IndexedDocument, read_document
from begrepp.search.label_variants import label_variants
from begrepp.search.schema import label_sound
from begrepp.search.synonyms import Phrase, is_synonym, similar_words
from begrepp.search.system_names import System, SystemNames
from begrepp.search.words import content_words
from begrepp.text.sound import sound
from begrepp.text.stemming import label_key, lowercase_words, spelling, word_keys
from begrepp.text.swedish import fold
from begrepp.text.typing_errors import typing_cost

_CORRECTION_CANDIDATES = 100
_MAX_SYSTEMS = 5_000
_MAX_BEGINNING = 50
_MAX_VALUES = 100
"""Values of a list that is named as what it lists: *PD-L1*, *sjukvårdsregion*."""
_MIN_CORRECTION_FREQUENCY, _LARGE_INDEX = 3, 10_000
"""A word is corrected rather towards words in at least three documents; in a small index to any."""
_RARE, _RARE_COST = 0.3, 1.0
"""Added to the cost of a rarer word, as the name of a medicine mostly is, and the most that its errors may cost."""
_LENGTH_DIFFERENCE = 4
"""Letters that a word may be longer or shorter than the one that it is corrected to, in any spelling."""
_LONG_WORD = 8
"""Words from this length may have two errors."""
_MIN_SOUND, _LONG_SOUND = 4, 6
"""Words whose sounds have so many letters are compared by sound, from the second length with one error."""
_MAX_CLOSEST = 2_000
"""Misspelt words whose corrections are kept."""
_FREQUENCY = 0.12
"""Taken off the cost of a word for each tenfold of the documents that it is in."""

_NAMED_CONCEPTS, _MAX_OTHER_NAMES, _MAX_NAMED = 5, 6, 3
"""Concepts with a name whose other names are looked up, such names, and their words."""
_NAME_ROLES = ("pref", "alt", "sibling", "variant", "via", "namesake")


class IndexLexicon:
    """The words, codes and systems of an index."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        # Not the cache of a method: the reference to itself would keep the files open until garbage is collected.
        self._frequency = lru_cache(maxsize=20_000)(partial(_frequency, searcher))
        self._is_prefix = lru_cache(maxsize=20_000)(partial(_is_prefix, searcher))
        self._closest: dict[str, str] = {}
        self._other_names = lru_cache(maxsize=2_000)(partial(_other_names, schema, searcher))

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
        documents = (read_document(self._searcher, address) for _, address in hits)
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

    def are_lists(self, systems: Iterable[str]) -> bool:
        """Return whether code systems are short lists of values, all together."""
        return 0 < sum(self.scheme_sizes.get(iri, 0) for iri in systems) <= _MAX_VALUES

    def frequency(self, word: str) -> int:
        """Return the number of documents in which a word occurs, in any form or as a part of a compound."""
        return self._frequency(word)

    def is_written(self, word: str) -> bool:
        """Return whether a label has a word, or a part of a compound, in exactly this form apart from accents."""
        return self._written_frequency(word) > 0

    def _written_frequency(self, word: str) -> int:
        """Return the number of documents with a word or part of a compound in exactly this form but for accents."""
        return max(self._searcher.doc_freq(name, fold(word)) for name in ("word", "part"))

    def is_in_texts(self, word: str) -> bool:
        """Return whether a definition or note has a word, in any form."""
        return any(self._searcher.doc_freq("text", key) for key in word_keys(word))

    def is_prefix(self, word: str) -> bool:
        """Return whether a longer word of a label starts with `word`."""
        return self._is_prefix(fold(word))

    def beginning_with(self, text: str) -> list[str]:
        """Return the folded words of labels that begin with a folded text, a few."""
        return [term for term, _ in self._searcher.terms_with_prefix("word", text, limit=_MAX_BEGINNING)]

    def has_code(self, code: str) -> bool:
        """Return whether a document has a normalised code."""
        return bool(code) and self._searcher.doc_freq("code", code) > 0

    def is_code_beginning(self, code: str) -> bool:
        """Return whether a document has a normalised code that begins so."""
        return bool(self._searcher.terms_with_prefix("code", code, limit=1))

    def is_label(self, text: str) -> bool:
        """Return whether a text is a whole label of a document."""
        return self._searcher.doc_freq("whole", label_key(text)) > 0

    def other_names(self, text: str) -> Mapping[Phrase, str]:
        """Return the other short names of the concepts that have a text as a whole name, with their code systems.

        These are lower-case words, a few, with the IRI of a system that has the concept.
        """
        return self._other_names(text)

    def closest(self, word: str) -> str:
        """Return the word of a label that a misspelt word probably is, or an empty string.

        It is one or two errors from the word, by its length, or one in sound, or in the spelling that Swedish and
        English share: *skitsofreni* is one letter from *schizofreni* there. The least cost decides, then the frequency.
        Words of the synonyms are words of labels too.
        """
        if (known := self._closest.get(word)) is None:
            if len(self._closest) >= _MAX_CLOSEST:
                self._closest.clear()
            self._closest[word] = known = self._find_closest(word)
        return known

    def _find_closest(self, word: str) -> str:
        """Return what `closest` does, which keeps it: a query may need it several times, each some milliseconds."""
        heard = sound(word)
        near = {
            other: typing_cost(word, other) for other in self._near(word, fold, ("word", "part"), 1 + _is_long(word))
        }
        if len(heard) >= _MIN_SOUND and self._has_sounds:
            alike = self._near(word, sound, ("sound",), int(len(heard) >= _LONG_SOUND))
            near |= {other: typing_cost(word, other) for other in alike}
        near |= {other: typing_cost(word, other) for other in similar_words(word, 1 + _is_long(word))}
        if not near and _is_long(word):
            near = dict.fromkeys(self._near(word, spelling, ("key",), 1), 1.0)
        least = min(_MIN_CORRECTION_FREQUENCY, 1 + self._searcher.num_docs // _LARGE_INDEX)
        counts = {other: max(self._written_frequency(other), least * is_synonym(other)) for other in near}

        def cost(other: str) -> tuple[float, int, str]:
            rare = _RARE if counts[other] < least else 0.0
            return rare + near[other] - _FREQUENCY * math.log10(1 + counts[other]), -counts[other], other

        meant = [other for other in near if counts[other] >= least or (counts[other] and near[other] <= _RARE_COST)]
        return min(meant, key=cost, default="")

    def sounding_label(self, words: Sequence[str]) -> list[str]:
        """Return the words of a label that sounds like some words, one for each; empty if there is none."""
        if not self._has_sounds:
            return []
        heard = [sound(word) for word in words]
        query = Query.term_query(self._schema, "sound", label_sound(heard), index_option="basic")
        documents = self._documents(query, _CORRECTION_CANDIDATES)
        labels = (
            variant for document in documents for label in document.labels for variant in label_variants(label.value)
        )
        names = Counter(tuple(lowercase_words(label)) for label in labels)
        alike = [name for name in names if len(name) == len(words) and [*map(sound, name)] == heard]
        return [*max(alike, key=lambda name: (names[name], name), default=())]

    @cached_property
    def _has_sounds(self) -> bool:
        """Whether the index has sounds; that of an earlier version has none."""
        try:
            return self._searcher.doc_freq("sound", "") >= 0
        except ValueError:
            return False

    def _documents(self, query: Query, limit: int) -> list[IndexedDocument]:
        return _read_documents(self._searcher, query, limit)

    def _near(self, word: str, form: Callable[[str], str], fields: Sequence[str], distance: int) -> set[str]:
        """Return the words of labels whose form is at most at a distance from that of a word."""
        plain = form(word)
        fuzzy = [Query.fuzzy_term_query(self._schema, name, plain, distance=distance) for name in fields]
        documents = self._documents(
            Query.boolean_query([(Occur.Should, each) for each in fuzzy]), _CORRECTION_CANDIDATES
        )
        words = {other for document in documents for label in document.labels for other in lowercase_words(label.value)}
        return {
            other
            for other in words
            if abs(len(other) - len(word)) <= _LENGTH_DIFFERENCE
            and OSA.distance(plain, form(other), score_cutoff=distance) <= distance
        }


def _is_long(word: str) -> bool:
    return len(word) >= _LONG_WORD


def _frequency(searcher: Searcher, word: str) -> int:
    """Return the number of documents in which a word occurs, in any form or as a part of a compound."""
    folded = fold(word)
    counts = [searcher.doc_freq(name, folded) for name in ("word", "part")]
    counts += [searcher.doc_freq(name, key) for key in word_keys(word) for name in ("key", "part", "via")]
    return max(counts)


def _is_prefix(searcher: Searcher, text: str) -> bool:
    """Return whether a longer word of a label starts with a folded text."""
    return any(term != text for term, _ in searcher.terms_with_prefix("word", text, limit=2))


def _read_documents(searcher: Searcher, query: Query, limit: int) -> list[IndexedDocument]:
    hits = searcher.search(query, limit=limit, count=False).hits
    return [read_document(searcher, address) for _, address in hits]


def _other_names(schema: Schema, searcher: Searcher, text: str) -> Mapping[Phrase, str]:
    """Return the other names of the concepts that are called so, with few words, the most frequent first."""
    key = label_key(text)
    if not searcher.doc_freq("whole", key):
        return {}
    named = Query.term_query(schema, "whole", key, index_option="basic")
    systems: dict[Phrase, str] = {}
    names = Counter[Phrase]()
    for document in _read_documents(searcher, named, _NAMED_CONCEPTS):
        for label in document.labels if document.kind == "concept" else ():
            words = content_words(label.value)
            if label.role in _NAME_ROLES and 0 < len(words) <= _MAX_NAMED and label_key(label.value) != key:
                names[words] += 1
                systems.setdefault(words, document.scheme)
    return {words: systems[words] for words, _ in names.most_common(_MAX_OTHER_NAMES)}
