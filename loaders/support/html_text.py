"""HTML in a publisher's cell as plain text: one line per block element, entities decoded."""

from __future__ import annotations

from html.parser import HTMLParser

_BLOCKS = {"div", "p", "br", "li", "ul", "ol", "tr"}


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def from_html(cell: str) -> str:
    """The text of a cell that may hold HTML."""
    if "<" not in cell and "&" not in cell:
        return cell
    parser = _Text()
    parser.feed(cell)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "\n".join(line for line in lines if line)
