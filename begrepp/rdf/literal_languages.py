"""Language tags of literals (BCP 47): whether one is well-formed, and where a file has one that is not."""

from __future__ import annotations

import re
from pathlib import Path

from pyoxigraph import Literal

_IN_FILE = re.compile(rb"""xml:lang\s*=\s*["']([^"']*)["']|(?<=["'])@([^\s;,.\])]+)""")


def is_language_tag(tag: str) -> bool:
    """Return whether a language tag is well-formed, as a store requires."""
    try:
        Literal("", language=tag)
    except ValueError:
        return False
    return True


def find_faulty_tag(path: Path, row: int = 0) -> tuple[int, str] | None:
    """Return the row of the first language tag of an RDF file that is not one, and the tag as it is written.

    `row` is the only row to look at, if it is known. An empty tag says that there is no language.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if row and number != row:
                continue
            for match in _IN_FILE.finditer(line):
                tag = (match[1] or match[2] or b"").decode(errors="replace")
                if tag and not is_language_tag(tag):
                    return number, tag
    return None
