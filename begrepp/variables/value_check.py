"""Check of values against a code list: valid, retired, of another edition, spelled differently or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from begrepp.errors import NotFound
from begrepp.text.swedish import fold
from begrepp.variables.code_finder import CodeFinder
from begrepp.variables.list_entries import (
    BuildContents,
    CodeListEntry,
    edition_view,
    find_lists,
    read_edition_entries,
    read_entries,
    read_other_editions,
    read_successors,
    read_suggestions,
)
from begrepp.variables.word_codes import find_codes_by_words

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
    consider: tuple[tuple[str, str], ...] = ()
    """Code and label of concepts that the publisher suggests, which a person has to judge; never successors."""
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


def check_values(against: str, values: Iterable[str], build: BuildContents, language: str = "sv") -> CheckedList:
    """Check values against a list: `icd-10-se`, `icd-10-se@2021`, or the list of a variable, `nkbc/a_tnm_tklass`.

    Raises `NotFound` for an unknown list or edition.
    """
    name, _, edition = against.partition("@")
    lists, missing_lists, title = find_lists(name, build)
    entries = read_edition_entries(lists[0], edition, build) if edition else read_entries(lists, missing_lists, build)
    if not entries:
        raise NotFound(f"{against} has no codes.", "See /cs for the code systems and their editions.")
    finder = CodeFinder(entries)
    raw_values = list(values)
    strange = [text for each in raw_values if not finder.is_known(text := each.strip()) and fold(text) not in _MISSING]
    near = {**finder.find_near(strange), **find_codes_by_words(strange, entries, lists, build)}
    checked = [_check_value(each, finder, near, language) for each in raw_values]
    unknown = [each.value.strip() for each in checked if each.verdict in (Verdict.UNKNOWN, Verdict.RETIRED)]
    retired = {each.code: finder.exact[each.code].concept for each in checked if each.verdict is Verdict.RETIRED}
    store = edition_view(lists[0], edition, build) if edition else build.store
    successors = read_successors(retired.values(), store, language) if retired else {}
    suggested = read_suggestions(retired.values(), store, language) if retired else {}
    elsewhere = read_other_editions(lists[0], unknown, edition, build) if unknown else {}
    return CheckedList(
        list_iri=lists[0],
        title=title,
        edition=edition,
        values=[
            _add_editions(
                replace(each, instead=successors[iri], consider=suggested.get(iri, ()))
                if (iri := retired.get(each.code, "")) in successors
                else each,
                elsewhere.get(each.value.strip(), ()),
            )
            for each in checked
        ],
    )


def _check_value(
    raw: str, finder: CodeFinder, near: Mapping[str, Sequence[CodeListEntry]], language: str
) -> CheckedValue:
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
        alike = variants or near.get(text, ())
        return CheckedValue(
            value=raw, verdict=Verdict.UNKNOWN, instead=tuple((each.notation, each.label(language)) for each in alike)
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
    )


def _add_editions(checked: CheckedValue, editions: Sequence[str]) -> CheckedValue:
    if not editions:
        return checked
    verdict = Verdict.OTHER_EDITION if checked.verdict is Verdict.UNKNOWN else checked.verdict
    return replace(
        checked,
        verdict=verdict,
        code=checked.code or checked.value.strip(),
        instead=checked.instead if verdict is not Verdict.OTHER_EDITION else (),
        editions=tuple(editions),
    )
