"""Benchmark with 500,000 synthetic variables: build and typical queries.

`python -m bench variables DATA` writes REGISTERS registers of TABLES × COLUMNS columns under DATA/raw, builds them
with nothing else, and prints seconds, memory, sizes and the times of queries, of two questions of the cookbook, and of
the feeds. BENCH_REGISTERS changes the number; BENCH_BUILT=1 asks the build that is there already.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from pyoxigraph import Store

from begrepp.exports.dcat_feeds import feed_profiles, write_feed
from begrepp.queries.query_files import get_example
from begrepp.rdf.namespaces import prefixes
from begrepp.store.disk import DiskStore

REGISTERS = int(os.environ.get("BENCH_REGISTERS", "50"))
TABLES = 20
COLUMNS = 500
CONCEPTS = 4_000
ROUNDS = 5
_UNITS = ("mm", "cm", "g/L", "mg/dL", "ug/L", "ng/mL", "år", "mo", "mmol/L", "tum")
_LISTS = ("0=nej|1=ja|9=okänt", "1=man|2=kvinna", "0=negativ|1=positiv|2=ej utförd", "1=I|2=II|3=III|4=IV")

QUERIES = {
    "who measures a concept": """SELECT ?d ?n { ?v begrepp:measures <{base}id/cs/matt/c7> ; csvw:name ?n .
        ?t csvw:column ?v . ?g csvw:table ?t . ?d health:hasVariables ?g }""",
    "the same, differently coded": """SELECT ?a ?b { ?cv begrepp:measures <{base}id/cs/matt/c7> .
        ?r1 begrepp:conceptualVariable ?cv . ?r2 begrepp:conceptualVariable ?cv . FILTER(STR(?r1) < STR(?r2))
        ?a begrepp:representedVariable ?r1 . ?b begrepp:representedVariable ?r2 } LIMIT 1000""",
    "the same quantity, another unit": """SELECT ?u1 ?u2 (COUNT(*) AS ?n) { ?cv begrepp:measures <{base}id/cs/matt/c7> .
        ?r1 begrepp:conceptualVariable ?cv ; qudt:hasUnit ?u1 . ?r2 begrepp:conceptualVariable ?cv ; qudt:hasUnit ?u2 .
        ?u1 qudt:hasDimensionVector ?q . ?u2 qudt:hasDimensionVector ?q FILTER(STR(?u1) < STR(?u2)) }
        GROUP BY ?u1 ?u2""",
    "columns of a table": """SELECT ?v ?n ?t { <{base}id/dataset/register-3/table/t5> csvw:column ?v .
        ?v csvw:name ?n ; csvw:title ?t }""",
    "values of a variable": """SELECT ?code ?label { <{base}id/dataset/register-3/t5/var/v5_14> begrepp:codeList ?l .
        ?c skos:inScheme ?l ; skos:notation ?code ; skos:prefLabel ?label }""",
    "variables per dataset": """SELECT ?d (COUNT(?v) AS ?n) { ?d health:hasVariables/csvw:table/csvw:column ?v }
        GROUP BY ?d""",
}


QUESTIONS = ("same-thing-in-different-units", "same-variable-in-two-registers")


def run(data: Path) -> None:
    """Write, build and query the registers; print the cost."""
    if not os.environ.get("BENCH_BUILT"):
        _build(data)
    _ask_all(data / "current")


def _build(data: Path) -> None:
    raw = data / "raw"
    shutil.rmtree(data / "raw", ignore_errors=True)
    _write_concepts(raw)
    for number in range(REGISTERS):
        _write_register(raw / f"register-{number}" / "2026", number)
    variables = REGISTERS * TABLES * COLUMNS
    size = sum(path.stat().st_size for path in raw.rglob("*") if path.is_file())
    print(f"{variables:,} variables in {REGISTERS} registers, {size / 1e6:.0f} MB of CSV")
    started = time.perf_counter()
    command = [sys.executable, "-m", "begrepp", "build", "--no-starter"]
    subprocess.run(command, env={**os.environ, "BEGREPP_DATA": str(data)}, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak, cpu = spent.ru_maxrss / 1e6, spent.ru_utime + spent.ru_stime
    build = data / "current"
    graphs, store = (_size(build / name) for name in ("graphs", "store"))
    print(f"built in {seconds:.0f} s, {cpu:.0f} s of them at work on a processor, at most {peak:.1f} GB in a process")
    print(f"graphs {graphs / 1e6:,.0f} MB, store {store / 1e6:,.0f} MB")


def _ask_all(build: Path) -> None:
    print(f"milliseconds, median of {ROUNDS}")
    opened = Store.read_only(str(build / "store"))
    for title, query in QUERIES.items():
        _ask(opened, title, query.replace("{base}", "https://w3id.org/begrepp/"))
    for name in QUESTIONS:
        text = get_example(name).text.replace("dataset/nkbc>", "dataset/register-3>")
        _ask(opened, name, text.replace("dataset/cancerregistret>", "dataset/register-4>"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    kept = DiskStore(build / "store")
    for profile in feed_profiles():
        started = time.perf_counter()
        triples = write_feed(kept, profile, build.parent / f"{profile}.ttl")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        seconds = time.perf_counter() - started
        print(f"feed {profile:29}{seconds * 1000:10.0f}  {triples:>8,} triples, {peak - before:.1f} GB more memory")


def _ask(store: Store, title: str, query: str) -> None:
    times, rows = [], 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        rows = sum(1 for _ in store.query(query, prefixes=prefixes()))  # type: ignore[arg-type, misc]
        times.append((time.perf_counter() - started) * 1000)
    print(f"{title:34}{statistics.median(times):10.1f}  {rows:>8,} rows")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _head(loader: str, title: str) -> str:
    return (
        f'loader = "{loader}"\n[source]\npublisher = "begrepp"\n'
        'licence = "https://creativecommons.org/publicdomain/zero/1.0/"\n'
        f'[{"scheme" if loader == "table" else "dataset"}]\ntitle.sv = "{title}"\n'
    )


def _write_concepts(raw: Path) -> None:
    folder = raw / "matt" / "2026"
    folder.mkdir(parents=True)
    columns = '[[file]]\nname = "codes.csv"\n[file.columns]\nnotation = "code"\npref_label.sv = "label"\n'
    (folder / "source.toml").write_text(f"{_head('table', 'Mått')}hierarchical = false\n{columns}", encoding="utf-8")
    rows = "".join(f"c{number},mått {number}\n" for number in range(CONCEPTS))
    (folder / "codes.csv").write_text(f"code,label\n{rows}", encoding="utf-8")


def _write_register(folder: Path, number: int) -> None:
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(
        _head("variables", f"Register {number}")
        + 'description.sv = "Påhittat."\n[[variables]]\nfile = "variables.csv"\n[variables.columns]\ntable = "table"\n'
        'name = "name"\nlabel.sv = "label"\ndescription.sv = "about"\ndatatype = "type"\nunit = "unit"\n'
        'concept = "concept"\n[variables.values]\ncolumn = "values"\nsplit = "|"\npair = "="\nmissing = ["okänt"]\n',
        encoding="utf-8",
    )
    with (folder / "variables.csv").open("w", encoding="utf-8") as out:
        out.write("table,name,label,about,type,unit,concept,values\n")
        for table in range(TABLES):
            for column in range(COLUMNS):
                seed = number * 7919 + table * 613 + column
                # Two of three columns are linked to a concept; half of all are coded, the others measured.
                concept = f"matt:c{(seed * 31) % CONCEPTS}" if seed % 3 else ""
                coded = seed // 7 % 2
                kind, unit, values = (
                    ("string", "", _LISTS[seed % 4]) if coded else ("decimal", _UNITS[seed // 11 % 10], "")
                )
                about = f"Kolumn {column} i tabell {table} i register {number} (påhittad för mätning)"
                out.write(f"t{table},v{table}_{column},mått {seed},{about},{kind},{unit},{concept},{values}\n")
