"""Hard links and staging folders."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def link_or_copy(source: Path, target: Path) -> None:
    """Create a hard link, or a copy if the file system has no hard links."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


@contextmanager
def staging_folder(builds: Path) -> Iterator[Path]:
    """Yield a new folder that is removed on exit unless it was renamed; remove those of killed processes."""
    builds.mkdir(parents=True, exist_ok=True)
    remove_stale_folders(builds)
    folder = Path(tempfile.mkdtemp(prefix=f".aside-{os.getpid()}-", dir=builds))
    folder.chmod(0o755)  # the server may run as another user than the build
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_stale_folders(folder: Path) -> None:
    """Remove the staging folders of processes that no longer run."""
    for path in folder.glob(".aside-*"):
        if not _is_running(int(path.name.split("-")[1])):
            shutil.rmtree(path, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
