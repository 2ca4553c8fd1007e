"""Value domains of variables in DDI Lifecycle."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.records import Text
from begrepp.sources.xml import XmlNode
from loaders.ddi.model import ValueDomain

_NUMBERS = ("integer", "int", "short", "long", "count", "biginteger")
_SIGNS = {("Low", True): "≥", ("Low", False): ">", ("High", True): "≤", ("High", False): "<"}


def read_domain(node: XmlNode) -> ValueDomain:
    """Return datatype, unit and bounds of a representation."""
    representation = next(representations(node), None)
    if representation is None:
        return ValueDomain()
    if representation.name == "NumericRepresentation":
        kind = next((each.text.lower() for each in representation.all("NumericTypeCode")), "")
        ends = [next(representation.find(name), None) for name in ("Low", "High")]
        is_whole = len(list(representation.find("NumberRange"))) < 2
        low, high = (end.text if end and is_whole and _is_inclusive(end) else "" for end in ends)
        unit = next((each.text for each in node.find("MeasurementUnit")), "")
        return ValueDomain("integer" if kind in _NUMBERS else "decimal", unit, low, high)
    if representation.name == "TextRepresentation":
        return ValueDomain(pattern=representation.get("regExp"))
    if representation.name == "DateTimeRepresentation":
        kind = next((each.text.lower() for each in representation.all("DateTypeCode")), "date")
        return ValueDomain({"datetime": "dateTime", "time": "time", "year": "gYear"}.get(kind, "date"))
    return ValueDomain()


def domain_notes(node: XmlNode) -> Iterator[Text]:
    """Yield what no field holds: several ranges, ranges with an exclusive end, and lengths of texts."""
    for each in node.all("TextRepresentation"):
        for name in ("minLength", "maxLength"):
            if length := each.get(name):
                yield Text(f"{name}: {length}", "en")
    ranges = [each for numbers in node.all("NumericRepresentation") for each in numbers.find("NumberRange")]
    ends = [end for each in ranges for end in each.find("Low", "High")]
    if len(ranges) > 1 or not all(map(_is_inclusive, ends)):
        parts = [
            " and ".join(
                f"{_SIGNS[end.name, _is_inclusive(end)]} {end.text}" for end in each.find("Low", "High") if end.text
            )
            for each in ranges
        ]
        yield Text(f"Valid values: {', '.join(filter(None, parts))}", "en")


def representations(node: XmlNode) -> Iterator[XmlNode]:
    """Yield the representations of a variable."""
    return node.all("NumericRepresentation", "DateTimeRepresentation", "TextRepresentation", "CodeRepresentation")


def _is_inclusive(end: XmlNode) -> bool:
    return end.get("isInclusive") not in ("false", "0")
