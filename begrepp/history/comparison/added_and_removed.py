"""Codes that came or went between two editions: which became which, and what is left over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.history.changes import Change, ChangedCode
from begrepp.history.comparison.common_codes import retitled
from begrepp.history.comparison.coverage import EditionSurvey
from begrepp.history.comparison.entry import EditionConcept, language_order, last, unique
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import group_by_subject, is_concept, parse_literal
from begrepp.text.similarity import content_words, is_reserve_code, spelling_key

_PREF_LABEL = f" {name('skos:prefLabel')} "


@dataclass(slots=True)
class AddedAndRemoved:
    """The codes that came or went, which are settled when all are known."""

    changes: list[Change] = field(default_factory=list)
    gone: dict[str, tuple[EditionConcept, EditionConcept | None]] = field(default_factory=dict)
    come: dict[str, EditionConcept] = field(default_factory=dict)

    def settle(
        self,
        before: EditionSurvey,
        after: EditionSurvey,
        old: Path,
        new: Path,
        renamed: Iterable[tuple[EditionConcept, EditionConcept, str]],
    ) -> None:
        """Pair codes that went with codes that came; what is left over was retired or added."""
        self._by_successors(before, after)
        self._by_titles(new)
        self._renamed(renamed)
        self._divided(before, old)
        for entry, then in self.gone.values():
            rule = "ruleStatedInactive" if then else "ruleCodeGone"
            self.changes.append(Change(rule=rule, sources=(entry.code,), old_labels=entry.texts()))
        for subject, entry in self.come.items():
            rule = "ruleInUseAgain" if subject in before.level else "ruleNewCode"
            if rule == "ruleNewCode" and all(is_reserve_code(text.value) for text in entry.texts()[:1]):
                rule = "ruleNewSpareCode"
            self.changes.append(Change(rule=rule, targets=(entry.code,), new_labels=entry.texts()))

    def _by_successors(self, before: EditionSurvey, after: EditionSurvey) -> None:
        """What the publisher says took the place of a code."""
        single: dict[str, list[EditionConcept]] = defaultdict(list)
        for subject, (old, then) in [*self.gone.items()]:
            stated = then.successors if then and then.successors else old.successors
            successors = sorted({s for s in stated if s in after.level})
            if len(successors) == 1:
                single[successors[0]].append(old)
            elif successors:
                self._pair("ruleSeveralSuccessors", [old], successors)
                del self.gone[subject]
        for successor, entries in sorted(single.items()):
            if successor in before.level and successor not in self.come:
                rule = "ruleSuccessorKept"
            else:
                rule = "ruleSharedSuccessor" if len(entries) > 1 else "ruleRecodedBySuccessor"
            self._pair(rule, entries, [successor])
            for entry in entries:
                del self.gone[entry.subject]

    def _pair(
        self, rule: str, old: list[EditionConcept], new: list[str], names: dict[str, EditionConcept] | None = None
    ) -> None:
        """One row for codes that went and the codes that they became; those count as added no longer."""
        known = [self.come.pop(subject, None) or (names or {}).get(subject) for subject in new]
        self.changes.append(
            Change(
                rule=rule,
                sources=tuple(entry.code for entry in old),
                targets=tuple(
                    entry.code if entry else ChangedCode(iri=subject[1:-1], notation=last(subject))
                    for subject, entry in zip(new, known, strict=True)
                ),
                old_labels=unique(text for entry in old for text in entry.texts()[:1]),
                new_labels=unique(text for entry in known if entry for text in entry.texts()[:1]),
            )
        )

    def _by_titles(self, new: Path) -> None:
        """The same title under another code of the same length, where only one code can be meant."""
        went, came = by_title(old for old, _ in self.gone.values()), by_title(self.come.values())
        for title, old_ones in sorted(went.items()):
            new_ones = came.get(title, [])
            if not new_ones or (len(old_ones) > 1 and len(new_ones) > 1):
                continue
            rule = "ruleTitleShared" if len(old_ones) > 1 else "ruleRecodedByTitle"
            self._pair("ruleTitleOfSeveral" if len(new_ones) > 1 else rule, old_ones, [e.subject for e in new_ones])
            for entry in old_ones:
                del self.gone[entry.subject]
        self._by_kept_titles(new)

    def _by_kept_titles(self, new: Path) -> None:
        """A code that went, and whose title one code has that was there all the time."""
        went = by_title(old for old, _ in self.gone.values())
        spellings = {title for title, _ in went}
        if not spellings:
            return
        holders: list[EditionConcept] = []
        for subject, lines in group_by_subject(new):
            if subject in self.come or subject in self.gone or not is_concept(lines):
                continue
            labels = (parse_literal(line.split(" ", 2)[2][:-3]) for line in lines if _PREF_LABEL in line)
            if any(spelling_key(label.value) in spellings for label in labels):
                entry = EditionConcept.of(subject, lines)
                if entry.active:
                    holders.append(entry)
        held = by_title(holders)
        for title, entries in sorted(went.items()):
            if len(held.get(title, [])) == 1:
                holder = held[title][0]
                self._pair("ruleTitleKept", entries, [holder.subject], {holder.subject: holder})
                for entry in entries:
                    del self.gone[entry.subject]

    def _renamed(self, renamed: Iterable[tuple[EditionConcept, EditionConcept, str]]) -> None:
        """Codes that have other words now: where the old title went to another code, this one was re-used."""
        came = by_title(self.come.values())
        for old, new, rule in renamed:
            title = title_of(old)
            heirs = [entry for entry in came.get(title, []) if entry.subject in self.come] if title else []
            if len(heirs) == 1:
                self._pair("ruleRecodedByTitle", [old], [heirs[0].subject])
            shared = [lang for lang in sorted(old.labels, key=language_order) if lang in new.labels]
            lang = next(x for x in shared if spelling_key(old.labels[x]) != spelling_key(new.labels[x]))
            self.changes.append(retitled("ruleTitleElsewhere" if len(heirs) == 1 else rule, old, new, lang))

    def _divided(self, before: EditionSurvey, old: Path) -> None:
        """A code in use that had nothing below it, and now has several codes."""
        below: dict[str, list[EditionConcept]] = defaultdict(list)
        for entry in self.come.values():
            for parent in entry.broader:
                if parent in before.level and parent not in before.has_narrower and parent not in self.gone:
                    below[parent].append(entry)
        divided = {parent for parent, entries in below.items() if len(entries) > 1}
        undivided = (
            EditionConcept.of(subject, lines)
            for subject, lines in (group_by_subject(old) if divided else ())
            if subject in divided
        )
        for source in [*undivided]:
            here = [entry for entry in below[source.subject] if entry.subject in self.come]
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
                    del self.come[entry.subject]


def title_of(entry: EditionConcept) -> tuple[str, int] | None:
    """A title that tells something, and the length of its code: chapters are not taken for their categories."""
    text = next(iter(entry.texts()), None)
    if text is None or not content_words(text.value) or is_reserve_code(text.value):
        return None
    return spelling_key(text.value), len(entry.code.notation)


def by_title(entries: Iterable[EditionConcept]) -> dict[tuple[str, int], list[EditionConcept]]:
    found: dict[tuple[str, int], list[EditionConcept]] = defaultdict(list)
    for entry in entries:
        if title := title_of(entry):
            found[title].append(entry)
    return dict(found)
