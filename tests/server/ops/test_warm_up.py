"""Preparation of a server process: templates, and objects that the garbage collector leaves out."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from begrepp.settings import Settings
from server.app import create_app
from server.http.i18n import LANGUAGES
from server.ops.warm_up import prepare_process
from server.pages.template_environment import PageEnvironment


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The garbage collector as it was, after the test."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def _templates(app: Flask) -> dict[str, set[str]]:
    """The names of the compiled templates by language."""
    environment = app.jinja_env
    assert isinstance(environment, PageEnvironment)
    found: dict[str, set[str]] = {}
    for variant in environment.variants.values():
        assert variant.cache is not None
        names = {key[1] for key in variant.cache.keys()}  # noqa: SIM118 - Jinja's cache is no dictionary
        found.setdefault(str(variant.globals["lang"]), set()).update(names)
    return found


def test_the_template_of_concepts_is_compiled_before_the_first_request(built: Settings) -> None:
    app = create_app(replace(built, page_cache_mb=0))
    prepare_process(app)
    assert all("concept.html" in _templates(app)[language] for language in LANGUAGES)
    app.extensions["begrepp"].pool.close()


def test_what_a_process_keeps_is_left_out_of_garbage_collections(built: Settings) -> None:
    app = create_app(replace(built, page_cache_mb=0))
    prepare_process(app)
    assert gc.get_freeze_count() > 10_000
    app.extensions["begrepp"].pool.close()


def test_a_process_without_a_build_starts(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path))
    prepare_process(app)
    assert app.test_client().get("/").status_code == 503
    app.extensions["begrepp"].pool.close()
