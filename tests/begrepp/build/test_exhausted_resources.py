"""A full disk and too few open files end a build in words, and leave the published one as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from begrepp.artefact.manifest import current_build, read_manifest
from tests.support.small import HEADER, ROWS, build_small, put, select, settings_in


@pytest.mark.parametrize(
    ("limit", "reason", "next_step"),
    [
        # A limit on the size of files fails the same writes as a full disk does.
        ("RLIMIT_FSIZE, (20_000, 20_000)", "File too large", "Free space on the disk"),
        ("RLIMIT_NOFILE, (24, 24)", "Too many open files", "Allow more open files"),
    ],
)
def test_a_build_without_space_or_files_is_told_in_words(
    tmp_path: Path, limit: str, reason: str, next_step: str
) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS)
    before = build_small(settings)
    many = "".join(f"B{n // 10:02d}.{n % 10},Nummer {n},Number {n},A00,,\n" for n in range(1000))
    put(settings, HEADER + ROWS + many, edition="2022")
    program = (
        f"import resource; resource.setrlimit(resource.{limit})\n"
        "from begrepp.cli.main import main; main(['build', '--no-starter'])"
    )
    environment = {**os.environ, "BEGREPP_DATA": str(settings.data)}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    words = " ".join(ended.stderr.split())
    assert ended.returncode == 1 and reason in words and next_step in words, words
    assert "published" in words and "Traceback" not in ended.stdout + ended.stderr
    assert read_manifest(current_build(settings)) == before
    assert len(select(settings, 'SELECT ?l { ?c skos:notation "A00.9" ; skos:prefLabel ?l }')) == 2
