"""What a build holds, counted once while it is made: classes, properties, and which class has which property.

VoID is answered from it, the editor completes from it, federation chooses its sources by it; nothing is counted
on a request.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from begrepp.rdf.ntriples import name

STATISTICS = "statistics.json"


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of the current view."""

    triples: int = 0
    subjects: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    """Class to its number of things."""
    properties: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Property to its number of triples and of subjects."""
    class_properties: dict[str, dict[str, int]] = field(default_factory=dict)
    """Class, then property, to the number of triples about things of the class."""


class StatisticsCounter:
    """Counts what it reads of the current view (a reader of `begrepp.build.derived.view_scan`)."""

    def __init__(self) -> None:
        self._things = 0
        self._classes: Counter[str] = Counter()
        self._triples: Counter[str] = Counter()
        self._with_property: Counter[str] = Counter()
        self._class_properties: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, said: pl.DataFrame) -> None:
        """Count some lines, all of a subject at once."""
        self._things += said["number"].n_unique()
        own = said.group_by("number", "predicate").len("times")
        types = said.filter((pl.col("predicate") == name("rdf:type")) & pl.col("rest").str.starts_with("<"))
        types = types.select("number", type=pl.col("rest").str.extract("^<(.*?)>"))
        for predicate, times, subjects in own.group_by("predicate").agg(pl.sum("times"), subjects=pl.len()).rows():
            self._triples[predicate] += times
            self._with_property[predicate] += subjects
        for type_, times in types.group_by("type").len().rows():
            self._classes[type_] += times
        together = types.join(own, on="number").group_by("type", "predicate").agg(pl.sum("times"))
        for type_, predicate, times in together.rows():
            self._class_properties[type_][predicate] += times

    def write(self, folder: Path) -> None:
        """Write what was counted into the build's folder."""
        counted = Statistics(
            triples=self._triples.total(),
            subjects=self._things,
            classes=dict(sorted(self._classes.items())),
            properties={p[1:-1]: (n, self._with_property[p]) for p, n in sorted(self._triples.items())},
            class_properties={
                type_: {p[1:-1]: n for p, n in sorted(own.items())}
                for type_, own in sorted(self._class_properties.items())
            },
        )
        (folder / STATISTICS).write_text(json.dumps(asdict(counted), ensure_ascii=False) + "\n", encoding="utf-8")


@cache
def read_statistics(folder: Path) -> Statistics:
    """What was counted for a build; nothing where the build is older than the counting."""
    path = folder / STATISTICS
    return Statistics(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Statistics()
