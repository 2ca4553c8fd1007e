"""What became of each code between two editions of a code system: a table of changes, each with its rule.

Two sorted files of N-Triples are read side by side, concept by concept; only what differs is looked into.
Memory: one small entry per concept. What an edition does not cover, it says nothing about: a level that
the older edition does not list adds no codes, and a level that the newer does not list retires none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from begrepp.changes import TYPES, Change, Code, Comparison, LevelCoverage
from begrepp.likeness import (
    ENOUGH,
    is_spare,
    negation_differs,
    numbers_differ,
    opposite,
    similarity,
    spelling,
    telling,
)
from begrepp.lines import literal, subjects
from begrepp.parts import is_concept
from begrepp.records import Coverage, Text
from begrepp.settings import LANGUAGES
from begrepp.terms import name

COVERED = 0.95
"""A partial list that has this share of the other edition's codes of a level covers the level."""

_TYPE_LINE = f" {name('rdf:type')} {name('skos:Concept')} .\n"
_MEMBER = f" {name('skos:member')} "
_BROADER = f" {name('skos:broader')} "
_IN_RELEASE = f" {name('begrepp:inRelease')} "
_PREF_LABEL = f" {name('skos:prefLabel')} "
_SCOPE = ("xkos:inclusionNote", "xkos:exclusionNote", "xkos:coreContentNote")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFile:
    """One edition of a scheme, as a file of sorted N-Triples."""

    path: Path
    coverage: Coverage
    valid_from: str


def compare(old: EditionFile, new: EditionFile) -> Comparison:
    """The changes from the older edition to the newer, sorted by class and code."""
    before, after = _Survey.of(old), _Survey.of(new)
    reach = _Reach(before, after)
    found = _Found()
    unchanged = 0
    for subject, old_lines, new_lines in _side_by_side(old.path, new.path):
        if old_lines and new_lines:
            if _same(old_lines, new_lines):
                unchanged += 1
                continue
            one, other = _Entry.of(subject, old_lines), _Entry.of(subject, new_lines)
            if one.active and other.active:
                count = len(found.changes) + len(found.renamed)
                found.kept(one, other, reach, old.valid_from)
                unchanged += len(found.changes) + len(found.renamed) == count
            elif one.active:
                found.gone[subject] = (one, other)
            elif other.active:
                found.come[subject] = other
        elif old_lines:
            if reach.newer_covers(subject) and (entry := _Entry.of(subject, old_lines)).active:
                found.gone[subject] = (entry, None)
        elif reach.older_covers(subject) and (entry := _Entry.of(subject, new_lines)).active:
            found.come[subject] = entry
    found.settle(before, after, old.path, new.path)
    order = {kind: place for place, kind in enumerate(TYPES)}
    changes = sorted(found.changes, key=lambda c: (order[c.type], c.key, c.rule))
    return Comparison(changes=changes, levels=reach.levels, unchanged=unchanged)


@dataclass(slots=True)
class _Survey:
    """A first look at an edition: its concepts with their level, and what lies above something."""

    complete: bool
    level: dict[str, str] = field(default_factory=dict)
    has_narrower: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, edition: EditionFile) -> _Survey:
        found = cls(edition.coverage is Coverage.COMPLETE)
        levels: dict[str, str] = {}
        interned: dict[str, str] = {}
        with edition.path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith(_TYPE_LINE):
                    found.level.setdefault(line[: line.index(" ")], "")
                elif _MEMBER in line:
                    subject, _, rest = line.split(" ", 2)
                    if "/level/" in subject:
                        levels[rest[:-3]] = interned.setdefault(subject, subject)
                elif _BROADER in line:
                    found.has_narrower.add(line.split(" ", 2)[2][:-3])
        for concept, level in levels.items():
            if concept in found.level:
                found.level[concept] = level
        return found


class _Reach:
    """Which levels each edition covers, so that a gap in a list is not taken for a change."""

    def __init__(self, old: _Survey, new: _Survey) -> None:
        self._old, self._new = old, new
        self._by_length = not any(old.level.values()) and not any(new.level.values())
        self._by_length = self._by_length and not (old.complete and new.complete)
        counts = [Counter(map(self._level, survey.level)) for survey in (old, new)]
        common = Counter(self._level(subject) for subject in old.level.keys() & new.level.keys())
        self.levels = [
            LevelCoverage(
                level=level,
                old=counts[0][level],
                new=counts[1][level],
                common=common[level],
                old_covers=_covers(counts[0][level], common[level], counts[1][level], old.complete),
                new_covers=_covers(counts[1][level], common[level], counts[0][level], new.complete),
            )
            for level in sorted({*counts[0], *counts[1]})
        ]
        self._old_covers = {row.level for row in self.levels if row.old_covers}
        self._new_covers = {row.level for row in self.levels if row.new_covers}

    def _level(self, subject: str) -> str:
        if self._by_length:
            return f"length {len(_last(subject))}"
        # A concept may have a level in one edition and none in the other: the newer edition's word counts.
        return (self._new.level.get(subject) or self._old.level.get(subject, "")).strip("<>")

    def older_covers(self, subject: str) -> bool:
        """Whether the older edition lists the level on which a concept stands."""
        return self._level(subject) in self._old_covers

    def newer_covers(self, subject: str) -> bool:
        """Whether the newer edition lists the level on which a concept stands."""
        return self._level(subject) in self._new_covers


def _covers(own: int, common: int, other: int, complete: bool) -> bool:
    if complete:
        return own > 0
    return own > 0 and common >= COVERED * other


@dataclass(slots=True)
class _Entry:
    """What the comparison needs of one concept in one edition."""

    code: Code
    subject: str
    labels: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    scope: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    broader: set[str] = field(default_factory=set)
    successors: list[str] = field(default_factory=list)
    valid_from: str = ""
    active: bool = True

    @classmethod
    def of(cls, subject: str, lines: Iterable[str]) -> _Entry:
        entry = cls(Code(iri=subject[1:-1], notation=""), subject)
        notations = []
        for line in lines:
            _, predicate, rest = line.split(" ", 2)
            value = rest[:-3]
            if predicate == name("skos:prefLabel"):
                entry.labels.setdefault(*_swapped(literal(value)))
            elif predicate == name("skos:notation"):
                notations.append(literal(value).value)
            elif predicate == name("skos:broader"):
                entry.broader.add(value)
            elif predicate == name("skos:definition"):
                text = literal(value)
                entry.definitions[text.lang].append(text.value)
            elif predicate in _scope_names():
                text = literal(value)
                entry.scope[f"{predicate} {text.lang}"].append(text.value)
            elif predicate == name("dct:isReplacedBy"):
                entry.successors.append(value)
            elif predicate == name("begrepp:validFrom"):
                entry.valid_from = literal(value).value
            elif predicate == name("begrepp:status"):
                entry.active = value != name("begrepp:inactive")
        notation = min(notations, default=_last(subject))
        entry.code = Code(iri=subject[1:-1], notation=notation, labels=entry.texts())
        return entry

    def texts(self) -> tuple[Text, ...]:
        """The labels, Swedish first."""
        return tuple(Text(self.labels[lang], lang) for lang in sorted(self.labels, key=_language_order))


def _swapped(text: Text) -> tuple[str, str]:
    return text.lang, text.value


def _scope_names() -> frozenset[str]:
    return frozenset(name(prefixed) for prefixed in _SCOPE)


def _language_order(lang: str) -> tuple[int, str]:
    return (LANGUAGES.index(lang) if lang in LANGUAGES else len(LANGUAGES), lang)


def _last(subject: str) -> str:
    return unquote(subject.strip("<>").rstrip("/").rpartition("/")[2])


def _side_by_side(old: Path, new: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """The concepts of both files in order, each with its lines in the one and in the other."""
    nothing: tuple[str, list[str]] = ("", [])
    left, right = (((subject, lines) for subject, lines in subjects(path) if is_concept(lines)) for path in (old, new))
    one, other = next(left, nothing), next(right, nothing)
    while one[0] or other[0]:
        if one[0] == other[0]:
            yield one[0], one[1], other[1]
            one, other = next(left, nothing), next(right, nothing)
        elif not other[0] or (one[0] and one[0] < other[0]):
            yield one[0], one[1], []
            one = next(left, nothing)
        else:
            yield other[0], [], other[1]
            other = next(right, nothing)


def _same(old: list[str], new: list[str]) -> bool:
    """Whether a concept reads the same in both, but for the release that it is in."""
    if len(old) != len(new):
        return False
    return all(a == b or (_IN_RELEASE in a and _IN_RELEASE in b) for a, b in zip(old, new, strict=True))


@dataclass(slots=True)
class _Found:
    """The changes so far, and the codes that came or went, which are settled when all are known."""

    changes: list[Change] = field(default_factory=list)
    gone: dict[str, tuple[_Entry, _Entry | None]] = field(default_factory=dict)
    come: dict[str, _Entry] = field(default_factory=dict)
    renamed: list[tuple[_Entry, _Entry, str]] = field(default_factory=list)
    """Codes whose title has other words now: old, new, and the rule if no stronger one decides."""

    # A code that both editions have in use.

    def kept(self, old: _Entry, new: _Entry, reach: _Reach, old_since: str) -> None:
        """What changed about a code that both editions have in use."""
        moved = self._moved(old, new, reach)
        languages = sorted(old.labels.keys() & new.labels.keys(), key=_language_order)
        changed = [lang for lang in languages if old.labels[lang] != new.labels[lang]]
        real = [lang for lang in changed if spelling(old.labels[lang]) != spelling(new.labels[lang])]
        if real:
            self._retitled(old, new, real[0], moved, old_since)
        elif changed:
            self._add("ruleSpellingOnly", old, new, changed[0])
        if not real:
            self._texts(old, new)

    def _moved(self, old: _Entry, new: _Entry, reach: _Reach) -> bool:
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
                old_parents=_codes(left),
                new_parents=_codes(right),
            )
        )
        return True

    def _retitled(self, old: _Entry, new: _Entry, lang: str, moved: bool, old_since: str) -> None:
        before, after = old.labels[lang], new.labels[lang]
        if is_spare(before) and not is_spare(after):
            self._add("ruleSpareCode", old, new, lang)
        elif similarity(before, after) >= ENOUGH:
            if opposite(before, after) or negation_differs(before, after):
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

    def _texts(self, old: _Entry, new: _Entry) -> None:
        """Whether the definition, or what the code includes and excludes, changed more than its spelling."""
        for rule, left, right in (
            ("ruleOtherDefinition", old.definitions, new.definitions),
            ("ruleOtherScope", old.scope, new.scope),
        ):
            for key in sorted(left.keys() & right.keys()):
                before, after = sorted(map(spelling, left[key])), sorted(map(spelling, right[key]))
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

    def _add(self, rule: str, old: _Entry, new: _Entry, lang: str) -> None:
        self.changes.append(
            Change(
                rule=rule,
                sources=(old.code,),
                targets=(new.code,),
                old_labels=(Text(old.labels[lang], lang),),
                new_labels=(Text(new.labels[lang], lang),),
            )
        )

    # Codes that came or went.

    def settle(self, before: _Survey, after: _Survey, old: Path, new: Path) -> None:
        """Pair codes that went with codes that came; what is left over was retired or added."""
        self._by_successors(before, after)
        self._by_titles(new)
        self._divided(before, old)
        for entry, then in self.gone.values():
            rule = "ruleStatedInactive" if then else "ruleCodeGone"
            self.changes.append(Change(rule=rule, sources=(entry.code,), old_labels=entry.texts()))
        for subject, entry in self.come.items():
            rule = "ruleInUseAgain" if subject in before.level else "ruleNewCode"
            self.changes.append(Change(rule=rule, targets=(entry.code,), new_labels=entry.texts()))

    def _by_successors(self, before: _Survey, after: _Survey) -> None:
        """What the publisher says took the place of a code."""
        single: dict[str, list[_Entry]] = defaultdict(list)
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

    def _pair(self, rule: str, old: list[_Entry], new: list[str], names: dict[str, _Entry] | None = None) -> None:
        """One row for codes that went and the codes that they became; those count as added no longer."""
        known = [self.come.pop(subject, None) or (names or {}).get(subject) for subject in new]
        self.changes.append(
            Change(
                rule=rule,
                sources=tuple(entry.code for entry in old),
                targets=tuple(
                    entry.code if entry else Code(iri=subject[1:-1], notation=_last(subject))
                    for subject, entry in zip(new, known, strict=True)
                ),
                old_labels=_unique(text for entry in old for text in entry.texts()[:1]),
                new_labels=_unique(text for entry in known if entry for text in entry.texts()[:1]),
            )
        )

    def _by_titles(self, new: Path) -> None:
        """The same title under another code of the same length, where only one code can be meant."""
        went, came = _by_title(old for old, _ in self.gone.values()), _by_title(self.come.values())
        for title, old_ones in sorted(went.items()):
            new_ones = came.get(title, [])
            if not new_ones or (len(old_ones) > 1 and len(new_ones) > 1):
                continue
            rule = "ruleTitleShared" if len(old_ones) > 1 else "ruleRecodedByTitle"
            self._pair("ruleTitleOfSeveral" if len(new_ones) > 1 else rule, old_ones, [e.subject for e in new_ones])
            for entry in old_ones:
                del self.gone[entry.subject]
        self._by_kept_titles(new)
        self._renamed()

    def _by_kept_titles(self, new: Path) -> None:
        """A code that went, and whose title one code has that was there all the time."""
        went = _by_title(old for old, _ in self.gone.values())
        spellings = {title for title, _ in went}
        if not spellings:
            return
        holders: list[_Entry] = []
        for subject, lines in subjects(new):
            if subject in self.come or subject in self.gone or not is_concept(lines):
                continue
            labels = (literal(line.split(" ", 2)[2][:-3]) for line in lines if _PREF_LABEL in line)
            if any(spelling(label.value) in spellings for label in labels):
                entry = _Entry.of(subject, lines)
                if entry.active:
                    holders.append(entry)
        held = _by_title(holders)
        for title, entries in sorted(went.items()):
            if len(held.get(title, [])) == 1:
                holder = held[title][0]
                self._pair("ruleTitleKept", entries, [holder.subject], {holder.subject: holder})
                for entry in entries:
                    del self.gone[entry.subject]

    def _renamed(self) -> None:
        """Codes that have other words now: where the old title went to another code, this one was re-used."""
        came = _by_title(self.come.values())
        for old, new, rule in self.renamed:
            title = _title(old)
            heirs = [entry for entry in came.get(title, []) if entry.subject in self.come] if title else []
            if len(heirs) == 1:
                self._pair("ruleRecodedByTitle", [old], [heirs[0].subject])
            shared = [lang for lang in sorted(old.labels, key=_language_order) if lang in new.labels]
            lang = next(x for x in shared if spelling(old.labels[x]) != spelling(new.labels[x]))
            self._add("ruleTitleElsewhere" if len(heirs) == 1 else rule, old, new, lang)

    def _divided(self, before: _Survey, old: Path) -> None:
        """A code in use that had nothing below it, and now has several codes."""
        below: dict[str, list[_Entry]] = defaultdict(list)
        for entry in self.come.values():
            for parent in entry.broader:
                if parent in before.level and parent not in before.has_narrower and parent not in self.gone:
                    below[parent].append(entry)
        divided = {parent for parent, entries in below.items() if len(entries) > 1}
        undivided = (
            _Entry.of(subject, lines) for subject, lines in (subjects(old) if divided else ()) if subject in divided
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
                        new_labels=_unique(text for entry in here for text in entry.texts()[:1]),
                    )
                )
                for entry in here:
                    del self.come[entry.subject]


def _title(entry: _Entry) -> tuple[str, int] | None:
    """A title that tells something, and the length of its code: chapters are not taken for their categories."""
    text = next(iter(entry.texts()), None)
    if text is None or not telling(text.value) or is_spare(text.value):
        return None
    return spelling(text.value), len(entry.code.notation)


def _by_title(entries: Iterable[_Entry]) -> dict[tuple[str, int], list[_Entry]]:
    found: dict[tuple[str, int], list[_Entry]] = defaultdict(list)
    for entry in entries:
        if title := _title(entry):
            found[title].append(entry)
    return dict(found)


def _rewritten(old: dict[str, list[str]], new: dict[str, list[str]]) -> bool:
    """Whether definitions in one language have hardly a word in common."""
    return any(similarity(" ".join(old[lang]), " ".join(new[lang])) < ENOUGH for lang in old.keys() & new.keys())


def _codes(names: Iterable[str]) -> tuple[Code, ...]:
    return tuple(Code(iri=subject[1:-1], notation=_last(subject)) for subject in sorted(names))


def _unique(texts: Iterable[Text]) -> tuple[Text, ...]:
    return tuple(dict.fromkeys(texts))
