"""Single files that are compressed (`.gz`, `.bz2`, `.xz`, `.zst`), recognised by their first bytes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from begrepp.errors import InputError
from begrepp.sources.archives import DAMAGED_ARCHIVE, copy_unpacked

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["DAMAGED_COMPRESSION", "Unpack", "compression_of", "unpack_file", "unpacked_name", "zstd"]

Unpack = Callable[[IO[bytes]], Any]
"""Opens the content of a compressed stream."""


_METHODS: dict[bytes, Unpack] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": zstd.open,
    **{bytes([number, 0x2A, 0x4D, 0x18]): zstd.open for number in range(0x50, 0x60)},  # skippable frames
}
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst")
DAMAGED_COMPRESSION = (*DAMAGED_ARCHIVE, lzma.LZMAError, zstd.ZstdError)
"""Exceptions for compressed files that are truncated or corrupt."""


def compression_of(head: bytes) -> Unpack | None:
    """Return what unpacks a file that begins with some bytes; None if it is not compressed."""
    return next((unpack for signature, unpack in _METHODS.items() if head.startswith(signature)), None)


def unpacked_name(path: Path) -> str:
    """Return the name of the file that a compressed one holds; its own name if it is none, or a tar archive."""
    with path.open("rb") as file:
        is_compressed = compression_of(file.read(8)) is not None
    if not is_compressed or path.suffix.lower() not in _SUFFIXES or path.stem.lower().endswith(".tar"):
        return path.name
    return path.stem


def unpack_file(path: Path, target: Path) -> None:
    """Write the content of a compressed file to `target`. Raises `InputError` for a damaged one and for a bomb."""
    with path.open("rb") as packed, target.open("wb") as out:
        unpack = compression_of(packed.read(8))
        packed.seek(0)
        if unpack is None:
            raise InputError(path, f"it is not compressed, as {path.suffix} says.", "Download it again, or rename it.")
        try:
            with unpack(packed) as content:
                copy_unpacked(content, out, path.name, packed)
        except DAMAGED_COMPRESSION as error:
            raise InputError(
                path, f"it is damaged, or was not downloaded to its end ({error}).", "Download the file again."
            ) from None
