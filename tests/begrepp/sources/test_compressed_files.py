"""Compressed files that are added: stored unpacked, refused if damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from begrepp.errors import InputError, UsageError
from begrepp.settings import Settings
from begrepp.sources.compressed_files import zstd
from begrepp.sources.staging import stage_files

TEXT = b"format-version: 1.2\n" * 50
METHODS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstd.compress,
}


def staged(tmp_path: Path, *files: Path) -> dict[str, bytes]:
    with stage_files("own", files, "2026", Settings(data=tmp_path / "data")) as edition:
        return {str(path.relative_to(edition.folder)): path.read_bytes() for path in edition.files}


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", METHODS)
def test_a_compressed_file_is_stored_unpacked(tmp_path: Path, suffix: str) -> None:
    packed = written(tmp_path / f"terms.obo{suffix}", METHODS[suffix](TEXT))
    assert staged(tmp_path, packed) == {"terms.obo": TEXT}


def test_what_only_looks_compressed_or_is_an_archive_is_stored_as_it_is(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("package"), io.BytesIO())
    package, tar = (written(tmp_path / name, buffer.getvalue()) for name in ("package.tgz", "package.tar.gz"))
    plain = written(tmp_path / "terms.gz", TEXT)
    assert staged(tmp_path, package, tar, plain) == {
        "package.tgz": buffer.getvalue(),
        "package.tar.gz": buffer.getvalue(),
        "terms.gz": TEXT,
    }


@pytest.mark.parametrize("suffix", METHODS)
def test_a_file_that_was_not_downloaded_to_its_end_is_refused(tmp_path: Path, suffix: str) -> None:
    packed = written(tmp_path / f"terms.obo{suffix}", METHODS[suffix](bytes(range(256)) * 300)[:-9])
    with pytest.raises(InputError, match=rf"terms\.obo\{suffix}.*damaged"):
        staged(tmp_path, packed)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    packed = written(tmp_path / "terms.obo.gz", gzip.compress(bytes(64 << 20)))
    with pytest.raises(InputError, match="bomb"):
        staged(tmp_path, packed)


def test_files_of_one_name_when_unpacked_are_kept_apart_or_refused(tmp_path: Path) -> None:
    packed, plain = written(tmp_path / "a" / "x.csv.gz", gzip.compress(TEXT)), written(tmp_path / "b" / "x.csv", TEXT)
    assert staged(tmp_path, packed, plain) == {"a/x.csv": TEXT, "b/x.csv": TEXT}
    with pytest.raises(UsageError, match=r"called x\.csv"):
        staged(tmp_path, packed, written(tmp_path / "a" / "x.csv", TEXT))
