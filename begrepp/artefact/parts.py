"""Parts: the named graphs of a build, and what the load of an edition claims for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from begrepp.records import Coverage, Redistribution

Kind = Literal["scheme", "mapping", "catalogue", "dataset", "structure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUsed:
    """A publisher's file that was loaded."""

    name: str
    sha256: str
    bytes: int


LOCAL = "local:"
"""Beginning of keys of claims that hold within one source only, so that the thing may be renamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An address that an edition proposes for a thing, and what identifies the thing (`begrepp.build.loads.claims`)."""

    address: str
    """The IRI without its root, such as `cs/kon`."""
    keys: tuple[str, ...]
    """Identifiers that hold everywhere, such as the canonical URL; things without a common one are different."""
    publisher: str = ""
    """Id of the organisation in whose namespace the id of a thing without keys is."""
    iri: str = ""
    """The publisher's IRI of a scheme, which is used as it is, as are the IRIs of its concepts."""
    fallback: str = ""
    """An address for the thing if the proposed one is that of something else."""


@dataclass(slots=True, kw_only=True)
class Part:
    """One named graph of a build: its metadata, its counts, and the file of sorted N-Triples that holds it."""

    kind: Kind
    id: str
    version: str
    graph: str
    valid_from: date
    redistribution: Redistribution
    coverage: Coverage
    source: str
    valid_to: date | None = None
    hierarchical: bool = False
    titles: dict[str, str] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    """N-Triples lines that describe the edition itself: written by begrepp, never a protected text."""
    scheme_header: list[str] = field(default_factory=list)
    """N-Triples lines that describe the scheme; in the current view only the edition in force has them."""
    path: Path = Path()
    triples: int = 0
    sha256: str = ""
    concepts: int = 0
    inactive: int = 0
    datasets: int = 0
    studies: int = 0
    variables: int = 0
    code_lists: int = 0
    coded_values: int = 0
    elements: int = 0
    mappings: int = 0
    value_sets: int = 0
    levels: dict[str, int] = field(default_factory=dict)

    @property
    def has_content(self) -> bool:
        """Whether the part has a concept, mapping, variable, element, value set, code list, study or dataset listed."""
        datasets = self.datasets if self.kind == "catalogue" else 0
        counts = (self.concepts, self.mappings, self.variables, self.elements, self.value_sets, self.code_lists)
        return any((datasets, self.studies, *counts))


def is_one_of(part: Part, parts: Iterable[Part]) -> bool:
    """Return whether the part itself, not only an equal one, is among the parts."""
    return any(part is other for other in parts)
