"""Every file of every fixture, cut at several lengths: a refusal in words, or a result that is right or told.

What is loaded from a cut file is right if it is a part of what the whole file says, and told if a remark or a skipped
row names the file, or if the file ends where a row does.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.edition_loader import load_edition
from begrepp.errors import BegreppError
from begrepp.rdf.iris import Iris
from begrepp.records import EditionFiles
from begrepp.sources.editions import DECLARATION
from begrepp.sources.meter import Meter
from tests import golden

ALL = list(golden.fixtures())
NOT_READ = ("LICENCE.txt", "data_2020.csv")
"""Files that a declaration leaves out (`ignore_files`)."""
LENGTHS = (0, 1, 10, 0.25, 0.5, 0.9, -2)
"""Bytes, or shares of the file; negative: bytes missing at the end."""


def cut_files(fixture: golden.Fixture, folder: Path) -> Iterator[tuple[Path, EditionFiles]]:
    """Each file of a fixture cut at each length, with the edition that holds it."""
    home = folder / fixture.edition.source / fixture.edition.version
    shutil.copytree(fixture.edition.folder, home)
    files = tuple(home / path.relative_to(fixture.edition.folder) for path in fixture.edition.files)
    edition = EditionFiles(source=fixture.edition.source, version=fixture.edition.version, folder=home, files=files)
    for path in files:
        if path.name in (DECLARATION, *NOT_READ):
            continue
        content = path.read_bytes()
        for length in LENGTHS:
            path.write_bytes(content[: int(length * len(content)) if isinstance(length, float) else length])
            yield path, edition
        path.write_bytes(content)


def open_files(folder: Path) -> list[str]:
    """The files below a folder that this process has open."""
    descriptors = Path("/proc/self/fd")
    names = []
    for each in descriptors.iterdir() if descriptors.exists() else ():
        with suppress(FileNotFoundError):  # closed since it was listed
            names.append(str(each.readlink()))
    return [name for name in names if Path(name).is_relative_to(folder)]


@pytest.mark.parametrize("fixture", ALL, ids=lambda fixture: fixture.name)
def test_a_cut_file_is_never_taken_in_silence(fixture: golden.Fixture, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for path, edition in cut_files(fixture, tmp_path):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        try:
            report = load_edition(edition, loaders.loader_of(edition), out, Iris().base, Meter())
        except BegreppError as error:
            assert error.reason and error.next_step, error
            refused = True
        else:
            refused = False
        assert not open_files(tmp_path)
        if refused:
            continue
        content = path.read_bytes()
        told = [f"{place}: {text}" for place, text in (*report.remarks, *report.skips)]
        is_whole_row = content.endswith(b"\n") or not content
        assert is_whole_row or any(path.name in place for place in told), (path.name, len(content), told)
