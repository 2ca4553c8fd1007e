"""Inventory of a build (files.json): the sizes of its files, by which a damaged build is recognised at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from begrepp.errors import DamagedBuild

INVENTORY = "files.json"
# The store and the index write these when they are opened, even for reading.
_CHANGING = ("LOG", "LOCK", ".lock")


def write_inventory(build: Path) -> None:
    """Write the inventory of a complete build."""
    (build / INVENTORY).write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(_sizes(build)))), indent=1))


def refuse_damaged_build(build: Path) -> None:
    """Raise `DamagedBuild` if a file of a build is missing or has another size than when it was written.

    A build of an earlier version without inventory passes.
    """
    try:
        expected = msgspec.json.decode((build / INVENTORY).read_bytes(), type=dict[str, int])
    except FileNotFoundError:
        return
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise DamagedBuild(f"The published build is damaged: its list of files ({INVENTORY}) cannot be read.") from None
    damaged = [(name, _size(build / name)) for name, size in expected.items() if _size(build / name) != size]
    if not damaged:
        return
    name, size = damaged[0]
    if size is None:
        raise DamagedBuild(f"The published build is damaged: {name} is missing ({len(damaged)} files differ).")
    raise DamagedBuild(
        f"The published build is damaged: {name} has {size} bytes instead of {expected[name]} "
        f"({len(damaged)} files differ)."
    )


def is_intact(build: Path) -> bool:
    """Return whether `refuse_damaged_build` accepts a build."""
    try:
        refuse_damaged_build(build)
    except DamagedBuild:
        return False
    return True


def _sizes(build: Path) -> Iterator[tuple[str, int]]:
    for folder, _, names in os.walk(build):
        for name in names:
            path = Path(folder, name)
            if not name.endswith(_CHANGING) and name != INVENTORY:
                yield path.relative_to(build).as_posix(), path.stat().st_size


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
