"""Sets of concepts of one or several code systems: one bitmap per system; and bitmaps as numpy arrays."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from begrepp.terminology.interface import CodeSystem

Integers = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]


class SystemSets:
    """An immutable set of concepts; a code system without members is left out."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Mapping[CodeSystem, BitMap] | None = None) -> None:
        self._parts = {system: bitmap for system, bitmap in (parts or {}).items() if bitmap}

    def of(self, system: CodeSystem) -> BitMap:
        """Return the concepts of one code system; the bitmap must not be changed."""
        found = self._parts.get(system)
        return BitMap() if found is None else found

    def items(self) -> Iterator[tuple[CodeSystem, BitMap]]:
        """Yield each code system with its concepts."""
        yield from self._parts.items()

    def __len__(self) -> int:
        return sum(len(bitmap) for bitmap in self._parts.values())

    def __or__(self, other: SystemSets) -> SystemSets:
        parts = dict(self._parts)
        for system, bitmap in other._parts.items():
            parts[system] = parts[system] | bitmap if system in parts else bitmap
        return SystemSets(parts)

    def __and__(self, other: SystemSets) -> SystemSets:
        return SystemSets({system: bitmap & other.of(system) for system, bitmap in self._parts.items()})

    def __sub__(self, other: SystemSets) -> SystemSets:
        return SystemSets({system: bitmap - other.of(system) for system, bitmap in self._parts.items()})


def to_integers(bitmap: BitMap) -> Integers:
    """Return the members ascending."""
    return np.frombuffer(bitmap.to_array(), dtype=np.uint32) if bitmap else np.empty(0, dtype=np.uint32)


def to_bitmap(integers: npt.NDArray[np.integer]) -> BitMap:
    """Return the set of some integers."""
    return BitMap(array("I", np.ascontiguousarray(integers, dtype=np.uint32).tobytes()))


def to_mask(bitmap: BitMap, size: int) -> Mask:
    """Return for each integer below `size` whether it is a member."""
    mask = np.zeros(size, dtype=np.bool_)
    mask[to_integers(bitmap)] = True
    return mask
