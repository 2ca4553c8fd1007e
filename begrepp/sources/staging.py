"""Staging of publishers' files: copied to a temporary folder, checked by the caller, then moved to `data/raw/`."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from begrepp.errors import UsageError
from begrepp.files import staging_folder
from begrepp.records import EditionFiles
from begrepp.settings import Settings
from begrepp.sources.compressed_files import unpack_file, unpacked_name
from begrepp.sources.editions import DECLARATION

_PLACEHOLDER_DECLARATION = (
    '[source]\npublisher = "begrepp"\nlicence = "about:blank"\n[dataset]\ntitle.sv = "{0}"\ndescription.sv = "{0}"\n'
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@contextmanager
def stage_files(
    source: str,
    files: tuple[Path, ...],
    edition: str,
    settings: Settings,
    *,
    loader: str = "",
    partial: bool = False,
    replace: bool = False,
    unpublished: bool = False,
) -> Iterator[EditionFiles]:
    """Copy files to a staging folder and yield them as an edition; the folder is removed on exit.

    Compressed files are unpacked; files that have one name then are copied into folders named as their own.
    `unpublished` files, which are read but not stored, need no declaration of publisher and licence.
    Raises `UsageError` for invalid names and for an edition that exists, unless `replace` is set.
    """
    for kind, value in (("source", source), ("edition", edition)):
        if not _NAME.fullmatch(value):
            raise UsageError(
                f"'{value}' is not a valid {kind} name.", "Use letters, digits, dot, hyphen and underscore."
            )
    target = settings.raw / source / edition
    if target.exists() and not replace:
        raise UsageError(f"{source} {edition} was added before ({target}).", "Use --replace to replace those files.")
    with staging_folder(settings.builds) as folder:
        edition_folder = folder / source / edition
        edition_folder.mkdir(parents=True)
        names = {path: unpacked_name(path) for path in files if not path.is_dir()}
        uses = Counter(names.values())
        for path in files:
            if name := names.get(path):
                _copy(path, edition_folder if uses[name] == 1 else edition_folder / path.resolve().parent.name, name)
            else:
                shutil.copytree(path, edition_folder / path.name)
        _write_declaration(
            edition_folder / DECLARATION,
            loader,
            partial,
            _PLACEHOLDER_DECLARATION.format(source) if loader and unpublished else "",
        )
        copied = tuple(sorted(path for path in edition_folder.rglob("*") if path.is_file()))
        yield EditionFiles(source=source, version=edition, folder=edition_folder, files=copied)


def _copy(path: Path, folder: Path, name: str) -> None:
    """Copy a file into a folder, unpacked if that is what gives it another name."""
    folder.mkdir(exist_ok=True)
    if (folder / name).exists():
        raise UsageError(f"Two files in one folder are called {name}, one of them when it is unpacked.", "Name one.")
    if name == path.name:
        shutil.copy2(path, folder / name)
    else:
        unpack_file(path, folder / name)


def _write_declaration(path: Path, loader: str, partial: bool, placeholder: str) -> None:
    lines = []
    if loader:
        lines.append(f'loader = "{loader}"\n')
    if partial:
        lines.append('[release]\ncoverage = "partial"\n')
    if not lines:
        return
    if path.exists():
        raise UsageError("--loader and --partial cannot be combined with a source.toml.", "Set it in the source.toml.")
    path.write_text("".join([*lines, placeholder]), encoding="utf-8")


def commit_files(edition: EditionFiles, settings: Settings) -> Path:
    """Move staged files to `data/raw/`; a replaced edition is deleted only after the move."""
    target = settings.raw / edition.source / edition.version
    target.parent.mkdir(parents=True, exist_ok=True)
    replaced = target.with_name(f".{target.name}.replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if target.exists():
        target.rename(replaced)
    edition.folder.rename(target)
    shutil.rmtree(replaced, ignore_errors=True)
    return target
