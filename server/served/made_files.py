"""Files that are made when they are first asked for, each by a process of its own, and kept beside the builds."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from begrepp.errors import BegreppError, FolderNotWritable
from begrepp.settings import Settings
from server.served.build import ServedBuild

_log = logging.getLogger("begrepp.server")
_SECONDS = 60
_making: dict[Path, subprocess.Popen[bytes]] = {}
_lock = threading.Lock()


class FileInProgress(BegreppError):
    """A large file is being made; it can be had in a while."""

    status = 503
    retry_after = 30


def file_place(found: ServedBuild, file: str, settings: Settings) -> Path:
    """Where a file of a build is kept."""
    return settings.downloads / found.manifest.id / file


def make_file(module: str, found: ServedBuild, file: str, settings: Settings) -> Path:
    """Return the path of a file, written by `python -m module BUILD FILE` if it does not exist yet.

    Raises `FileInProgress` where that takes long.
    """
    path = file_place(found, file, settings)
    if path.exists():
        return path
    with _lock:
        process = _making.get(path)
        if process is None:
            _forget_old(path.parent.parent, settings)
            _make_folder(path.parent)
            command = [sys.executable, "-m", module, str(found.folder), str(path)]
            process = _making[path] = subprocess.Popen(command)
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        raise FileInProgress(f"{file} is being created.", "Retry in half a minute.") from None
    finally:
        if process.poll() is not None:
            with _lock:
                _making.pop(path, None)
    if not path.exists():
        raise BegreppError(f"{file} could not be created.", "The error has been logged.")
    return path


def _make_folder(folder: Path) -> None:
    """Create the folder of a build's files; raises `FolderNotWritable`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # an existing folder may be read-only
    except OSError as error:
        _log.error("%s: %s", folder, error)
        raise FolderNotWritable("files for download", error) from None


def _forget_old(folder: Path, settings: Settings) -> None:
    """Files of builds that are no more go."""
    if folder.exists():
        for kept in folder.iterdir():
            if not (settings.builds / kept.name).exists():
                shutil.rmtree(kept, ignore_errors=True)
