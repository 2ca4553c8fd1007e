"""The command line for tests: in this process, or in a process of its own as users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from begrepp.cli.main import main


class Shell:
    """Runs `begrepp` in this process, with its data in one folder; a process of its own costs two seconds more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run a command; return what it writes to stdout and stderr. Its exit code is the one expected."""
        words, exit_code = self._run(*arguments)
        assert exit_code == code, words
        assert "Traceback" not in words
        return words

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of every command."""
        return {"BEGREPP_DATA": str(self.folder / "data"), "COLUMNS": "200", "LC_ALL": "C.UTF-8"}

    def _run(self, *arguments: str) -> tuple[str, int]:
        done = CliRunner().invoke(main, arguments, env=self.environment, prog_name="begrepp", catch_exceptions=False)
        return done.stdout + done.stderr, done.exit_code

    def file(self, text: str, name: str = "list.csv") -> str:
        """Write a file; return its path as an argument of a command."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


class ProcessShell(Shell):
    """Runs `begrepp` in a process of its own."""

    def _run(self, *arguments: str) -> tuple[str, int]:
        done = subprocess.run(
            [sys.executable, "-m", "begrepp", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr, done.returncode
