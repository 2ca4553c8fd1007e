"""Check of values against a code list: valid, retired, of another edition, spelled differently or unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from begrepp.errors import NotFound
from begrepp.queries.parameters import QueryContext
from begrepp.search import code_key
from begrepp.text.swedish import fold
from begrepp.variables.list_entries import (
    CodeListEntry,
    find_lists,
    read_edition_entries,
    read_entries,
    read_other_editions,
)

MAX_NEAR = 5
_MAX_EDITED = 20
"""Characters of a value for which codes at edit distance one are found."""
_MISSING = frozenset(("", "na", "n/a", "null", "none", "nan", "."))


class Verdict(StrEnum):
    """Verdict on a value, the best first."""

    VALID = "valid"
    MISSING = "missing"
    """No value: empty, or a sentinel value of the list."""
    SPELLING = "written otherwise"
    RETIRED = "retired"
    OTHER_EDITION = "of another edition"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedValue:
    """A value with its verdict."""

    value: str
    verdict: Verdict
    code: str = ""
    """The code that it matches."""
    label: str = ""
    until: str = ""
    instead: tuple[tuple[str, str], ...] = ()
    """Code and label of its successors, or of similar codes."""
    editions: tuple[str, ...] = ()
    """Other editions that contain it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedList:
    """The result of a check of values against one list."""

    list_iri: str
    title: str
    edition: str
    values: Sequence[CheckedValue]

    def count(self, verdict: Verdict) -> int:
        """Return the number of values with a verdict."""
        return sum(checked.verdict is verdict for checked in self.values)

    @property
    def passed(self) -> bool:
        """Whether every value is an active code or missing."""
        return all(checked.verdict in (Verdict.VALID, Verdict.MISSING) for checked in self.values)


def check_values(against: str, values: Iterable[str], context: QueryContext, language: str = "sv") -> CheckedList:
    """Check values against a list: `icd-10-se`, `icd-10-se@2021`, or the list of a variable, `nkbc/a_tnm_tklass`.

    Raises `NotFound` for an unknown list or edition.
    """
    name, _, edition = against.partition("@")
    lists, missing_lists, title = find_lists(name, context)
    entries = (
        read_edition_entries(lists[0], edition, context)
        if edition
        else read_entries(lists, missing_lists, context, language)
    )
    if not entries:
        raise NotFound(f"{against} has no codes.", "See /cs for the code systems and their editions.")
    value_list = [*values]
    finder = _CodeFinder(entries, [each.strip() for each in value_list])
    checked = [_check_value(each, finder, language) for each in value_list]
    unknown = [each.value.strip() for each in checked if each.verdict in (Verdict.UNKNOWN, Verdict.RETIRED)]
    elsewhere = read_other_editions(lists[0], unknown, edition, context) if unknown else {}
    return CheckedList(
        list_iri=lists[0],
        title=title,
        edition=edition,
        values=[_add_editions(each, elsewhere.get(each.value.strip(), ())) for each in checked],
    )


def _check_value(raw: str, finder: _CodeFinder, language: str) -> CheckedValue:
    text = raw.strip()
    entry = finder.exact.get(text)
    if entry is None and fold(text) in _MISSING:
        return CheckedValue(value=raw, verdict=Verdict.MISSING)
    if entry is None:
        variants = finder.find_variants(text)
        if len(variants) == 1:
            entry = variants[0]
            verdict = Verdict.SPELLING if entry.active else Verdict.RETIRED
            return _checked_value(raw, entry, verdict, language)
        near = variants or finder.find_near(text)
        return CheckedValue(
            value=raw, verdict=Verdict.UNKNOWN, instead=tuple((each.notation, each.label(language)) for each in near)
        )
    if entry.missing:
        return _checked_value(raw, entry, Verdict.MISSING, language)
    verdict = Verdict.VALID if entry.active else Verdict.RETIRED
    # A code with surrounding blanks is a spelling variant.
    return _checked_value(
        raw, entry, Verdict.SPELLING if verdict is Verdict.VALID and raw != text else verdict, language
    )


def _checked_value(raw: str, entry: CodeListEntry, verdict: Verdict, language: str) -> CheckedValue:
    return CheckedValue(
        value=raw,
        verdict=verdict,
        code=entry.notation,
        label=entry.label(language),
        until=entry.until,
        instead=entry.successors if verdict is Verdict.RETIRED else (),
    )


def _add_editions(checked: CheckedValue, editions: Sequence[str]) -> CheckedValue:
    if not editions:
        return checked
    verdict = Verdict.OTHER_EDITION if checked.verdict is Verdict.UNKNOWN else checked.verdict
    return CheckedValue(
        value=checked.value,
        verdict=verdict,
        code=checked.code or checked.value.strip(),
        label=checked.label,
        until=checked.until,
        instead=checked.instead if verdict is not Verdict.OTHER_EDITION else (),
        editions=tuple(editions),
    )


class _CodeFinder:
    """Index of the codes of a list by notation, spelling variants and labels; `texts` are the values to find."""

    def __init__(self, entries: Sequence[CodeListEntry], texts: Sequence[str]) -> None:
        self.exact = {code: entry for entry in entries for code in entry.others}
        self.exact |= {entry.notation: entry for entry in entries}
        self._keys: dict[str, list[CodeListEntry]] = defaultdict(list)
        for entry in entries:
            codes = (entry.notation, *entry.others)
            for key in {key for code in codes for key in (code_key(code), _unpadded(code))}:
                self._keys[key].append(entry)
        self._labels: dict[str, list[CodeListEntry]] = defaultdict(list)
        for entry in entries:
            for label in {fold(text.value) for text in entry.labels}:
                self._labels[label].append(entry)
        self._longest = max(map(len, self._keys), default=0)
        self._texts = texts

    def find_variants(self, text: str) -> list[CodeListEntry]:
        """Return the codes of which the text is a spelling variant: `c509`, `1` or `1.0` for `01`, or a label."""
        integer = text.removesuffix(".0")
        for key in (code_key(text), code_key(integer), _unpadded(text), _unpadded(integer)):
            if key and (found := self._keys.get(key)):
                return _prefer_active(found)
        return _prefer_active(self._labels.get(fold(text), []))

    def find_near(self, text: str) -> list[CodeListEntry]:
        """Return codes at edit distance one; if there are none, codes equal to the longest prefix."""
        key = code_key(text)
        found = [entry for each in self._near.get(key, ()) for entry in self._keys[each]]
        if not found:
            for end in range(min(len(key) - 1, self._longest), 1, -1):
                if found := self._keys.get(key[:end], []):
                    break
        unique = {entry.notation: entry for entry in found}
        return sorted(unique.values(), key=lambda entry: (not entry.active, entry.notation))[:MAX_NEAR]

    @cached_property
    def _near(self) -> dict[str, set[str]]:
        """The keys at edit distance one from each text that is to be found.

        Keys at that distance share with the text what the deletion of a character leaves (SymSpell), so that one pass
        over the list serves all texts.
        """
        left_by: dict[str, set[str]] = defaultdict(set)
        for key in {code_key(text) for text in self._texts}:
            if 1 < len(key) <= _MAX_EDITED:
                for left in (key, *_deletions(key)):
                    left_by[left].add(key)
        near: dict[str, set[str]] = defaultdict(set)
        for other in self._keys:
            if len(other) <= _MAX_EDITED + 1:
                shared = {key for left in (other, *_deletions(other)) for key in left_by.get(left, ())}
                for key in shared:
                    if _is_one_edit(key, other):
                        near[key].add(other)
        return near


def _prefer_active(entries: Sequence[CodeListEntry]) -> list[CodeListEntry]:
    unique = [*{entry.notation: entry for entry in entries}.values()]
    return [entry for entry in unique if entry.active] or unique


def _unpadded(code: str) -> str:
    return code_key(code).lstrip("0") or "0"


def _deletions(key: str) -> Iterator[str]:
    return (key[:place] + key[place + 1 :] for place in range(len(key)))


def _is_one_edit(key: str, other: str) -> bool:
    """Return whether one deletion, insertion, substitution or transposition makes one of the other."""
    if abs(len(key) - len(other)) == 1:
        return True  # they share a text that a deletion in the longer one leaves
    if len(key) != len(other):
        return False
    differing = [place for place in range(len(key)) if key[place] != other[place]]
    if len(differing) == 2:
        first, second = differing
        return second == first + 1 and key[first] == other[second] and key[second] == other[first]
    return len(differing) == 1
