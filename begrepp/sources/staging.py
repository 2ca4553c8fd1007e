"""`begrepp add`: a publisher's file is copied aside, checked, and only then put under `data/raw/`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from begrepp.errors import UsageError
from begrepp.files import staging_folder
from begrepp.records import EditionFiles
from begrepp.settings import Settings
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
    """The files in a folder aside, as the edition they would become; the folder is gone afterwards.

    What is `unpublished` need not say who publishes it, and under what licence: it is looked at, not kept.
    """
    for what, value in (("source", source), ("edition", edition)):
        if not _NAME.fullmatch(value):
            raise UsageError(f"'{value}' is no name for a {what}.", "Use letters, digits, dot, hyphen and underscore.")
    target = settings.raw / source / edition
    if target.exists() and not replace:
        raise UsageError(
            f"{source} {edition} was added before ({target}).", "Use --replace to put these files in its place."
        )
    with staging_folder(settings.builds) as folder:
        place = folder / source / edition
        place.mkdir(parents=True)
        for path in files:
            _copy(path, place, files)
        _write_declaration(
            place / DECLARATION,
            loader,
            partial,
            _PLACEHOLDER_DECLARATION.format(source) if loader and unpublished else "",
        )
        copied = tuple(sorted(path for path in place.rglob("*") if path.is_file()))
        yield EditionFiles(source=source, version=edition, folder=place, files=copied)


def _copy(path: Path, place: Path, files: tuple[Path, ...]) -> None:
    """Copy a file or a folder; files of one name from two folders keep their folders' names."""
    if path.is_dir():
        shutil.copytree(path, place / path.name)
        return
    same_name = sum(other.name == path.name for other in files) > 1
    folder = place / path.resolve().parent.name if same_name else place
    folder.mkdir(exist_ok=True)
    shutil.copy2(path, folder / path.name)


def _write_declaration(path: Path, loader: str, partial: bool, more: str) -> None:
    lines = []
    if loader:
        lines.append(f'loader = "{loader}"\n')
    if partial:
        lines.append('[release]\ncoverage = "partial"\n')
    if not lines:
        return
    if path.exists():
        raise UsageError("--loader and --partial cannot be combined with a source.toml.", "Say it in the source.toml.")
    path.write_text("".join([*lines, more]), encoding="utf-8")


def commit_files(prepared_edition: EditionFiles, settings: Settings) -> Path:
    """Move the checked files to their place. What lay there is kept beside it until they are there."""
    target = settings.raw / prepared_edition.source / prepared_edition.version
    target.parent.mkdir(parents=True, exist_ok=True)
    before = target.with_name(f".{target.name}.replaced")
    shutil.rmtree(before, ignore_errors=True)
    if target.exists():
        target.rename(before)
    prepared_edition.folder.rename(target)
    shutil.rmtree(before, ignore_errors=True)
    return target
