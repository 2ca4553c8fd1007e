"""Changes of codes that are in use in both editions: parent, title, definition and scope notes."""

from __future__ import annotations

from dataclasses import dataclass, field

from begrepp.history.changes import Change
from begrepp.history.comparison.coverage import SharedCoverage
from begrepp.history.comparison.entry import EditionConcept, changed_codes, language_order
from begrepp.records import Text
from begrepp.text.similarity import (
    REWORDED_THRESHOLD,
    has_opposite,
    is_reserved_code,
    negation_differs,
    numbers_differ,
    similarity,
    spelling_key,
)


@dataclass(slots=True)
class CommonCodes:
    """Collects the changes of codes that are in use in both editions."""

    changes: list[Change] = field(default_factory=list)
    renamed: list[tuple[EditionConcept, EditionConcept, str]] = field(default_factory=list)
    """Codes with a different title: old, new, and the rule unless an added code has the old title."""

    def compare(self, old: EditionConcept, new: EditionConcept, coverage: SharedCoverage, old_since: str) -> bool:
        """Add the changes of a code; return whether there are any.

        `old_since` is the first day of the older edition.
        """
        before = len(self.changes) + len(self.renamed)
        moved = self._moved(old, new, coverage)
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

    def _moved(self, old: EditionConcept, new: EditionConcept, coverage: SharedCoverage) -> bool:
        """Add a change if the parents differ, as far as both editions cover their levels; return whether they do."""
        left = {parent for parent in old.broader if coverage.newer_covers(parent)}
        right = {parent for parent in new.broader if coverage.older_covers(parent)}
        if not left or not right or left == right:
            return False
        self.changes.append(
            Change(
                rule="ruleOtherParent",
                sources=(old.code,),
                targets=(new.code,),
                old_labels=old.texts()[:1],
                new_labels=new.texts()[:1],
                old_parents=changed_codes(left),
                new_parents=changed_codes(right),
            )
        )
        return True

    def _retitled(self, old: EditionConcept, new: EditionConcept, lang: str, moved: bool, old_since: str) -> None:
        before, after = old.labels[lang], new.labels[lang]
        if is_reserved_code(before) and not is_reserved_code(after):
            self._add("ruleSpareCode", old, new, lang)
        elif similarity(before, after) >= REWORDED_THRESHOLD:
            if has_opposite(before, after) or negation_differs(before, after):
                self.renamed.append((old, new, "ruleOppositeWord"))
            elif numbers_differ(before, after):
                self.renamed.append((old, new, "ruleOtherNumber"))
            else:
                self._add("ruleWordsInCommon", old, new, lang)
                self._texts(old, new)
        elif new.valid_from and new.valid_from > (old.valid_from or old_since):
            self.renamed.append((old, new, "ruleOtherWordsValidAnew"))
        elif _differ_in_words(old.definitions, new.definitions):
            self.renamed.append((old, new, "ruleOtherWordsOtherDefinition"))
        else:
            self.renamed.append((old, new, "ruleOtherWordsOtherPlace" if moved else "ruleNoWordInCommon"))

    def _texts(self, old: EditionConcept, new: EditionConcept) -> None:
        """Add a change if the definition, or a note on inclusions and exclusions, changed more than its spelling."""
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
        self.changes.append(retitled_change(rule, old, new, lang))


def retitled_change(rule: str, old: EditionConcept, new: EditionConcept, lang: str) -> Change:
    """Return the change of a code whose title in a language is different."""
    return Change(
        rule=rule,
        sources=(old.code,),
        targets=(new.code,),
        old_labels=(Text(old.labels[lang], lang),),
        new_labels=(Text(new.labels[lang], lang),),
    )


def _differ_in_words(old: dict[str, list[str]], new: dict[str, list[str]]) -> bool:
    """Return whether the definitions in some language have few words in common."""
    return any(
        similarity(" ".join(old[lang]), " ".join(new[lang])) < REWORDED_THRESHOLD for lang in old.keys() & new.keys()
    )
