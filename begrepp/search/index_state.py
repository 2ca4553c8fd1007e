"""What is known of an index beside it, so that the next build need not read the whole vocabulary again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from begrepp.search.documents import SearchDocument
from begrepp.search.schema import code_words
from begrepp.text.stemming import spelled
from begrepp.text.swedish import SHORTEST_PART, fold

NAME = "ledger.msgpack"


@dataclass
class IndexState:
    """The words of all labels and of variables' names, each with how often it occurs, what is mapped to what as the
    same, and the datasets.

    `renewals` is how many times the index was made from the one before since it was written whole.
    """

    words: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    same: set[tuple[str, str]] = field(default_factory=set)
    datasets: set[str] = field(default_factory=set)
    renewals: int = 0

    @classmethod
    def read(cls, index: Path) -> IndexState | None:
        """The ledger of an index, or None where it has none."""
        try:
            said = msgspec.msgpack.decode((index / NAME).read_bytes(), type=_Said)
        except (OSError, msgspec.DecodeError):
            return None
        return cls(Counter(said.words), Counter(said.codes), said.same, said.datasets, said.renewals)

    def write(self, index: Path) -> None:
        """Put it beside the files of an index."""
        said = _Said(self.words, self.codes, self.same, self.datasets, self.renewals)
        (index / NAME).write_bytes(msgspec.msgpack.encode(said))

    def add(self, thing: SearchDocument) -> None:
        """Enter one thing."""
        self.words.update(spelled("\n".join(label.value for label in thing.labels("pref", "alt", "hidden"))))
        if thing.kind == "variable":
            self.codes.update(code_words(thing))
        self.same.update((thing.iri, other) for other in thing.same)
        if thing.kind == "dataset":
            self.datasets.add(thing.iri)

    def changed(self, gone: Iterable[SearchDocument], come: Iterable[SearchDocument]) -> IndexState:
        """The ledger when some things are no longer, or no longer so, and others are."""
        lost, found = IndexState(), IndexState()
        for ledger, things in ((lost, gone), (found, come)):
            for thing in things:
                ledger.add(thing)
        return IndexState(
            words=self.words + found.words - lost.words,
            codes=self.codes + found.codes - lost.codes,
            same=self.same - lost.same | found.same,
            datasets=self.datasets - lost.datasets | found.datasets,
            renewals=self.renewals + 1,
        )

    @cached_property
    def vocabulary(self) -> set[str]:
        """The folded words that compounds may be made of."""
        return {fold(word) for word in self.words if len(word) >= SHORTEST_PART and not word.isdigit()}

    @cached_property
    def partners(self) -> dict[str, list[str]]:
        """What means the same as each thing."""
        found: dict[str, list[str]] = {}
        for one, other in sorted(self.same):
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
        return found


class _Said(msgspec.Struct, array_like=True):
    """A ledger as it is written."""

    words: dict[str, int]
    codes: dict[str, int]
    same: set[tuple[str, str]]
    datasets: set[str]
    renewals: int
