"""Texts of pictures in lines, since SVG does not break lines."""

from __future__ import annotations

from collections.abc import Sequence


def break_lines(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` characters, broken at spaces; a longer word is a line of its own."""
    return _join(text.split(" "), width)


def break_words(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` characters, broken at spaces and within longer words."""
    words = text.split(" ")
    return _join([word[at : at + width] for word in words for at in range(0, max(1, len(word)), width)], width)


def _join(words: Sequence[str], width: int) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
