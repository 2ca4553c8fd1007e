"""One reading of the whole current view, many lines at a time: its statistics, and what some of the checks find.

Those checks would have a store look up every label or every step of every hierarchy. Each finds what the SPARQL of its
name in `queries/checks/` finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Protocol

import polars as pl

from begrepp.rdf.frames import empty_frame, parse_triples, read_subject_blocks, select_properties
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import parse_literal
from begrepp.validation.shacl.data.cycles import nodes_on_cycles


class ViewReader(Protocol):
    """Takes the lines of the view, some millions at a time, all lines of a subject at once."""

    def add(self, said: pl.DataFrame) -> None:
        """Lines as `subject`, `predicate` and `rest`, with a `number` for each subject among them."""


class ViewCheck(ViewReader, Protocol):
    """Finds faults in what it took."""

    def faults(self) -> Iterator[str]:
        """The faults in words: the cells of a row of the SPARQL of its name."""


def scan_view(view: Path, readers: list[ViewReader]) -> None:
    """Read a file of sorted N-Triples once, for all of them."""
    for block in read_subject_blocks(view):
        said = parse_triples(block).with_columns(
            pl.col("predicate").cast(pl.Categorical), number=pl.col("subject").rle_id()
        )
        for reader in readers:
            reader.add(said)


class TwoPreferredLabels:
    """Concepts with two preferred labels in one language."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, said: pl.DataFrame) -> None:
        """Count the labels of each concept by language."""
        labels = select_properties(said, "skos:prefLabel").with_columns(
            language=pl.col("rest").str.extract(r'"@([\w-]+) \.$')
        )
        several = labels.group_by("subject", "language").agg(pl.col("rest"), times=pl.len()).filter(pl.col("times") > 1)
        if several.is_empty():
            return
        concepts = (
            select_properties(said, "rdf:type").filter(pl.col("rest") == f"{name('skos:Concept')} .").select("subject")
        )
        for subject, rests in several.join(concepts, on="subject").select("subject", "rest").rows():
            for one, other in combinations(sorted({_object(rest) for rest in rests}), 2):
                self._found.append(f"{subject[1:-1]} {one} {other}")

    def faults(self) -> Iterator[str]:
        """Concept, label, label."""
        yield from self._found


class HierarchyCycle:
    """Concepts that are, step by step, above themselves."""

    def __init__(self) -> None:
        self._steps = [empty_frame("subject", "above")]

    def add(self, said: pl.DataFrame) -> None:
        """Keep the steps up."""
        self._steps.append(select_properties(said, "skos:broader").select("subject", above=_without_end()))

    def faults(self) -> Iterator[str]:
        """The concepts on a circle."""
        steps = pl.concat(self._steps)
        ends = pl.concat([steps["subject"], steps["above"]]).cast(pl.Categorical)
        numbers = ends.to_physical().to_numpy().astype("int64")
        found = set(nodes_on_cycles(numbers[: len(steps)], numbers[len(steps) :]).tolist())
        if found:
            yield from {end[1:-1] for end, number in zip(ends, numbers, strict=True) if number in found}


class MappingToNothing:
    """Mappings whose end is nothing that is loaded."""

    _KINDS = ("skos:Concept", "csvw:Column", "begrepp:Element", "begrepp:InformationAttribute")

    def __init__(self) -> None:
        self._there = [empty_frame("end")]
        self._ends = [empty_frame("mapping", "end")]
        self._sets = [empty_frame("set", "mapping")]

    def add(self, said: pl.DataFrame) -> None:
        """Keep what there is, the ends of mappings, and the sets that mappings are of."""
        kinds = [f"{name(kind)} ." for kind in self._KINDS]
        self._there.append(
            select_properties(said, "rdf:type").filter(pl.col("rest").is_in(kinds)).select(end="subject")
        )
        ends = select_properties(said, "owl:annotatedSource", "owl:annotatedTarget")
        self._ends.append(ends.select(mapping="subject", end=_without_end()))
        self._sets.append(select_properties(said, "sssom:mappings").select(set="subject", mapping=_without_end()))

    def faults(self) -> Iterator[str]:
        """Mapping set, mapping, end."""
        lost = pl.concat(self._ends).join(pl.concat(self._there), on="end", how="anti")
        found = lost.join(pl.concat(self._sets), on="mapping").select("set", "mapping", "end")
        for row in found.iter_rows():
            yield " ".join(term[1:-1] for term in row)


CHECKS: dict[str, type[TwoPreferredLabels | HierarchyCycle | MappingToNothing]] = {
    "two-preferred-labels": TwoPreferredLabels,
    "current-hierarchy-cycle": HierarchyCycle,
    "mapping-to-nothing": MappingToNothing,
}
"""The checks that are made so, by the name of their SPARQL."""


def _without_end() -> pl.Expr:
    return pl.col("rest").str.strip_suffix(" .")


def _object(rest: str) -> str:
    return parse_literal(rest.removesuffix(" .")).value
