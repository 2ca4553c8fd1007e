"""The manifest of a build: what is written is read again, and one that cannot be read says what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from begrepp.artefact.manifest import MANIFEST, current_build, read_manifest, read_manifest_if_valid
from begrepp.build.manifest_writer import write_manifest
from begrepp.errors import NoBuild
from begrepp.settings import Settings
from tests.support.small import HEADER, ROWS, build_small, put, settings_in


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("manifest"))
    put(settings, HEADER + ROWS)
    put(settings, (HEADER + ROWS).replace("lungåkomma", "lungsjukdom"), edition="2022")
    build_small(settings)
    return settings


def test_a_manifest_that_was_read_is_written_as_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    build = current_build(settings)
    manifest = read_manifest(build)
    write_manifest(tmp_path, manifest)
    assert (tmp_path / MANIFEST).read_bytes() == (build / MANIFEST).read_bytes()
    assert manifest.graphs and manifest.loads and manifest.differences


def test_the_keys_of_the_manifest_are_sorted(settings: Settings) -> None:
    text = (current_build(settings) / MANIFEST).read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_without_a_build_there_is_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(NoBuild, match="There is no build yet"):
        read_manifest(tmp_path)
    assert read_manifest_if_valid(tmp_path) is None


def _without(key: str) -> Any:
    def change(written: dict[str, Any]) -> None:
        del written["graphs"][0][key]

    return change


def _of_another_type(written: dict[str, Any]) -> None:
    written["graphs"][0]["concepts"] = "many"


@pytest.mark.parametrize("change", [_without("valid_from"), _without("hierarchical"), _of_another_type])
def test_a_manifest_of_another_version_says_to_build_anew(settings: Settings, tmp_path: Path, change: Any) -> None:
    written = json.loads((current_build(settings) / MANIFEST).read_text(encoding="utf-8"))
    change(written)
    (tmp_path / MANIFEST).write_text(json.dumps(written), encoding="utf-8")
    with pytest.raises(NoBuild, match=r"cannot be read.*graphs") as raised:
        read_manifest(tmp_path)
    assert "build again" in str(raised.value)


@pytest.mark.parametrize("damage", [b"", b'{"id": "2026', b"[]", b'{"id": "\xff"}'])
def test_a_damaged_manifest_says_to_build_anew(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(damage)
    with pytest.raises(NoBuild, match="cannot be read"):
        read_manifest(tmp_path)
    assert read_manifest_if_valid(tmp_path) is None


def test_a_build_replaces_one_whose_manifest_is_damaged(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS)
    first = build_small(settings)
    (current_build(settings) / MANIFEST).write_bytes(b"{}")
    second = build_small(settings)
    assert read_manifest(current_build(settings)) == second
    assert second.hash == first.hash
