"""Statistics of the current view: triples by class, by property, and by property of a class (statistics.json).

They are counted once, in the build. The VoID description, completion in the query editor and source selection in
federated queries read them; no request counts triples.
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
    """Class IRI to its number of instances."""
    properties: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Property IRI to its number of triples and of subjects."""
    class_properties: dict[str, dict[str, int]] = field(default_factory=dict)
    """Class IRI, then property IRI, to the number of triples whose subject is an instance of the class."""


class StatisticsCounter:
    """Counts the triples of the current view (a `ViewReader` of `begrepp.build.derived.view_scan`)."""

    def __init__(self) -> None:
        self._subjects = 0
        self._classes: Counter[str] = Counter()
        self._triples: Counter[str] = Counter()
        self._with_property: Counter[str] = Counter()
        self._class_properties: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, lines: pl.DataFrame) -> None:
        """Count some lines, which hold all lines of a subject."""
        self._subjects += lines["number"].n_unique()
        counts = lines.group_by("number", "predicate").len("times")
        types = lines.filter((pl.col("predicate") == name("rdf:type")) & pl.col("rest").str.starts_with("<"))
        types = types.select("number", type=pl.col("rest").str.extract("^<(.*?)>"))
        for predicate, times, subjects in counts.group_by("predicate").agg(pl.sum("times"), subjects=pl.len()).rows():
            self._triples[predicate] += times
            self._with_property[predicate] += subjects
        for type_, times in types.group_by("type").len().rows():
            self._classes[type_] += times
        by_class = types.join(counts, on="number").group_by("type", "predicate").agg(pl.sum("times"))
        for type_, predicate, times in by_class.rows():
            self._class_properties[type_][predicate] += times

    def write(self, folder: Path) -> None:
        """Write the statistics into the folder of the build."""
        statistics = Statistics(
            triples=self._triples.total(),
            subjects=self._subjects,
            classes=dict(sorted(self._classes.items())),
            properties={p[1:-1]: (n, self._with_property[p]) for p, n in sorted(self._triples.items())},
            class_properties={
                type_: {p[1:-1]: n for p, n in sorted(properties.items())}
                for type_, properties in sorted(self._class_properties.items())
            },
        )
        (folder / STATISTICS).write_text(json.dumps(asdict(statistics), ensure_ascii=False) + "\n", encoding="utf-8")


@cache
def read_statistics(folder: Path) -> Statistics:
    """Return the statistics of a build; empty if the build has none."""
    path = folder / STATISTICS
    return Statistics(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Statistics()
