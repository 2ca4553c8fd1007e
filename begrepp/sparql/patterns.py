"""The triple patterns of a query, by rdflib's algebra: what must match, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import BNode, URIRef, Variable
from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from begrepp.errors import QueryError
from begrepp.rdf.namespaces import compact, prefixes
from begrepp.sparql.tokens import depth, tokens

LONGEST = 20_000
_DEEPEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class TriplePattern:
    """One triple pattern: its terms, the graph it is asked of (empty: the default graph), and whether it must match."""

    subject: Node
    predicate: Node | Path
    object: Node
    graph: str = ""
    required: bool = True

    @property
    def text(self) -> str:
        """In SPARQL's own writing, complete with GRAPH."""
        inner = f"{_written(self.subject)} {_written(self.predicate)} {_written(self.object)} ."
        return f"GRAPH {self.graph} {{ {inner} }}" if self.graph else inner

    @property
    def said(self) -> str:
        """The same for people, with prefixes."""
        return re.sub(r"<([^<>]*)>", lambda found: short(found[1]), self.text)

    @property
    def terms(self) -> tuple[Node | Path, ...]:
        """Subject, predicate and object."""
        return (self.subject, self.predicate, self.object)


def _written(term: Node | Path) -> str:
    if isinstance(term, BNode):
        return f"?_{term}"
    written: str = term.n3()
    return written


def short(iri: str) -> str:
    """An IRI as people write it: a prefixed name where there is one."""
    return name if (name := compact(iri)) != iri else f"<{iri}>"


def algebra(query: str) -> CompValue:
    """The query's algebra; raises `QueryError` where it cannot be parsed, or is too long to look at."""
    words = list(tokens(query))
    if len(query) > LONGEST or depth(words) > _DEEPEST:
        raise QueryError("The query is too long to be looked into.", "Shorten it.")
    try:
        return translateQuery(parseQuery(query), initNs=prefixes()).algebra
    except QueryError:
        raise
    except Exception as error:  # pyparsing and rdflib raise many kinds
        raise QueryError(f"The query cannot be read: {error}", "Correct it and ask again.") from None


def patterns(query: str) -> list[TriplePattern]:
    """The triple patterns of a query, in the order of the algebra."""
    return [*_patterns(algebra(query), "", True)]


def _patterns(node: object, graph: str, required: bool) -> Iterator[TriplePattern]:
    if isinstance(node, CompValue):
        if node.name == "BGP":
            for subject, predicate, object_ in node.triples:
                yield TriplePattern(
                    subject=subject, predicate=predicate, object=object_, graph=graph, required=required
                )
            return
        inner = node.term.n3() if node.name == "Graph" else graph
        for key, value in node.items():
            optional = (node.name in ("LeftJoin", "Minus") and key == "p2") or node.name == "Union" or key == "expr"
            yield from _patterns(value, inner, required and not optional)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _patterns(item, graph, required)


def required_properties(query: str) -> frozenset[str]:
    """The properties without which nothing can match."""
    return frozenset(
        str(pattern.predicate)
        for pattern in patterns(query)
        if pattern.required and isinstance(pattern.predicate, URIRef)
    )


def is_variable(term: object) -> bool:
    """Whether a term stands open."""
    return isinstance(term, Variable | BNode)
