"""Parameter type of a file that a command writes."""

from __future__ import annotations

import os
from pathlib import Path

import click

from begrepp.errors import UsageError


class OutputFile(click.Path):
    """A file that can be written: its folder exists and is writable, and no folder has its name."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Return the path. Raises `UsageError` before the command does its work."""
        path = super().convert(value, param, ctx)
        folder = Path(os.fsdecode(path)).parent
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}.", "Create it, or name a file in another folder.")
        if not os.access(folder, os.W_OK):
            raise UsageError(f"The folder {folder} cannot be written to.", "Name a file in another folder.")
        return path
