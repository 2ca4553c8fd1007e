"""Texts of pictures in lines, since SVG does not break lines."""

from __future__ import annotations


def break_lines(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` characters, broken at spaces; a longer word is a line of its own."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
