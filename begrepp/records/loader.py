"""What a loader is, and what it is given: one edition of one source, as files in a folder."""

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
    """A row that carries nothing to load, and why."""

    origin: Origin
    reason: str


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
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFiles:
    """The files of one edition of one source, as they lie in `<root>/<source>/<edition>/`."""

    source: str
    version: str
    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a loader reads, for `begrepp sources`: who publishes it, under what licence, where to get it."""

    id: str
    title: str
    publisher: Agent
    licence: str
    redistribution: Redistribution
    homepage: str
    reads: str
    schemes: tuple[Scheme, ...] = field(default=())


class Loader(Protocol):
    """A loader module: a `SOURCE` and a pure `load`."""

    SOURCE: Source

    @staticmethod
    def load(edition: EditionFiles) -> Iterator[Record]:
        """Yield the records of one edition. No network, no RDF, no clock."""


Load = Callable[[EditionFiles], Iterator[Record]]


@runtime_checkable
class SharedLoader(Loader, Protocol):
    """A loader of packages so large that it says how two processes can read one: `SHARES` have no part in common."""

    SHARES: tuple[Load, ...]
