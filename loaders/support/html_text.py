"""Conversion of HTML in a publisher's cell to plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset({"div", "p", "br", "li", "ul", "ol", "tr"})
_LINES = frozenset({"div", "p", "br", "li", "tr"})


class _TextExtractor(HTMLParser):
    """Collects the text of a cell, with a line break where a line or block begins or ends."""

    def __init__(self, starts: frozenset[str], ends: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.starts = starts
        self.ends = ends
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.starts:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.ends:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def from_html(cell: str, *, paragraphs: bool = False) -> str:
    """Return the text of a cell that may hold HTML: one line per block element, entities decoded.

    With `paragraphs`, a line ends where a block ends, and blank lines are kept, at most one in a row.
    """
    if paragraphs:
        return collapse_spaces(_extract_text(cell, frozenset({"br"}), _LINES - {"br"}))
    if "<" not in cell and "&" not in cell:
        return cell
    lines = (" ".join(line.split()) for line in _extract_text(cell, _BLOCKS, _BLOCKS).splitlines())
    return "\n".join(line for line in lines if line)


def collapse_spaces(text: str) -> str:
    """Collapse spaces within lines, and several blank lines to one."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _extract_text(cell: str, starts: frozenset[str], ends: frozenset[str]) -> str:
    parser = _TextExtractor(starts, ends)
    parser.feed(cell)
    parser.close()
    return "".join(parser.parts)
