"""Notes of the properties of a description that no field of its record holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from begrepp.records import Text
from loaders.declaration.json_files import string_list


def property_notes(properties: Mapping[str, Any], read: Collection[str]) -> tuple[Text, ...]:
    """Return a note in no language for each property that is not in `read`: `minLength: 3`, `delimiter: ;`.

    Lists are written with commas, objects as JSON. Properties that are null or empty state nothing.
    """
    return tuple(
        Text(f"{name}: {_words(value)}", "zxx")
        for name, value in properties.items()
        if name not in read and value not in (None, "", [], {})
    )


def _words(value: Any) -> str:
    if isinstance(value, list) and not any(isinstance(each, list | Mapping) for each in value):
        return ", ".join(string_list(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
