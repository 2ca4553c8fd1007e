"""Tests of the spool of numbered byte strings."""

from __future__ import annotations

import pytest

from begrepp.terminology import item_spool
from begrepp.terminology.item_spool import ItemSpool


@pytest.mark.parametrize("memory", [1 << 20, 3])
def test_items_are_read_in_the_order_of_their_numbers(memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_spool, "_MEMORY_BYTES", memory)
    spool = ItemSpool(4)
    for number, item in ((3, b"three"), (0, b"zero"), (2, b"first"), (2, b"two")):
        spool.add(number, item)
    assert [*spool] == [b"zero", b"", b"two", b"three"]
