"""Characters that no text of the graph may hold, since XML cannot carry them or they change the order of reading.

Control characters U+0000–U+001F except tab, line feed and carriage return, U+FFFE and U+FFFF, and lone surrogates are
not in XML 1.0 (https://www.w3.org/TR/xml/#charsets). Bidirectional embeddings, overrides and isolates can make a text
look like another one (Unicode Technical Report 36, section 3.2).
"""

from __future__ import annotations

import re

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile("[\x0b\x0c\x1c-\x1f]")
"""Vertical tab (a line break within a paragraph in Word and PowerPoint), form feed and separators."""


def clean_text(text: str) -> str:
    """Return a text without forbidden characters; those that separate words become a space."""
    return FORBIDDEN.sub("", _SPACES.sub(" ", text)) if FORBIDDEN.search(text) else text


def name_characters(text: str) -> str:
    """Return the forbidden characters of a text as `U+000B, U+FFFE`; empty if there are none."""
    return ", ".join(f"U+{ord(character):04X}" for character in sorted(set(FORBIDDEN.findall(text))))
