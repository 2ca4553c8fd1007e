"""Texts of the interface: every key that a template or module names exists."""

from __future__ import annotations

import re

import pytest

from begrepp.settings import ROOT
from server.http.i18n import LANGUAGES, translations

_KEY = re.compile(r"""(?<![\w.])t\(["']([a-zA-Z]+\.[\w.]+)["'][),]""")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_named_text_exists(language: str) -> None:
    words = translations(language)
    files = [*(ROOT / "server").rglob("*.html"), *(ROOT / "server").rglob("*.py")]
    named = {(key, file.name) for file in files for key in _KEY.findall(file.read_text(encoding="utf-8"))}
    assert len(named) > 500
    assert sorted(each for each in named if each[0] not in words and f"{each[0]}.one" not in words) == []
