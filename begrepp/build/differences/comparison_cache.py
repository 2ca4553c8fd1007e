"""Comparison cache: results of comparing editions on disk, so that unchanged editions are not compared again.

The key is a checksum of everything that determines the result, as in the part cache (docs/decisions/part-cache.md).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec

from begrepp.artefact.parts import Part
from begrepp.build.checksum_file import read_checksum_file, write_checksum_file
from begrepp.build.loads.part_cache import software_versions
from begrepp.code_checksum import code_checksum
from begrepp.history.changes import Comparison
from begrepp.history.comparison import compare_parts


class ComparisonCache:
    """The comparison cache in a folder; with `from_scratch` it is written but not read."""

    def __init__(self, folder: Path, *, from_scratch: bool = False) -> None:
        self._folder = folder
        self._from_scratch = from_scratch
        self._used: set[str] = set()

    def get(self, old: Part, new: Part) -> Comparison:
        """Return the comparison of two editions, from the cache or computed."""
        path = self._folder / _cache_key(old, new)
        self._used.add(path.name)
        comparison = None if self._from_scratch else _read_comparison(path)
        if comparison is None:
            comparison = compare_parts(old, new)
            _write_comparison(path, comparison)
        return comparison

    def remove_unused(self) -> None:
        """Remove the entries that `get` has not returned."""
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.name not in self._used:
                path.unlink()


def _cache_key(old: Part, new: Part) -> str:
    ends = [[part.sha256, part.coverage, part.valid_from.isoformat()] for part in (old, new)]
    return hashlib.sha256(
        json.dumps([ends, code_checksum("begrepp.history.comparison"), software_versions()]).encode()
    ).hexdigest()


def _read_comparison(path: Path) -> Comparison | None:
    """Read an entry; return None if it is missing or damaged."""
    try:
        return msgspec.json.decode(read_checksum_file(path), type=Comparison)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def _write_comparison(path: Path, comparison: Comparison) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    write_checksum_file(temporary, msgspec.json.encode(comparison))
    temporary.replace(path)
