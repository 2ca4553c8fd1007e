"""Relations between the columns of a table: parents among the codes, tables of variables, dates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loaders.drafts.column_roles import ColumnRoles, is_key
from loaders.drafts.table_sample import TableSample

_DATE = re.compile(r"\d{4}-?\d\d-?\d\d")


def find_parent(sample: TableSample, roles: ColumnRoles, code: str) -> tuple[str, list[str]]:
    """Return the column of the parents' codes, and its values that mean none; the column is empty if there is none."""
    codes = {*sample.values(code)}
    used = {column for role, column in roles.by_role.items() if role not in ("broader", "code")}
    named = roles.get("broader")
    for column in [named] if named else [each for each in sample.columns if each not in used and each != code]:
        values = sample.values(column)
        outside = {value for value in values if value not in codes}
        own = sum(row.get(column) == row.get(code) for row in sample.rows)
        parents = {row.get(code, ""): row.get(column, "") for row in sample.rows}
        if values and len(outside) <= 1 and own == 0 and len({*values}) > len(outside) and not _has_cycle(parents):
            if not named:
                roles.doubts.append(f"All values of '{column}' are codes of the list: it was taken for the parent.")
            return column, sorted(outside)
    return "", []


def _has_cycle(parents: dict[str, str]) -> bool:
    """Return whether a code is its own ancestor."""
    done: set[str] = set()
    for start in parents:
        path: set[str] = set()
        code = start
        while code and code not in done:
            if code in path:
                return True
            path.add(code)
            code = parents.get(code, "")
        done |= path
    return False


def find_table(sample: TableSample, roles: ColumnRoles, name: str) -> str:
    """Return the column that names the table of each variable, if variables of several tables share names; else empty.

    A column that is called a table is taken if names repeat without it and do not with it, or if no column does better.
    """
    if is_key(sample, name):
        return roles.get("table")
    for column in [roles.get("table")] if roles.get("table") else sample.columns:
        pairs = [(row.get(column, ""), row.get(name, "")) for row in sample.rows if row.get(name)]
        if column != name and not is_key(sample, column) and len({*pairs}) > 0.99 * len(pairs):
            if column != roles.get("table"):
                roles.doubts.append(f"The tables of the variables seem to be in '{column}', by its values.")
            return column
    return roles.get("table")


def is_date_column(values: Sequence[str]) -> bool:
    """Return whether all values are dates in the form that begrepp reads."""
    return bool(values) and all(_DATE.fullmatch(value[:10]) for value in values)
