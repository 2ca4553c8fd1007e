"""Graphs as files for people and machines: sorted, with just the prefixes that they use."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from begrepp.rdf.namespaces import prefixes


def graph_bytes(triples: Iterable[Triple], rdf_format: RdfFormat) -> bytes:
    """The triples in a format; the same triples give the same bytes, but for the order of XML's prefixes."""
    ordered = sorted(set(triples), key=str)
    written = serialize(ordered, format=rdf_format, prefixes=_used(ordered)) or b""
    if rdf_format != RdfFormat.TURTLE:
        return written
    out = BytesIO()
    _in_order(BytesIO(written), out)
    return out.getvalue()


def write_graph(lines: Path, target: Path, rdf_format: RdfFormat) -> None:
    """Write a file of sorted N-Triples in another format, in memory that does not grow with it."""
    aside = target.with_name(target.name + ".aside")
    with aside.open("wb+") as written:
        serialize(_read(lines), written, format=rdf_format, prefixes=_used(_read(lines)))
        if rdf_format != RdfFormat.TURTLE:
            aside.replace(target)
            return
        written.seek(0)
        with target.open("wb") as out:
            _in_order(written, out)
    aside.unlink()


def _read(lines: Path) -> Iterator[Triple]:
    for quad in parse(path=str(lines), format=RdfFormat.N_TRIPLES):
        assert isinstance(quad, Quad)
        yield quad.triple


def _in_order(turtle: IO[bytes], out: IO[bytes]) -> None:
    """Turtle with its prefixes in order, and an empty line after them."""
    head = []
    while (line := turtle.readline()).startswith(b"@prefix"):
        head.append(line)
    out.write(b"".join(sorted(head)) + b"\n" + line)
    shutil.copyfileobj(turtle, out)


def _used(triples: Iterable[Triple]) -> dict[str, str]:
    """The prefixes of what the triples name. A namespace ends in `/` or `#`, so names up to the last are enough."""
    names = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode):
                names.add(_stem(term.value))
            elif isinstance(term, Literal):
                names.add(_stem(term.datatype.value))
    return {prefix: ns for prefix, ns in prefixes().items() if any(name.startswith(ns) for name in names)}


def _stem(iri: str) -> str:
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
