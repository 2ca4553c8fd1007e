"""Lines of the keys of a TOML file, which `tomllib` does not tell."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

KeyPath = tuple[str | int, ...]
"""Names of tables, places in arrays of tables, and the key: `("file", 0, "name")`."""
_ENDS = ("]", '"""', "'''")
"""Text on the last line of a statement of several lines."""


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the line, from 1, of each table and key of a document that `tomllib` can parse."""
    lines: dict[KeyPath, int] = {}
    lengths: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, statement, values in _statements(text):
        if statement.lstrip().startswith("["):
            table = _table_path(values, lengths)
            for path in (table[:-1], table) if isinstance(table[-1], int) else (table,):
                lines.setdefault(path, number)
        else:
            for path in _key_paths(values):
                lines.setdefault((*table, *path), number)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield line, text and values of each statement: a header, or a key with its value."""
    lines = text.split("\n")
    start = 0
    while start < len(lines):
        end = start + 1
        while end <= len(lines):
            if end == start + 1 or any(each in lines[end - 1] for each in _ENDS):
                statement = "\n".join(lines[start:end])
                try:
                    values = tomllib.loads(statement)
                except tomllib.TOMLDecodeError:
                    pass
                else:
                    if values:
                        yield start + 1, statement, values
                    break
            end += 1
        start = end


def _table_path(values: Mapping[str, Any], lengths: dict[KeyPath, int]) -> KeyPath:
    """Return the path of a header. `lengths` has the number of tables in each array so far."""
    path: KeyPath = ()
    inner: Any = values
    while isinstance(inner, dict) and inner:
        name, inner = next(iter(inner.items()))
        path += (name,)
        if isinstance(inner, list):
            lengths[path] = lengths.get(path, 0) + 1
        if path in lengths:
            path += (lengths[path] - 1,)
    return path


def _key_paths(value: Any) -> Iterator[KeyPath]:
    """Yield the paths of all values within a value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (name,)
        yield from ((name, *path) for path in _key_paths(member))
