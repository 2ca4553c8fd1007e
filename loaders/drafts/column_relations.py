"""Relations between the columns of a table: parents among the codes, tables of variables, dates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from begrepp.text.swedish import fold
from loaders.drafts.column_roles import ColumnRoles, is_key
from loaders.drafts.table_sample import TableSample

_STATUSES = {
    "active": "active aktiv aktivt gallande giltig current valid inuse ibruk",
    "inactive": "inactive inaktiv inaktivt retired deprecated obsolete withdrawn deleted superseded replaced utgatt"
    " utgangen upphord upphort avslutad borttagen ogiltig ersatt makulerad",
    "draft": "draft utkast forslag trial proposed",
}
"""Words for a status, folded, by begrepp's own."""
_YES, _NO = {"ja", "yes", "true", "1", "j", "y"}, {"nej", "no", "false", "0", "n"}
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


def find_replacement(sample: TableSample, roles: ColumnRoles, code: str) -> str:
    """Return the column of the codes that replace others, if all its values are codes of the list; else empty."""
    column = roles.get("replaced_by")
    if not column or column == code:
        return ""
    values, codes = {*sample.values(column)}, {*sample.values(code)}
    if values <= codes:
        return column if values else ""
    roles.doubts.append(
        f"'{column}' seems to hold codes that replace others, but {min(values - codes)!r} is no code of the list: "
        'it is not read. Otherwise write: replaced_by = "…".'
    )
    return ""


def find_statuses(sample: TableSample, roles: ColumnRoles) -> tuple[str, dict[str, list[str]]]:
    """Return the column of statuses and its words for each; the column is empty if a word is not known."""
    column = roles.get("status")
    words: dict[str, list[str]] = {}
    if not column or not sample.values(column):
        return "", {}
    is_reversed = fold(column).startswith(("inaktiv", "inactive"))
    for value in dict.fromkeys(sample.values(column)):
        word = re.sub(r"[\s_-]", "", fold(value))
        status = next((status for status, known in _STATUSES.items() if word in known.split()), "")
        if word in _YES | _NO and fold(column) != "status":
            status = "active" if (word in _YES) is not is_reversed else "inactive"
        if not status:
            roles.doubts.append(
                f"'{column}' seems to hold statuses, but '{value}' is not known: it is not read. To read it write "
                'status = "…" in [file.columns], and the words in [file.options]: status.inactive = ["…"].'
            )
            return "", {}
        words.setdefault(status, []).append(value)
    return column, {status: found for status, found in words.items() if found != [status]}


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
