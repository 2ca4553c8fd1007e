"""Changes between two editions of a code system: classes of change, and the rules that decide them.

`RULES` is the only table of rules. Their Swedish and English descriptions are in `ontology/vocabulary.ttl`, the
reasons in docs/decisions/differences.md.
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
    "ruleOtherWordsInUseAgain": "reused",
    "ruleOppositeWord": "definitionChanged",
    "ruleOtherNumber": "definitionChanged",
    "ruleNoWordInCommon": "definitionChanged",
    "ruleOtherDefinition": "definitionChanged",
    "ruleOtherScope": "definitionChanged",
}
"""Each rule and the class of change that it decides (`begrepp:ChangeRule`)."""

FORMAL_RULES = frozenset({"ruleNewSpareCode", "ruleSpellingOnly"})
"""Rules of changes without new content: codes in reserve, and labels that differ only in their spelling."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ChangedCode:
    """A concept on one side of a change; `labels` are set if the side has several concepts."""

    iri: str
    notation: str
    labels: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a difference: `sources` are concepts of the older edition, `targets` of the newer."""

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
        """The code that the change is listed under: the target of a merger, otherwise the source if there is one."""
        codes = self.targets if self.type == "merged" else self.sources or self.targets
        return codes[0].notation


@dataclass(slots=True, kw_only=True)
class Comparison:
    """The result of comparing two editions: changes, coverage by level, and the number of unchanged codes."""

    changes: list[Change] = field(default_factory=list)
    levels: list[LevelCoverage] = field(default_factory=list)
    unchanged: int = 0

    def by_type(self) -> dict[str, int]:
        """Return the number of changes of each class that has any."""
        return {kind: n for kind in TYPES if (n := sum(change.type == kind for change in self.changes))}

    def by_rule(self) -> dict[str, int]:
        """Return the number of changes of each rule that has any."""
        return {rule: n for rule in RULES if (n := sum(change.rule == rule for change in self.changes))}
