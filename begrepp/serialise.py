"""Graphs as files for people and machines: sorted, with just the prefixes that they use."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from begrepp.namespaces import prefixes


def graph_bytes(triples: Iterable[Triple], rdf_format: RdfFormat) -> bytes:
    """The triples in a format; the same triples give the same bytes, but for the order of XML's prefixes."""
    ordered = sorted(set(triples), key=str)
    written = serialize(ordered, format=rdf_format, prefixes=_used(ordered)) or b""
    if rdf_format != RdfFormat.TURTLE:
        return written
    lines = written.splitlines(keepends=True)
    head = [line for line in lines if line.startswith(b"@prefix")]
    return b"".join(sorted(head)) + b"\n" + b"".join(lines[len(head) :])


def _used(triples: Iterable[Triple]) -> dict[str, str]:
    names = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode):
                names.add(term.value)
            elif isinstance(term, Literal):
                names.add(term.datatype.value)
    return {prefix: ns for prefix, ns in prefixes().items() if any(name.startswith(ns) for name in names)}
