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

from begrepp.lines import subjects
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
    for _, lines in subjects(current):
        things += 1
        own: Counter[str] = Counter()
        types = []
        for line in lines:
            _, predicate, value = line.split(" ", 2)
            own[predicate] += 1
            if predicate == a and value.startswith("<"):
                types.append(value[1 : value.index(">")])
        triples.update(own)
        with_property.update(own.keys())
        classes.update(types)
        for type_ in types:
            class_properties[type_].update(own)
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
