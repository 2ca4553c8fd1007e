"""Web addresses in running text."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:)]")


def split_addresses(text: str) -> list[tuple[str, str]]:
    """Return the parts of a text in order, as pairs of words and web address, of which one is empty."""
    parts: list[tuple[str, str]] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        if words := text[end : match.start()]:
            parts.append((words, ""))
        parts.append(("", match[0]))
        end = match.end()
    return parts if end == len(text) else [*parts, (text[end:], "")]
