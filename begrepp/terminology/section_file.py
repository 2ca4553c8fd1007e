"""Files of named sections, mapped into memory: arrays of integers and sequences of byte strings.

The sections come first, each aligned to 8 bytes; then a msgpack map of section names to offsets and lengths, the offset
of this map (8 bytes, little-endian) and a mark of the format. Integers are little-endian.
"""

from __future__ import annotations

import mmap
import struct
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal

import msgspec
import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from begrepp.errors import DamagedBuild

_MARK = b"begrepp1"
_ALIGNMENT = 8
_TAIL = struct.Struct("<Q8s")


class SectionWriter:
    """Writes a file of sections, one after another; into a buffer, all but closing it."""

    def __init__(self, target: Path | BytesIO) -> None:
        self._is_file = isinstance(target, Path)
        self._out: BinaryIO = target.open("wb") if isinstance(target, Path) else target
        self._sections: dict[str, tuple[int, int]] = {}
        self._place = 0

    def __enter__(self) -> SectionWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        if self._is_file:
            self._out.close()

    def section(self, name: str, data: bytes | memoryview) -> None:
        """Write a section of bytes."""
        self._write_parts(name, (data,))

    def _write_parts(self, name: str, parts: Iterable[bytes | memoryview]) -> list[int]:
        """Write a section in parts and return their lengths."""
        self._out.write(b"\0" * (-self._place % _ALIGNMENT))
        start = self._place = self._place + -self._place % _ALIGNMENT
        lengths = []
        for part in parts:
            self._out.write(part)
            lengths.append(len(part))
        self._place += sum(lengths)
        self._sections[name] = (start, self._place - start)
        return lengths

    def array(self, name: str, values: npt.NDArray[np.unsignedinteger] | Sequence[int], dtype: str = "<u4") -> None:
        """Write an array of integers."""
        self.section(name, np.asarray(values, dtype=dtype).tobytes())

    def items(self, name: str, values: Iterable[bytes]) -> None:
        """Write a sequence of byte strings, one at a time, and its offsets."""
        ends = np.cumsum(self._write_parts(name, values), dtype="<u8")
        self.array(f"{name}.places", np.concatenate([[0], ends]), "<u8")

    def hashes(self, name: str, pairs: Iterable[tuple[str, int]]) -> None:
        """Write a hashed index of texts to integers; a text may have several integers."""
        entries = [*pairs]
        keys = np.fromiter((text_hash(text) for text, _ in entries), dtype="<u8", count=len(entries))
        values = np.fromiter((value for _, value in entries), dtype="<u8", count=len(entries))
        order = np.lexsort((values, keys))
        self.array(f"{name}.keys", keys[order], "<u8")
        self.array(f"{name}.values", values[order], "<u8")

    def _finish(self) -> None:
        place = self._place
        self._out.write(msgspec.msgpack.encode(self._sections))
        self._out.write(_TAIL.pack(place, _MARK))


class SectionFile:
    """A file of sections, open for reading; safe in threads and in forked processes."""

    def __init__(self, source: Path | bytes) -> None:
        """Map a file, or read its content. Raises `DamagedBuild` if it is missing, too short, or of another format."""
        try:
            if isinstance(source, Path):
                with source.open("rb") as file:
                    self._data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            else:
                self._data = memoryview(source)
            place, mark = _TAIL.unpack(self._data[-_TAIL.size :])
            if mark != _MARK:
                raise ValueError("no such format")
            self._sections = msgspec.msgpack.decode(self._data[place : -_TAIL.size], type=dict[str, tuple[int, int]])
        except (OSError, ValueError, struct.error, msgspec.MsgspecError) as error:
            name = f"{source.parent.name}/{source.name}" if isinstance(source, Path) else "A table"
            raise DamagedBuild(f"{name} of the build cannot be read: {error}.") from None

    def has(self, name: str) -> bool:
        """Return whether there is a section of the name."""
        return name in self._sections

    def section(self, name: str) -> memoryview:
        """Return the bytes of a section. Raises `KeyError` if there is none of the name."""
        start, length = self._sections[name]
        return self._data[start : start + length]

    def array(self, name: str, kind: Literal["I", "Q"] = "I") -> memoryview:
        """Return an array of integers; `kind` is `I` for 32 bits and `Q` for 64 (`struct`)."""
        return self.section(name).cast(kind)

    def items(self, name: str) -> ByteStrings:
        """Return a sequence of byte strings."""
        return ByteStrings(self.section(name), self.array(f"{name}.places", "Q"))

    def bitmap(self, name: str) -> BitMap:
        """Return the bitmap in a section."""
        return decode_bitmap(self.section(name))

    def hashes(self, name: str) -> HashedIndex:
        """Return a hashed index."""
        return HashedIndex(self.array(f"{name}.keys", "Q"), self.array(f"{name}.values", "Q"))


class ByteStrings:
    """Sequence of byte strings; `places` are the offsets of all, and the end."""

    __slots__ = ("_data", "_places")

    def __init__(self, data: memoryview, places: memoryview) -> None:
        self._data, self._places = data, places

    def __len__(self) -> int:
        return len(self._places) - 1

    def __getitem__(self, place: int) -> memoryview:
        """Return one byte string. Raises `IndexError` outside the sequence."""
        if place < 0:
            raise IndexError(place)
        return self._data[self._places[place] : self._places[place + 1]]


class HashedIndex:
    """Index of texts to integers by a hash of 64 bits; the caller compares the texts themselves."""

    __slots__ = ("_keys", "_values")

    def __init__(self, keys: memoryview, values: memoryview) -> None:
        self._keys, self._values = keys, values

    def find(self, text: str) -> list[int]:
        """Return the integers of a text, ascending."""
        key = text_hash(text)
        place = bisect_left(self._keys, key)
        found = []
        while place < len(self._keys) and self._keys[place] == key:
            found.append(self._values[place])
            place += 1
        return found


def text_hash(text: str) -> int:
    """Return a hash of 64 bits that is the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def encode_bitmap(bitmap: BitMap) -> bytes:
    """Return a bitmap in the portable format of Roaring; an empty one as no bytes."""
    bitmap.run_optimize()
    return bitmap.serialize() if bitmap else b""


def decode_bitmap(data: memoryview) -> BitMap:
    """Return the bitmap that `encode_bitmap` encoded."""
    return BitMap.deserialize(bytes(data)) if data else BitMap()
