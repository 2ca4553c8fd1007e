"""Edition folders, `<root>/<source>/<edition>/`, and the date of an edition.

A root is `starter/` or the user's `data/raw/`. An edition folder may contain a `source.toml` that declares its
loader and metadata of the edition (docs/how-to/source-toml.md).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import Coverage, EditionFiles
from begrepp.sources.row_faults import Fault

DECLARATION = "source.toml"
_DATE = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?(?!\d)")


def find_editions(root: Path) -> Iterator[EditionFiles]:
    """Yield all editions under a root, sorted, without dot files and lock files of spreadsheet programs."""
    if not root.is_dir():
        return
    for folder in sorted(path for path in root.glob("*/*/") if path.is_dir() and not path.name.startswith(".")):
        files = tuple(
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith((".", "~$")) and path.name != "README.md"
        )
        if files:
            yield EditionFiles(source=folder.parent.name, version=folder.name, folder=folder, files=files)


def declaration(edition: EditionFiles) -> dict[str, Any]:
    """Return the contents of the edition's `source.toml`; empty if there is none."""
    path = edition.folder / DECLARATION
    return read_toml(path) if path.exists() else {}


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file. Raises `InputError` with the line if it is malformed."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        place = error.object[: error.start].count(b"\n") + 1
        reason = f"byte 0x{error.object[error.start]:02X} in line {place} is not UTF-8, the encoding of TOML."
        raise InputError(path, reason, "Save the file as UTF-8.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(path, f"not well-formed TOML: {error}.", "Fix the line and try again.") from None


def valid_from(edition: EditionFiles) -> date:
    """Return the date on which the edition came into force: declared, or at the start of its name (`2021-05-31`)."""
    declared = _release_table(edition).get("valid_from")
    if isinstance(declared, date):
        return date(declared.year, declared.month, declared.day)
    if declared is not None:
        raise InputError(
            Origin(DECLARATION),
            f"[release] valid_from is {declared!r}.",
            "Write a date without quotation marks: 2021-01-01.",
        )
    if match := _DATE.match(edition.version):
        year, month, day = match.groups()
        try:
            return date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            pass
    raise InputError(
        Origin(f"{edition.source}/{edition.version}"),
        f"the edition's name '{edition.version}' does not begin with a year or a date.",
        "Use such a name (2021, 2021-05-31), or add a source.toml with [release] valid_from = 2021-01-01.",
    )


def coverage(edition: EditionFiles) -> Coverage:
    """Return whether the files list the whole scheme, as declared in `source.toml` (default: complete)."""
    declared = _release_table(edition).get("coverage", "complete")
    try:
        return Coverage(declared)
    except ValueError:
        raise InputError(
            Origin(DECLARATION), f"[release] coverage is {declared!r}.", f"Use one of: {', '.join(Coverage)}."
        ) from None


def reported_faults(edition: EditionFiles) -> frozenset[str]:
    """Return the kinds of faulty rows that `source.toml` reports instead of refusing the edition (`report`).

    A loader that the file names checks all its keys, and this one with them.
    """
    declared = declaration(edition)
    kinds = declared.get("report", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "loader" in declared and isinstance(kinds, list):
        kinds = [kind for kind in kinds if kind in list(Fault)]
    if not isinstance(kinds, list) or any(kind not in list(Fault) for kind in kinds):
        raise InputError(Origin(DECLARATION), f"report is {kinds!r}.", f"Write a list of some of: {', '.join(Fault)}.")
    return frozenset(kinds)


def _release_table(edition: EditionFiles) -> dict[str, Any]:
    table = declaration(edition).get("release", {})
    if not isinstance(table, dict):
        raise InputError(Origin(DECLARATION), "release is not a table.", "Write [release] on a line of its own.")
    return table


def data_files(edition: EditionFiles) -> tuple[Path, ...]:
    """Return the publisher's files, without the declaration."""
    return tuple(path for path in edition.files if path.name != DECLARATION)


def file_named(edition: EditionFiles, name: str) -> Path:
    """Return the file with a name. Raises `InputError` if it is missing."""
    for path in edition.files:
        if path.name == name:
            return path
    raise InputError(
        Origin(f"{edition.source}/{edition.version}"),
        f"the file '{name}' is missing (there are: {', '.join(path.name for path in edition.files)}).",
        "Add all files of the edition together: `begrepp add SOURCE FILE… --edition E`.",
    )
