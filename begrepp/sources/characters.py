"""Characters that no text of the graph may hold: XML cannot carry them, they change the order of reading, or they show
that a text was decoded wrongly.

Control characters U+0000–U+001F except tab, line feed and carriage return, U+FFFE and U+FFFF, and lone surrogates are
not in XML 1.0 (https://www.w3.org/TR/xml/#charsets). Bidirectional embeddings, overrides and isolates can make a text
look like another one (Unicode Technical Report 36, section 3.2). Control characters U+0080–U+009F are bytes of
windows-1252 that were read as ISO-8859-1: browsers read them as windows-1252 (https://encoding.spec.whatwg.org/).
"""

from __future__ import annotations

import re

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\x9f\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_WINDOWS = {byte: bytes([byte]).decode("windows-1252", errors="ignore") for byte in range(0x80, 0xA0)}
"""Control characters as windows-1252 has them; empty for the five bytes that it does not use."""
_CONTROLS = re.compile("[\x80-\x9f]")
_SPACES = re.compile("[\x0b\x0c\x1c-\x1f]")
"""Vertical tab (a line break within a paragraph in Word and PowerPoint), form feed and separators."""

_MISREAD = re.compile(r"[ÂÃ][^\x00-\x7f]|â[^\x00-\x7f]{2}")
"""Two or three characters that may be the bytes of one character in UTF-8."""
MISREAD_SIGNS = ("Ã", "Â", "â€")
"""Characters of which each text with misread letters has one, unless these are rare."""


def clean_text(text: str) -> str:
    """Return a text without forbidden characters.

    Those that separate words become a space, and U+0080–U+009F the characters of windows-1252.
    """
    return FORBIDDEN.sub("", _SPACES.sub(" ", text.translate(_WINDOWS))) if FORBIDDEN.search(text) else text


def decode_controls(text: str) -> str:
    """Return a text with the characters of windows-1252 in place of U+0080–U+009F."""
    return text.translate(_WINDOWS) if _CONTROLS.search(text) else text


def name_characters(text: str) -> str:
    """Return the forbidden characters of a text as `U+000B, U+FFFE`; empty if there are none."""
    return ", ".join(f"U+{ord(character):04X}" for character in sorted(set(FORBIDDEN.findall(text))))


def find_misread_letters(text: str) -> dict[str, str]:
    """Return groups of characters that are a letter of UTF-8 read as windows-1252, with the letter: `Ã¥` for `å`."""
    found = {}
    for match in _MISREAD.finditer(text):
        try:
            found[match[0]] = match[0].encode("windows-1252").decode("utf-8")
        except UnicodeError:
            continue
    return found
