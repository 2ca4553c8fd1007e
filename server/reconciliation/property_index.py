"""Index of the concepts of an edition by the values of properties that only their records and names have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from threading import Lock

from cachetools import LRUCache
from pyroaring import BitMap

from begrepp.ecl.system_tables import MOST_SYSTEMS
from begrepp.terminology.interface import CodeSystem

PropertyIndex = Mapping[str, Mapping[str, BitMap]]
"""Concepts by property and value: `status`, `level` (IRI), `validFrom`, `validTo`, `language`."""

_INDEXES: LRUCache[CodeSystem, PropertyIndex] = LRUCache(MOST_SYSTEMS)
_LOCK = Lock()


def property_index_of(system: CodeSystem) -> PropertyIndex:
    """Return the index of an edition; reading 36,000 records takes 0.3 s, so those of the last editions are kept."""
    with _LOCK:
        if system not in _INDEXES:
            _INDEXES[system] = _read_index(system)
        return _INDEXES[system]


def _read_index(system: CodeSystem) -> PropertyIndex:
    index: dict[str, dict[str, BitMap]] = defaultdict(lambda: defaultdict(BitMap))
    for number in range(len(system)):
        record = system.record(number)
        days = (("validFrom", record.valid_from), ("validTo", record.valid_to))
        levels = (("level", each) for each in record.members_of if "/level/" in each)
        labels = (each for each in record.designations if each.use == "preferred")
        languages = (("language", each.language) for each in labels)
        for name, value in (("status", record.status), *days, *levels, *languages):
            if value:
                index[name][value].add(number)
    return index
