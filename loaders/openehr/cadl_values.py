"""Values that a constraint of cADL permits: codes, ordinals, ranges with units, patterns, texts and numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from loaders.openehr.model import ModelNode, PermittedCode
from loaders.openehr.odin import Odin, as_dict, as_string, unescape


class CadlToken(NamedTuple):
    """A token of cADL: its kind, its text as written, its row, and its place in the text."""

    kind: str
    value: str
    row: int
    start: int
    end: int


def add_values(name: str, tokens: Sequence[CadlToken], holder: ModelNode) -> None:
    """Add what the constraint of a primitive attribute permits to a node.

    What is neither a code, an ordinal, a range nor a unit (a pattern of dates, texts, numbers) is kept in words, and
    so is the assumed value after a semicolon (ADL 1.4, section 5.3).
    """
    semicolon = next((at for at, token in enumerate(tokens) if token.value == ";"), len(tokens))
    others = [token for token in tokens[:semicolon] if not _add_value(name, token, holder)]
    if any(token.kind != "sign" for token in others):
        holder.constraints.append(f"{name}: {_words(tokens[:semicolon])}")
    if assumed := _words(tokens[semicolon + 1 :]):
        holder.constraints.append(f"assumed {name}: {assumed}")


def add_domain_values(rm_type: str, constraint: dict[str, Odin], holder: ModelNode) -> None:
    """Add a domain type in ODIN, such as `C_DV_QUANTITY`, to a node: units with their ranges, the rest in words."""
    holder.value_types.append(rm_type.removeprefix("C_"))
    quantities = [as_dict(each) for each in as_dict(constraint.get("list", {})).values()]
    holder.add_quantities(
        [(as_string(each.get("units", "")), as_string(each.get("magnitude", ""))) for each in quantities]
    )
    for name, value in constraint.items():
        if name != "list" and (words := _odin_words(value)):
            holder.constraints.append(f"{name}: {words}")
    precisions = [
        f"{precision} {as_string(each.get('units', ''))}" if len(quantities) > 1 else precision
        for each in quantities
        if (precision := as_string(each.get("precision", "")))
    ]
    if precisions:
        holder.constraints.append(f"precision: {', '.join(precisions)}")


def _add_value(name: str, token: CadlToken, holder: ModelNode) -> bool:
    """Add what a token permits; return whether the node has a field for it."""
    if token.kind == "ordinal":
        number, _, code = token.value.partition("|")
        for permitted_code in _choices(code, holder):
            permitted_code.ordinal = number.removeprefix("+")
            holder.permitted_codes.append(permitted_code)
        kind = "DV_SCALE" if "." in number else "DV_ORDINAL"
        if not {"DV_SCALE", "DV_ORDINAL"} & set(holder.value_types):
            holder.value_types.append(kind)
    elif token.kind == "code":
        for permitted_code in _choices(token.value, holder):
            (
                holder.value_sets.append(permitted_code.code)
                if permitted_code.code.startswith("ac")
                else holder.permitted_codes.append(permitted_code)
            )
    elif token.kind == "interval":
        holder.ranges.append(token.value.strip("|"))
    elif token.kind == "text" and name == "units":
        holder.units.append(unescape(token.value[1:-1]))
    else:
        return False
    return True


def _choices(bracketed: str, holder: ModelNode) -> list[PermittedCode]:
    """Return the codes of `[local::at0107, at0037; at0107]`; the last one is the assumed value."""
    inside = re.sub(r"--[^\n]*", "", bracketed[1:-1])
    terminology, _, codes = inside.rpartition("::")
    listed, _, assumed = codes.partition(";")
    if assumed.strip():
        holder.constraints.append(f"assumed value: {assumed.strip()}")
    return [
        PermittedCode(terminology=terminology.strip() or "local", code=code.strip())
        for code in listed.split(",")
        if code.strip()
    ]


def _words(tokens: Sequence[CadlToken]) -> str:
    """Return tokens as one line: texts without quotation marks and escapes, a space after each comma."""
    parts = (unescape(token.value[1:-1]) if token.kind == "text" else token.value for token in tokens)
    return "".join(f"{part} " if part == "," else part for part in parts).strip()


def _odin_words(value: Odin) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {words}" for name, each in value.items() if (words := _odin_words(each)))
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(as_string(each) for each in values)
