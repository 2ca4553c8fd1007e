"""Cache files that begin with a checksum of their content, so that damage is detected when they are read."""

from __future__ import annotations

import hashlib
from pathlib import Path


def write_checksum_file(path: Path, content: bytes) -> None:
    """Write the SHA-256 of the content as the first line, then the content."""
    path.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def read_checksum_file(path: Path) -> bytes:
    """Return the content of a file; raises `ValueError` if it is damaged."""
    checksum, _, content = path.read_bytes().partition(b"\n")
    if hashlib.sha256(content).hexdigest().encode() != checksum:
        raise ValueError(path.name)
    return content
