"""What a build holds, counted once while it is made: classes, properties, and which class has which property.

VoID is answered from it, the editor completes from it, federation chooses its sources by it; nothing is counted
on a request. One pass over the current view, whose lines are sorted by subject.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from begrepp.line_columns import subject_blocks, terms
from begrepp.namespaces import expand

FILE = "statistics.json"


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


def write_statistics(folder: Path, current: Path) -> None:
    """Count a file of sorted N-Triples, and write what was counted into the build's folder."""
    a = f"<{expand('rdf:type')}>"
    classes: Counter[str] = Counter()
    triples: Counter[str] = Counter()
    with_property: Counter[str] = Counter()
    class_properties: dict[str, Counter[str]] = defaultdict(Counter)
    things = 0
    for block in subject_blocks(current):
        said = terms(block).with_columns(pl.col("predicate").cast(pl.Categorical), number=pl.col("subject").rle_id())
        things += said["number"].n_unique()
        own = said.group_by("number", "predicate").len("times")
        types = said.filter((pl.col("predicate") == a) & pl.col("rest").str.starts_with("<"))
        types = types.select("number", type=pl.col("rest").str.extract("^<(.*?)>"))
        for predicate, times, subjects in own.group_by("predicate").agg(pl.sum("times"), subjects=pl.len()).rows():
            triples[predicate] += times
            with_property[predicate] += subjects
        for type_, times in types.group_by("type").len().rows():
            classes[type_] += times
        together = types.join(own, on="number").group_by("type", "predicate").agg(pl.sum("times"))
        for type_, predicate, times in together.rows():
            class_properties[type_][predicate] += times
    counted = Statistics(
        triples=triples.total(),
        subjects=things,
        classes=dict(sorted(classes.items())),
        properties={p[1:-1]: (n, with_property[p]) for p, n in sorted(triples.items())},
        class_properties={
            type_: {p[1:-1]: n for p, n in sorted(own.items())} for type_, own in sorted(class_properties.items())
        },
    )
    (folder / FILE).write_text(json.dumps(asdict(counted), ensure_ascii=False) + "\n", encoding="utf-8")


@cache
def read_statistics(folder: Path) -> Statistics:
    """What was counted for a build; nothing where the build is older than the counting."""
    path = folder / FILE
    return Statistics(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Statistics()
