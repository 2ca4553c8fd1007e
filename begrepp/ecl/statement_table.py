"""Relations, mappings and further statements of the concepts of one code system, as columns read from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt
from cachetools import LRUCache
from msgspec import Struct

from begrepp.ecl.concept_sets import Integers, Mask
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.section_file import SectionFile


class StatementColumn(Struct, frozen=True, kw_only=True):
    """Statements with one attribute: subject, group and value of each."""

    subjects: Integers
    groups: Integers
    values: Integers


class AttributeColumns:
    """Statements of one attribute: to concepts of the system, to other things by IRI, and with literals."""

    def __init__(self, file: SectionFile, name: str) -> None:
        self._file, self._name = file, name
        self.concepts, self.things, self.texts = self._column("concepts"), self._column("things"), self._column("texts")

    def _column(self, kind: str) -> StatementColumn:
        name = f"{self._name}.{kind}"
        subjects = integers_of(self._file, f"{name}.subjects")
        groups = f"{name}.groups"
        return StatementColumn(
            subjects=subjects,
            groups=integers_of(self._file, groups) if self._file.has(groups) else subjects,
            values=integers_of(self._file, f"{name}.values"),
        )

    @property
    def iris(self) -> tuple[str, ...]:
        """The IRIs that the values of `things` number."""
        return self._values if len(self.things.values) else ()

    @property
    def literals(self) -> tuple[str, ...]:
        """The literals that the values of `texts` number."""
        return self._values if len(self.texts.values) else ()

    @cached_property
    def _values(self) -> tuple[str, ...]:
        values = self._file.items(self._name)
        return tuple(bytes(values[place]).decode("utf-8", "surrogatepass") for place in range(len(values)))


class StatementTable:
    """The statements of a code system of `size` concepts."""

    def __init__(self, file: SectionFile, size: int) -> None:
        self._file = file
        self._numbers: LRUCache[tuple[int, CodeSystem], npt.NDArray[np.int64]] = LRUCache(256)
        self.owners: Integers = integers_of(file, "owners") if file.has("owners") else np.arange(size, dtype=np.uint32)
        """The concept of each group."""

    @cached_property
    def attributes(self) -> Mapping[str, AttributeColumns]:
        """The statements by the IRI of their attribute."""
        names = msgspec.msgpack.decode(self._file.section("attributes"), type=list[str])
        return {name: AttributeColumns(self._file, f"attribute{number}") for number, name in enumerate(names)}

    def numbers_in(self, system: CodeSystem, columns: AttributeColumns) -> npt.NDArray[np.int64]:
        """Return for each of the things of an attribute its number in another code system, or -1."""
        key = (id(columns), system)
        if key not in self._numbers:
            found = (system.index_of_iri(iri) for iri in columns.iris)
            self._numbers[key] = np.array([-1 if number is None else number for number in found], dtype=np.int64)
        return self._numbers[key]

    @cached_property
    def occupied(self) -> Mask:
        """The groups that have a statement, as a mask."""
        mask = np.zeros(len(self.owners), dtype=np.bool_)
        for columns in self.attributes.values():
            for column in (columns.concepts, columns.things, columns.texts):
                mask[column.groups] = True
        return mask


def integers_of(file: SectionFile, name: str) -> Integers:
    """Return a section of 32-bit integers as an array over the file."""
    data = file.section(name)
    return np.frombuffer(data, dtype=np.uint32) if len(data) else np.empty(0, dtype=np.uint32)
