"""The element `value[x]` of properties, parameters and extensions, whose name ends with the type of the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def value_element(item: Mapping[str, Any], default: Any = None) -> tuple[str, Any]:
    """Return name and value of the element `value[x]`, `valueString` and the default without one."""
    return next(((name, value) for name, value in item.items() if name.startswith("value")), ("valueString", default))
