"""Records of concept suggestion: candidate concepts, variables to link, linked variables and suggestions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from begrepp.records import Text, choose_label

_RANGE = re.compile(r"[A-Z]\d[\w.]*\s?[-–]\s?[A-Z]?\d[\w.]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptTarget:
    """A concept that can be suggested, with its labels."""

    iri: str
    notation: str
    scheme: str
    labels: tuple[Text, ...]
    other: tuple[Text, ...] = ()
    borrowed: tuple[Text, ...] = ()
    """Names of concepts that are mapped to it as the same, and of the same code in a sister system."""
    definition: str = ""

    @property
    def names(self) -> tuple[Text, ...]:
        """All its names."""
        return (*self.labels, *self.other, *self.borrowed)

    @property
    def is_block(self) -> bool:
        """Whether its notation is a range of codes, `N17-N19`."""
        return bool(_RANGE.fullmatch(self.notation))

    @property
    def name(self) -> str:
        """The label in Swedish, else in English, else in any language; the notation if it has none."""
        return choose_label(self.labels, default=self.notation)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableEntry:
    """A variable, or a code of its code list, to suggest concepts for."""

    iri: str
    name: str
    labels: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    datatype: str = ""
    unit: str = ""
    values: tuple[tuple[str, str], ...] = ()
    """Codes and labels of its code list."""
    parent: str = ""
    """Name of the variable, if the entry is a code of its list."""

    @property
    def is_term(self) -> bool:
        """Whether it is a name of a concept or of a value, and no variable: it has no column name."""
        return not self.name

    @property
    def label(self) -> str:
        """The label in Swedish, else in English, else in any language; the name if it has none."""
        return choose_label(self.labels, default=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedVariable:
    """A variable that is already linked to concepts."""

    entry: VariableEntry
    dataset: str
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested concept for an entry, with the reasons.

    The score, 0 to 1, is the share that was right among suggestions with such evidence on judged sets. `complete` says
    that every word of the entry and of the concept's name matches.
    """

    entry: VariableEntry
    target: ConceptTarget
    score: float
    reasons: tuple[str, ...]
    complete: bool = False
