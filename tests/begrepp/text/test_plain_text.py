"""Marked-up text as plain text: superscripts and subscripts keep their meaning."""

from __future__ import annotations

import pytest

from begrepp.text.plain_text import Script, write_script


@pytest.mark.parametrize(
    ("text", "script", "shown"),
    [
        ("9", Script.SUPER, "⁹"),
        ("-12", Script.SUPER, "⁻¹²"),
        ("2+", Script.SUPER, "²⁺"),
        ("12", Script.SUB, "₁₂"),
        ("n", Script.SUPER, "ⁿ"),
        ("x+y", Script.SUB, "_(x+y)"),
        ("max", Script.SUPER, "^max"),
        ("9/L", Script.SUPER, "^(9/L)"),
        ("†", Script.SUPER, "†"),
        (" 9 ", Script.SUPER, "⁹"),
    ],
)
def test_a_script_is_written_in_unicode_if_it_has_all_characters(text: str, script: Script, shown: str) -> None:
    assert write_script(text, script) == shown
