"""The wheel carries the data folders and runs away from the source tree."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from begrepp.settings import ROOT
from tests.support.small import HEADER, ROWS


@pytest.mark.slow
def test_the_wheel_builds_a_graph_of_its_own(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    raw = tmp_path / "data" / "raw" / "icd10_se" / "2021"
    raw.mkdir(parents=True)
    (raw / "list.csv").write_text(HEADER + ROWS, encoding="utf-8")

    def begrepp(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(site), "BEGREPP_DATA": str(tmp_path / "data")}
        return subprocess.run(
            [sys.executable, "-m", "begrepp", *arguments],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    assert "Published" in begrepp("build")
    assert "HER2" in begrepp("query", "who-measures-it-and-as-what")
    status = begrepp("status")
    assert "onkologi" in status and "icd-10-se" in status
    where = subprocess.run(
        [sys.executable, "-c", "import begrepp; print(begrepp.__file__)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert Path(where.strip()).is_relative_to(site)
