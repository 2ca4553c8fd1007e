"""Compiled templates are read by the next process, unless something that they depend on has changed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader

from begrepp.settings import Settings
from server.app import create_app
from server.http.i18n import Translator
from server.pages import template_cache
from server.pages.template_cache import TemplateCache
from server.pages.template_environment import PageEnvironment

TEMPLATES = {"page": '{{ t("about.contact") }}: {% include "part" %}', "part": "{{ value }}"}


@pytest.fixture(autouse=True)
def writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def render(folder: Path, language: str = "sv", templates: dict[str, str] = TEMPLATES) -> tuple[str, int]:
    """Render the page in a new environment; return its text and how many templates were compiled."""
    environment = PageEnvironment(Flask(__name__), autoescape=True)
    environment.loader = DictLoader(templates)
    words: dict[str, Any] = {"t": Translator(language), "u": str}
    variant = environment.add_variant("", words, has_fixed_links=True, compiled=TemplateCache(language, folder))
    compiled = []
    generate = variant._generate

    def counted(*arguments: Any, **named: Any) -> str:
        compiled.append(arguments)
        return generate(*arguments, **named)

    variant._generate = counted  # type: ignore[method-assign]
    return variant.get_template("page").render(value="<1>"), len(compiled)


def test_the_next_process_compiles_nothing(tmp_path: Path) -> None:
    text, compiled = render(tmp_path)
    assert text.endswith(": &lt;1&gt;") and compiled == 1
    assert render(tmp_path) == (text, 0)
    assert [path.suffix for path in tmp_path.iterdir()] == [".jinja"]


def test_each_language_has_its_own(tmp_path: Path) -> None:
    swedish, english = render(tmp_path)[0], render(tmp_path, "en")[0]
    assert swedish != english
    assert (render(tmp_path), render(tmp_path, "en")) == ((swedish, 0), (english, 0))


def test_a_change_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render(tmp_path)
    other = {**TEMPLATES, "page": "other {{ value }}"}
    assert render(tmp_path, templates=other) == ("other &lt;1&gt;", 1)
    monkeypatch.setattr(template_cache, "_checksum_of_sources", lambda: "changed")
    assert render(tmp_path, templates=other)[1] == 1
    assert render(tmp_path, templates=other)[1] == 0


def test_what_a_template_depends_on_is_in_the_checksum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checksum = template_cache._checksum_of_sources.__wrapped__
    (tmp_path / "part.html").write_text("a", encoding="utf-8")
    monkeypatch.setattr(template_cache, "_SOURCES", (tmp_path,))
    before = checksum()
    assert checksum() == before
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").touch()
    assert checksum() == before
    (tmp_path / "part.html").write_text("ab", encoding="utf-8")
    assert checksum() != before


def test_a_damaged_or_missing_folder_stops_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = render(tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(b"damaged")
    assert render(tmp_path) == (text, 1)
    assert render(tmp_path / "missing") == (text, 1)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "empty").mkdir()
    assert render(tmp_path / "empty") == (text, 1)
    assert not [*(tmp_path / "empty").iterdir()]


def test_pages_below_a_prefix_write_no_files(built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_cache, "cache_from_source", lambda path: str(tmp_path / "module.pyc"))
    client = create_app(built).test_client()
    assert (
        client.get("/about", headers={"Accept": "text/html"}, environ_overrides={"SCRIPT_NAME": "/p"}).status_code
        == 200
    )
    assert not [*tmp_path.iterdir()]
    assert client.get("/about", headers={"Accept": "text/html"}).status_code == 200
    assert [*tmp_path.iterdir()]
