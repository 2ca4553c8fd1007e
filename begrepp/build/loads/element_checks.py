"""Checks of the elements of structures as loaders yield them."""

from __future__ import annotations

from begrepp.errors import InputError
from begrepp.records import Element

_UNBOUNDED = "*"


def impossible_cardinality(element: Element) -> InputError | None:
    """Return the fault of an element whose cardinality is none, or has its minimum above its maximum.

    Either bound may be empty: not stated. In FHIR these are the rules eld-2 and eld-3 of ElementDefinition.
    """
    low, high = element.min_card, element.max_card
    if (low and not _is_number(low)) or (high and high != _UNBOUNDED and not _is_number(high)):
        reason = f"the element '{element.path}' has the cardinality '{low}..{high}', which is no pair of numbers."
        return InputError(element.origin, reason, "Write numbers, or * as the maximum.")
    if low and high and high != _UNBOUNDED and int(low) > int(high):
        reason = f"the element '{element.path}' occurs at least {low} times and at most {high}."
        return InputError(element.origin, reason, "Correct the cardinality in a copy, or ask the publisher.")
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
