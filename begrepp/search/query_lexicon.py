"""Look-ups in an index that the parser of queries needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from begrepp.search.system_names import SystemNames


class Lexicon(Protocol):
    """Look-ups of words and codes in an index."""

    @property
    def systems(self) -> SystemNames:
        """The names of the code systems and datasets."""

    def are_lists(self, systems: Iterable[str]) -> bool:
        """Return whether code systems are short lists of values, all together."""

    def frequency(self, word: str) -> int:
        """Return the number of documents in which a word occurs, in any form or as a part of a compound."""

    def is_written(self, word: str) -> bool:
        """Return whether a label has a word, or a part of a compound, in exactly this form apart from accents."""

    def is_in_texts(self, word: str) -> bool:
        """Return whether a definition or note has a word, in any form."""

    def is_prefix(self, word: str) -> bool:
        """Return whether a longer word of the index starts with the text."""

    def beginning_with(self, text: str) -> list[str]:
        """Return the folded words of labels that begin with a folded text, a few."""

    def is_label(self, text: str) -> bool:
        """Return whether a text is a whole label of a document."""

    def other_names(self, text: str) -> Mapping[tuple[str, ...], str]:
        """Return the other short names of the concepts that have a text as a whole name, with their code systems."""

    def closest(self, word: str) -> str:
        """Return the word of the index that a misspelt word probably is, or an empty string."""

    def sounding_label(self, words: Sequence[str]) -> list[str]:
        """Return the words of a label that sounds like some words, one for each; empty if there is none."""

    def has_code(self, code: str) -> bool:
        """Return whether a document has a normalised code."""

    def is_code_beginning(self, code: str) -> bool:
        """Return whether a document has a normalised code that begins so."""
