"""Serialisation of graphs to RDF formats, sorted and with only the prefixes that are used."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from begrepp.rdf.namespaces import prefixes
from begrepp.rdf.xml_output import write_triples


def graph_bytes(triples: Iterable[Triple], rdf_format: RdfFormat) -> bytes:
    """Serialise triples, sorted and without duplicates.

    The same triples give the same bytes, except for the order of namespace declarations in RDF/XML. Raises
    `UnsuitableFormat` if RDF/XML cannot hold them.
    """
    ordered = sorted(set(triples), key=str)
    written = BytesIO()
    write_triples(ordered, written, rdf_format, _used_prefixes(ordered))
    if rdf_format != RdfFormat.TURTLE:
        return written.getvalue()
    written.seek(0)
    out = BytesIO()
    _sort_prefixes(written, out)
    return out.getvalue()


def write_graph(lines: Path, target: Path, rdf_format: RdfFormat) -> None:
    """Convert a file of sorted N-Triples to another format, in constant memory. Raises `UnsuitableFormat`."""
    temporary = target.with_name(target.name + ".aside")
    with temporary.open("wb+") as written:
        write_triples(_read_triples(lines), written, rdf_format, _used_prefixes(_read_triples(lines)))
        if rdf_format != RdfFormat.TURTLE:
            temporary.replace(target)
            return
        written.seek(0)
        with target.open("wb") as out:
            _sort_prefixes(written, out)
    temporary.unlink()


def _read_triples(lines: Path) -> Iterator[Triple]:
    for quad in parse(path=str(lines), format=RdfFormat.N_TRIPLES):
        assert isinstance(quad, Quad)
        yield quad.triple


def _sort_prefixes(turtle: IO[bytes], out: IO[bytes]) -> None:
    """Copy Turtle with its prefix lines sorted and an empty line after them."""
    prefix_lines = []
    while (line := turtle.readline()).startswith(b"@prefix"):
        prefix_lines.append(line)
    out.write(b"".join(sorted(prefix_lines)) + b"\n" + line)
    shutil.copyfileobj(turtle, out)


def _used_prefixes(triples: Iterable[Triple]) -> dict[str, str]:
    """Return the prefixes of the namespaces that the triples use.

    A namespace ends in `/` or `#`, so each IRI is cut after its last one before the comparison.
    """
    names = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode):
                names.add(_namespace(term.value))
            elif isinstance(term, Literal):
                names.add(_namespace(term.datatype.value))
    return {prefix: ns for prefix, ns in prefixes().items() if any(name.startswith(ns) for name in names)}


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
