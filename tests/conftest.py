"""Shared fixtures: one small but complete build, made once for all workers, and the application that serves it.

The starter, and an invented list in the form of ICD-10-SE in two editions, so that something is retired:

2021: 01 ─ A00-A09 ─ A00 ─ A00.0 "Påhittad lungåkomma"     (not in 2022: retired)
                        └─ A00.9 "Påhittad åkomma UNS"     (called otherwise in 2022)

And the dictionary of a common specification, `json`, whose lists of values are its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import loaders
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.settings import ROOT, Settings
from begrepp.sources.editions import find_editions
from server.app import create_app
from tests.support.inline import inline_pools, process_pools
from tests.support.once import make_once
from tests.support.shell import ProcessShell, Shell
from tests.support.small import HEADER, ROWS, Quiet, put

NEWER = ROWS.replace("A00.0,Påhittad lungåkomma,Invented lung disorder,A00,1997-01-01,\n", "").replace(
    "Påhittad åkomma UNS", "Påhittad åkomma ospecificerad"
)


@pytest.fixture(scope="session", autouse=True)
def builds_in_this_process() -> Iterator[None]:
    """Builds of tests start no processes, but for the shared one and those of `begrepp_process`."""
    with inline_pools():
        yield


def _settings(folder: Path) -> Settings:
    return Settings(data=folder / "data", query_seconds=3, query_workers=2, query_memory_mb=2048)


def _build_all(folder: Path) -> None:
    """Build the starter, the invented list and the common specification."""
    settings = _settings(folder)
    put(settings, HEADER + ROWS, edition="2021")
    put(settings, HEADER + NEWER, edition="2022")
    shutil.copytree(ROOT / "tests/fixtures/variables-json/2026", settings.raw / "json/2026")
    editions = [*find_editions(ROOT / "starter"), *find_editions(settings.raw)]
    jobs = [EditionJob(edition, loaders.loader_of(edition)) for edition in editions]
    with process_pools():
        build(jobs, settings, Quiet(), keep_going=True, accept_fewer=True)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a data folder with a build in it, to be read only."""
    return _settings(make_once(tmp_path_factory, "served", _build_all))


@pytest.fixture(scope="session")
def app(built: Settings) -> Iterator[Flask]:
    """The application over that build."""
    application = create_app(built)
    yield application
    application.extensions["begrepp"].pool.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader without cookies."""
    return app.test_client()


@pytest.fixture(scope="session")
def data_folder(built: Settings) -> Path:
    """Data folder of the build."""
    return built.data


@pytest.fixture
def begrepp(tmp_path: Path) -> Shell:
    """The command line in this process, with a data folder of its own."""
    return Shell(tmp_path)


@pytest.fixture
def begrepp_process(tmp_path: Path) -> Shell:
    """The command line in a process of its own, with a data folder of its own."""
    return ProcessShell(tmp_path)
