"""Translation of the codes of pairs of variables as SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from begrepp.variables.harmonisation.variable_pairs import DatasetColumn, Loss, Relation, VariablePair

_PLAIN_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def to_sql(pairs: Iterable[VariablePair], names: Mapping[str, str]) -> str:
    """Return SQL: a CASE per pair of variables with codes, a product per pair of units; losses are comments.

    `names` are the labels of the datasets by IRI.
    """
    parts = []
    for pair in pairs:
        if pair.codes:
            parts.append(_sql_case(names, pair))
        elif pair.unit_factor is not None:
            parts.append(
                f"{_sql_heading(names, pair)}"
                f"{_sql_identifier(pair.a)} * {pair.unit_factor:g} AS {_sql_identifier(pair.b)}"
                f"  -- {pair.a.unit} -> {pair.b.unit}\n"
            )
    return "\n".join(parts) or "-- The two have no variables whose values could be translated.\n"


def _sql_heading(names: Mapping[str, str], pair: VariablePair) -> str:
    heading = f"-- {names[pair.a.dataset]}: {pair.a.name} -> {names[pair.b.dataset]}: {pair.b.name}\n"
    if pair.relation is Relation.NARROWER:
        heading += "-- Look out: what the target measures is narrower; use only the rows that are of its kind.\n"
    elif pair.relation is Relation.BROADER:
        heading += "-- What the target measures is broader.\n"
    return heading.replace("\r", " ")


def _sql_case(names: Mapping[str, str], pair: VariablePair) -> str:
    lines = [_sql_heading(names, pair), f"CASE {_sql_identifier(pair.a)}\n"]
    for row in pair.codes:
        target = row.single_target
        value = _sql_literal(target[0].notation) if target else "NULL"
        remark = ""
        if row.loss is Loss.UNDECIDED:
            remark = "one of " + ", ".join(code.notation for code, _ in row.targets)
        elif row.loss is not Loss.NOTHING:
            remark = {Loss.NONE: "no match", Loss.NEAR: "close match"}.get(row.loss, str(row.loss))
        comment = f"  -- {_sql_comment(remark)}" if remark else ""
        lines.append(f"  WHEN {_sql_literal(row.code.notation)} THEN {value}{comment}\n")
    lines.append(f"END AS {_sql_identifier(pair.b)}\n")
    return "".join(lines)


def _sql_comment(text: str) -> str:
    return " ".join(text.split())


def _sql_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sql_identifier(column: DatasetColumn) -> str:
    """Return the name of a column as an SQL identifier, quoted if necessary."""
    return column.name if _PLAIN_IDENTIFIER.fullmatch(column.name) else '"' + column.name.replace('"', '""') + '"'
