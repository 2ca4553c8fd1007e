"""Benchmark of the terminology of a build: `python -m bench terminology DATA`, a data folder with a build.

CPU time of one look-up of each kind, on 5,000 random concepts of the largest code system; CPU time, memory and size of
writing the terminology anew from the files of the build.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from begrepp.artefact.manifest import current_build, part_from_entry, read_manifest
from begrepp.settings import Settings
from begrepp.terminology.derivation.terminology_writer import write_terminology
from begrepp.terminology.terminology import Terminology
from begrepp.terminology.terminology_index import FOLDER

_SAMPLE = 5000


def run(data: Path) -> None:
    """Print the times and sizes."""
    build = current_build(Settings(data=data))
    started = time.perf_counter()
    terminology = Terminology(build)
    system = max(terminology.all_current(), key=len)
    print(
        f"opened in {(time.perf_counter() - started) * 1000:.1f} ms; {system.description.id}: {len(system):,} concepts"
    )
    chosen = [random.Random(1).randrange(len(system)) for _ in range(_SAMPLE)]
    codes, iris = [*map(system.code, chosen)], [*map(system.iri, chosen)]
    hierarchy = system.hierarchy
    largest = max(range(len(system)), key=lambda concept: len(hierarchy.descendants(concept)))
    below = hierarchy.descendants(largest)
    _time("concept of a code", system.index, codes)
    _time("concept of another spelling", system.find, [code.lower() for code in codes])
    _time("concept of an IRI", terminology.locate, iris)
    _time("name", system.name, chosen)
    _time("record", system.record, chosen)
    _time("parents", hierarchy.parents, chosen)
    _time("children", hierarchy.children, chosen)
    _time("ancestors", hierarchy.ancestors, chosen)
    _time("descendants", hierarchy.descendants, chosen)
    _time(f"descendants of the largest ({len(below):,})", lambda _: hierarchy.descendants(largest), chosen)
    _time("subsumes", lambda pair: hierarchy.subsumes(*pair), [*zip(chosen, reversed(chosen), strict=True)])
    _time("intersection with the active ones", lambda _: below & system.active, chosen)
    _write(build)


def _time(title: str, function: Callable[[Any], object], arguments: Iterable[Any]) -> None:
    each = [*arguments]
    started = time.process_time()
    for argument in each:
        function(argument)
    print(f"{title:44}{(time.process_time() - started) / len(each) * 1e6:9.2f} µs")


def _write(build: Path) -> None:
    manifest = read_manifest(build)
    parts = [part_from_entry(entry, build / "graphs") for entry in manifest.graphs]
    in_force = {entry.graph for entry in manifest.graphs if entry.current}
    with tempfile.TemporaryDirectory(dir=build.parent, prefix=".bench-") as folder:
        started = time.process_time()
        write_terminology(Path(folder), build / "graphs/current.nt", parts, in_force, public=manifest.public)
        seconds = time.process_time() - started
        size = sum(file.stat().st_size for file in (Path(folder) / FOLDER).iterdir())
    store = sum(file.stat().st_size for file in (build / "store").iterdir())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"written in {seconds:.1f} CPU seconds, {memory:.2f} GB; {size / 1e6:.0f} MB, {size / store:.0%} of the store"
    )
