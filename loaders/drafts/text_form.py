"""Form of a table in text, guessed from its beginning: encoding, delimiter, widths of columns."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from begrepp.sources.rows import DELIMITERS

_HEAD = 2_000_000
"""Number of bytes of a text file that are read."""


def decode(path: Path) -> tuple[str, str]:
    """Return the encoding of a text file and the text at its beginning."""
    with path.open("rb") as file:
        data = file.read(_HEAD)
        is_whole = not file.read(1)
    data = data if is_whole else data[: data.rfind(b"\n") + 1]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", data.decode("utf-16", errors="replace")
    try:
        return "utf-8", data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "windows-1252", data.decode("windows-1252", errors="replace")


def find_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that gives most rows the same number of cells, at least two; empty if there is none."""
    scores = {}
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader((f"{line}\n" for line in lines[:300]), delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows)
        width, count = max(widths.items(), key=lambda pair: (pair[1] * (pair[0] > 1), pair[0]), default=(0, 0))
        if width > 1:
            scores[delimiter] = (count / len(rows), width)
    best = max(scores, key=lambda delimiter: scores[delimiter], default="")
    return best if best and scores[best][0] >= 0.5 else ""


def find_widths(lines: Sequence[str]) -> list[int]:
    """Return the widths of columns that begin at the same place in all lines; empty if there are none."""
    filled = [line for line in lines[:300] if line.strip()]
    if len(filled) < 2:
        return []
    length = max(map(len, filled))
    is_blank = [all(place >= len(line) or line[place] == " " for line in filled) for place in range(length)]
    starts = [place for place in range(1, length) if is_blank[place - 1] and not is_blank[place]]
    ends = [*starts, length]
    return [end - start for start, end in zip([0, *starts], ends, strict=True)] if starts else []
