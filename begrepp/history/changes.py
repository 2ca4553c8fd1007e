"""The changes between two editions of a code system: what happened to a code, and which rule decided so.

`RULES` is the one table of rules; what each says in words, in Swedish and English, is in
`ontology/vocabulary.ttl`, and the reasons are in docs/decisions/differences.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from begrepp.artefact.manifest import LevelCoverage
from begrepp.records import Text

TYPES = ("added", "retired", "retitled", "moved", "split", "merged", "reused", "definitionChanged")
"""The classes of change, in the order in which they are listed (`begrepp:ChangeType`)."""

RULES = {
    "ruleNewCode": "added",
    "ruleNewSpareCode": "added",
    "ruleSpareCode": "added",
    "ruleInUseAgain": "added",
    "ruleCodeGone": "retired",
    "ruleStatedInactive": "retired",
    "ruleSpellingOnly": "retitled",
    "ruleWordsInCommon": "retitled",
    "ruleOtherParent": "moved",
    "ruleRecodedBySuccessor": "moved",
    "ruleRecodedByTitle": "moved",
    "ruleSeveralSuccessors": "split",
    "ruleTitleOfSeveral": "split",
    "ruleCodeDivided": "split",
    "ruleSharedSuccessor": "merged",
    "ruleSuccessorKept": "merged",
    "ruleTitleShared": "merged",
    "ruleTitleKept": "merged",
    "ruleTitleElsewhere": "reused",
    "ruleOtherWordsOtherPlace": "reused",
    "ruleOtherWordsValidAnew": "reused",
    "ruleOtherWordsOtherDefinition": "reused",
    "ruleOppositeWord": "definitionChanged",
    "ruleOtherNumber": "definitionChanged",
    "ruleNoWordInCommon": "definitionChanged",
    "ruleOtherDefinition": "definitionChanged",
    "ruleOtherScope": "definitionChanged",
}
"""Each rule and the class of change that it decides (`begrepp:ChangeRule`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCode:
    """A concept at one end of a change, and what it is called, where several stand there together."""

    iri: str
    notation: str
    labels: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of a difference: `sources` as the older edition has them, `targets` as the newer has them."""

    rule: str
    sources: tuple[ChangedCode, ...] = ()
    targets: tuple[ChangedCode, ...] = ()
    old_labels: tuple[Text, ...] = ()
    new_labels: tuple[Text, ...] = ()
    old_parents: tuple[ChangedCode, ...] = ()
    new_parents: tuple[ChangedCode, ...] = ()
    old_text: Text | None = None
    new_text: Text | None = None

    @property
    def type(self) -> str:
        """The class of change."""
        return RULES[self.rule]

    @property
    def key(self) -> str:
        """The code that the change is listed under: the one that was split, the one that others became."""
        ends = self.targets if self.type == "merged" else self.sources or self.targets
        return ends[0].notation


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What came of comparing two editions."""

    changes: list[Change] = field(default_factory=list)
    levels: list[LevelCoverage] = field(default_factory=list)
    unchanged: int = 0

    def by_type(self) -> dict[str, int]:
        """How many changes there are of each class, those with none left out."""
        return {kind: n for kind in TYPES if (n := sum(change.type == kind for change in self.changes))}

    def by_rule(self) -> dict[str, int]:
        """How many changes each rule decided."""
        return {rule: n for rule in RULES if (n := sum(change.rule == rule for change in self.changes))}
