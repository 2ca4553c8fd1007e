"""Broken files for tests: editions made of bytes, and the error that a loader raises for them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import EditionFiles
from tests import golden

BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]>"
)


def edition(folder: Path, source: str, files: dict[str, bytes | str], *, version: str = "2026") -> EditionFiles:
    """Write the files of an edition, by their path in it."""
    home = folder / source / version
    for name, content in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = tuple(sorted(path for path in home.rglob("*") if path.is_file()))
    return EditionFiles(source=source, version=version, folder=home, files=found)


def refused(folder: Path, source: str, files: dict[str, bytes | str], where: str, reason: str, step: str) -> InputError:
    """Load the files; the error names where it happened, why, and what to do."""
    made = edition(folder, source, files)
    with pytest.raises(InputError) as raised:
        list(check_records(loaders.read_records(made)))
    error = raised.value
    assert (str(error.origin), bool(re.search(reason, error.reason))) == (where, True), str(error)
    assert re.search(step, error.next_step), error.next_step
    return error


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP archive whose members have the names exactly as given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def original(fixture: str) -> dict[str, bytes | str]:
    """The files of a fixture, by their path in the edition."""
    found = golden.fixture(fixture).edition
    return {str(path.relative_to(found.folder)): path.read_bytes() for path in found.files}


def changed(fixture: str, name: str, old: str, new: str) -> dict[str, bytes | str]:
    """The same with one text in one of them replaced."""
    files = original(fixture)
    content = files[name]
    assert isinstance(content, bytes) and old.encode() in content
    return files | {name: content.replace(old.encode(), new.encode())}
