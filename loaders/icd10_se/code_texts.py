"""Reader of the official code texts of ICD-10-SE up to 2025: three columns, no header, hierarchy in ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, Coverage, EditionFiles, texts
from begrepp.sources.editions import coverage, file_named
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row
from begrepp.sources.tables import read_table
from loaders.icd10_se.scheme import MARKERS, SCHEME, dotted, level_of

FILES = ("chapter.txt", "block.txt", "digit3.txt", "digit4.txt", "digit5.txt")
_PAIR = re.compile(r"\(([A-Z]\d\d(?:\.[0-9A-Z]+)?)[*†]?\)")
_RANGE = re.compile(r"\(?([A-Z]\d\d)-([A-Z]\d\d)\)?$")


def read_code_texts(edition: EditionFiles) -> Iterator[Concept]:
    """Yield chapters, blocks and codes. Raises `InputError` if a file is missing or incomplete."""
    chapter, block, *digits = (file_named(edition, name) for name in FILES)
    chapters = _ranges(chapter, in_text=True)
    blocks = _ranges(block, in_text=False)
    categories = [row.take("kod") for row in _rows(digits[0], counted=False)]
    empty = [
        notation
        for (first, last), notation in blocks.items()
        if not any(first <= category <= last for category in categories)
    ]
    if empty and coverage(edition) is Coverage.COMPLETE:
        raise InputError(
            digits[0],
            f"there is no category in the block {', '.join(empty)}.",
            "The file may be truncated; download all files of the edition again, or add an excerpt with --partial.",
        )
    notations = {dotted(row.take("kod")) for path in digits for row in _rows(path, counted=False)}
    scope = RowScope()
    for row in _rows(chapter):
        with scope:
            _range_of(row, in_text=True)
            yield _concept(row, (), notations)
    scope = RowScope()
    for row in _rows(block):
        with scope:
            first, last = _range_of(row, in_text=False)
            yield _concept(row, _enclosing(first, last, chapters, row.origin), notations)
    for path in digits:
        scope = RowScope()
        for row in _rows(path):
            with scope:
                code = row.take("kod")
                yield _concept(row, _parent_of(code, notations, blocks, row.origin), notations, code=code)


def _rows(path: Path, *, counted: bool = True) -> Iterator[Row]:
    # The second column is blank, a dagger or an asterisk; quotation marks are ordinary characters.
    return read_table(path, columns=("kod", "markör", "text"), delimiter="\t", quoted=False, counted=counted)


def _concept(row: Row, broader: tuple[str, ...], notations: set[str], code: str = "") -> Concept:
    notation = dotted(code or row.take("kod"))
    label = row.take("text")
    marker_sign = row.take("markör")
    row.done()
    if marker_sign not in MARKERS:
        raise InputError(row.origin, f"'{marker_sign}' is neither † nor *.", "See what the publisher means by it.")
    marker = MARKERS[marker_sign]
    return Concept(
        scheme=SCHEME.id,
        notation=notation,
        origin=row.origin,
        pref_labels=texts(label),
        broader=broader,
        level=level_of(notation),
        marker=marker,
        paired_with=tuple(pair for pair in _PAIR.findall(label) if pair in notations) if marker else (),
    )


def _ranges(path: Path, *, in_text: bool) -> dict[tuple[str, str], str]:
    """Return the notation of each chapter or block by its first and last category."""
    ranges = {}
    scope = RowScope()
    for row in _rows(path, counted=False):
        with scope:
            found = _range_of(row, in_text=in_text)
            ranges[found] = row.take("kod")
    return ranges


def _range_of(row: Row, *, in_text: bool) -> tuple[str, str]:
    """Return the first and last category of a chapter or block. Raises `InputError` if its row names no range."""
    cell = row.peek("text" if in_text else "kod")
    match = _RANGE.search(cell) if in_text else _RANGE.fullmatch(cell)
    if not match:
        raise InputError(
            row.origin,
            f"'{cell}' names no range of codes such as A00-B99.",
            "The hierarchy is read from the ranges; download the file again from its publisher.",
        )
    return match[1], match[2]


def _enclosing(first: str, last: str, ranges: dict[tuple[str, str], str], origin: Origin) -> tuple[str, ...]:
    """Return the notation of the narrowest range that contains first to last. Raises `InputError` if there is none."""
    enclosing = [(a, b) for a, b in ranges if a <= first and last <= b and (a, b) != (first, last)]
    if not enclosing:
        raise InputError(
            origin,
            f"no range of the level above holds {first}–{last}.",
            "A file may be missing or truncated; download all files of the edition again.",
        )
    narrowest = max(enclosing, key=lambda pair: (pair[0], [-ord(c) for c in pair[1]]))
    return (ranges[narrowest],)


def _parent_of(code: str, notations: set[str], blocks: dict[tuple[str, str], str], origin: Origin) -> tuple[str, ...]:
    if len(code) == 3:
        enclosing = [(a, b) for a, b in blocks if a <= code <= b]
        if not enclosing:
            raise InputError(
                origin,
                f"no block holds {code}.",
                "block.txt may be truncated; download all files of the edition again.",
            )
        return (blocks[max(enclosing)],)
    # A five-character code may have a three-character parent.
    parent = dotted(code[:-1])
    return (parent if parent in notations else code[:3],)
