"""The command line, run as its users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class Shell:
    """Runs `begrepp` with its data in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "begrepp", *arguments],
            env={**os.environ, "BEGREPP_DATA": str(self.folder / "data"), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        words = done.stdout + done.stderr
        assert done.returncode == code, words
        assert "Traceback" not in words
        return words

    def file(self, text: str, name: str = "list.csv") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)
