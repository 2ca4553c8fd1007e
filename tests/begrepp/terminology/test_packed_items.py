"""Compressed items: each is read back alone, in any order, and few or odd ones are written as they are."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from begrepp.terminology import packed_items
from begrepp.terminology.packed_items import ItemPacker, PackedItems
from begrepp.terminology.section_file import SectionFile, SectionWriter


def _records(count: int, words: int) -> list[bytes]:
    rng = random.Random(7)
    return [
        b" ".join(
            b"https://example.org/property/%d %d" % (rng.randrange(9), rng.randrange(10**9)) for _ in range(words)
        )
        for _ in range(count)
    ]


def _write(path: Path, items: list[bytes]) -> SectionFile:
    packer = ItemPacker(len(items))
    order = [*range(len(items))]
    random.Random(1).shuffle(order)
    for number in order:
        packer.add(number, items[number])
    with SectionWriter(path) as out:
        packer.write(out, "records")
    return SectionFile(path)


@pytest.mark.parametrize("training_bytes", [1 << 24, 100_000])
def test_items_are_compressed_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, training_bytes: int
) -> None:
    monkeypatch.setattr(packed_items, "_TRAINING_BYTES", training_bytes)
    items = _records(4000, 12)
    file = _write(tmp_path / "file", items)
    assert len(file.section("records")) < sum(map(len, items)) / 2
    read = PackedItems(file, "records")
    assert len(read) == len(items)
    assert [bytes(read[place]) for place in range(len(items))] == items


def test_an_item_outside_the_sequence_is_an_error(tmp_path: Path) -> None:
    read = PackedItems(_write(tmp_path / "file", _records(4000, 12)), "records")
    for place in (-1, 4000):
        with pytest.raises(IndexError):
            read[place]


@pytest.mark.parametrize(
    "items",
    [
        [],
        [b""],
        _records(20, 12),
        [b"a" * 700_000, b"b" * 700_000],
        [b"", *_records(4000, 12), b"", b"c" * 500_000],
    ],
    ids=["none", "an empty one", "few", "two large ones", "empty and large ones"],
)
def test_few_or_odd_items_are_read_back(tmp_path: Path, items: list[bytes]) -> None:
    read = PackedItems(_write(tmp_path / "file", items), "records")
    assert [bytes(read[place]) for place in range(len(items))] == items


@pytest.mark.parametrize("has_dictionary", [False, True])
def test_items_that_are_not_compressed_are_read(tmp_path: Path, has_dictionary: bool) -> None:
    items = _records(4000, 12)
    with SectionWriter(tmp_path / "file") as out:
        out.items("records", items)
        if has_dictionary:
            out.section("records.dictionary", b"")
    read = PackedItems(SectionFile(tmp_path / "file"), "records")
    assert [bytes(read[place]) for place in range(len(items))] == items


def test_threads_read_at_the_same_time(tmp_path: Path) -> None:
    items = _records(4000, 12)
    read = PackedItems(_write(tmp_path / "file", items), "records")
    places = [random.Random(3).randrange(len(items)) for _ in range(20_000)]
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda place: bytes(read[place]) == items[place], places, chunksize=500))


def test_the_same_items_give_the_same_file(tmp_path: Path) -> None:
    items = _records(4000, 12)
    _write(tmp_path / "one", items)
    _write(tmp_path / "two", items)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
