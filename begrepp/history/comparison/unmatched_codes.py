"""Codes that are in one of two editions only: pairs removed codes with added ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.history.changes import Change, ChangedCode
from begrepp.history.comparison.common_codes import retitled_change
from begrepp.history.comparison.coverage import EditionSurvey, StatedSuccessors
from begrepp.history.comparison.entry import EditionConcept, language_order, last_segment, unique
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import group_by_subject, is_concept, parse_literal
from begrepp.text.similarity import content_words, is_reserved_code, spelling_key

_PREF_LABEL = f" {name('skos:prefLabel')} "


@dataclass(slots=True)
class UnmatchedCodes:
    """Collects added and removed codes; `resolve` then classifies them as moved, merged, retired or added."""

    changes: list[Change] = field(default_factory=list)
    removed: dict[str, tuple[EditionConcept, EditionConcept | None]] = field(default_factory=dict)
    added: dict[str, EditionConcept] = field(default_factory=dict)

    def resolve(
        self,
        before: EditionSurvey,
        old: Path,
        new: Path,
        renamed: Iterable[tuple[EditionConcept, EditionConcept, str]],
        successors: StatedSuccessors,
    ) -> None:
        """Pair removed codes with added codes by successor and title; the rest become retired or added."""
        self._by_successors(before, successors, new)
        self._by_titles(new)
        self._renamed(renamed)
        self._divided(before, old)
        for entry, then in self.removed.values():
            rule = "ruleStatedInactive" if then else "ruleCodeGone"
            self.changes.append(Change(rule=rule, sources=(entry.code,), old_labels=entry.texts()))
        for subject, entry in self.added.items():
            rule = "ruleInUseAgain" if subject in before.level else "ruleNewCode"
            # A code whose texts are withheld, or that has none, is not a spare code.
            if rule == "ruleNewCode" and any(is_reserved_code(text.value) for text in entry.texts()[:1]):
                rule = "ruleNewSpareCode"
            self.changes.append(Change(rule=rule, targets=(entry.code,), new_labels=entry.texts()))

    def _by_successors(self, before: EditionSurvey, successors: StatedSuccessors, new: Path) -> None:
        """Pair removed codes with the successors that the publisher states."""
        single: dict[str, list[EditionConcept]] = defaultdict(list)
        stated = {subject: successors.of(subject, old.successors) for subject, (old, _) in self.removed.items()}
        kept = _parse_concepts(new, {each for found in stated.values() for each in found} - self.added.keys())
        for subject, found in stated.items():
            old, _ = self.removed[subject]
            if len(found) == 1:
                single[found[0]].append(old)
            elif found:
                self._pair("ruleSeveralSuccessors", [old], found, kept)
                del self.removed[subject]
        for successor, entries in sorted(single.items()):
            if successor in before.level and successor not in self.added:
                rule = "ruleSuccessorKept"
            else:
                rule = "ruleSharedSuccessor" if len(entries) > 1 else "ruleRecodedBySuccessor"
            self._pair(rule, entries, [successor], kept)
            for entry in entries:
                del self.removed[entry.subject]

    def _pair(
        self, rule: str, old: list[EditionConcept], new: list[str], names: dict[str, EditionConcept] | None = None
    ) -> None:
        """Add one change from removed codes to the codes that they became, which are then not added codes any more."""
        known = [self.added.pop(subject, None) or (names or {}).get(subject) for subject in new]
        self.changes.append(
            Change(
                rule=rule,
                sources=tuple(entry.code for entry in old),
                targets=tuple(
                    entry.code if entry else ChangedCode(iri=subject[1:-1], notation=last_segment(subject))
                    for subject, entry in zip(new, known, strict=True)
                ),
                old_labels=unique(text for entry in old for text in entry.texts()[:1]),
                new_labels=unique(text for entry in known if entry for text in entry.texts()[:1]),
            )
        )

    def _by_titles(self, new: Path) -> None:
        """Pair removed and added codes of the same length that have the same title, if one side has one code."""
        removed, added = by_title(old for old, _ in self.removed.values()), by_title(self.added.values())
        for title, old_ones in sorted(removed.items()):
            new_ones = added.get(title, [])
            if not new_ones or (len(old_ones) > 1 and len(new_ones) > 1):
                continue
            rule = "ruleTitleShared" if len(old_ones) > 1 else "ruleRecodedByTitle"
            self._pair("ruleTitleOfSeveral" if len(new_ones) > 1 else rule, old_ones, [e.subject for e in new_ones])
            for entry in old_ones:
                del self.removed[entry.subject]
        self._by_titles_in_use(new)

    def _by_titles_in_use(self, new: Path) -> None:
        """Pair removed codes with the only code in both editions that has their title."""
        removed = by_title(old for old, _ in self.removed.values())
        spellings = {title for title, _ in removed}
        if not spellings:
            return
        holders: list[EditionConcept] = []
        for subject, lines in group_by_subject(new):
            if subject in self.added or subject in self.removed or not is_concept(subject, lines):
                continue
            labels = (parse_literal(line.split(" ", 2)[2][:-3]) for line in lines if _PREF_LABEL in line)
            if any(spelling_key(label.value) in spellings for label in labels):
                entry = EditionConcept.parse(subject, lines)
                if entry.active:
                    holders.append(entry)
        held = by_title(holders)
        for title, entries in sorted(removed.items()):
            if len(held.get(title, [])) == 1:
                holder = held[title][0]
                self._pair("ruleTitleKept", entries, [holder.subject], {holder.subject: holder})
                for entry in entries:
                    del self.removed[entry.subject]

    def _renamed(self, renamed: Iterable[tuple[EditionConcept, EditionConcept, str]]) -> None:
        """Add the changes of codes with a new title.

        A code whose old title an added code has, or another code that gave up its own title for it, is re-used.
        """
        changed = [*renamed]
        added = by_title(self.added.values())
        taken = by_title(new for _, new, _ in changed)
        left = by_title(old for old, _, _ in changed)
        for old, new, rule in changed:
            title = title_of(old)
            successors = [entry for entry in added.get(title, []) if entry.subject in self.added] if title else []
            if title and not successors and len(left[title]) == 1:
                successors = taken.get(title, [])
            if len(successors) == 1:
                self._pair("ruleRecodedByTitle", [old], [successors[0].subject], {successors[0].subject: successors[0]})
            shared = [lang for lang in sorted(old.labels, key=language_order) if lang in new.labels]
            lang = next(x for x in shared if spelling_key(old.labels[x]) != spelling_key(new.labels[x]))
            self.changes.append(retitled_change("ruleTitleElsewhere" if len(successors) == 1 else rule, old, new, lang))

    def _divided(self, before: EditionSurvey, old: Path) -> None:
        """Add the changes of codes in use that had no narrower code and now have several added ones."""
        below: dict[str, list[EditionConcept]] = defaultdict(list)
        for entry in self.added.values():
            for parent in entry.broader:
                if parent in before.level and parent not in before.has_narrower and parent not in self.removed:
                    below[parent].append(entry)
        divided = {parent for parent, entries in below.items() if len(entries) > 1}
        undivided = (
            EditionConcept.parse(subject, lines)
            for subject, lines in (group_by_subject(old) if divided else ())
            if subject in divided
        )
        for source in [*undivided]:
            here = [entry for entry in below[source.subject] if entry.subject in self.added]
            if len(here) > 1:
                self.changes.append(
                    Change(
                        rule="ruleCodeDivided",
                        sources=(source.code,),
                        old_labels=source.texts()[:1],
                        targets=tuple(entry.code for entry in here),
                        new_labels=unique(text for entry in here for text in entry.texts()[:1]),
                    )
                )
                for entry in here:
                    del self.added[entry.subject]


def _parse_concepts(path: Path, subjects: Collection[str]) -> dict[str, EditionConcept]:
    """Return concepts of an edition by subject; the file is read only if any are wanted."""
    if not subjects:
        return {}
    return {
        subject: EditionConcept.parse(subject, lines)
        for subject, lines in group_by_subject(path)
        if subject in subjects
    }


def title_of(entry: EditionConcept) -> tuple[str, int] | None:
    """Return the spelling key of a title and the length of its code, or None if the title has no content words.

    The length keeps a chapter and its category apart when they have the same title.
    """
    text = next(iter(entry.texts()), None)
    if text is None or not content_words(text.value) or is_reserved_code(text.value):
        return None
    return spelling_key(text.value), len(entry.code.notation)


def by_title(entries: Iterable[EditionConcept]) -> dict[tuple[str, int], list[EditionConcept]]:
    """Group concepts by `title_of`; those without are left out."""
    groups: dict[tuple[str, int], list[EditionConcept]] = defaultdict(list)
    for entry in entries:
        if title := title_of(entry):
            groups[title].append(entry)
    return dict(groups)
