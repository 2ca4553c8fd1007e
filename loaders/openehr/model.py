"""Records of an openEHR archetype or template, common to all file formats."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from begrepp.errors import Origin

TermTexts = dict[str, "TermText"]
"""The texts of a code by language."""
TermBinding = tuple[str, str]
"""A terminology and its code that a local code is bound to: `("SNOMED-CT", "384994009")`."""


class TermText(NamedTuple):
    """Text, description and comment of a local code in one language."""

    text: str
    description: str = ""
    comment: str = ""


_BOUND = re.compile(r"\s*\[?\s*(?:[^\[\]|]*::)?\s*([^\[\]|]*?)\s*(?:\|[^|]*\|?)?\s*\]?\s*")


def bound_code(target: str) -> str:
    """Return the code of a term binding, without terminology, version, brackets and rubric.

    Old archetypes write `[SNOMED-CT(2003)::271649006]`, others `SNOMED-CT::271649006|Systolic|`
    (openEHR base types, TERM_CODE syntax).
    """
    match = _BOUND.fullmatch(target)
    return match[1] if match else target


_PLACEHOLDERS = ("*", "@ internal @", "@internal@")
"""Texts that archetype editors write where the author wrote none."""


@dataclass(slots=True, kw_only=True)
class PermittedCode:
    """A code that a node permits: local (`at0250`) or of a terminology; `ordinal` is the number of a `DV_ORDINAL`."""

    terminology: str
    code: str
    ordinal: str = ""
    texts: TermTexts = field(default_factory=dict)
    bindings: list[TermBinding] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ModelNode:
    """A node: a group, an element, or a slot for other archetypes.

    `path` is the openEHR path (`/items[at0166]`), `occurrences` as written (`0..1`, `1..*`), `fillers` are patterns
    of the archetypes permitted in a slot, `value_sets` IRIs or names of external value sets.
    """

    path: str
    rm_type: str
    code: str
    row: int
    occurrences: str = "1..1"
    value_types: list[str] = field(default_factory=list)
    permitted_codes: list[PermittedCode] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    """Constraints that have no field, in words: `value: yyyy-mm-??`."""
    fillers: list[str] = field(default_factory=list)
    value_sets: list[str] = field(default_factory=list)
    same_as: str = ""
    is_slot: bool = False
    attributes: list[tuple[str, ModelNode]] = field(default_factory=list)
    """Constraints of other attributes than the value of an element, such as its name or null flavour."""
    texts: TermTexts = field(default_factory=dict)
    bindings: list[TermBinding] = field(default_factory=list)

    def holder_of(self, attribute: str) -> ModelNode:
        """Return the node that takes the constraints of one of its attributes.

        The value of an element is what a node records. Another attribute (`name`, `null_flavour`, `category` …) has
        constraints of its own (openEHR reference model, common information model, 3.2 "LOCATABLE").
        """
        if self.rm_type == "ELEMENT" and attribute == "value":
            return self
        self.attributes.append((attribute, ModelNode(path=self.path, rm_type="", code="", row=self.row)))
        return self.attributes[-1][1]

    def add_quantities(self, quantities: list[tuple[str, str]]) -> None:
        """Add units with their ranges; if there are several units, each range names its own."""
        self.units += [units for units, _ in quantities if units]
        for units, limits in quantities:
            if limits:
                self.ranges.append(f"{limits} {units}" if len(quantities) > 1 and units else limits)


@dataclass(slots=True, kw_only=True)
class Archetype:
    """An archetype or template with its metadata and nodes, parents first."""

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
    """The local terms of an archetype: texts and bindings by code. `parent` are those of the specialised archetype."""

    def __init__(self) -> None:
        self.texts: dict[str, TermTexts] = {}
        self.bindings: dict[str, list[TermBinding]] = {}
        self.value_sets: dict[str, list[str]] = {}
        self.parent: LocalTerms | None = None

    def add_text(self, code: str, language: str, word: TermText) -> None:
        """Add the text of a code in a language, unless it is empty; placeholders of editors are no texts."""
        word = TermText(*("" if part.strip() in _PLACEHOLDERS else part for part in word))
        if word.text:
            self.texts.setdefault(code, {})[language] = word

    def add_binding(self, code: str, terminology: str, target: str) -> None:
        """Bind a code or path to a code of a terminology."""
        self.bindings.setdefault(code, []).append((terminology, bound_code(target)))

    def texts_of(self, code: str) -> TermTexts:
        """Return the texts of a code: its own, else those of the code or archetype that it specialises (`at0003.1`)."""
        texts: TermTexts = {}
        for terms in self._lineage():
            for each in _code_lineage(code):
                texts = {**terms.texts.get(each, {}), **texts}
        return texts

    def bindings_of(self, code: str) -> list[TermBinding]:
        """Return the bindings of a code, or of the code that it specialises."""
        for terms in self._lineage():
            for each in _code_lineage(code):
                if each in terms.bindings:
                    return terms.bindings[each]
        return []

    def _lineage(self) -> list[LocalTerms]:
        return [self, *(self.parent._lineage() if self.parent else [])]


def _code_lineage(code: str) -> list[str]:
    """Return a code and the codes that it specialises: `at0003.1.2`, `at0003.1`, `at0003`."""
    parts = code.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def add_terms(nodes: list[ModelNode], terms: LocalTerms) -> None:
    """Add texts and bindings to nodes and permitted codes."""
    for node in nodes:
        node.texts = node.texts or terms.texts_of(node.code)
        node.bindings = node.bindings or [*terms.bindings_of(node.code), *terms.bindings.get(node.path, [])]
        # An external value set has a local code (`ac0001`) that is bound to its IRI.
        node.value_sets = [target for each in node.value_sets for target in _value_set_iris(each, terms)]
        add_terms([part for _, part in node.attributes], terms)
        for permitted_code in node.permitted_codes:
            if permitted_code.terminology == "local":
                permitted_code.texts = permitted_code.texts or terms.texts_of(permitted_code.code)
                permitted_code.bindings = permitted_code.bindings or list(terms.bindings_of(permitted_code.code))


def _value_set_iris(value_set: str, terms: LocalTerms) -> list[str]:
    return [target for _, target in terms.bindings_of(value_set)] or [value_set]
