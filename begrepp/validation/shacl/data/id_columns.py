"""The triples of one predicate as two columns of term ids, and operations on such columns.

`at` columns are indices into the array that was looked up, so that each match leads back to its row.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from begrepp.validation.shacl.data.term_table import Ids, Mask

_ID_BITS = 32
"""Bits of a term id in a packed pair."""


def pack_pairs(left: Ids, right: Ids) -> Ids:
    """Pack two columns of ids below 2³² into one, for sorting and comparison."""
    return (left << _ID_BITS) | right


def unpack_pairs(keys: Ids) -> tuple[Ids, Ids]:
    """Return the two columns of a packed column."""
    return keys >> _ID_BITS, keys & ((1 << _ID_BITS) - 1)


def sorted_unique(values: Ids) -> Ids:
    """Return the distinct values, sorted; for millions of values many times faster than `np.unique`, which hashes."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def union_of(one: Ids, other: Ids) -> Ids:
    """Return the values of both columns, distinct and sorted."""
    return sorted_unique(np.concatenate([one, other]))


def distinct_pairs(left: Ids, right: Ids) -> tuple[Ids, Ids]:
    """Return the distinct rows, sorted."""
    return unpack_pairs(sorted_unique(pack_pairs(left, right)))


def is_in(values: Ids, sorted_values: Ids) -> Mask:
    """Return which of the values are in a sorted column."""
    if not len(sorted_values):
        return np.zeros(len(values), dtype=np.bool_)
    positions = np.searchsorted(sorted_values, values)
    positions[positions == len(sorted_values)] = 0
    return np.asarray(sorted_values[positions] == values)


def join_sorted(values: Ids, sorted_values: Ids) -> tuple[Ids, Ids]:
    """Join values with a sorted column: indices into `values`, and the matching indices into `sorted_values`."""
    first = np.searchsorted(sorted_values, values, "left")
    count = np.searchsorted(sorted_values, values, "right") - first
    at = np.repeat(np.arange(len(values)), count)
    return at, np.arange(len(at)) + np.repeat(first - (np.cumsum(count) - count), count)


class IdColumn:
    """The subjects and objects of one predicate, as sorted distinct rows."""

    def __init__(self, subjects: Ids, objects: Ids) -> None:
        self.subjects, self.objects = distinct_pairs(subjects, objects)

    @cached_property
    def inverse(self) -> IdColumn:
        """The column with subjects and objects exchanged."""
        return IdColumn(self.objects, self.subjects)

    @cached_property
    def _keys(self) -> Ids:
        return pack_pairs(self.subjects, self.objects)

    def objects_of(self, subjects: Ids) -> tuple[Ids, Ids]:
        """Return the objects of each subject: indices into `subjects`, and an object for each."""
        at, rows = join_sorted(subjects, self.subjects)
        return at, self.objects[rows]

    def contains(self, subjects: Ids, objects: Ids) -> Mask:
        """Return which of the pairs are rows of the column."""
        return is_in(pack_pairs(subjects, objects), self._keys)
