"""Publication of a build: a lock for one build at a time, and the atomic switch of the `current` link.

If the process is killed at any moment, the previous build stays current; the next build removes the staging folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from begrepp.artefact.inventory import write_inventory
from begrepp.errors import BegreppError
from begrepp.settings import Settings


@contextmanager
def build_lock(settings: Settings) -> Iterator[None]:
    """Hold the build lock; raise `BegreppError` if another process has it. The lock ends with the process."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / ".build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BegreppError("Another build is running.", "Wait until it has finished, or stop it.") from None
        yield


def publish_build(folder: Path, settings: Settings, build_id: str) -> None:
    """Write the inventory of a complete build, move the build into place, and make it the current one.

    Builds beyond `keep_builds` are removed.
    """
    target = settings.builds / build_id
    _let_others_read(folder / "index")
    write_inventory(folder)
    folder.rename(target)
    link = settings.data / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("builds") / build_id)
    link.replace(settings.current)
    finished = sorted(path for path in settings.builds.iterdir() if not path.name.startswith("."))
    for old in finished[: -settings.keep_builds]:
        shutil.rmtree(old, ignore_errors=True)


def _let_others_read(index: Path) -> None:
    """Make the files that tantivy creates with owner-only permissions readable for other users."""
    for file in index.glob("*.json"):
        file.chmod((index.stat().st_mode & 0o444) | 0o200)
