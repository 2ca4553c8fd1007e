"""Records of concept suggestion: candidate concepts, variables to link, linked variables and suggestions."""

from __future__ import annotations

from dataclasses import dataclass

from begrepp.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptTarget:
    """A concept that may be suggested."""

    iri: str
    notation: str
    scheme: str
    labels: tuple[Text, ...]
    other: tuple[Text, ...] = ()
    definition: str = ""

    @property
    def name(self) -> str:
        """What it is called, in Swedish if it has a Swedish name."""
        ordered = sorted(self.labels, key=lambda text: (text.lang != "sv", text.lang != "en", text))
        return ordered[0].value if ordered else self.notation


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableEntry:
    """A variable, or a code of its list, to find a concept for."""

    iri: str
    name: str
    labels: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    datatype: str = ""
    unit: str = ""
    values: tuple[tuple[str, str], ...] = ()
    """Codes and words of its list."""
    parent: str = ""
    """The variable whose value it is."""

    @property
    def label(self) -> str:
        """What it is called."""
        ordered = sorted(self.labels, key=lambda text: (text.lang != "sv", text.lang != "en", text))
        return ordered[0].value if ordered else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedVariable:
    """A variable that is linked already, from which there is something to learn."""

    entry: VariableEntry
    dataset: str
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept for an entry: how alike, 0 to 1, and why."""

    entry: VariableEntry
    target: ConceptTarget
    score: float
    reasons: tuple[str, ...]
