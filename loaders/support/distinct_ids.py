"""Ids in IRIs that are distinct, for nodes whose names may be the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import count
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def distinct_ids(names: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Return an id for each key: its name, with the number 2 or higher if a key before it has that id.

    So the order of the keys must not depend on the order of a file.
    """
    ids: dict[Key, str] = {}
    used: set[str] = set()
    for key, name in names:
        candidates = (name if number == 1 else f"{name}-{number}" for number in count(1))
        ids[key] = next(each for each in candidates if each not in used)
        used.add(ids[key])
    return ids
