"""Conversion of HTML in a publisher's cell to plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from begrepp.text.plain_text import PlainText, Script, collapse_lines, script_named

_BLOCKS = frozenset({"div", "p", "br", "li", "ul", "ol", "tr"})
_UNSHOWN = frozenset({"script", "style"})
"""Elements whose text a browser does not show."""
_LINES = frozenset({"div", "p", "br", "li", "tr"})
_ALIGNED = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_INLINE = frozenset({"sup", "sub", "span", "font", "b", "i", "em", "strong", "small"})
"""Elements that are, or by their style can be, superscript or subscript."""


class _TextExtractor(HTMLParser):
    """Collects the text of a cell, with a line break where a line or block begins or ends."""

    def __init__(self, starts: frozenset[str], ends: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.starts = starts
        self.ends = ends
        self.plain = PlainText()
        self.open_tags: list[tuple[str, Script | None]] = []
        self.unshown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self.unshown += 1
        if tag in self.starts:
            self._break_line()
        elif tag in _INLINE:
            script = script_named(tag) or _script_of_style(dict(attrs).get("style") or "")
            self.open_tags.append((tag, script))
            if script:
                self.plain.begin_script(script)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.starts or tag in self.ends:
            self._break_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self.unshown = max(0, self.unshown - 1)
        if tag in self.ends:
            self._break_line()
        elif any(tag == each for each, _ in self.open_tags):
            while self._close_tag() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.unshown:
            self.plain.add(data)

    def _close_tag(self) -> str:
        """Close the innermost inline element, and return its name."""
        tag, script = self.open_tags.pop()
        if script:
            self.plain.end_script()
        return tag

    def _break_line(self) -> None:
        # An inline element ends with its block, also if its end tag is missing.
        while self.open_tags:
            self._close_tag()
        self.plain.break_line()


def from_html(cell: str, *, paragraphs: bool = False) -> str:
    """Return the text of a cell that may hold HTML: one line per block element, entities decoded, `10⁹` for a `<sup>`.

    With `paragraphs`, a line ends where a block ends, and blank lines are kept, at most one in a row.
    """
    if paragraphs:
        return collapse_spaces(_extract_text(cell, frozenset({"br"}), _LINES - {"br"}))
    if "<" not in cell and "&" not in cell:
        return cell
    return collapse_lines("\n".join(_extract_text(cell, _BLOCKS, _BLOCKS).splitlines()))


def collapse_spaces(text: str) -> str:
    """Collapse spaces within lines, and several blank lines to one."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _script_of_style(style: str) -> Script | None:
    match = _ALIGNED.search(style)
    return script_named(match[1]) if match else None


def _extract_text(cell: str, starts: frozenset[str], ends: frozenset[str]) -> str:
    parser = _TextExtractor(starts, ends)
    parser.feed(cell)
    parser.close()
    return parser.plain.text()
