"""Rows from a JSON document: the objects at a path, flattened, with the values of their parent objects.

A value `#/list/yes_no` refers to a list elsewhere in the document or in another file, and is replaced by it.
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
    """Targets of references: an object of the document (`inside`), or the file named by the first step (`files`)."""

    inside: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)

    def targets(self, document: Any) -> Mapping[str, Any]:
        """Return what references can point to."""
        if self.files:
            return {step: _read_document(path) for step, path in self.files.items()}
        section = document.get(self.inside) if self.inside and isinstance(document, dict) else None
        return section if isinstance(section, dict) else {}


def read_json_rows(path: Path, json_path: str, references: References) -> Iterator[dict[str, str]]:
    """Yield the objects at `json_path` (`schemas[].fields[]`), with the document's own values as `document.<name>`.

    Raises `InputError` if the file is not JSON or the path does not exist.
    """
    document = _read_document(path)
    targets = references.targets(document)
    inherited = {f"document.{key}": value for key, value in flatten(document, targets).items() if "." not in key}
    yield from _rows_below(document, [step for step in json_path.split(".") if step], inherited, targets, path)


def _read_document(path: Path) -> Any:
    if path.stat().st_size > MAX_JSON:
        raise InputError(path, f"the file is larger than {MAX_JSON:,} bytes.", "Divide it, or convert it to CSV.")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"not well-formed JSON: {error}.", "Download the file again.") from None


def _rows_below(
    value: Any, steps: list[str], inherited: dict[str, str], targets: Mapping[str, Any], path: Path
) -> Iterator[dict[str, str]]:
    """Yield the flattened objects below a value, each with the values of its parents (`schemas.name`)."""
    if not steps:
        if not isinstance(value, dict):
            raise InputError(path, f"a row is {type(value).__name__}, not an object.", "Correct `rows`.")
        yield {**inherited, **flatten(value, targets)}
        return
    step, rest = steps[0], steps[1:]
    key = step.removesuffix("[]")
    if key:
        if not isinstance(value, dict) or key not in value:
            names = join_names(sorted(value)) if isinstance(value, dict) else "no names at all"
            raise InputError(path, f"there is no '{key}' (there are: {names}).", "Correct `rows`.")
        value = value[key]
    if not step.endswith("[]"):
        yield from _rows_below(value, rest, inherited, targets, path)
        return
    if not isinstance(value, list):
        raise InputError(path, f"'{key}' is not a list.", f"Write `{key}` without [] in `rows`.")
    for each in value:
        values = {f"{key}.{name}": cell for name, cell in flatten(each, targets).items()} if rest and key else {}
        yield from _rows_below(each, rest, inherited | values, targets, path)


def flatten(value: Any, targets: Mapping[str, Any] = MappingProxyType({})) -> dict[str, str]:
    """Flatten an object: nested objects get dotted names (`meta.displayName`), lists of scalars become lines."""
    flat: dict[str, str] = {}
    if not isinstance(value, dict):
        return flat
    for key, each in value.items():
        resolved = _resolve(each, targets)
        if isinstance(resolved, dict):
            flat |= {f"{key}.{name}": cell for name, cell in flatten(resolved, targets).items()}
        elif not isinstance(resolved, list):
            flat[key] = _scalar(resolved)
        elif not any(isinstance(item, (dict, list)) for item in resolved):
            flat[key] = "\n".join(map(_scalar, resolved))
    return flat


def _resolve(value: Any, targets: Mapping[str, Any]) -> Any:
    """Resolve a reference such as `#/list/yes_no`; other values are returned unchanged."""
    if not (targets and isinstance(value, str) and value.startswith("#/")):
        return value
    target: Any = targets
    for step in value.removeprefix("#/").split("/"):
        target = target.get(step) if isinstance(target, Mapping) else None
    return value if target is None else target


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return unicodedata.normalize("NFC", str(value)).strip()
