"""Concepts of each scheme in the order of their labels or codes, as the build writes them, for sorted pages.

`begrepp.artefact.scheme_order_writer` writes three files: `orders.json` (`SchemeOrders.schemes`), `orders.numbers`
(32-bit numbers of concepts, one after the other for all orders) and `orders.iris` (a line for each concept, found
through the 32-bit offsets in `orders.offsets`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path

import msgspec

INDEX, NUMBERS, IRIS, OFFSETS = "orders.json", "orders.numbers", "orders.iris", "orders.offsets"
FILES = (INDEX, NUMBERS, IRIS, OFFSETS)
OTHER = "^^"
"""Kind of the values that are neither plain texts nor texts in a language."""


class StoredOrder(msgspec.Struct, frozen=True, array_like=True):
    """An order: its first number in the file and how many there are."""

    start: int
    count: int


class OrderedScheme(msgspec.Struct, frozen=True):
    """A scheme: the number of its members, whether all are instances of `skos:Concept`, and its orders.

    The orders are by property and then by kind of value: a language in lower case, empty for a plain text, or `OTHER`.
    All kinds that occur are named; an order is None if a member has several values of the kind, and for `OTHER`.
    """

    members: int
    concepts: bool
    orders: dict[str, dict[str, StoredOrder | None]]


class SchemeOrders:
    """The orders of a build; IRIs are without brackets."""

    def __init__(self, folder: Path) -> None:
        self.schemes = msgspec.json.decode((folder / INDEX).read_bytes(), type=dict[str, OrderedScheme])
        self._numbers, self._offsets = (_map_numbers(folder / name) for name in (NUMBERS, OFFSETS))
        self._iris = _map(folder / IRIS)

    def concepts(self, order: StoredOrder, offset: int, limit: int, *, descending: bool) -> Sequence[str]:
        """Return the IRIs at most `limit` places from an offset on, in the order or its reverse."""
        first = min(offset, order.count)
        last = min(offset + limit, order.count)
        places = range(order.start + first, order.start + last)
        if descending:
            end = order.start + order.count - 1
            places = range(end - first, end - last, -1)
        return [self._iri(self._numbers[place]) for place in places]

    def _iri(self, number: int) -> str:
        start = self._offsets[number]
        return self._iris[start : self._iris.find(b"\n", start)].decode()


def read_scheme_orders(folder: Path) -> SchemeOrders | None:
    """Return the orders of the build in a folder; None if it has none or they are of another version."""
    try:
        return SchemeOrders(folder) if sys.byteorder == "little" else None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _map_numbers(path: Path) -> memoryview:
    return memoryview(_map(path)).cast("I")


def _map(path: Path) -> mmap | bytes:
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ) if path.stat().st_size else b""
