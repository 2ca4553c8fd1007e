"""Hints about references to codes that an edition lacks: another case, several codes in a cell, no code at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from begrepp.sources.table_forms import quote_toml

_SEPARATORS = re.compile(r"\s*[,;|/]\s*|\s+")
_NO_CODE = re.compile(r"[\W_0]*|root|top|none|null|nan|n/?a|ingen|saknas", re.IGNORECASE)


def fold_codes(notations: Collection[str]) -> dict[str, str]:
    """Return the codes by their letters in one case."""
    return {notation.casefold(): notation for notation in notations}


def reference_hint(reference: str, folded: Mapping[str, str]) -> str:
    """Return what a reference to a code that does not exist may mean, as a sentence; empty without a hint.

    `folded` has the codes that exist (`fold_codes`).
    """
    if near := folded.get(reference.casefold()):
        return f"There is '{near}', in another case."
    if _NO_CODE.fullmatch(reference):
        quoted = quote_toml(reference)
        return (
            f"If {quoted} stands for no code, write it in the declaration of a table: [file.options] root = [{quoted}]."
        )
    if (found := _SEPARATORS.search(reference)) and all(
        part.casefold() in folded for part in reference.split(found[0])
    ):
        quoted = quote_toml(found[0])
        return f"Its parts are codes; write in the declaration of a table: [file.options] separator = {quoted}."
    return ""
