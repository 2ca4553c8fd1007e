"""The wheel, installed into a fresh environment in an empty folder, builds and serves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from begrepp.settings import ROOT
from tests.support.serving import free_port
from tests.support.small import HEADER, ROWS

pytestmark = pytest.mark.slow
EDITOR = "server/static/editor/editor.js"
_UNTRACKED = shutil.ignore_patterns(".*_cache", ".git", ".venv", "data", "node_modules", "__pycache__")


def build_wheel(source: Path, target: Path, path: str) -> Path:
    """Build the wheel of a source tree with the programs on `path`."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), str(source)]
    subprocess.run(command, check=True, env={**os.environ, "PATH": path})
    (wheel,) = target.glob("*.whl")
    return wheel


def environment(**more: str) -> dict[str, str]:
    """The environment of a new shell: without this checkout and without settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BEGREPP_", "PYTHON", "VIRTUAL"))}
    return {**kept, **more}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, with the editor where npm is installed."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"), os.environ["PATH"])


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `begrepp` command of a fresh environment that the wheel is installed in."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True, env=environment())
    return place / "bin" / "begrepp"


@contextmanager
def served(command: Path, folder: Path) -> Iterator[str]:
    """`begrepp serve` in a folder; its address."""
    port = free_port()
    process = subprocess.Popen([command, "serve", "--port", str(port)], cwd=folder, env=environment())
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert process.poll() is None
            try:
                urlopen(f"{address}/health", timeout=5).close()
                break
            except URLError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def test_the_wheel_carries_the_editor_without_its_sources(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    if not shutil.which("npm"):
        pytest.skip("npm is not installed, so the wheel has no SPARQL editor")
    assert EDITOR in names
    assert not [name for name in names if name.startswith("server/editor/")]


def test_the_wheel_is_built_without_npm(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=_UNTRACKED)
    shutil.rmtree(source / "server/static/editor", ignore_errors=True)
    programs = tmp_path / "bin"
    programs.mkdir()
    names = zipfile.ZipFile(build_wheel(source, tmp_path, str(programs))).namelist()
    assert "server/static/begrepp.js" in names and EDITOR not in names


def test_an_installed_wheel_builds_and_serves_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    raw = tmp_path / "data" / "raw" / "icd10_se" / "2021"
    raw.mkdir(parents=True)
    (raw / "list.csv").write_text(HEADER + ROWS, encoding="utf-8")

    def begrepp(*arguments: str) -> str:
        done = subprocess.run(
            [installed, *arguments], cwd=tmp_path, env=environment(), check=True, capture_output=True, text=True
        )
        return done.stdout

    assert "Published" in begrepp("build")
    assert (tmp_path / "data" / "current").is_symlink()
    assert "HER2" in begrepp("query", "who-measures-it-and-as-what")
    status = begrepp("status")
    assert "onkologi" in status and "icd-10-se" in status
    with served(installed, tmp_path) as address:
        assert "lungcancer" in urlopen(f"{address}/cs/onkologi/lungcancer", timeout=30).read().decode().lower()
        page = urlopen(f"{address}/sparql?lang=en", timeout=30).read().decode()
        if shutil.which("npm"):
            assert "/static/editor/editor.js" in page
            assert len(urlopen(f"{address}/static/editor/editor.js", timeout=30).read()) > 100_000
        packed = urlopen(f"{address}/downloads/onkologi.ttl.gz", timeout=60)
        assert packed.headers["Content-Type"] == "application/gzip"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_an_installed_wheel_keeps_its_data_where_the_setting_says(installed: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    said = subprocess.run(
        [installed, "serve"],
        cwd=tmp_path,
        env=environment(BEGREPP_DATA=str(elsewhere)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0 and "begrepp build" in said.stderr and "Traceback" not in said.stderr
    assert not (tmp_path / "data").exists()
