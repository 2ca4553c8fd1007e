"""N-Quads export of the named graphs of a build, complete or as the public projection."""

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
    """Write all named graphs to `target` (`.nq` or `.nq.gz`); return the number of quads."""
    manifest = read_manifest(build)
    partial = target.with_name(target.name + ".part")
    count = 0
    with _open_output(partial, target.suffix == ".gz") as out:
        for quad in nquad_lines(build, manifest, public=public):
            out.write(quad.encode())
            count += 1
    partial.replace(target)
    return count


def _open_output(path: Path, zipped: bool) -> IO[bytes]:
    return gzip.open(path, "wb") if zipped else path.open("wb")  # type: ignore[return-value]


def nquad_lines(build: Path, manifest: Manifest, *, public: bool, only: set[str] | None = None) -> Iterator[str]:
    """Yield the quads of the named graphs as lines of N-Quads; with `only`, those of the given graphs (IRIs)."""
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
    # The provenance graph quotes skipped rows, so it is never public.
    for graph_name in (
        ("catalog", "cascade", "findings") if public else ("catalog", "cascade", "findings", "provenance")
    ):
        path = folder / f"{graph_name}.nt"
        if graph_name == "findings" and not path.exists():  # a build of an earlier version
            continue
        suffix = f" {iri(iris.graph(graph_name))} .\n"
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield line.removesuffix(" .\n") + suffix
