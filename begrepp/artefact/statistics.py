"""Statistics of the current view: triples by class, by property, and by property of a class (statistics.json).

They are counted once, in the build. The VoID description, completion in the query editor and source selection in
federated queries read them; no request counts triples.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from begrepp import lazy_polars as pl
from begrepp.artefact.descendant_counts import descendant_counts
from begrepp.rdf.frames import TripleBlock, empty_frame, select_with_predicate
from begrepp.rdf.ntriples import name
from begrepp.sparql.view_counts import MIN_DESCENDANTS

STATISTICS = "statistics.json"
_GROUPING = ("rdf:type", "skos:inScheme", "begrepp:status")
_MAX_OBJECTS = 5_000
_PLAIN_IRI = re.compile(r"<[^<>\\]+> \.")
"""An IRI without escape sequences, and the full stop."""


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
    class_subjects: dict[str, dict[str, int]] = field(default_factory=dict)
    """Class IRI, then property IRI, to the number of instances of the class that have the property."""
    objects: dict[str, dict[str, int]] = field(default_factory=dict)
    """Property IRI, then object IRI, to the number of triples, for the properties by which concepts are grouped."""
    descendants: dict[str, int] = field(default_factory=dict)
    """IRI of a concept with many descendants to their number."""


class StatisticsCounter:
    """Counts the triples of the current view (a `ViewReader` of `begrepp.build.derived.view_scan`)."""

    def __init__(self) -> None:
        self._subjects = 0
        self._classes: Counter[str] = Counter()
        self._triples: Counter[str] = Counter()
        self._with_property: Counter[str] = Counter()
        self._class_properties: dict[str, Counter[str]] = defaultdict(Counter)
        self._class_subjects: dict[str, Counter[str]] = defaultdict(Counter)
        self._objects: dict[str, Counter[str]] = {name(each): Counter() for each in _GROUPING}
        self._broader = [empty_frame("subject", "object")]

    def add(self, block: TripleBlock) -> None:
        """Count the lines of a block."""
        lines = block.lines
        self._subjects += lines["number"].n_unique()
        counts = lines.group_by("number", "predicate").len("times")
        types = lines.filter((pl.col("predicate") == name("rdf:type")) & pl.col("rest").str.starts_with("<"))
        types = types.select("number", type=pl.col("rest").str.extract("^<(.*?)>"))
        for predicate, times, subjects in counts.group_by("predicate").agg(pl.sum("times"), subjects=pl.len()).rows():
            self._triples[predicate] += times
            self._with_property[predicate] += subjects
        for type_, times in types.group_by("type").len().rows():
            self._classes[type_] += times
        by_class = types.join(counts, on="number").group_by("type", "predicate")
        for type_, predicate, times, subjects in by_class.agg(pl.sum("times"), subjects=pl.len()).rows():
            self._class_properties[type_][predicate] += times
            self._class_subjects[type_][predicate] += subjects
        grouping = select_with_predicate(lines, *_GROUPING).group_by("predicate", "rest").len()
        for predicate, rest, times in grouping.rows():
            self._objects[predicate][rest] += times
        self._broader.append(block.links("skos:broader"))

    def write(self, folder: Path) -> None:
        """Write the statistics into the folder of the build."""
        statistics = Statistics(
            triples=self._triples.total(),
            subjects=self._subjects,
            classes=dict(sorted(self._classes.items())),
            properties={p[1:-1]: (n, self._with_property[p]) for p, n in sorted(self._triples.items())},
            class_properties=_by_class(self._class_properties),
            class_subjects=_by_class(self._class_subjects),
            objects={
                property_[1:-1]: {rest[1:-3]: times for rest, times in sorted(objects.items())}
                for property_, objects in self._objects.items()
                if len(objects) <= _MAX_OBJECTS and all(map(_PLAIN_IRI.fullmatch, objects))
            },
            descendants=self._count_descendants(),
        )
        (folder / STATISTICS).write_text(json.dumps(asdict(statistics), ensure_ascii=False) + "\n", encoding="utf-8")

    def _count_descendants(self) -> dict[str, int]:
        edges = pl.concat(self._broader)
        terms = pl.concat([edges["subject"], edges["object"]]).unique().sort()
        numbers = {term: number for number, term in enumerate(terms)}
        counts = descendant_counts(
            ((numbers[child], numbers[parent]) for child, parent in edges.iter_rows()), MIN_DESCENDANTS
        )
        by_term = ((terms[number], count) for number, count in sorted(counts.items()))
        return {term[1:-1]: count for term, count in by_term if _PLAIN_IRI.fullmatch(f"{term} .")}


def _by_class(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {
        type_: {predicate[1:-1]: number for predicate, number in sorted(properties.items())}
        for type_, properties in sorted(counts.items())
    }


@cache
def read_statistics(folder: Path) -> Statistics:
    """Return the statistics of a build; empty if the build has none."""
    path = folder / STATISTICS
    return Statistics(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Statistics()
