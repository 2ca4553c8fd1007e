"""What is said with one property, as two columns of numbers: of whom, and what; and how columns are joined.

Places (`at`) number the rows of what was asked for, so that each answer can be led back to its question.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from begrepp.validation.shacl.data.term_table import Ids, Mask

_ID_BITS = 32


def pack_pairs(left: Ids, right: Ids) -> Ids:
    """Two columns of numbers below 2³² as one, to be sorted and compared."""
    return (left << _ID_BITS) | right


def unpack_pairs(keys: Ids) -> tuple[Ids, Ids]:
    """The two columns that `pairs` made one."""
    return keys >> _ID_BITS, keys & ((1 << _ID_BITS) - 1)


def sorted_unique(values: Ids) -> Ids:
    """The values in order, each once; numpy's own hashes them, which costs many times as much for millions."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def distinct_pairs(left: Ids, right: Ids) -> tuple[Ids, Ids]:
    """The rows in order, each once."""
    return unpack_pairs(sorted_unique(pack_pairs(left, right)))


def is_in(values: Ids, sorted_values: Ids) -> Mask:
    """Which of the values are found in a sorted column."""
    if not len(sorted_values):
        return np.zeros(len(values), dtype=np.bool_)
    found = np.searchsorted(sorted_values, values)
    found[found == len(sorted_values)] = 0
    return np.asarray(sorted_values[found] == values)


def join_sorted(asked: Ids, sorted_values: Ids) -> tuple[Ids, Ids]:
    """Where each value asked for stands in a sorted column: places in what was asked, and beside each a place there."""
    first = np.searchsorted(sorted_values, asked, "left")
    count = np.searchsorted(sorted_values, asked, "right") - first
    at = np.repeat(np.arange(len(asked)), count)
    return at, np.arange(len(at)) + np.repeat(first - (np.cumsum(count) - count), count)


class IdColumn:
    """The subjects and objects of one property, sorted, each row once."""

    def __init__(self, subjects: Ids, objects: Ids) -> None:
        self.subjects, self.objects = distinct_pairs(subjects, objects)

    @cached_property
    def inverse(self) -> IdColumn:
        """The same, from the objects' side."""
        return IdColumn(self.objects, self.subjects)

    @cached_property
    def _keys(self) -> Ids:
        return pack_pairs(self.subjects, self.objects)

    def objects_of(self, asked: Ids) -> tuple[Ids, Ids]:
        """The objects of each subject asked for: places in what was asked, and beside each an object."""
        at, found = join_sorted(asked, self.subjects)
        return at, self.objects[found]

    def contains(self, subjects: Ids, objects: Ids) -> Mask:
        """Which of the rows are in the column."""
        return is_in(pack_pairs(subjects, objects), self._keys)
