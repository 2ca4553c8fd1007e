"""Part cache: loaded and validated editions on disk, so that a new build loads only what has changed.

An **entry** is one edition as `begrepp.build.loads.edition_loader` returns it: its parts and its report. Its key is a
checksum of everything that determines the result: the publisher's files, the code of the loader and all that it
imports, the shapes, the base of the IRIs, and the versions of the libraries. An entry is therefore never out of
date; changed input has another key (docs/decisions/part-cache.md).

Entries are renamed into place when they are complete, and every file is compared with its checksum before it is
used. Files are hard links to those of the builds, so the cache needs hardly any disk space of its own.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from importlib.metadata import requires, version
from inspect import isfunction
from pathlib import Path
from re import match
from typing import Any

import msgspec

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.parts import FileUsed
from begrepp.build.checksum_file import read_checksum_file, write_checksum_file
from begrepp.code_checksum import code_checksum, files_checksum
from begrepp.files import link_or_copy, staging_folder
from begrepp.records import EditionFiles, Load
from begrepp.settings import ROOT

_REPORT = "report.json"


class PartCache:
    """The part cache in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str, graphs: Path) -> LoadReport | None:
        """Return the report with a key, its parts linked into `graphs`; None if there is none or it is damaged."""
        entry = self._folder / key
        try:
            report = _read_report(entry / _REPORT)
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
        """Store a report and its parts under `report.entry`; replaces an entry with the same key."""
        with staging_folder(self._folder) as temporary:
            for part in report.parts:
                link_or_copy(part.path, temporary / part.path.name)
            _write_report(temporary / _REPORT, report)
            target = self._folder / report.entry
            shutil.rmtree(target, ignore_errors=True)
            with suppress(OSError):  # another process may have stored the same entry
                temporary.rename(target)

    def retain(self, keys: Iterable[str]) -> None:
        """Remove all entries except those with the keys."""
        retained = set(keys)
        for entry in self._folder.glob("[!.]*") if self._folder.is_dir() else ():
            if entry.name not in retained:
                shutil.rmtree(entry, ignore_errors=True)


def cache_key(edition: EditionFiles, load: Load, files: Iterable[FileUsed], base: str) -> str:
    """Return the key of an entry: a checksum of everything that determines the result of loading the edition."""
    modules: list[str] = []
    inputs = {
        "edition": [edition.source, edition.version],
        "files": sorted(
            (path.relative_to(edition.folder).as_posix(), file.sha256)
            for path, file in zip(edition.files, files, strict=True)
        ),
        "load": _describe(load, modules),
        "code": code_checksum(*modules, "begrepp.build.loads.edition_loader"),
        "data": checksum_of_data_files(),
        "base": base,
        "software": software_versions(),
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def _describe(load: object, modules: list[str]) -> object:
    """Return a loader as the names of its functions and its other arguments, alike in every process.

    The modules of the functions are added to `modules`.
    """
    if isinstance(load, partial):
        arguments = {name: _describe(each, modules) for name, each in load.keywords.items()}
        return [_describe(load.func, modules), [_describe(each, modules) for each in load.args], arguments]
    if isfunction(load):
        modules.append(load.__module__)
        return f"{load.__module__}.{load.__qualname__}"
    return load


@cache
def data_files_of_code() -> tuple[Path, ...]:
    """Return the data files that the code reads: shapes, vocabulary, the loaders' tables. Searched once in a process.

    The declarations of lists are left out: each is an argument of its loader.
    """
    files = [path for folder in ("ontology", "shapes", "loaders", "begrepp") for path in (ROOT / folder).rglob("*")]
    wanted = (f for f in files if f.suffix not in (".py", ".pyc") and f.parent.name != "declared" and f.is_file())
    return tuple(sorted(wanted))


@cache
def checksum_of_data_files() -> str:
    """Return the checksum of the data files that the code reads; computed once in a process, as that of the code."""
    return files_checksum(data_files_of_code())


@cache
def software_versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that the project requires."""
    versions = {"python": platform.python_version()}
    for requirement in requires("begrepp") or ():
        if "extra ==" not in requirement and (named := match(r"[\w.-]+", requirement)):
            versions[named[0]] = version(named[0])
    return versions


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_report(path: Path, report: LoadReport) -> None:
    """Write a report; the paths of its parts are written without folder."""
    parts = [replace(part, path=Path(part.path.name)) for part in report.parts]
    write_checksum_file(path, msgspec.json.encode(replace(report, parts=parts), enc_hook=str))


def _read_report(path: Path) -> LoadReport:
    return _REPORTS.decode(read_checksum_file(path))


def _decode_path(type_: type[Any], value: Any) -> Any:
    if type_ is Path:
        return Path(value)
    raise NotImplementedError(type_)


# Made once: msgspec crashed when two threads decoded into a type at the same time that neither had decoded into before.
_REPORTS = msgspec.json.Decoder(LoadReport, dec_hook=_decode_path)
