"""Tests of the escapes that may divide an identity number."""

from __future__ import annotations

import pytest

from begrepp.sources.text_escapes import find_escapes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("811218&#45;9876", ["&#45;"]),
        ("8%31 and 1%2d2", ["%31", "%2d"]),
        ("\\u0038 or 8\\u002d", ["\\u0038", "\\u002d"]),
        ("8<b>1</b>", ["<b", "</b"]),
        ("1<2 & 50 % <br>", []),
    ],
)
def test_escapes_are_found_in_order(text: str, found: list[str]) -> None:
    assert [escape[0] for escape in find_escapes(text)] == found
