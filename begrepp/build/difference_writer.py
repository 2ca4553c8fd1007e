"""The differences between consecutive editions of every scheme, each written to an N-Triples file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from begrepp.artefact.manifest import LevelCoverage
from begrepp.artefact.parts import Part
from begrepp.errors import ValidationError
from begrepp.history.changes import Comparison
from begrepp.history.comparison import compare_parts
from begrepp.history.correspondence import difference_triples, named
from begrepp.history.reused_codes import ReusedCodes, separate_meanings
from begrepp.rdf.iris import Iris, segment
from begrepp.rdf.ntriples import ntriples_line
from begrepp.rdf.sorted_files import SortedFile
from begrepp.records import Coverage, Redistribution
from begrepp.validation.validate import validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference that was written to a file: between which releases, where, and how many changes of each class."""

    scheme: str
    old: Part
    new: Part
    graph: str
    path: Path
    triples: int
    sha256: str
    redistribution: Redistribution
    counts: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    levels: list[LevelCoverage] = field(default_factory=list)


def write_differences(
    parts: Iterable[Part],
    folder: Path,
    iris: Iris,
    meanings: ReusedCodes,
    comparing: Callable[[Part, Part], Comparison] = compare_parts,
    *,
    public: bool,
) -> Iterator[Difference]:
    """Compare the editions of every scheme that has several, each with the one before it.

    A code that was given another meaning is told apart in the files of all parts before anything is written.
    """
    every = [*parts]
    schemes = sorted((p for p in every if p.kind == "scheme"), key=lambda p: (p.id, p.valid_from, p.version))
    compared = [
        (old, new, comparing(old, new))
        for _, group in groupby(schemes, key=lambda part: part.id)
        for old, new in pairs([*group])
    ]
    renames = separate_meanings(every, compared, meanings, iris)
    for old, new, found in compared:
        found.changes = [
            named(change, renames.get(old.graph, {}), renames.get(new.graph, {})) for change in found.changes
        ]
        yield _write(old, new, found, folder, iris, public=public)


def pairs(editions: Sequence[Part]) -> Iterator[tuple[Part, Part]]:
    """Which editions to compare, from oldest to newest: each with the one before it.

    A complete edition is compared with the complete one before it too, where an excerpt lies between them. An
    excerpt from another source is no edition of the list: its own words are no change of the publisher's.
    """
    whole = Coverage.COMPLETE
    for place, new in enumerate(editions):
        before = [p for p in editions[:place] if p.source == new.source or p.coverage is new.coverage is whole]
        if not before:
            continue
        yield before[-1], new
        if new.coverage is Coverage.COMPLETE and before[-1].coverage is not Coverage.COMPLETE:
            complete = [part for part in before if part.coverage is Coverage.COMPLETE]
            if complete:
                yield complete[-1], new


def _write(old: Part, new: Part, compared: Comparison, folder: Path, iris: Iris, *, public: bool) -> Difference:
    scheme = new.id
    graph = iris.difference(scheme, old.version, new.version)
    protected = Redistribution.NOT_ALLOWED in (old.redistribution, new.redistribution)
    out = SortedFile(folder / f"difference--{scheme}--{segment(old.version)}--{segment(new.version)}.nt")
    for triple in difference_triples(graph, old, new, compared, with_texts=not (public and protected)):
        out.add(ntriples_line(triple))
    triples, sha256 = out.close()
    report = validate([out.path])
    if report.violations:
        raise ValidationError(
            f"The difference between {scheme} {old.version} and {new.version} violates a shape: {report.results[0]}.",
            "This is a bug in begrepp. Build without one of the editions, and report it.",
        )
    return Difference(
        scheme=scheme,
        old=old,
        new=new,
        graph=graph,
        path=out.path,
        triples=triples,
        sha256=sha256,
        redistribution=Redistribution.NOT_ALLOWED if protected else Redistribution.ALLOWED,
        counts=compared.by_type(),
        rules=compared.by_rule(),
        unchanged=compared.unchanged,
        levels=compared.levels,
    )
