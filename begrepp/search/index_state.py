"""State of an index, stored beside it, from which the next build updates the index without reading all documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from begrepp.search.documents import SearchDocument
from begrepp.search.schema import variable_name_words
from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import MIN_PART_LENGTH, fold

STATE_FILE = "ledger.msgpack"


@dataclass
class IndexState:
    """Word counts of labels and of variable names, pairs of matching resources, and the IRIs of datasets.

    `updates` is the number of incremental updates since the index was written anew.
    """

    words: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    match_pairs: set[tuple[str, str]] = field(default_factory=set)
    datasets: set[str] = field(default_factory=set)
    updates: int = 0

    @classmethod
    def read(cls, index: Path) -> IndexState | None:
        """Read the state of an index; returns None if it is missing or invalid."""
        try:
            stored = msgspec.msgpack.decode((index / STATE_FILE).read_bytes(), type=_StoredState)
        except (OSError, msgspec.DecodeError):
            return None
        return cls(Counter(stored.words), Counter(stored.codes), stored.match_pairs, stored.datasets, stored.updates)

    def write(self, index: Path) -> None:
        """Write the state beside the files of an index."""
        stored = _StoredState(self.words, self.codes, self.match_pairs, self.datasets, self.updates)
        (index / STATE_FILE).write_bytes(msgspec.msgpack.encode(stored))

    def add(self, document: SearchDocument) -> None:
        """Add one document."""
        self.words.update(lowercase_words("\n".join(label.value for label in document.labels("pref", "alt", "hidden"))))
        if document.kind == "variable":
            self.codes.update(variable_name_words(document))
        self.match_pairs.update((document.iri, other) for other in document.matches)
        if document.kind == "dataset":
            self.datasets.add(document.iri)

    def with_changes(self, removed: Iterable[SearchDocument], added: Iterable[SearchDocument]) -> IndexState:
        """Return the state after some documents are removed and others added; a changed document is in both."""
        old, new = IndexState(), IndexState()
        for state, documents in ((old, removed), (new, added)):
            for document in documents:
                state.add(document)
        return IndexState(
            words=self.words + new.words - old.words,
            codes=self.codes + new.codes - old.codes,
            match_pairs=self.match_pairs - old.match_pairs | new.match_pairs,
            datasets=self.datasets - old.datasets | new.datasets,
            updates=self.updates + 1,
        )

    @cached_property
    def vocabulary(self) -> set[str]:
        """The folded words that can be parts of compounds."""
        return {fold(word) for word in self.words if len(word) >= MIN_PART_LENGTH and not word.isdigit()}

    @cached_property
    def matches(self) -> dict[str, list[str]]:
        """The IRIs of exact and close matches of each resource, in both directions."""
        matches: dict[str, list[str]] = {}
        for one, other in sorted(self.match_pairs):
            matches.setdefault(one, []).append(other)
            matches.setdefault(other, []).append(one)
        return matches


class _StoredState(msgspec.Struct, array_like=True):
    """The stored form of an index state, an array without keys."""

    words: dict[str, int]
    codes: dict[str, int]
    match_pairs: set[tuple[str, str]]
    datasets: set[str]
    updates: int
