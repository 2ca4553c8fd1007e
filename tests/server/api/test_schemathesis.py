"""The API is as described: schemathesis asks a real server what the description allows, and what it forbids."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.serving import serve

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES, SEED = "20", "1"


@pytest.mark.slow
def test_schemathesis_finds_no_violation(data_folder: Path, tmp_path: Path) -> None:
    with serve(data_folder, validation_rate="100000") as port:
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
            *(f"http://127.0.0.1:{port}/api/openapi.json", "--checks", "all", "--phases", "examples,coverage,fuzzing"),
            *("--max-examples", EXAMPLES, "--seed", SEED, "--generation-database", "none", "--no-color"),
            *("--continue-on-failure", "--request-timeout", "20"),
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=150, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Tested: 16" in said, said
