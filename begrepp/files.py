"""Hard links, files that are written whole or not at all, and temporary folders.

What a killed process left behind, the next process removes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path

_PARTIAL = ".part"
_STAGING = ".aside-"
_TEMPORARY = "begrepp-tmp-"
_NEW = ".new-"
"""Prefix of a folder until it is locked."""
_MAX_SECONDS_NEW = 60


def link_or_copy(source: Path, target: Path) -> None:
    """Create a hard link, or a copy if the file system has no hard links."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


@contextmanager
def file_in_progress(target: Path) -> Iterator[BufferedRandom | None]:
    """Yield a new file that becomes `target` on success and is removed on an error; one process at a time.

    Yields None if `target` exists, or if another process has written it in the meantime.
    """
    partial = target.with_name(target.name + _PARTIAL)
    try:
        while True:
            with partial.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not _is_at(file, partial):
                    continue  # removed by a process that failed, or renamed by one that succeeded
                if target.exists():
                    partial.unlink()
                    yield None
                else:
                    file.truncate(0)
                    yield file
                    file.flush()
                    partial.rename(target)
                return
    except BaseException:
        _remove_if_unlocked(partial)
        raise


def _is_at(file: BufferedRandom, path: Path) -> bool:
    """Return whether an open file is the one that a path names now."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def remove_stale_files(folder: Path) -> None:
    """Remove the files in progress of processes that were killed."""
    for path in folder.glob(f"*{_PARTIAL}"):
        _remove_if_unlocked(path)


def _remove_if_unlocked(path: Path) -> None:
    with suppress(OSError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


class LockedFolder:
    """A new folder that is locked as long as its process lives, so that no other process removes it."""

    def __init__(self, parent: Path, prefix: str) -> None:
        remove_stale_folders(parent, prefix)
        new = Path(tempfile.mkdtemp(prefix=f"{_NEW}{prefix}", dir=parent))
        self._lock = os.open(new, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = new.rename(parent / new.name.removeprefix(_NEW))

    def remove(self) -> None:
        """Remove the folder, unless it was renamed, and its lock."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


@contextmanager
def staging_folder(builds: Path) -> Iterator[Path]:
    """Yield a new folder that is removed on exit unless it was renamed; remove those of killed processes."""
    builds.mkdir(parents=True, exist_ok=True)
    folder = LockedFolder(builds, _STAGING)
    folder.path.chmod(0o755)  # the server may run as another user than the build
    try:
        yield folder.path
    finally:
        folder.remove()


@contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """Yield a new folder, removed on exit; remove those of killed processes. By default, in the system's folder."""
    folder = LockedFolder(parent, _TEMPORARY) if parent else new_temporary_folder()
    try:
        yield folder.path
    finally:
        folder.remove()


def new_temporary_folder() -> LockedFolder:
    """Return a new folder among the temporary files of the system; remove those of killed processes."""
    return LockedFolder(Path(tempfile.gettempdir()), _TEMPORARY)


def remove_stale_folders(parent: Path, prefix: str) -> None:
    """Remove the folders with a prefix, of the same user, that no living process has locked."""
    for path in parent.glob(f"{prefix}*"):
        _remove_if_stale(path, 0)
    for path in parent.glob(f"{_NEW}{prefix}*"):
        _remove_if_stale(path, _MAX_SECONDS_NEW)


def _remove_if_stale(path: Path, min_seconds: float) -> None:
    try:
        status = path.stat()
        if status.st_uid != os.getuid() or time.time() - status.st_mtime < min_seconds:
            return
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    except OSError:
        pass
    finally:
        os.close(lock)
