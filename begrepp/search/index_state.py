"""State of an index, stored beside it, from which the next build updates the index without reading all documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from begrepp.search.documents import LABEL_ROLES, SearchDocument
from begrepp.search.same_names import name_keys, name_words
from begrepp.search.schema import AnalysedWords, variable_name_words
from begrepp.search.sibling_systems import Codes, sibling_key, sibling_pairs
from begrepp.search.species import descendants, divides_by_species, is_species_root
from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import MIN_PART_LENGTH, fold

_MAX_NAMESAKES = 4
"""Concepts with the same name; a name that more concepts have says too little."""
STATE_FILE = "ledger.msgpack"


@dataclass
class IndexState:
    """Counts, pairs and names that relate the documents of an index to one another.

    Word counts of labels (`words`) and of variable names (`codes`); the IRIs of datasets; the concepts by scheme and
    code, and the number of concepts by scheme; parents and roots in systems with branches for animals; the concepts
    with siblings by name (`names`).

    Pairs of IRIs: matching concepts, variables and the concepts they measure, concepts with the same code in sibling
    systems, and one of these and a concept of another system with the same name (`namesake_pairs`).

    `updates` is the number of incremental updates since the index was written anew.
    """

    words: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    match_pairs: set[tuple[str, str]] = field(default_factory=set)
    measured_pairs: set[tuple[str, str]] = field(default_factory=set)
    sibling_pairs: set[tuple[str, str]] = field(default_factory=set)
    datasets: set[str] = field(default_factory=set)
    scheme_codes: Codes = field(default_factory=dict)
    scheme_sizes: Counter[str] = field(default_factory=Counter)
    broader: dict[str, list[str]] = field(default_factory=dict)
    animal_roots: set[str] = field(default_factory=set)
    names: dict[str, list[str]] = field(default_factory=dict)
    namesake_pairs: set[tuple[str, str]] = field(default_factory=set)
    updates: int = 0
    _name_words: set[str] = field(default_factory=set, init=False, compare=False)
    """The last keys of the words of `names`, found with the siblings."""

    @classmethod
    def read(cls, index: Path) -> IndexState | None:
        """Read the state of an index; returns None if it is missing or invalid."""
        try:
            stored = msgspec.msgpack.decode((index / STATE_FILE).read_bytes(), type=_StoredState)
        except (OSError, msgspec.DecodeError):
            return None
        values = {name: getattr(stored, name) for name in stored.__struct_fields__}
        counters = {name: Counter(values[name]) for name in ("words", "codes", "scheme_sizes")}
        return cls(**(values | counters))

    def write(self, index: Path) -> None:
        """Write the state beside the files of an index."""
        stored = _StoredState(**{name: getattr(self, name) for name in _StoredState.__struct_fields__})
        (index / STATE_FILE).write_bytes(msgspec.msgpack.encode(stored))

    def add(self, document: SearchDocument) -> None:
        """Add one document."""
        self.words.update(lowercase_words("\n".join(label.value for label in document.labels(*LABEL_ROLES))))
        if document.kind == "variable":
            self.codes.update(variable_name_words(document))
        self.match_pairs.update((document.iri, other) for other in document.matches)
        self.measured_pairs.update((document.iri, concept) for concept in document.measures)
        if document.kind == "dataset":
            self.datasets.add(document.iri)
        if document.kind == "concept":
            self.scheme_sizes[document.scheme] += 1
        if key := sibling_key(document):
            self.scheme_codes.setdefault(document.scheme, {}).setdefault(key, document.iri)
        if divides_by_species(document):
            self.broader[document.iri] = document.broader
            if is_species_root(document):
                self.animal_roots.add(document.iri)

    def find_siblings(self, read: Callable[[set[str]], Iterable[SearchDocument]]) -> None:
        """Find the concepts with the same code in sibling systems, and their names.

        `read` returns the documents with some IRIs.
        """
        self.sibling_pairs = sibling_pairs(self.scheme_codes, self.scheme_sizes, read)
        self.names = {}
        self._name_words.clear()
        for document in read({iri for pair in self.sibling_pairs for iri in pair}):
            for name in name_keys(document, "pref", analysed=self.analysed):
                self.names.setdefault(name, []).append(document.iri)
            self._name_words |= name_words(document, "pref", analysed=self.analysed)

    def with_changes(self, removed: Iterable[SearchDocument], added: Iterable[SearchDocument]) -> IndexState:
        """Return the state after some documents are removed and others added; a changed document is in both."""
        old, new = IndexState(), IndexState()
        removed_iris = set[str]()
        for state, documents in ((old, removed), (new, added)):
            for document in documents:
                state.add(document)
                removed_iris.add(document.iri)
        return IndexState(
            words=self.words + new.words - old.words,
            codes=self.codes + new.codes - old.codes,
            match_pairs=self.match_pairs - old.match_pairs | new.match_pairs,
            measured_pairs=self.measured_pairs - old.measured_pairs | new.measured_pairs,
            datasets=self.datasets - old.datasets | new.datasets,
            scheme_codes=_merge_codes(self.scheme_codes, old.scheme_codes, new.scheme_codes),
            scheme_sizes=self.scheme_sizes + new.scheme_sizes - old.scheme_sizes,
            broader={iri: above for iri, above in self.broader.items() if iri not in old.broader} | new.broader,
            animal_roots=self.animal_roots - old.animal_roots | new.animal_roots,
            names=self.names,
            namesake_pairs={pair for pair in self.namesake_pairs if pair[1] not in removed_iris},
            updates=self.updates + 1,
        )

    def add_namesakes(self, document: SearchDocument) -> None:
        """Add the concepts with siblings that have a name in common with a concept of another system."""
        if document.iri in self.siblings:
            return
        names = name_keys(document, "pref", "alt", analysed=self.analysed, words=self._name_words)
        groups = (self.names.get(name, ()) for name in names)
        found = (iri for group in groups if len(group) <= _MAX_NAMESAKES for iri in group)
        within = document.iri.rpartition("/")[0]
        self.namesake_pairs.update((iri, document.iri) for iri in found if iri.rpartition("/")[0] != within)

    @cached_property
    def vocabulary(self) -> set[str]:
        """The folded words that can be parts of compounds."""
        return {fold(word) for word in self.words if len(word) >= MIN_PART_LENGTH and not word.isdigit()}

    @cached_property
    def analysed(self) -> AnalysedWords:
        """The words of the documents, analysed on first use."""
        return AnalysedWords(self.vocabulary)

    @cached_property
    def matches(self) -> dict[str, list[str]]:
        """The IRIs of exact and close matches of each resource, in both directions."""
        return _neighbours(self.match_pairs)

    @cached_property
    def siblings(self) -> dict[str, list[str]]:
        """The IRIs of the concepts with the same code in sibling systems, in both directions."""
        return _neighbours(self.sibling_pairs)

    @cached_property
    def namesakes(self) -> dict[str, list[str]]:
        """The IRIs of the concepts of other systems with the same name, in both directions."""
        return _neighbours(self.namesake_pairs)

    @cached_property
    def measured(self) -> dict[str, list[str]]:
        """The IRIs of the concepts that each variable measures, and of the variables that measure each concept."""
        return _neighbours(self.measured_pairs)

    @cached_property
    def animals(self) -> set[str]:
        """The IRIs of the concepts that concern animals."""
        return descendants(self.animal_roots, self.broader)


def _neighbours(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    neighbours: dict[str, list[str]] = {}
    for one, other in sorted(pairs):
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    return neighbours


def _merge_codes(codes: Codes, removed: Codes, added: Codes) -> Codes:
    """Return the codes by scheme without some and with others."""
    merged = {
        scheme: {key: iri for key, iri in by_key.items() if removed.get(scheme, {}).get(key) != iri}
        for scheme, by_key in codes.items()
    }
    for scheme, by_key in added.items():
        merged[scheme] = merged.get(scheme, {}) | by_key
    return {scheme: by_key for scheme, by_key in merged.items() if by_key}


class _StoredState(msgspec.Struct, array_like=True):
    """The stored form of an index state, an array without keys."""

    words: dict[str, int]
    codes: dict[str, int]
    match_pairs: set[tuple[str, str]]
    measured_pairs: set[tuple[str, str]]
    sibling_pairs: set[tuple[str, str]]
    datasets: set[str]
    scheme_codes: Codes
    scheme_sizes: dict[str, int]
    broader: dict[str, list[str]]
    animal_roots: set[str]
    names: dict[str, list[str]]
    namesake_pairs: set[tuple[str, str]]
    updates: int
