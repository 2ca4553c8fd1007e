"""Escapes of characters beside digits, and of digits, in HTML, URLs and JSON; tags within a line of HTML.

They may divide an identity number, or stand for a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

_INLINE_TAGS = r"/?(?:a|b|big|bdi|em|font|i|mark|s|small|span|strong|sub|sup|u|wbr)\b"
_ESCAPE = re.compile(
    r"&(?:(?<=\d&)#?\w{2,8};|#?\w{2,8};(?=\d)|#0*(?:4[89]|5[0-7]);|#[xX]0*3\d;)"
    r"|%(?:(?<=\d%)[\da-f]{2}|[\da-f]{2}(?=\d)|3\d)"
    r"|\\u(?:(?<=\d\\u)[\da-f]{4}|[\da-f]{4}(?=\d)|003\d)"
    rf"|<(?<=\d<){_INLINE_TAGS}",
    re.IGNORECASE,
)
_ESCAPE_SIGNS = "&%\\<"
"""The characters that an escape begins with."""
INLINE_MARKUP = re.compile(rf"<{_INLINE_TAGS}[^<>]{{0,500}}>", re.IGNORECASE)


def find_escapes(text: str) -> Iterator[re.Match[str]]:
    """Yield the escapes in a text, in order; looking for their signs first takes a tenth of the time of the pattern."""
    signs = [sign for sign in _ESCAPE_SIGNS if sign in text]
    if not signs:
        return
    end = 0
    for place in sorted(chain.from_iterable(_places(text, sign) for sign in signs)):
        if place >= end and (escape := _ESCAPE.match(text, place)):
            end = escape.end()
            yield escape


def _places(text: str, sign: str) -> Iterator[int]:
    place = text.find(sign)
    while place >= 0:
        yield place
        place = text.find(sign, place + 1)
