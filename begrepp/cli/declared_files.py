"""Sources named by their declaration: `begrepp add source.toml` takes id, edition and files from it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, UsageError
from begrepp.sources.editions import DECLARATION, read_toml
from loaders.declaration.agents import slug

_SECTIONS = {"file": "name", "variables": "file", "codes": "file", "tables": "file", "table": "file"}


@dataclass(frozen=True, slots=True)
class DeclaredFiles:
    """Source, edition and files of a declaration."""

    source: str
    edition: str
    files: tuple[Path, ...]


def read_declared_files(declaration: Path, files: tuple[Path, ...], edition: str = "") -> DeclaredFiles:
    """Return source, edition and files; files that are not given are those that the declaration names, beside it.

    Raises `UsageError` if the declaration names no edition or no files.
    """
    if declaration.name != DECLARATION:
        raise UsageError(f"{declaration} is not called {DECLARATION}.", f"Rename it to {DECLARATION}.")
    values = read_toml(declaration)
    names = [_text(values, section, "id") for section in ("scheme", "dataset", "mapping", "model")]
    source = next(filter(None, names), "") or slug(declaration.resolve().parent.name)
    version = edition or _text(values, "release", "version")
    if not version:
        raise UsageError("The declaration names no edition.", 'Add [release] version = "…", or --edition.')
    named = files or tuple(_named_files(declaration, values))
    if not named:
        raise UsageError("The declaration names no files.", f"Name them too: {declaration} FILE…")
    return DeclaredFiles(source, version, (*named, declaration))


def _text(values: dict[str, Any], section: str, key: str) -> str:
    table = values.get(section, {})
    value = table.get(key, "") if isinstance(table, dict) else ""
    return value if isinstance(value, str) else ""


def _named_files(declaration: Path, values: dict[str, Any]) -> list[Path]:
    patterns: list[str] = []
    for section, key in _SECTIONS.items():
        for table in values.get(section, []) if isinstance(values.get(section, []), list) else []:
            name = table.get(key, []) if isinstance(table, dict) else []
            patterns += [name] if isinstance(name, str) else name
    beside = sorted(path for path in declaration.resolve().parent.iterdir() if path.is_file())
    found = [path for path in beside if any(fnmatch(path.name, pattern) for pattern in patterns)]
    for pattern in patterns:
        if not any(fnmatch(path.name, pattern) for path in found):
            raise InputError(
                declaration, f"it names {pattern}, which is not beside it.", "Put the file there, or name it too."
            )
    return found
