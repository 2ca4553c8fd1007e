"""Large files that a process of its own generates on the first request, stored beside the builds."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from begrepp.errors import BegreppError, FolderNotWritable
from begrepp.files import remove_stale_files
from begrepp.settings import Settings
from server.served.build import ServedBuild

_log = logging.getLogger("begrepp.server")
_SECONDS = 20
"""Seconds that a request waits for a file, holding a thread."""
_MAX_PROCESSES = 2
"""Files that a server process generates at a time."""
_MAX_WAITING = 16
"""Requests that wait for a file at a time; others are answered at once."""
_processes: dict[Path, subprocess.Popen[bytes]] = {}
_lock = threading.Lock()
_waiting = threading.BoundedSemaphore(_MAX_WAITING)


class FileInProgress(BegreppError):
    """A large file is being generated, or waits for others; the client may retry after `retry_after` seconds."""

    status = 503
    retry_after = 10


def generated_file_path(build: ServedBuild, file: str, settings: Settings) -> Path:
    """Return the path of a generated file of a build."""
    return settings.downloads / build.manifest.id / file


def generate_file(module: str, build: ServedBuild, file_name: str, settings: Settings) -> Path:
    """Return the path of a file, written by `python -m module BUILD FILE` if it does not exist yet.

    Raises `FileInProgress` if that takes more than `_SECONDS` or if other files are being generated,
    `FolderNotWritable`, and `BegreppError` if it fails.
    """
    path = generated_file_path(build, file_name, settings)
    if path.exists():
        return path
    with _lock:
        process = _processes.get(path)
        if process is None:
            _forget_ended()
            if len(_processes) >= _MAX_PROCESSES:
                raise FileInProgress("Other files are being created.", "Retry in some seconds.")
            _remove_old_files(path.parent.parent, settings)
            _create_folder(path.parent)
            remove_stale_files(path.parent)
            command = [sys.executable, "-m", module, str(build.folder), str(path)]
            # The process ends when its standard input does: with this process.
            process = _processes[path] = subprocess.Popen(command, stdin=subprocess.PIPE)
    if not _waiting.acquire(blocking=False):
        raise FileInProgress(f"{file_name} is being created.", "Retry in some seconds.")
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        raise FileInProgress(f"{file_name} is being created.", "Retry in some seconds.") from None
    finally:
        _waiting.release()
        with _lock:
            _forget_ended()
    if not path.exists():
        raise BegreppError(f"{file_name} could not be created.", "The error has been logged.")
    return path


def _forget_ended() -> None:
    """Remove ended processes from the table, also those that nobody waits for any more; `_lock` is held."""
    for path in [path for path, process in _processes.items() if process.poll() is not None]:
        if stdin := _processes.pop(path).stdin:
            stdin.close()


def _create_folder(folder: Path) -> None:
    """Create the folder of a build's files; raises `FolderNotWritable`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # an existing folder may be read-only
    except OSError as error:
        _log.error("%s: %s", folder, error)
        raise FolderNotWritable("files for download", error) from None


def _remove_old_files(folder: Path, settings: Settings) -> None:
    """Remove the files of builds that no longer exist."""
    if folder.exists():
        for build_folder in folder.iterdir():
            if not (settings.builds / build_folder.name).exists():
                shutil.rmtree(build_folder, ignore_errors=True)
