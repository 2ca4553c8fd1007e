"""Difference writer: writes the difference between consecutive editions of a scheme to an N-Triples file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from begrepp.artefact.manifest import LevelCoverage
from begrepp.artefact.parts import Part
from begrepp.build.loads.violations import refuse_invalid_graph
from begrepp.history.changes import Comparison
from begrepp.history.comparison import compare_parts
from begrepp.history.correspondence import difference_triples, rename_codes
from begrepp.history.reused_codes import ReusedCodes, separate_meanings
from begrepp.rdf.iris import Iris, segment
from begrepp.rdf.ntriples import ntriples_line
from begrepp.rdf.sorted_files import SortedFile
from begrepp.records import Coverage, Redistribution
from begrepp.text.version_order import version_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference in a file: its two editions, graph, path, checksum, and numbers of changes by class and rule."""

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
    reused_codes: ReusedCodes,
    compare: Callable[[Part, Part], Comparison] = compare_parts,
    *,
    public: bool,
) -> Iterator[Difference]:
    """Compare consecutive editions of every scheme; write each difference to a file in `folder`.

    Before the first one is written, re-used codes get IRIs of their own in the files of all parts. `compare` may be
    a cache. Raises `ValidationError` if a difference violates the shapes.
    """
    all_parts = [*parts]
    schemes = sorted(
        (p for p in all_parts if p.kind == "scheme"), key=lambda p: (p.id, p.valid_from, version_key(p.version))
    )
    compared = [
        (old, new, compare(old, new))
        for _, group in groupby(schemes, key=lambda part: part.id)
        for old, new in edition_pairs([*group])
    ]
    renames = separate_meanings(all_parts, compared, reused_codes, iris)
    for old, new, comparison in compared:
        comparison.changes = [
            rename_codes(change, renames.get(old.graph, {}), renames.get(new.graph, {}))
            for change in comparison.changes
        ]
        yield _write_difference(old, new, comparison, folder, iris, public=public)


def edition_pairs(editions: Sequence[Part]) -> Iterator[tuple[Part, Part]]:
    """Yield the pairs of editions to compare: each with the previous one, oldest first.

    A complete edition is also compared with the previous complete one if a partial edition is between them. A partial
    edition of another source is skipped: its texts are not the publisher's.
    """
    complete_coverage = Coverage.COMPLETE
    for number, new in enumerate(editions):
        earlier = [
            part
            for part in editions[:number]
            if part.source == new.source or part.coverage is new.coverage is complete_coverage
        ]
        if not earlier:
            continue
        yield earlier[-1], new
        if new.coverage is complete_coverage and earlier[-1].coverage is not complete_coverage:
            complete = [part for part in earlier if part.coverage is complete_coverage]
            if complete:
                yield complete[-1], new


def _write_difference(
    old: Part, new: Part, compared: Comparison, folder: Path, iris: Iris, *, public: bool
) -> Difference:
    scheme = new.id
    graph = iris.difference(scheme, old.version, new.version)
    protected = Redistribution.NOT_ALLOWED in (old.redistribution, new.redistribution)
    out = SortedFile(folder / f"difference--{scheme}--{segment(old.version)}--{segment(new.version)}.nt")
    for triple in difference_triples(graph, old, new, compared, with_texts=not (public and protected)):
        out.add(ntriples_line(triple))
    triples, sha256 = out.close()
    refuse_invalid_graph(
        out.path,
        f"The difference between {scheme} {old.version} and {new.version}",
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
