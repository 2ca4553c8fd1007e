"""Declared forms of tables: what `[[file]]` in `source.toml` says of a file that a loader of a known source reads.

The readers of tables look up the form of a file by its path; it takes precedence over the form of the publisher.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from begrepp.errors import Origin
from begrepp.sources.rows import ColumnError


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """The form of a table; None and empty for what is not declared. `sheets` and `cell_range` are of a workbook.

    `ignore` has columns that are not used, in which `*` stands for any characters.
    """

    delimiter: str = ""
    encoding: str = ""
    quoted: bool | None = None
    short_rows: bool | None = None
    skip: int | None = None
    column_names: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    cell_range: str = ""
    ignore: tuple[str, ...] = ()

    def ignored(self, header: Sequence[str], origin: Origin) -> frozenset[str]:
        """Return the columns of a header that are not used. Raises `ColumnError` for one that is not there."""
        if missing := [each for each in self.ignore if "*" not in each and each not in header]:
            raise ColumnError(
                origin,
                f"no column '{missing[0]}', which `ignore` names (there are: {', '.join(map(repr, header))}).",
                "Correct it in source.toml.",
            )
        patterns = [re.compile(".*".join(map(re.escape, each.split("*"))), re.DOTALL) for each in self.ignore]
        return frozenset(name for name in header if any(pattern.fullmatch(name) for pattern in patterns))


class DeclaredForms:
    """The declared forms of an edition's files, and the files that a reader of tables asked for."""

    def __init__(self, forms: Iterable[tuple[Path, TableForm]]) -> None:
        self._forms = dict(forms)
        self._used: set[Path] = set()

    def take(self, path: Path) -> TableForm:
        """Return the form of a file, empty if none is declared."""
        self._used.add(path)
        return self._forms.get(path, _UNDECLARED)

    def unused(self) -> list[Path]:
        """Return the files with a form that no reader of tables asked for."""
        return [path for path in self._forms if path not in self._used]


_UNDECLARED = TableForm()


def quote_toml(value: str | list[str]) -> str:
    """Return a text as a basic string of TOML, in which control characters are escaped; or a list of texts."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


FORMS: ContextVar[DeclaredForms] = ContextVar("FORMS")


def declared_form(path: Path) -> TableForm:
    """Return the declared form of a file in the edition that is being loaded, empty if none is declared."""
    try:
        return FORMS.get().take(path)
    except LookupError:
        return _UNDECLARED
