"""Index of the codes of a list: as written, in other spellings, by label, and similar codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from begrepp.text.stemming import code_key
from begrepp.text.swedish import fold
from begrepp.variables.list_entries import CodeListEntry

MAX_NEAR = 5
"""Most similar codes of a value."""
_LENGTHS = range(2, 21)
"""Lengths of values for which similar codes are sought."""


class CodeFinder:
    """Index of the codes of a list by notation, spelling variants and labels."""

    def __init__(self, entries: Sequence[CodeListEntry]) -> None:
        self._entries = entries
        self.exact = {code: entry for entry in entries for code in entry.others}
        self.exact |= {entry.notation: entry for entry in entries}
        self._keys: dict[str, list[CodeListEntry]] = {}
        for entry in entries:
            for key in _keys_of(entry.notation, *entry.others):
                if key in self._keys:
                    self._keys[key].append(entry)
                else:
                    self._keys[key] = [entry]
        self._longest = max(map(len, self._keys), default=0)

    @cached_property
    def _labels(self) -> Mapping[str, list[CodeListEntry]]:
        """The codes of each folded label."""
        found: dict[str, list[CodeListEntry]] = defaultdict(list)
        for entry in self._entries:
            for label in {fold(text.value) for text in entry.labels}:
                found[label].append(entry)
        return found

    def is_known(self, text: str) -> bool:
        """Return whether a text is a code, a spelling variant of a code, or a label."""
        return text in self.exact or bool(self.find_variants(text))

    def find_variants(self, text: str) -> list[CodeListEntry]:
        """Return the codes of which the text is a spelling variant: `c509`, `1` or `1.0` for `01`, or a label."""
        integer = text.removesuffix(".0")
        keys = code_key(text), code_key(integer)
        for key in (*keys, *map(_unpadded, keys)):
            if key and (found := self._keys.get(key)):
                return _prefer_active(found)
        return _prefer_active(self._labels.get(fold(text), []))

    def find_near(self, texts: Iterable[str]) -> Mapping[str, list[CodeListEntry]]:
        """Return for each text the codes at edit distance one; if there are none, those equal to its longest prefix.

        All texts are compared with each code of the list once. Two strings at distance one (a deletion, insertion,
        substitution or transposition) become equal if at most one character is deleted from each.
        """
        keys = {text: code_key(text) for text in texts}
        by_deletion: dict[str, set[str]] = defaultdict(set)
        for key in {*keys.values()}:
            if len(key) in _LENGTHS:
                for shorter in _deletions(key):
                    by_deletion[shorter].add(key)
        near: dict[str, list[CodeListEntry]] = defaultdict(list)
        for code, entries in self._keys.items() if by_deletion else ():
            candidates: set[str] = set()
            for shorter in _deletions(code):
                if shorter in by_deletion:
                    candidates |= by_deletion[shorter]
            for key in candidates:
                if key != code and _is_one_edit(key, code):
                    near[key] += entries
        return {text: _first_codes(near.get(key) or self._prefix_codes(key)) for text, key in keys.items()}

    def _prefix_codes(self, key: str) -> list[CodeListEntry]:
        ends = range(min(len(key) - 1, self._longest), 1, -1)
        return next((found for end in ends if (found := self._keys.get(key[:end]))), [])


def _first_codes(entries: Iterable[CodeListEntry]) -> list[CodeListEntry]:
    unique = {entry.notation: entry for entry in entries}
    return sorted(unique.values(), key=lambda entry: (not entry.active, entry.notation))[:MAX_NEAR]


def _prefer_active(entries: Sequence[CodeListEntry]) -> list[CodeListEntry]:
    unique = [*{entry.notation: entry for entry in entries}.values()]
    return [entry for entry in unique if entry.active] or unique


def _keys_of(*codes: str) -> set[str]:
    """Return the keys by which codes are found, with and without leading zeros."""
    keys = {code_key(code) for code in codes}
    return keys | {_unpadded(key) for key in keys}


def _unpadded(key: str) -> str:
    return key.lstrip("0") or "0"


def _deletions(key: str) -> Iterator[str]:
    """Yield a string, and the string without each of its characters."""
    yield key
    for place in range(len(key)):
        yield key[:place] + key[place + 1 :]


def _is_one_edit(one: str, other: str) -> bool:
    """Return whether two different strings differ by one deletion, insertion, substitution or transposition."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    if len(one) == len(other):
        is_swapped = one[start : start + 2] == other[start : start + 2][::-1]
        return one[start + 1 :] == other[start + 1 :] or (is_swapped and one[start + 2 :] == other[start + 2 :])
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[start + 1 :] == shorter[start:]
