"""What changed about a code that both editions have in use: its place, its title, what it covers."""

from __future__ import annotations

from dataclasses import dataclass, field

from begrepp.history.changes import Change
from begrepp.history.comparison.coverage import SharedCoverage
from begrepp.history.comparison.entry import EditionConcept, codes, language_order
from begrepp.records import Text
from begrepp.text.similarity import (
    REWORDED_SHARE,
    has_opposite,
    is_reserve_code,
    negation_differs,
    numbers_differ,
    similarity,
    spelling_key,
)


@dataclass(slots=True)
class CommonCodes:
    """The changes of codes that both editions have in use."""

    changes: list[Change] = field(default_factory=list)
    renamed: list[tuple[EditionConcept, EditionConcept, str]] = field(default_factory=list)
    """Codes whose title has other words now: old, new, and the rule if no stronger one decides."""

    def compare(self, old: EditionConcept, new: EditionConcept, reach: SharedCoverage, old_since: str) -> bool:
        """Take what changed about a code; whether anything did."""
        before = len(self.changes) + len(self.renamed)
        moved = self._moved(old, new, reach)
        languages = sorted(old.labels.keys() & new.labels.keys(), key=language_order)
        changed = [lang for lang in languages if old.labels[lang] != new.labels[lang]]
        real = [lang for lang in changed if spelling_key(old.labels[lang]) != spelling_key(new.labels[lang])]
        if real:
            self._retitled(old, new, real[0], moved, old_since)
        elif changed:
            self._add("ruleSpellingOnly", old, new, changed[0])
        if not real:
            self._texts(old, new)
        return len(self.changes) + len(self.renamed) > before

    def _moved(self, old: EditionConcept, new: EditionConcept, reach: SharedCoverage) -> bool:
        """Whether it stands elsewhere, as far as both editions list what lies above it."""
        left = {parent for parent in old.broader if reach.newer_covers(parent)}
        right = {parent for parent in new.broader if reach.older_covers(parent)}
        if not left or not right or left == right:
            return False
        self.changes.append(
            Change(
                rule="ruleOtherParent",
                sources=(old.code,),
                targets=(new.code,),
                old_labels=old.texts()[:1],
                new_labels=new.texts()[:1],
                old_parents=codes(left),
                new_parents=codes(right),
            )
        )
        return True

    def _retitled(self, old: EditionConcept, new: EditionConcept, lang: str, moved: bool, old_since: str) -> None:
        before, after = old.labels[lang], new.labels[lang]
        if is_reserve_code(before) and not is_reserve_code(after):
            self._add("ruleSpareCode", old, new, lang)
        elif similarity(before, after) >= REWORDED_SHARE:
            if has_opposite(before, after) or negation_differs(before, after):
                self._add("ruleOppositeWord", old, new, lang)
            elif numbers_differ(before, after):
                self._add("ruleOtherNumber", old, new, lang)
            else:
                self._add("ruleWordsInCommon", old, new, lang)
                self._texts(old, new)
        elif new.valid_from and new.valid_from > (old.valid_from or old_since):
            self.renamed.append((old, new, "ruleOtherWordsValidAnew"))
        elif _rewritten(old.definitions, new.definitions):
            self.renamed.append((old, new, "ruleOtherWordsOtherDefinition"))
        else:
            self.renamed.append((old, new, "ruleOtherWordsOtherPlace" if moved else "ruleNoWordInCommon"))

    def _texts(self, old: EditionConcept, new: EditionConcept) -> None:
        """Whether the definition, or what the code includes and excludes, changed more than its spelling."""
        for rule, left, right in (
            ("ruleOtherDefinition", old.definitions, new.definitions),
            ("ruleOtherScope", old.scope, new.scope),
        ):
            for key in sorted(left.keys() & right.keys()):
                before, after = sorted(map(spelling_key, left[key])), sorted(map(spelling_key, right[key]))
                if before != after:
                    lang = key.rpartition(" ")[2]
                    self.changes.append(
                        Change(
                            rule=rule,
                            sources=(old.code,),
                            targets=(new.code,),
                            old_labels=old.texts()[:1],
                            new_labels=new.texts()[:1],
                            old_text=Text("; ".join(sorted(left[key])), lang),
                            new_text=Text("; ".join(sorted(right[key])), lang),
                        )
                    )
                    return

    def _add(self, rule: str, old: EditionConcept, new: EditionConcept, lang: str) -> None:
        self.changes.append(retitled(rule, old, new, lang))


def retitled(rule: str, old: EditionConcept, new: EditionConcept, lang: str) -> Change:
    """A code that is called something else now, in the language that tells it."""
    return Change(
        rule=rule,
        sources=(old.code,),
        targets=(new.code,),
        old_labels=(Text(old.labels[lang], lang),),
        new_labels=(Text(new.labels[lang], lang),),
    )


def _rewritten(old: dict[str, list[str]], new: dict[str, list[str]]) -> bool:
    """Whether definitions in one language have hardly a word in common."""
    return any(
        similarity(" ".join(old[lang]), " ".join(new[lang])) < REWORDED_SHARE for lang in old.keys() & new.keys()
    )
