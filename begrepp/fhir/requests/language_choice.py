"""Languages that a client asks for: ranges with weights as in `Accept-Language` (RFC 9110, BCP 47)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from begrepp.fhir.requests.faults import FhirFault, issue

_RANGE = re.compile(r"(?:\*|[a-z]{1,8})(?:-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)
_WEIGHT = re.compile(r"q\s*=\s*([0-9]+\.?|[0-9]*\.[0-9]+)", re.IGNORECASE | re.ASCII)
_MAX_RANGES = 50


class TagMatch(IntEnum):
    """Closeness of a language tag to a range."""

    NONE = 0
    LANGUAGE = 1
    REGION = 2
    FULL = 3


@dataclass(frozen=True, slots=True)
class LanguageRange:
    """A tag or `*` with its weight, 0 to 1."""

    tag: str
    weight: float = 1.0

    def match(self, tag: str) -> TagMatch:
        """Return how close a language tag is; `*` fits every language."""
        if self.weight <= 0:
            return TagMatch.NONE
        if self.tag == "*":
            return TagMatch.FULL
        return _tag_match(self.tag.lower(), tag.lower())


@lru_cache(maxsize=1024)
def _tag_match(wanted: str, tag: str) -> TagMatch:
    if wanted == tag:
        return TagMatch.FULL
    language, _, rest = wanted.partition("-")
    other, _, other_rest = tag.partition("-")
    if language != other:
        return TagMatch.NONE
    return TagMatch.REGION if _region(rest) == _region(other_rest) else TagMatch.LANGUAGE


def _region(subtags: str) -> str:
    return next((part for part in subtags.split("-") if len(part) == 2 or (len(part) == 3 and part.isdigit())), "")


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """Ranges by falling weight; `given` is the text as the client wrote it, with its spaces made regular."""

    ranges: tuple[LanguageRange, ...]
    given: str

    def accepts(self, tag: str) -> bool:
        """Return whether a language tag fits one of the ranges."""
        return any(each.match(tag) for each in self.ranges)

    @property
    def tags(self) -> str:
        """The tags as listed in messages."""
        return ", ".join(each.tag for each in self.ranges)


@lru_cache(maxsize=1024)
def read_language_choice(text: str, *, is_open: bool) -> LanguageChoice:
    """Return the choice; `is_open`: other languages are accepted last unless `*` is given. Raises `FhirFault`.

    Empty elements of the list are skipped (RFC 9110, section 5.6.1).
    """
    ranges, shown = [], []
    parts = [part.strip() for part in text.split(",") if part.strip()] or [text]
    for part in parts[: _MAX_RANGES + 1]:
        tag, _, parameter = (each.strip() for each in part.partition(";"))
        weight = _WEIGHT.fullmatch(parameter)
        if not _RANGE.fullmatch(tag) or (parameter and not weight) or len(parts) > _MAX_RANGES:
            raise FhirFault(issue("INVALID_DISPLAY_NAME", "error", "processing", "invalid-display", text), status=400)
        ranges.append(LanguageRange(tag, min(float(weight[1]), 1.0) if weight else 1.0))
        shown.append(f"{tag}; q={weight[1]}" if weight else tag)
    if is_open and not any(each.tag == "*" for each in ranges):
        ranges.append(LanguageRange("*", 0.01))
    ordered = tuple(sorted(ranges, key=lambda each: -each.weight))
    separator = ", " if any(";" in each for each in shown) else ","
    return LanguageChoice(ordered, separator.join(shown))


def join_with_or(items: Iterable[str]) -> str:
    """Return the items as `a, b or c`."""
    listed = list(items)
    return " or ".join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)
