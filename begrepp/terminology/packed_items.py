"""Byte strings that are compressed one by one with a dictionary of what they have in common (Zstandard).

Records of one code system repeat the same IRIs and words, which are in the dictionary once; each can be read alone.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from zstandard import ZstdCompressionDict, ZstdCompressor, ZstdDecompressor, ZstdError, train_dictionary

from begrepp.terminology.item_spool import ItemSpool
from begrepp.terminology.section_file import SectionFile, SectionWriter

_LEAST_BYTES = 1 << 20
"""Fewer bytes than this are not compressed: the dictionary would be a large part of them."""
_TRAINING_BYTES = 1 << 24
"""The dictionary is made from samples among so many first bytes."""
_SAMPLES = 1000
_DICTIONARY_BYTES = 1 << 15
_LEVEL = 3


class ItemPacker:
    """Collects numbered byte strings, in any order, compresses them, and writes them in the order of their numbers."""

    def __init__(self, size: int, folder: Path | None = None) -> None:
        """Collect the items 0 to `size` - 1; those of a large system lie in a temporary file in `folder`."""
        self._packed = ItemSpool(size, folder)
        self._waiting: dict[int, bytes] = {}
        self._waiting_bytes = 0
        self._dictionary = b""
        self._compressor: ZstdCompressor | None = None

    def add(self, number: int, item: bytes) -> None:
        """Add an item."""
        if self._compressor:
            self._packed.add(number, self._compressor.compress(item))
            return
        self._waiting[number] = item
        self._waiting_bytes += len(item)
        if self._waiting_bytes >= _TRAINING_BYTES:
            self._compress_waiting()

    def write(self, out: SectionWriter, name: str) -> None:
        """Write a section with the items, and one with their dictionary if they are compressed."""
        if not self._compressor and self._waiting_bytes >= _LEAST_BYTES:
            self._compress_waiting()
        for number, item in self._waiting.items():
            self._packed.add(number, item)
        out.items(name, self._packed)
        if self._dictionary:
            out.section(f"{name}.dictionary", self._dictionary)

    def _compress_waiting(self) -> None:
        samples: list[bytes | bytearray | memoryview[int]] = [
            *islice(self._waiting.values(), 0, None, len(self._waiting) // _SAMPLES + 1)
        ]
        try:
            dictionary = train_dictionary(_DICTIONARY_BYTES, samples, level=_LEVEL)
        except ZstdError:  # too few or too short
            self._waiting_bytes = 0
            return
        self._dictionary = dictionary.as_bytes()
        dictionary.precompute_compress(level=_LEVEL)
        self._compressor = ZstdCompressor(level=_LEVEL, dict_data=dictionary, write_dict_id=False)
        for number, item in self._waiting.items():
            self._packed.add(number, self._compressor.compress(item))
        self._waiting.clear()


class PackedItems:
    """Sequence of byte strings that `ItemPacker` wrote, or an earlier version without compression.

    Safe in threads and in forked processes.
    """

    __slots__ = ("_data", "_dictionary", "_idle", "_places")

    def __init__(self, file: SectionFile, name: str) -> None:
        self._data, self._places = file.section(name), file.array(f"{name}.places", "Q")
        section = f"{name}.dictionary"
        dictionary = bytes(file.section(section)) if file.has(section) else b""  # builds of one day have an empty one
        self._dictionary = ZstdCompressionDict(dictionary) if dictionary else None
        self._idle: list[ZstdDecompressor] = []

    def __len__(self) -> int:
        return len(self._places) - 1

    def __getitem__(self, place: int) -> bytes | memoryview:
        """Return one byte string. Raises `IndexError` outside the sequence."""
        if place < 0:
            raise IndexError(place)
        item = self._data[self._places[place] : self._places[place + 1]]
        if self._dictionary is None:
            return item
        # A decompressor serves one thread at a time, and making one takes longer than using it.
        try:
            decompressor = self._idle.pop()
        except IndexError:
            decompressor = ZstdDecompressor(dict_data=self._dictionary)
        unpacked = decompressor.decompress(item)
        self._idle.append(decompressor)
        return unpacked
