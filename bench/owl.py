"""Benchmark of owlready2 with ontologies of the size of HPO and Mondo, next to other readers.

`python -m bench owl FILES`, where FILES is the folder of publishers' files. The OWL (RDF/XML) is written from the
terms that the loaders read: named classes with their parents, labels, definitions and exact synonyms. Medians of
three rounds, taken in turn. `reasoned` is one round, with HermiT, where Java is present.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from begrepp.rdf.namespaces import expand
from begrepp.records import Concept, EditionFiles, Status
from bench.sources import FILES, RealFile, records
from loaders import obo_owl

ROUNDS = 3
_DEFINITION = "http://purl.obolibrary.org/obo/IAO_0000115"
_EXACT = "http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"
_TOML = (
    'loader = "obo_owl"\n[source]\npublisher = "begrepp"\nlicence = "https://example.org/"\n'
    '[scheme]\ntitle.en = "{}"\n[owl]\nreason = {}\n'
)


def run(data: Path) -> None:
    """Print the seconds of each reader."""
    print(
        "| ontology | classes | own loader of its format | owlready2, to records | pyoxigraph, to triples | reasoned |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for source in ("hpo", "mondo"):
        with tempfile.TemporaryDirectory() as folder:
            print(_row(next(each for each in FILES if each.source == source), data, Path(folder)), flush=True)


def _row(real: RealFile, data: Path, folder: Path) -> str:
    terms = [r for r in records(real, data, folder / "own") if isinstance(r, Concept)]
    owl = folder / "owl" / real.source / "2026" / f"{real.source}.owl"
    owl.parent.mkdir(parents=True)
    owl.write_bytes(serialize(_quads(terms), format=RdfFormat.RDF_XML) or b"")
    ways: tuple[Callable[[], int], ...] = (
        lambda: sum(isinstance(r, Concept) for r in records(real, data, Path(tempfile.mkdtemp(dir=folder)))),
        lambda: _read(owl, real.source, reason=False),
        lambda: sum(1 for _ in parse(path=str(owl), format=RdfFormat.RDF_XML)),
    )
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for place, way in enumerate(ways):
            seconds[place].append(_timed(way, len(terms)))
    medians = " | ".join(f"{statistics.median(each):.1f} s" for each in seconds)
    reasoned = f"{_timed(lambda: _read(owl, real.source, reason=True), 1):.1f} s" if shutil.which("java") else "no Java"
    return f"| {real.source} | {len(terms):,} | {medians} | {reasoned} |"


def _timed(way: Callable[[], int], least: int) -> float:
    started = time.monotonic()
    if way() < least:
        raise SystemExit("terms were lost")
    return time.monotonic() - started


def _read(owl: Path, source: str, *, reason: bool) -> int:
    (owl.parent / "source.toml").write_text(_TOML.format(source, str(reason).lower()), encoding="utf-8")
    edition = EditionFiles(source=source, version="2026", folder=owl.parent, files=tuple(sorted(owl.parent.iterdir())))
    return sum(isinstance(record, Concept) for record in obo_owl.load(edition))


def _quads(terms: list[Concept]) -> Iterator[Quad]:
    def iri(of: str) -> NamedNode:
        return NamedNode(of if "://" in of else f"http://purl.obolibrary.org/obo/{of.replace(':', '_')}")

    known = {iri(term.iri or term.notation) for term in terms}
    for term in terms:
        subject = iri(term.iri or term.notation)
        yield Quad(subject, NamedNode(expand("rdf:type")), NamedNode(expand("owl:Class")))
        if term.status is Status.INACTIVE:
            yield Quad(subject, NamedNode(expand("owl:deprecated")), Literal(True))
        for parent in map(iri, term.broader):
            if parent in known:
                yield Quad(subject, NamedNode(expand("rdfs:subClassOf")), parent)
        for predicate, texts in (
            (expand("rdfs:label"), term.pref_labels),
            (_DEFINITION, term.definitions),
            (_EXACT, term.alt_labels),
        ):
            for text in texts:
                yield Quad(subject, NamedNode(predicate), Literal(text.value, language=text.lang))
