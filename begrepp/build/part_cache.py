"""What was loaded and judged before, kept so that a new build loads only what has changed since.

An **entry** is one edition as `begrepp.build.load_edition` leaves it: its parts and its report. Its name is a
checksum of everything that decides what comes out: the publisher's files, the code of the loader and of all it
stands on, the shapes, the base of our IRIs, and the versions of the libraries. So nothing is ever out of date;
what changed has another name. (docs/decisions/part-cache.md)

Entries are renamed into place when they are whole, and every file is compared with its checksum before it is
used again. Files are hard links to those of the builds: the cache takes no room of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path
from re import match
from typing import Any

import msgspec

from begrepp.artefact.parts import FileUsed, LoadReport
from begrepp.code_checksum import code_checksum, files_checksum
from begrepp.files import link_or_copy, remove_stale_folders
from begrepp.records import EditionFiles, Load
from begrepp.settings import ROOT

_REPORT = "report.json"


class PartCache:
    """The editions that were loaded before, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str, graphs: Path) -> LoadReport | None:
        """The edition of that name, its parts linked into the folder; None where there is none, or it is damaged."""
        entry = self._folder / key
        try:
            report = _read(entry / _REPORT)
            if damaged := [part.path for part in report.parts if _sha256(entry / part.path) != part.sha256]:
                raise ValueError(*damaged)
        except (OSError, ValueError, msgspec.MsgspecError):
            shutil.rmtree(entry, ignore_errors=True)
            return None
        for part in report.parts:
            link_or_copy(entry / part.path, graphs / part.path)
            part.path = graphs / part.path
        report.reused = True
        return report

    def store(self, report: LoadReport) -> None:
        """Keep what came of loading an edition, in the place of what was kept of it before."""
        self._folder.mkdir(parents=True, exist_ok=True)
        remove_stale_folders(self._folder)
        aside = Path(tempfile.mkdtemp(prefix=f".aside-{os.getpid()}-", dir=self._folder))
        for part in report.parts:
            link_or_copy(part.path, aside / part.path.name)
        _write(aside / _REPORT, report)
        target = self._folder / report.entry
        shutil.rmtree(target, ignore_errors=True)
        with suppress(OSError):  # another process may have been first
            aside.rename(target)
        shutil.rmtree(aside, ignore_errors=True)

    def retain(self, wanted: Iterable[str]) -> None:
        """Remove all entries but these."""
        kept = set(wanted)
        for entry in self._folder.glob("[!.]*") if self._folder.is_dir() else ():
            if entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True)


def cache_key(edition: EditionFiles, load: Load, files: Iterable[FileUsed], base: str) -> str:
    """The name of an entry: a checksum of all that decides what comes of loading the edition."""
    function, declared = getattr(load, "func", load), getattr(load, "keywords", {})
    decides = {
        "edition": [edition.source, edition.version],
        "files": sorted(
            (path.relative_to(edition.folder).as_posix(), file.sha256)
            for path, file in zip(edition.files, files, strict=True)
        ),
        "declared": declared,
        "code": code_checksum(function.__module__, "begrepp.build.load_edition"),
        "data": files_checksum(data_files()),
        "base": base,
        "software": software(),
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()


def data_files() -> list[Path]:
    """What the code reads: shapes, vocabulary, the loaders' tables. A list's own declaration is told by its loader."""
    files = [path for folder in ("ontology", "shapes", "loaders", "begrepp") for path in (ROOT / folder).rglob("*")]
    return sorted(f for f in files if f.is_file() and f.suffix not in (".py", ".pyc") and f.parent.name != "declared")


@cache
def software() -> dict[str, str]:
    """Python, and the libraries that the project names, with their versions."""
    found = {"python": platform.python_version()}
    for requirement in requires("begrepp") or ():
        if "extra ==" not in requirement and (named := match(r"[\w.-]+", requirement)):
            found[named[0]] = version(named[0])
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, report: LoadReport) -> None:
    """The report, its parts named without their folder, and a checksum before it."""
    parts = [replace(part, path=Path(part.path.name)) for part in report.parts]
    body = msgspec.json.encode(replace(report, parts=parts), enc_hook=str)
    path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def _read(path: Path) -> LoadReport:
    checksum, _, body = path.read_bytes().partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        raise ValueError(path.name)
    return msgspec.json.decode(body, type=LoadReport, dec_hook=_decoded)


def _decoded(wanted: type[Any], value: Any) -> Any:
    if wanted is Path:
        return Path(value)
    raise NotImplementedError(wanted)
