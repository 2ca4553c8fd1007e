"""Codes of a list for values that are words: `Bröstcancer`, `F`, `ej rökare`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from begrepp.search import TextIndex
from begrepp.variables.list_entries import BuildContents, CodeListEntry
from begrepp.variables.suggestion.code_suggester import CodeSuggester, value_entry
from begrepp.variables.suggestion.entries import ConceptTarget

MAX_COMPARED_CODES = 2_000
"""Longer lists are only searched in the text index, not compared word by word."""
MAX_WORD_VALUES = 300
"""So many values are looked up; a file of free text is no list of codes."""
MAX_PROPOSALS = 3
"""Most codes for one value."""


def find_codes_by_words(
    values: Iterable[str], entries: Sequence[CodeListEntry], lists: Sequence[str], build: BuildContents
) -> Mapping[str, list[CodeListEntry]]:
    """Return codes in use for the values without a digit, by their words; values without any are left out."""
    words = [value for value in dict.fromkeys(values) if _is_words(value)][:MAX_WORD_VALUES]
    active = {entry.notation: entry for entry in entries if entry.active and not entry.missing}
    if not words:
        return {}
    found = _compare(words, active) if len(active) <= MAX_COMPARED_CODES else {}
    if remaining := [value for value in words if not found.get(value)]:
        index = build.open_index()
        found |= {value: _search(value, lists, index) for value in remaining}
    codes = {value: [active[code] for code in notations if code in active] for value, notations in found.items()}
    return {value: each for value, each in codes.items() if each}


def _is_words(value: str) -> bool:
    return any(sign.isalpha() for sign in value) and not any(sign.isdigit() for sign in value)


def _compare(values: Sequence[str], active: Mapping[str, CodeListEntry]) -> dict[str, list[str]]:
    targets = [
        ConceptTarget(iri=code, notation=code, scheme="", labels=entry.labels) for code, entry in sorted(active.items())
    ]
    suggester = CodeSuggester(targets)
    return {
        value: [each.target.notation for each in suggester.suggest(value_entry("", "", "", value), limit=MAX_PROPOSALS)]
        for value in values
    }


def _search(value: str, lists: Sequence[str], index: TextIndex) -> list[str]:
    hits = [
        hit
        for iri in lists
        for hit in index.search(value, limit=MAX_PROPOSALS, kind="concept", scheme=iri)[1]
        if hit.active
    ]
    return [hit.notation for hit in sorted(hits, key=lambda hit: -hit.score)[:MAX_PROPOSALS]]
