"""Encodings of text with two or four bytes a character, by the first bytes of a file."""

from __future__ import annotations

import codecs

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks, the longer ones first, since that of UTF-32 begins with that of UTF-16."""
_MOST, _FEW = 0.7, 0.05


def wide_encoding(head: bytes) -> str:
    """Return the UTF-16 or UTF-32 encoding of a text by its first bytes, empty if it is neither.

    Without a byte order mark it is known by the zero bytes: in text in Latin script most characters have their upper
    bytes zero, and hardly any their lowest.
    """
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    for encoding, width, low in (
        ("utf-32-be", 4, 3),
        ("utf-32-le", 4, 0),
        ("utf-16-be", 2, 1),
        ("utf-16-le", 2, 0),
    ):
        whole = head[: len(head) // width * width]
        if len(whole) < 4 * width:
            continue
        zeros = [whole[place::width].count(0) * width / len(whole) for place in range(width)]
        if zeros.pop(low) < _FEW and min(zeros) > _MOST:
            return encoding
    return ""
