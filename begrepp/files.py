"""Hard links, and folders that are written aside and gone afterwards unless they were renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def link(source: Path, target: Path) -> None:
    """The same file under another name, or a copy where the file system has no hard links."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


@contextmanager
def staging_folder(builds: Path) -> Iterator[Path]:
    """A directory to write in, gone afterwards unless it was published; what killed processes left is removed."""
    builds.mkdir(parents=True, exist_ok=True)
    remove_stale_folders(builds)
    folder = Path(tempfile.mkdtemp(prefix=f".aside-{os.getpid()}-", dir=builds))
    folder.chmod(0o755)  # who serves a build need not be who made it
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_stale_folders(folder: Path) -> None:
    """Remove what killed processes were writing aside in the folder."""
    for left in folder.glob(".aside-*"):
        if not _is_running(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
