"""The graphs of a build as one file of N-Quads, whole or as the public projection."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from begrepp.artefact.manifest import Manifest, part_from_entry, read_manifest
from begrepp.artefact.public_projection import public_lines
from begrepp.history.correspondence import DIFFERENCE_TEXTS
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import iri, name
from begrepp.records import Redistribution


def write_nquads(build: Path, target: Path, *, public: bool) -> int:
    """Write all named graphs to `target` (`.nq` or `.nq.gz`); the number of quads."""
    manifest = read_manifest(build)
    aside = target.with_name(target.name + ".part")
    count = 0
    with _open_output(aside, target.suffix == ".gz") as out:
        for quad in nquad_lines(build, manifest, public=public):
            out.write(quad.encode())
            count += 1
    aside.replace(target)
    return count


def _open_output(path: Path, zipped: bool) -> IO[bytes]:
    return gzip.open(path, "wb") if zipped else path.open("wb")  # type: ignore[return-value]


def nquad_lines(build: Path, manifest: Manifest, *, public: bool, only: set[str] | None = None) -> Iterator[str]:
    """Every quad of the named graphs as a line of N-Quads; of `only` those releases, where they are given."""
    folder = build / "graphs"
    for graph in manifest.graphs:
        if only is not None and graph.graph not in only:
            continue
        part = part_from_entry(graph, folder)
        suffix = f" {iri(part.graph)} .\n"
        with part.path.open(encoding="utf-8") as lines:
            for line in public_lines(part, lines) if public else lines:
                yield line.removesuffix(" .\n") + suffix
    if only is not None:
        return
    texts = {f" {name(prefixed)} " for prefixed in DIFFERENCE_TEXTS}
    for difference in manifest.differences:
        suffix = f" {iri(difference.graph)} .\n"
        withheld = texts if public and difference.redistribution != Redistribution.ALLOWED else set()
        with (folder / difference.file).open(encoding="utf-8") as lines:
            for line in lines:
                if not any(predicate in line for predicate in withheld):
                    yield line.removesuffix(" .\n") + suffix
    iris = Iris(manifest.base)
    # The provenance names skipped rows with what stood in them, so it stays inside.
    for own in ("catalog", "cascade") if public else ("catalog", "cascade", "provenance"):
        suffix = f" {iri(iris.graph(own))} .\n"
        with (folder / f"{own}.nt").open(encoding="utf-8") as lines:
            for line in lines:
                yield line.removesuffix(" .\n") + suffix
