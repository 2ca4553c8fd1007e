"""Query parameters: the unknown and repeated names of a request, the nearest known name, and unusable values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from begrepp.errors import UsageError

EVERYWHERE = frozenset({"lang"})
"""Parameters of every route."""
_WITHOUT_MEANING = frozenset(
    {"dclid", "fbclid", "gad_source", "gclid", "igshid", "mc_cid", "mc_eid", "msclkid", "ref_src", "srsltid", "yclid"}
    | {"cachebust", "cachebuster", "cb", "nocache", "nonce", "rand", "random", "rnd", "ts"}
)
"""Parameters that other sites add to links, and by which programs avoid caches; other single characters are too."""
_CAMPAIGN = ("utm_", "mtm_", "pk_")
"""Beginnings of the parameters by which campaigns are counted (Google Analytics, Matomo)."""
_DAY = ("asOf", "date", "day")
"""Names of the day that an answer is about: of begrepp, of FHIR, and of the example queries."""
_LIKE_DAY = frozenset(
    {"asofdate", "atdate", "atday", "datum", "day", "edition", "effectivedate", "ondate", "onday", "validon", "version"}
    | {"when", "year"}
)
"""Names that people write for it."""
_SHOWN = 5
_MAX_NAME = 40
_MAX_OFFSET = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusableValue:
    """A value that a known parameter cannot have, shortened for a message; no `choices` if it has to be a number."""

    name: str
    value: str
    choices: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, value: str, choices: Iterable[str] = ()) -> UnusableValue:
        """Return the value with those that there are."""
        return cls(name=name, value=value[:_MAX_NAME], choices=tuple(choices))

    def error(self) -> UsageError:
        """Return the error for programs."""
        step = f"Use one of: {', '.join(self.choices)}." if self.choices else "Use a whole number, 0 or more."
        return UsageError(f"{self.name} is '{self.value}'.", step)


def is_offset(text: str) -> bool:
    """Return whether a text is a whole number from 0."""
    return text.isascii() and text.isdecimal()


def read_offset(text: str) -> int:
    """Return the offset of a page of a list, at most a million; 0 for a text that is no number."""
    return min(int(text[:9]), _MAX_OFFSET) if is_offset(text) else 0


def find_unknown(given: Iterable[str], known: Collection[str]) -> list[str]:
    """Return the names that are not known, without those that have no meaning on any site."""
    return [
        name
        for name in dict.fromkeys(given)
        if name not in known
        and name not in EVERYWHERE
        and name not in _WITHOUT_MEANING
        and len(name) > 1
        and not name.startswith(_CAMPAIGN)
    ]


def find_repeated(given: Iterable[tuple[str, str]], known: Collection[str]) -> list[str]:
    """Return the known names that are given with several values; the same value twice counts once."""
    values: dict[str, set[str]] = {}
    for name, value in given:
        values.setdefault(name, set()).add(value)
    return [name for name, several in values.items() if len(several) > 1 and name in known]


def nearest_name(name: str, known: Collection[str]) -> str:
    """Return the known name that is most like a name, regardless of case and punctuation; empty if none is."""
    if _plain(name) in _LIKE_DAY | {_plain(each) for each in _DAY} and (
        day := next((n for n in _DAY if n in known), "")
    ):
        return day
    plain = {_plain(each): each for each in sorted(known)}
    found = get_close_matches(_plain(name[:_MAX_NAME]), plain, 1, 0.7)
    return plain[found[0]] if found else ""


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def shown_names(unknown: Iterable[str]) -> list[str]:
    """Return the first names, shortened for a message."""
    return [name[:_MAX_NAME] for name in unknown][:_SHOWN]


def unknown_parameter_error(unknown: list[str], known: Collection[str]) -> UsageError:
    """Return the error for unknown parameters, with the nearest known name and all known ones."""
    listed = ", ".join(sorted({*known, *EVERYWHERE}))
    names = ", ".join(shown_names(unknown))
    if near := nearest_name(unknown[0], known):
        return UsageError(f"There is no parameter {names}.", f"Did you mean {near}? The parameters are: {listed}.")
    return UsageError(f"There is no parameter {names}.", f"The parameters are: {listed}.")


def repeated_parameter_error(repeated: list[str]) -> UsageError:
    """Return the error for parameters that are given with several values."""
    return UsageError(f"The parameter {repeated[0]} has several values.", "Give one value.")
