"""Comparisons of editions that were made before: two files that have not changed are not compared again.

A comparison is kept under a checksum of all that decides it, as the editions are (docs/decisions/part-cache.md).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec

from begrepp.artefact.parts import Part
from begrepp.build.loads.part_cache import software_versions
from begrepp.code_checksum import code_checksum
from begrepp.history.changes import Comparison
from begrepp.history.comparison import compare_parts


class ComparisonCache:
    """The comparisons kept in a folder; with `from_scratch` none of them is used."""

    def __init__(self, folder: Path, *, from_scratch: bool = False) -> None:
        self._folder = folder
        self._from_scratch = from_scratch
        self._used: set[str] = set()

    def get(self, old: Part, new: Part) -> Comparison:
        """What became of each code from one edition to the next."""
        path = self._folder / _cache_key(old, new)
        self._used.add(path.name)
        found = None if self._from_scratch else _read_comparison(path)
        if found is None:
            found = compare_parts(old, new)
            _write_comparison(path, found)
        return found

    def remove_unused(self) -> None:
        """Remove what was not asked for."""
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.name not in self._used:
                path.unlink()


def _cache_key(old: Part, new: Part) -> str:
    ends = [[part.sha256, part.coverage, part.valid_from.isoformat()] for part in (old, new)]
    return hashlib.sha256(
        json.dumps([ends, code_checksum("begrepp.history.comparison"), software_versions()]).encode()
    ).hexdigest()


def _read_comparison(path: Path) -> Comparison | None:
    """What was kept, with its checksum before it; nothing where it is damaged."""
    try:
        checksum, _, body = path.read_bytes().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() == checksum:
            return msgspec.json.decode(body, type=Comparison)
    except (OSError, msgspec.MsgspecError):
        pass
    return None


def _write_comparison(path: Path, comparison: Comparison) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    body = msgspec.json.encode(comparison)
    aside = path.with_suffix(".aside")
    aside.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    aside.replace(path)
