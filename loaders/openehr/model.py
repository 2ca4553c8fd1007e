"""What an openEHR model says, whatever the file: nodes with their paths, value types, codes and units, and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from begrepp.errors import Origin

TermTexts = dict[str, "TermText"]
"""The words of a code by language."""
TermBinding = tuple[str, str]
"""A code of a terminology that a local code is bound to: `("SNOMED-CT", "384994009")`."""


class TermText(NamedTuple):
    """A local code's text, description and comment in one language."""

    text: str
    description: str = ""
    comment: str = ""


@dataclass(slots=True, kw_only=True)
class PermittedCode:
    """A code that a node permits: local (`at0250`) or of a terminology; `ordinal` is the number of an ordinal."""

    terminology: str
    code: str
    ordinal: str = ""
    words: TermTexts = field(default_factory=dict)
    bound: list[TermBinding] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ModelNode:
    """A node of the model: a group, an element, or a slot for other archetypes.

    `path` is the openEHR path (`/items[at0166]`), `occurrences` as it is written (`0..1`, `1..*`), `fillers` are
    patterns of the archetypes that fit a slot, `value_sets` addresses or names of sets of codes from outside.
    """

    path: str
    rm_type: str
    code: str
    row: int
    occurrences: str = "1..1"
    value_types: list[str] = field(default_factory=list)
    choices: list[PermittedCode] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    fillers: list[str] = field(default_factory=list)
    value_sets: list[str] = field(default_factory=list)
    same_as: str = ""
    is_slot: bool = False
    words: TermTexts = field(default_factory=dict)
    bound: list[TermBinding] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Archetype:
    """An archetype or a template: what it is called, who keeps it, and its nodes, those above first."""

    id: str
    origin: Origin
    kind: str
    language: str
    version: str = ""
    licence: str = ""
    parent: str = ""
    publisher: str = ""
    nodes: list[ModelNode] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    purposes: dict[str, str] = field(default_factory=dict)


class LocalTerms:
    """The local terms of one archetype: words and bindings by code, where a code may be specialised (`at0003.1`)."""

    def __init__(self) -> None:
        self.words: dict[str, TermTexts] = {}
        self.bound: dict[str, list[TermBinding]] = {}
        self.value_sets: dict[str, list[str]] = {}
        self.above: LocalTerms | None = None

    def say(self, code: str, language: str, word: TermText) -> None:
        """A code is called so in a language."""
        if word.text:
            self.words.setdefault(code, {})[language] = word

    def bind(self, code: str, terminology: str, target: str) -> None:
        """A code, or a path, is bound to a code of a terminology."""
        self.bound.setdefault(code, []).append((terminology, target))

    def of(self, code: str) -> TermTexts:
        """The words of a code: its own, else those of the code, or the archetype, that it specialises."""
        found: TermTexts = {}
        for terms in self._line():
            for each in _general(code):
                found = {**terms.words.get(each, {}), **found}
        return found

    def bindings(self, code: str) -> list[TermBinding]:
        """What a code is bound to."""
        for terms in self._line():
            for each in _general(code):
                if each in terms.bound:
                    return terms.bound[each]
        return []

    def _line(self) -> list[LocalTerms]:
        return [self, *(self.above._line() if self.above else [])]


def _general(code: str) -> list[str]:
    """`at0003.1.2`, `at0003.1`, `at0003`."""
    parts = code.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def add_terms(nodes: list[ModelNode], terms: LocalTerms) -> None:
    """Give nodes and local codes their words and bindings."""
    for node in nodes:
        node.words = node.words or terms.of(node.code)
        node.bound = node.bound or [*terms.bindings(node.code), *terms.bound.get(node.path, [])]
        # A set of codes from outside has a local name (`ac0001`), which is bound to its address.
        node.value_sets = [target for each in node.value_sets for target in _addresses(each, terms)]
        for choice in node.choices:
            if choice.terminology == "local":
                choice.words = choice.words or terms.of(choice.code)
                choice.bound = choice.bound or list(terms.bindings(choice.code))


def _addresses(value_set: str, terms: LocalTerms) -> list[str]:
    return [target for _, target in terms.bindings(value_set)] or [value_set]
