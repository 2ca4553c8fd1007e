"""Scan of the file of the current view, for the statistics, the alphabetical index and some checks.

As SPARQL these checks would look up every label or every hierarchy step. Each finds what the query with its name in
`queries/checks/` finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Protocol

import polars as pl

from begrepp.rdf.frames import TripleBlock, empty_frame, parse_triples, read_subject_blocks
from begrepp.rdf.sorted_files import parse_literal
from begrepp.validation.shacl.data.cycles import nodes_on_cycles


class ViewReader(Protocol):
    """Reads the lines of the view in blocks."""

    def add(self, block: TripleBlock) -> None:
        """Read a block."""


class ViewCheck(ViewReader, Protocol):
    """A reader that checks the lines."""

    def faults(self) -> Iterator[str]:
        """Yield the faults as text: the cells of a row of the query with its name."""


def scan_view(view: Path, readers: list[ViewReader]) -> None:
    """Read a file of sorted N-Triples once, for all readers."""
    for block in read_subject_blocks(view):
        lines = parse_triples(block).with_columns(
            pl.col("predicate").cast(pl.Categorical), number=pl.col("subject").rle_id()
        )
        triples = TripleBlock(lines)
        for reader in readers:
            reader.add(triples)


class DuplicatePreferredLabels:
    """Check for concepts with two preferred labels in one language."""

    def __init__(self) -> None:
        self._faults: list[str] = []

    def add(self, block: TripleBlock) -> None:
        """Collect concepts with several labels in a language."""
        labels = block.select("skos:prefLabel").with_columns(language=pl.col("rest").str.extract(r'"@([\w-]+) \.$'))
        several = labels.group_by("subject", "language").agg(pl.col("rest"), times=pl.len()).filter(pl.col("times") > 1)
        if several.is_empty():
            return
        concepts = block.subjects("rdf:type", "skos:Concept")
        for subject, rests in several.join(concepts, on="subject").select("subject", "rest").rows():
            for one, other in combinations(sorted({_literal_value(rest) for rest in rests}), 2):
                self._faults.append(f"{subject[1:-1]} {one} {other}")

    def faults(self) -> Iterator[str]:
        """Yield concept, label, label."""
        yield from self._faults


class HierarchyCycle:
    """Check for concepts that are broader than themselves, directly or indirectly."""

    def __init__(self) -> None:
        self._steps = [empty_frame("subject", "object")]

    def add(self, block: TripleBlock) -> None:
        """Collect the `skos:broader` edges."""
        self._steps.append(block.links("skos:broader"))

    def faults(self) -> Iterator[str]:
        """Yield the concepts on a cycle."""
        steps = pl.concat(self._steps)
        ends = pl.concat([steps["subject"], steps["object"]]).cast(pl.Categorical)
        numbers = ends.to_physical().to_numpy().astype("int64")
        on_cycle = set(nodes_on_cycles(numbers[: len(steps)], numbers[len(steps) :]).tolist())
        if on_cycle:
            yield from {end[1:-1] for end, number in zip(ends, numbers, strict=True) if number in on_cycle}


class MappingEndMissing:
    """Check for mappings with a subject or object that is not loaded."""

    _KINDS = ("skos:Concept", "csvw:Column", "begrepp:Element", "begrepp:InformationAttribute")

    def __init__(self) -> None:
        self._resources = [empty_frame("end")]
        self._ends = [empty_frame("mapping", "end")]
        self._sets = [empty_frame("set", "mapping")]

    def add(self, block: TripleBlock) -> None:
        """Collect the resources, the ends of mappings, and the mapping sets."""
        self._resources += [block.subjects("rdf:type", kind).rename({"subject": "end"}) for kind in self._KINDS]
        for end in ("owl:annotatedSource", "owl:annotatedTarget"):
            self._ends.append(block.links(end).rename({"subject": "mapping", "object": "end"}))
        self._sets.append(block.links("sssom:mappings").rename({"subject": "set", "object": "mapping"}))

    def faults(self) -> Iterator[str]:
        """Yield mapping set, mapping, end."""
        missing = pl.concat(self._ends).join(pl.concat(self._resources), on="end", how="anti")
        faults = missing.join(pl.concat(self._sets), on="mapping").select("set", "mapping", "end")
        for row in faults.iter_rows():
            yield " ".join(term[1:-1] for term in row)


VIEW_CHECKS: dict[str, type[DuplicatePreferredLabels | HierarchyCycle | MappingEndMissing]] = {
    "two-preferred-labels": DuplicatePreferredLabels,
    "current-hierarchy-cycle": HierarchyCycle,
    "mapping-to-nothing": MappingEndMissing,
}
"""The checks that scan the view, by the name of their query."""


def _literal_value(rest: str) -> str:
    return parse_literal(rest.removesuffix(" .")).value
