"""Completion of an expression at the cursor: operators, codes by their names, attributes, sets and filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from begrepp.ecl import MAX_CHARACTERS
from begrepp.ecl.filter_values import FILTERS
from begrepp.ecl.substrate import Substrate
from begrepp.ecl.syntax_errors import KINDS
from begrepp.ecl.syntax_tree import FilterKind
from begrepp.ecl.system_tables import tables_of
from begrepp.rdf.namespaces import local_name
from begrepp.terminology.interface import CodeSystem

MOST = 12
_TYPED = re.compile(r"[\w#.:/-]*$|\"[^\"]*$")
_IN_FILTER = re.compile(r"\{\{\s*(?:([dcmDCM])\s+)?(?:[^{}]*,)?\s*$")
_PLAIN_CODE = re.compile(r"\w[\w-]*")
_WORDS = {"AND", "OR", "MINUS", "R", "D", "HISTORY", "match:", "wild:"}


class EclProposal(Struct, frozen=True, kw_only=True):
    """Text to insert from `start` to the cursor; `kind` is `operator`, `code`, `attribute`, `set` or `filter`."""

    text: str
    start: int
    kind: str
    label: str = ""


def written_code(code: str) -> str:
    """Return a code as it is written in an expression: in quotation marks unless it is one plain word."""
    return code if _PLAIN_CODE.fullmatch(code) else '"' + code.replace("\\", "\\\\").replace('"', '\\"') + '"'


def complete(
    text: str,
    cursor: int,
    system: CodeSystem,
    substrate: Substrate,
    find_codes: Callable[[str], Sequence[int]],
    language: str,
) -> list[EclProposal]:
    """Return what may be inserted at the cursor; `find_codes` returns concepts by words of their names, best first."""
    from begrepp.ecl.constraint_parser import expected_at  # noqa: PLC0415  # as in `begrepp.ecl.parse_ecl`

    before = text[: min(cursor, MAX_CHARACTERS)]
    typed = match[0] if (match := _TYPED.search(before)) else ""
    start = len(before) - len(typed)
    if (expected := expected_at(before, start)) is None:
        return []
    if in_filter := _IN_FILTER.search(before[:start]):
        kind = FilterKind((in_filter[1] or "D").upper())
        names = [name for name in FILTERS[kind] if name.lower().startswith(typed.lower())]
        return [EclProposal(text=f"{name} = ", start=start, kind="filter") for name in names]
    found: list[EclProposal] = []
    searched = typed.strip('"')
    if "code" in expected:
        if before[:start].rstrip().endswith("^"):
            names = sorted(each.name for each in substrate.sets() if each.name.lower().startswith(searched.lower()))
            found += [EclProposal(text=written_code(name), start=start, kind="set") for name in names]
        elif "R" in expected:
            attributes = sorted({local_name(iri) for iri in tables_of(system).statements.attributes})
            found += [
                EclProposal(text=f"{written_code(name)} = ", start=start, kind="attribute")
                for name in attributes
                if name.lower().startswith(searched.lower())
            ]
        elif searched:
            found += [_code(system, concept, start, language) for concept in find_codes(searched)]
    return [*found, *_operators(expected, typed, start)][:MOST]


def _code(system: CodeSystem, concept: int, start: int, language: str) -> EclProposal:
    name = system.designation(concept, (language,))
    label = name.text if name else ""
    term = f" |{label.replace('|', '/')}|" if label else ""
    return EclProposal(text=f"{written_code(system.code(concept))}{term} ", start=start, kind="code", label=label)


def _operators(expected: Sequence[str], typed: str, start: int) -> list[EclProposal]:
    """Operators that may follow; after a word only those that begin like it."""
    chosen = [each for each in expected if each not in KINDS and (not typed or _begins(each, typed))]
    return [EclProposal(text=f"{each} ", start=start, kind="operator") for each in chosen]


def _begins(operator: str, typed: str) -> bool:
    return operator in _WORDS and operator.lower().startswith(typed.lower())
