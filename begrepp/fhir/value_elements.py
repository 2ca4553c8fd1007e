"""Elements of FHIR resources in JSON: `value[x]`, whose name ends with the type of the value, and lists of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def value_element(item: Mapping[str, Any], default: Any = None) -> tuple[str, Any]:
    """Return name and value of the element `value[x]`, `valueString` and the default without one."""
    return next(((name, value) for name, value in item.items() if name.startswith("value")), ("valueString", default))


def object_items(item: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list; nothing if the element is no list."""
    value = item.get(name)
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


def extension_code(item: Mapping[str, Any], url: str) -> str:
    """Return the code that an extension of an element has, empty without the extension."""
    found = (each for each in object_items(item, "extension") if each.get("url") == url)
    return next((str(each.get("valueCode", "")) for each in found), "")
