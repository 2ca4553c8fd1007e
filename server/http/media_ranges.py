"""The `Accept` header: its media ranges with parameters and weights (RFC 9110, sections 5.6 and 12.5.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ITEM = re.compile(rf"(?:{_QUOTED}|[^,\"])+")
"""An item of a comma-separated list; a comma in a quoted string does not end it."""
_RANGE = re.compile(rf"\s*(\*|{_TOKEN})/(\*|{_TOKEN})\s*")
_PARAMETER = re.compile(rf";\s*(?:({_TOKEN})\s*=\s*({_TOKEN}|{_QUOTED})\s*)?")
_WEIGHT = re.compile(r"0(?:\.\d*)?|1(?:\.0*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MediaRange:
    """A media range, in lower case, with the values of its parameters; `quality` is its weight from 0 to 1."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    quality: float


@dataclass(frozen=True, slots=True, order=True)
class Preference:
    """Preference of a client for a media type; of two, the client prefers the greater."""

    quality: float
    specificity: int
    """4 if a range has a parameter of the representation, 3 for the type by name, 2 if by name with another
    parameter, 1 for `text/*`, and 0 for `*/*` or no header."""
    order: int
    """Negative place of the range in the header."""


_UNACCEPTABLE = Preference(0.0, 0, 0)
_NO_HEADER = Preference(1.0, 0, 0)


@lru_cache(256)
def parse_accept(header: str) -> tuple[MediaRange, ...]:
    """Return the media ranges of a header in its order; items that violate the syntax are left out."""
    return tuple(each for item in _ITEM.findall(header) if (each := _parse_range(item)))


def _parse_range(item: str) -> MediaRange | None:
    match = _RANGE.match(item)
    if match is None or (match[1] == "*" and match[2] != "*"):
        return None
    quality, parameters, at = 1.0, [], match.end()
    while at < len(item):
        if (parameter := _PARAMETER.match(item, at)) is None:
            return None
        at = parameter.end()
        name, value = (parameter[1] or "").lower(), parameter[2] or ""
        if name == "q":
            if not _WEIGHT.fullmatch(value):
                return None
            quality = float(value)
        elif name:
            parameters.append((name, re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value))
    return MediaRange(match[1].lower(), match[2].lower(), tuple(parameters), quality)


def preference(ranges: tuple[MediaRange, ...], media_type: str, parameters: dict[str, str]) -> Preference:
    """Return the preference for a representation of this media type and parameters by its most specific range.

    A range with a parameter that the representation does not have, for example `text/turtle;version=1.1`, counts as
    the range without it if no other names the type: a profile or version is a preference (RFC 6906, section 3.1).
    """
    if not ranges:
        return _NO_HEADER
    type_, _, subtype = media_type.partition("/")
    found: dict[int, Preference] = {}
    for place, each in enumerate(ranges):
        specificity = _specificity(each, type_, subtype, parameters)
        if specificity is None or (specificity == 2 and not each.quality):
            continue
        one = Preference(each.quality, specificity, -place)
        found[specificity] = max(found.get(specificity, one), one)
    return found[max(found)] if found else _UNACCEPTABLE


def _specificity(each: MediaRange, type_: str, subtype: str, parameters: dict[str, str]) -> int | None:
    if each.type == "*":
        return 0
    if each.type != type_:
        return None
    if each.subtype == "*":
        return 1
    if each.subtype != subtype:
        return None
    if not each.parameters:
        return 3
    has_all = all(parameters.get(name, "").lower() == value.lower() for name, value in each.parameters)
    return 4 if has_all else 2
