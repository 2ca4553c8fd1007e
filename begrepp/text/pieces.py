"""Texts that consist of given pieces with any text between them, as of a pattern with wildcards or placeholders."""

from __future__ import annotations

from collections.abc import Sequence


def match_pieces(text: str, pieces: Sequence[str]) -> list[str] | None:
    """Return the texts between the pieces, each as short as possible; None if the text does not consist of them."""
    first, *others = pieces
    if not others:
        return [] if text == first else None
    if not text.startswith(first) or not text.endswith(others[-1]):
        return None
    end = len(text) - len(others[-1])
    values, at = [], len(first)
    for piece in others[:-1]:
        if (found := text.find(piece, at, end)) < 0:
            return None
        values.append(text[at:found])
        at = found + len(piece)
    return [*values, text[at:end]] if at <= end else None
