"""Benchmark of SHACL engines on synthetic Snomed releases: `python -m bench shacl FOLDER`.

The release (bench/snomed.py) is turned into sorted N-Triples by the loader and kept in FOLDER for the next time.
Each engine runs in a process of its own with a deadline; reading is included. An engine that does not finish one
size in time is not asked for a larger one. Jena, pyshifty and PyPI's `shacl` are measured where they are installed.
Jena's shapes have messages in one language, for it refuses two; the others judge the same triples by all the rules
unchanged. BENCH_ENGINES names the engines to measure.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, Triple, serialize

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import ntriples_line
from begrepp.rdf.sorted_files import SortedFile
from begrepp.records import EditionFiles, LoadRemark, Mapping, MappingSet, Skipped
from begrepp.settings import ROOT
from begrepp.validation.shacl.shapes import Shapes
from bench import jena, snomed

SIZES = {"100 k": 4_200, "1 M": 41_700, "10 M": 416_000}
"""Concepts that make about so many triples."""
ENGINES = ("begrepp", "shacl", "pyshacl", "pyshifty", "jena")
DEADLINE = int(os.environ.get("BENCH_DEADLINE", "600"))


def run(folder: Path) -> None:
    """Print wall and CPU seconds, peak memory and number of results, relative to ours."""
    late: set[str] = set()
    print(f"{'':8}{'':10}{'triples':>12}{'seconds':>10}{'CPU':>8}{'peak MB':>9}{'results':>9}{'times ours':>12}")
    for size in os.environ.get("BENCH_SIZES", ",".join(SIZES)).split(","):
        files = _ntriples(folder, SIZES[size])
        triples = sum(_lines(file) for file in files)
        ours = 0.0
        for engine in os.environ.get("BENCH_ENGINES", ",".join(ENGINES)).split(","):
            if engine in late or not _installed(engine):
                continue
            started = time.perf_counter()
            outcome = _measured(engine, files, folder)
            seconds = time.perf_counter() - started
            ours = ours or seconds
            times = f"{seconds / ours:12.1f}"
            if outcome is None:
                late.add(engine)
                print(f"{size:8}{engine:10}{triples:12,}   not finished in {DEADLINE} s: more than {times.strip()}")
            else:
                cpu, peak, results = outcome
                row = f"{triples:12,}{seconds:10.1f}{cpu:8.1f}{peak:9,.0f}{results:9,}{times}"
                print(f"{size:8}{engine:10}{row}", flush=True)


def _ntriples(folder: Path, concepts: int) -> list[Path]:
    """Return the release as sorted N-Triples, one file of concepts and one of mappings."""
    home = folder / f"{concepts}-concepts"
    if not home.is_dir():
        with tempfile.TemporaryDirectory() as aside:
            snomed.run(Path(aside), concepts)
            files = tuple(sorted(path for path in Path(aside).rglob("*.txt")))
            edition = EditionFiles(source="snomed_rf2", version="2026-05-31", folder=Path(aside), files=files)
            _write(edition, home)
    return sorted(home.glob("*.nt"))


def _write(edition: EditionFiles, home: Path) -> None:
    mint = TripleWriter(Iris(), "https://example.org/load", ("https://example.org/file",))
    part = home.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    concepts, mappings = SortedFile(part / "concepts.nt"), SortedFile(part / "mappings.nt")
    for record in check_records(loaders.read_records(edition)):
        if not isinstance(record, Skipped | LoadRemark):
            for triple in mint.triples(record):
                (mappings if isinstance(record, Mapping | MappingSet) else concepts).add(ntriples_line(triple))
    concepts.close()
    mappings.close()
    part.rename(home)


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(block.count(b"\n") for block in iter(lambda: lines.read(1 << 24), b""))


def _installed(engine: str) -> bool:
    if engine == "jena":
        return jena.installed()
    module = {"pyshifty": "shifty", "begrepp": "begrepp.validation"}.get(engine, engine)
    return importlib.util.find_spec(module) is not None


def _measured(engine: str, files: Sequence[Path], folder: Path) -> tuple[float, float, int] | None:
    """Return CPU seconds, peak memory in MB and the number of results; None past the deadline."""
    command = (
        _jena(files, folder) if engine == "jena" else [sys.executable, "-m", "bench.shacl", engine, *map(str, files)]
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    timed = ["/usr/bin/env", "timeout", str(DEADLINE), *command]
    with subprocess.Popen(timed, stdout=subprocess.PIPE, text=True) as process:
        count, peak = 0, 0.0
        for line in process.stdout or ():
            if engine == "jena":
                count += "sh:ValidationResult " in line or "sh:ValidationResult;" in line
            elif line.startswith("results "):
                _, number, peak_text = line.split()
                count, peak = int(number), float(peak_text)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        return None
    peak = peak or after.ru_maxrss / 1024
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak, count


def judge(engine: str, files: Sequence[Path]) -> int:
    """Return the number of results of a Python engine."""
    if engine == "begrepp":
        from begrepp.validation.validate import validate  # noqa: PLC0415  # each engine loads only what is its own

        return sum(group.count for group in validate(files).groups)
    if engine == "shacl":
        return _judge_by_shacl(files)
    import rdflib  # noqa: PLC0415

    data = rdflib.Graph()
    for file in files:
        data.parse(file, format="nt")
    rules = rdflib.Graph().parse(data=_shapes(), format="nt")
    if engine == "pyshacl":
        import pyshacl  # noqa: PLC0415

        _, report, _ = pyshacl.validate(data, shacl_graph=rules, advanced=False)
    else:
        import shifty  # noqa: PLC0415

        _, report, _ = shifty.validate(data, rules, on_unsupported="error")
    return len(set(report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult)))


def _judge_by_shacl(files: Sequence[Path]) -> int:
    """Return the number of results of PyPI's `shacl`, which reads one file of data and one of shapes."""
    shacl = importlib.import_module("shacl")
    with tempfile.TemporaryDirectory() as aside:
        data, rules = Path(aside, "data.nt"), Path(aside, "shapes.nt")
        rules.write_bytes(_shapes())
        with data.open("wb") as out:
            for file in files:
                out.write(file.read_bytes())
        return len(shacl.validate(str(data), str(rules)).results)


def _shapes() -> bytes:
    quads = Shapes(sorted((ROOT / "shapes").glob("*.ttl"))).graph.quads
    return serialize((Triple(q.subject, q.predicate, q.object) for q in quads), format=RdfFormat.N_TRIPLES) or b""


def _jena(files: Sequence[Path], folder: Path) -> list[str]:
    """Run Jena's `shacl`, with messages in one language."""
    home = folder / "jena"
    home.mkdir(parents=True, exist_ok=True)
    one_language = [
        line for line in _shapes().splitlines(True) if not (b"#message>" in line and line.endswith(b"@sv .\n"))
    ]
    (home / "shapes.nt").write_bytes(b"".join(one_language))
    with (home / "data.nt").open("wb") as out:
        for file in files:
            out.write(file.read_bytes())
    judged = ("validate", "--shapes", str(home / "shapes.nt"), "--data", str(home / "data.nt"))
    return jena.command(home, "shacl.shacl", *judged)


if __name__ == "__main__":
    found = judge(sys.argv[1], [Path(name) for name in sys.argv[2:]])
    print("results", found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
