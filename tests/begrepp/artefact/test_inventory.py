"""A damaged build is recognised before it is used, named in words, and not needed by the next build."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from begrepp.artefact.inventory import INVENTORY, is_intact
from begrepp.artefact.manifest import current_build
from begrepp.errors import DamagedBuild
from begrepp.settings import Settings
from server.app import create_app
from tests.support.small import HEADER, ROWS, build_small, put, select, settings_in

DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: os.truncate(path, 0),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with one small build."""
    settings = settings_in(tmp_path_factory.mktemp("built"))
    put(settings, HEADER + ROWS)
    build_small(settings)
    return settings


def copy_of(settings: Settings, folder: Path) -> Settings:
    shutil.copytree(settings.data, folder / "data", symlinks=True)
    return settings_in(folder)


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        *product(("manifest.json", "store.json", "store/*.sst", "store/CURRENT", "index/*.idx", "*.parquet"), DAMAGES),
        *product((INVENTORY,), ("empty", "half", "longer")),  # without an inventory it is a build of an earlier version
    ],
)
def test_every_damaged_file_is_named_and_the_next_build_mends_it(
    built: Settings, tmp_path: Path, pattern: str, damage: str
) -> None:
    settings = copy_of(built, tmp_path)
    path = sorted(settings.current.glob(pattern))[0]
    DAMAGES[damage](path)
    with pytest.raises(DamagedBuild) as caught:
        current_build(settings)
    assert path.relative_to(settings.current).as_posix() in str(caught.value)
    assert "begrepp build" in str(caught.value) and str(tmp_path) not in str(caught.value)
    build_small(settings)
    assert is_intact(current_build(settings))
    assert len(select(settings, 'SELECT ?l { ?c skos:notation "A00.9" ; skos:prefLabel ?l }')) == 2


def test_readiness_and_pages_tell_of_the_damage_without_paths(built: Settings, tmp_path: Path) -> None:
    settings = copy_of(built, tmp_path)
    client = create_app(settings).test_client()
    assert client.get("/ready").status_code == 200
    os.truncate(sorted(settings.current.glob("store/*.sst"))[0], 10)
    answer = client.get("/ready")
    assert answer.status_code == 503 and "har 10 byte i stället för" in answer.text
    fresh = create_app(settings).test_client()
    for path in ("/", "/ready", "/cs/icd-10-se/A00.9", "/search?q=lung"):
        answer = fresh.get(path)
        assert answer.status_code == 503 and str(tmp_path) not in answer.text, path


def test_damage_within_a_file_of_the_store_names_no_path(built: Settings, tmp_path: Path) -> None:
    settings = copy_of(built, tmp_path)
    for path in settings.current.glob("store/*.sst"):
        path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))
    answer = create_app(settings).test_client().get("/cs/icd-10-se/A00.9")
    assert answer.status_code == 503 and str(tmp_path) not in answer.text
