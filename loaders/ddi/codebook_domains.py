"""Value domains and derivations of variables in DDI Codebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from begrepp.records import Text
from begrepp.sources.xml import XmlNode
from loaders.ddi.model import ValueDomain
from loaders.support.html_text import from_html

_SIDES = {"≥": "min", ">": "minExclusive", "≤": "max", "<": "maxExclusive"}
_ENDS = ("min", "max")
_NUMBER_KINDS = ("INT", "REAL")


def has_plain_bounds(valid: Sequence[XmlNode]) -> bool:
    """Return whether valid ranges and items are one range with inclusive ends, which minimum and maximum hold."""
    return len(valid) == 1 and valid[0].name == "range" and not any(valid[0].get(f"{side}Exclusive") for side in _ENDS)


def read_domain(node: XmlNode, valid: Sequence[XmlNode]) -> ValueDomain:
    """Return the domain of a variable with `valid` ranges and items."""
    form = node.first("varFormat")
    bounds = next((each for each in valid if each.name == "range"), None)
    category = form.get("category") if form else ""
    # UNITS is INT or REAL, the kind of the numbers; some files give a unit of measure there.
    units = bounds.get("UNITS") if bounds else ""
    if category in ("date", "time"):
        datatype = category
    elif form is None or form.get("type") not in ("", "numeric"):  # `numeric` is the default
        datatype = "string"
    else:
        is_whole = node.get("dcml") == "0" or (units == "INT" and not node.get("dcml"))
        datatype = "integer" if is_whole else "decimal"
    unit = node.get("measUnit") or ("" if units in _NUMBER_KINDS else units)
    if bounds is None or len(valid) > 1:
        return ValueDomain(datatype, unit)
    low, high = (bounds.get(side) for side in _ENDS)
    return ValueDomain(datatype, unit, low, high)


def read_derivation(derivation: XmlNode | None) -> tuple[str, tuple[Text, ...]]:
    """Return how a variable is derived: the first description, or command, and notes of the other ones."""
    if derivation is None:
        return "", ()
    texts = [(from_html(each.text), "Derivation") for each in derivation.all("drvdesc")]
    for each in derivation.all("drvcmd"):
        syntax = each.get("syntax")
        texts.append((each.text, f"Command of the derivation{f' ({syntax})' if syntax else ''}"))
    (first, _), *others = [pair for pair in texts if pair[0]] or [("", "")]
    return first, tuple(Text(f"{words}: {text}", "en") for text, words in others)


def range_notes(words: str, ranges: list[XmlNode]) -> Iterator[Text]:
    """Yield a note of ranges and items: `Missing values: 997–999, > 9999`."""
    parts = []
    for each in ranges:
        low, high = each.get("min"), each.get("max")
        sides = [f"{sign} {each.get(side)}" for sign, side in _SIDES.items() if each.get(side)]
        parts.append(each.get("VALUE") or (f"{low}–{high}" if low and high else " and ".join(sides)))
    if any(parts):
        yield Text(f"{words}: {', '.join(filter(None, parts))}", "en")
