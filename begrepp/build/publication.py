"""How a build takes its place: written aside, renamed when it is whole, made current by one atomic switch.

Killed at any moment, the build before it goes on serving, and what was left aside is removed by the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from begrepp.errors import BegreppError
from begrepp.settings import Settings


@contextmanager
def build_lock(settings: Settings) -> Iterator[None]:
    """Only one build at a time; the lock goes with the process, however it ends."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / ".build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BegreppError("Another build is running.", "Wait until it has finished, or stop it.") from None
        yield


def publish(folder: Path, settings: Settings, build_id: str) -> None:
    """Rename the whole build into place and switch `current` to it in one step; older builds go."""
    target = settings.builds / build_id
    _let_others_read(folder / "index")
    folder.rename(target)
    link = settings.data / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("builds") / build_id)
    link.replace(settings.current)
    finished = sorted(path for path in settings.builds.iterdir() if not path.name.startswith("."))
    for old in finished[: -settings.keep_builds]:
        shutil.rmtree(old, ignore_errors=True)


def _let_others_read(index: Path) -> None:
    """Give tantivy's own files, which it makes readable by their owner only, the mode of the others."""
    for file in index.glob("*.json"):
        file.chmod((index.stat().st_mode & 0o444) | 0o200)
