"""Rows in a JSON document: the objects at a path in it, each flat, with what stands above it.

A dictionary may write a list of values once and refer to it, as `#/list/yes_no`, in the document or in another file.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from begrepp.errors import InputError
from loaders.declaration.source_toml import join_names

MAX_JSON = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Where `#/list/yes_no` is looked up: in an object of the document, or in the file of its first step."""

    inside: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)

    def known(self, document: Any) -> Mapping[str, Any]:
        """All that can be referred to."""
        if self.files:
            return {step: _document(path) for step, path in self.files.items()}
        found = document.get(self.inside) if self.inside and isinstance(document, dict) else None
        return found if isinstance(found, dict) else {}


def read_json_rows(path: Path, way: str, references: References) -> Iterator[dict[str, str]]:
    """The objects at `way` (`schemas[].fields[]`), with the document's own values as `document.<name>`.

    Raises `InputError` for a file that is no JSON, and for a way that leads nowhere.
    """
    document = _document(path)
    known = references.known(document)
    above = {f"document.{key}": value for key, value in flatten(document, known).items() if "." not in key}
    yield from _below(document, [step for step in way.split(".") if step], above, known, path)


def _document(path: Path) -> Any:
    if path.stat().st_size > MAX_JSON:
        raise InputError(path, f"the file is larger than {MAX_JSON:,} bytes.", "Divide it, or convert it to CSV.")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"not well-formed JSON: {error}.", "Fetch the file again.") from None


def _below(
    value: Any, steps: list[str], above: dict[str, str], known: Mapping[str, Any], path: Path
) -> Iterator[dict[str, str]]:
    """The objects at a path like `schemas[].fields[]`, flat, each with what stands above it (`schemas.name`)."""
    if not steps:
        if not isinstance(value, dict):
            raise InputError(path, f"a row is {type(value).__name__}, not an object.", "Correct `rows`.")
        yield {**above, **flatten(value, known)}
        return
    step, rest = steps[0], steps[1:]
    key = step.removesuffix("[]")
    if key:
        if not isinstance(value, dict) or key not in value:
            there = join_names(sorted(value)) if isinstance(value, dict) else "no names at all"
            raise InputError(path, f"there is no '{key}' (there are: {there}).", "Correct `rows`.")
        value = value[key]
    if not step.endswith("[]"):
        yield from _below(value, rest, above, known, path)
        return
    if not isinstance(value, list):
        raise InputError(path, f"'{key}' is not a list.", f"Write `{key}` without [] in `rows`.")
    for each in value:
        own = {f"{key}.{name}": cell for name, cell in flatten(each, known).items()} if rest and key else {}
        yield from _below(each, rest, above | own, known, path)


def flatten(value: Any, known: Mapping[str, Any] = MappingProxyType({})) -> dict[str, str]:
    """An object's own values by name, those of objects in it as `meta.displayName`; a list becomes lines."""
    found: dict[str, str] = {}
    if not isinstance(value, dict):
        return found
    for key, each in value.items():
        resolved = _resolved(each, known)
        if isinstance(resolved, dict):
            found |= {f"{key}.{name}": cell for name, cell in flatten(resolved, known).items()}
        elif not isinstance(resolved, list):
            found[key] = _scalar(resolved)
        elif not any(isinstance(item, (dict, list)) for item in resolved):
            found[key] = "\n".join(map(_scalar, resolved))
    return found


def _resolved(value: Any, known: Mapping[str, Any]) -> Any:
    """`#/list/yes_no`, looked up among the document's references."""
    if not (known and isinstance(value, str) and value.startswith("#/")):
        return value
    found: Any = known
    for step in value.removeprefix("#/").split("/"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return value if found is None else found


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return unicodedata.normalize("NFC", str(value)).strip()
