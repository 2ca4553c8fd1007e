"""Benchmark of the search with two million labels, next to SQLite FTS5 and SPARQL CONTAINS.

The labels are made up: compounds of the parts that clinical words are made of, the usual ones often and the rare
ones seldom, two in Swedish and two in English for each of half a million concepts. All three are asked in turn, in
one run, and nothing twice; the figures are milliseconds of wall-clock time and of processor time. Where other programs
use the processors too, the second and the ratios are what means something.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import DefaultGraph, RdfFormat, Store

from begrepp.search import TextIndex, write_index
from begrepp.text.swedish import fold

CONCEPTS = 500_000


def _words(text: str) -> list[str]:
    return text.split()


_HEADS = _words("""
lung lever njur bröst tarm hjärt hjärn hud ben blod lymf mag hals öron ögon näs tand led rygg höft knä fot
hand arm axel buk bäcken urin prostata livmoder äggstock sköldkörtel bukspott mjält strup lår muskel nerv sen
skelett kärl vener artär cell slem foster barn ålders yrkes vinter pollen virus bakterie svamp läkemedels
strål köld
""")
_TAILS = _words("""
cancer tumör inflammation infektion sjukdom skada smärta svikt sten bråck blödning svullnad fraktur
förträngning utvidgning sår cysta metastas transplantation operation undersökning röntgen biopsi protes
dränage prov mätning behandling screening kontroll vård plastik resektion punktion injektion stelhet kramp
klåda utslag
""")
_FIRST = _words("""
akut kronisk återkommande medfödd förvärvad godartad elakartad primär misstänkt bekräftad lindrig svår
""")
_EN_FIRST = _words("""
acute chronic recurrent congenital acquired benign malignant primary suspected confirmed mild severe
""")
_EN_HEADS = _words("""
lung liver kidney breast bowel heart brain skin bone blood lymph stomach throat ear eye nose tooth joint back
hip knee foot hand arm shoulder abdomen pelvis urinary prostate uterus ovary thyroid pancreas spleen
""")
_EN_TAILS = _words("""
cancer tumour inflammation infection disease injury pain failure stone hernia bleeding swelling fracture
stenosis ulcer cyst metastasis transplantation operation examination biopsy prosthesis drainage sample
""")
_PLACES = "höger sida|vänster sida|med komplikation|utan komplikation|hos barn|hos vuxna|efter operation|i remission"
_ASKED, _SCANNED = 250, 12
"""Number of different queries, each run once; and of SPARQL queries, which scan all labels."""


def run(_: Path) -> None:
    """Write the labels, index them in three ways, and run the queries."""
    with tempfile.TemporaryDirectory() as folder:
        labels = Path(folder) / "labels.nt"
        _write(labels)
        started = time.monotonic()
        things = write_index(Path(folder) / "index", labels)
        print(f"{things:,} things and {4 * things:,} labels indexed in {time.monotonic() - started:.0f} s")
        index = TextIndex(Path(folder) / "index")
        database, graph = _fts5(labels), _store(Path(folder) / "store", labels)
        index.search("lungcancer")  # the first question opens the files
        searched, typed = _asked()
        _report("searched", searched, (("begrepp", index.search), ("FTS5", database), ("CONTAINS", graph)))
        _report("while typing", typed, (("begrepp", index.suggest), ("FTS5", database)))


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8") as out:
        for number in range(CONCEPTS):
            rng = random.Random(number)
            subject = f"<https://example.org/id/cs/x/C{number:06}>"
            skos = "<http://www.w3.org/2004/02/skos/core#"
            one, two = _named(rng)
            lines = [f'{subject} {skos}altLabel> "{two[0]}"@sv .\n', f'{subject} {skos}altLabel> "{two[1]}"@en .\n']
            lines += [f"{subject} {skos}inScheme> <https://example.org/id/cs/x> .\n"]
            lines += [f'{subject} {skos}notation> "C{number:06}" .\n']
            lines += [f'{subject} {skos}prefLabel> "{one[0]}"@sv .\n', f'{subject} {skos}prefLabel> "{one[1]}"@en .\n']
            lines += [f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> {skos}Concept> .\n"]
            out.writelines(sorted(lines))  # as the current view of a build


def _named(rng: random.Random) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return two Swedish and two English labels; words at the end of each list are rare."""

    def one(words: list[str]) -> str:
        return words[min(int(rng.expovariate(4 / len(words))), len(words) - 1)]

    place, number = rng.choice(_PLACES.split("|")), rng.randrange(100)
    sv = f"{one(_FIRST)} {one(_HEADS)}{one(_TAILS)}"
    en = f"{one(_EN_FIRST)} {one(_EN_HEADS)} {one(_EN_TAILS)}"
    return (f"{sv} {place}", f"{en}, type {number}"), (f"{sv}, typ {number}", f"{en} NOS")


def _asked() -> tuple[list[str], list[str]]:
    """Return phrases of existing labels, and prefixes as typed."""
    rng = random.Random(7)
    searched, typed = dict[str, None](), dict[str, None]()
    while len(searched) < _ASKED or len(typed) < _ASKED:
        labels = [label.replace(",", "") for pair in _named(random.Random(rng.randrange(CONCEPTS))) for label in pair]
        words = rng.choice(labels).split()
        first = rng.randrange(len(words))
        searched[" ".join(words[first : rng.randrange(first, len(words)) + 1])] = None
        typed[(label := rng.choice(labels))[: rng.randrange(1, len(label))]] = None
    return [*searched][:_ASKED], [*typed][:_ASKED]


def _fts5(labels: Path) -> Callable[[str], object]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE label USING fts5(text, iri UNINDEXED, prefix='1 2 3')")
    database.executemany("INSERT INTO label VALUES (?, ?)", _labels(labels))

    def ask(query: str) -> object:
        words = " ".join(f'"{word}"*' for word in query.split())
        ranked = "SELECT iri FROM label WHERE label MATCH ? ORDER BY rank LIMIT 25"
        return database.execute(ranked, (words,)).fetchall()

    return ask


def _store(path: Path, labels: Path) -> Callable[[str], object]:
    store = Store(str(path))
    store.bulk_load(path=str(labels), format=RdfFormat.N_TRIPLES, to_graph=DefaultGraph())

    def ask(query: str) -> object:
        text = (
            "SELECT ?c WHERE { ?c <http://www.w3.org/2004/02/skos/core#prefLabel>|"
            "<http://www.w3.org/2004/02/skos/core#altLabel> ?l FILTER(CONTAINS(LCASE(STR(?l)), "
            f'"{query.lower()}")) }} LIMIT 25'
        )
        return [*store.query(text)]

    return ask


def _labels(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if "Label> " in line:
                yield fold(line.split('"')[1]), line.split(" ", 1)[0]


def _report(what: str, queries: Sequence[str], sides: Sequence[tuple[str, Callable[[str], object]]]) -> None:
    print(f"\n{what:20}" + "".join(f"{name:>16}" for name, _ in sides))
    taken: dict[tuple[str, str], list[float]] = {}
    for place, query in enumerate(queries):
        for name, ask in sides:
            if name != "CONTAINS" or place < _SCANNED:
                started, before = time.perf_counter(), time.process_time()
                ask(query)
                after, ended = time.process_time(), time.perf_counter()
                taken.setdefault((name, "elapsed"), []).append((ended - started) * 1000)
                taken.setdefault((name, "processor"), []).append((after - before) * 1000)
    for clock in ("elapsed", "processor"):
        for share in (50, 95):
            times = (sorted(taken[name, clock]) for name, _ in sides)
            cells = "".join([f"{each[int(len(each) * share / 100)]:13.1f} ms" for each in times])
            print(f"{f'{clock} p{share}':20}{cells}")
