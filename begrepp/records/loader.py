"""The loader protocol, its input (`EditionFiles`) and its output (`Record`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from begrepp.errors import Origin
from begrepp.records.common import Agent, Redistribution
from begrepp.records.datasets import Catalogue, Dataset
from begrepp.records.mappings import Mapping, MappingSet, ValueSet
from begrepp.records.schemes import Concept, Edition, Level, Scheme, Statement
from begrepp.records.structures import Element, Structure
from begrepp.records.variables import CodeList, ConceptualVariable, RepresentedVariable, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that is not loaded, and the reason."""

    origin: Origin
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRemark:
    """A statement about rows that are loaded: characters removed, rows that repeat another one. `rows` counts them."""

    origin: Origin
    text: str
    rows: int = 1


Record = (
    Scheme
    | Edition
    | Level
    | Concept
    | ValueSet
    | MappingSet
    | Mapping
    | Catalogue
    | Dataset
    | CodeList
    | ConceptualVariable
    | RepresentedVariable
    | Variable
    | Structure
    | Element
    | Statement
    | Skipped
    | LoadRemark
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFiles:
    """The files of one edition of one source, in `<root>/<source>/<edition>/`."""

    source: str
    version: str
    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Description of the source that a loader reads: publisher, licence, homepage and formats."""

    id: str
    title: str
    publisher: Agent
    licence: str
    redistribution: Redistribution
    homepage: str
    reads: str
    schemes: tuple[Scheme, ...] = field(default=())


class Loader(Protocol):
    """A loader module: `SOURCE` and the function `load`."""

    SOURCE: Source

    @staticmethod
    def load(edition: EditionFiles) -> Iterator[Record]:
        """Yield the records of one edition; must not use the network or the clock, or create RDF terms."""


Load = Callable[[EditionFiles], Iterator[Record]]


@runtime_checkable
class PartitionedLoader(Loader, Protocol):
    """A loader whose editions several processes can read: each function of `PARTITIONS` yields a disjoint part."""

    PARTITIONS: tuple[Load, ...]
