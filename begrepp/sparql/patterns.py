"""Triple patterns of a query, extracted from rdflib's SPARQL algebra."""

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

MAX_QUERY_LENGTH = 20_000
"""The longest query that is parsed, in characters."""
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class TriplePattern:
    """A triple pattern: its terms, its graph (empty for the default graph), and whether it is required to match."""

    subject: Node
    predicate: Node | Path
    object: Node
    graph: str = ""
    required: bool = True

    @property
    def text(self) -> str:
        """The pattern in SPARQL syntax, with full IRIs and GRAPH."""
        inner = f"{_format_term(self.subject)} {_format_term(self.predicate)} {_format_term(self.object)} ."
        return f"GRAPH {self.graph} {{ {inner} }}" if self.graph else inner

    @property
    def short_text(self) -> str:
        """The pattern in SPARQL syntax, with prefixed names."""
        return re.sub(r"<([^<>]*)>", lambda match: format_iri(match[1]), self.text)

    @property
    def terms(self) -> tuple[Node | Path, ...]:
        """Subject, predicate and object."""
        return (self.subject, self.predicate, self.object)


def _format_term(term: Node | Path) -> str:
    if isinstance(term, BNode):
        return f"?_{term}"
    text: str = term.n3()
    return text


def format_iri(iri: str) -> str:
    """Format an IRI as a prefixed name if a prefix matches, otherwise in angle brackets."""
    return name if (name := compact(iri)) != iri else f"<{iri}>"


def parse_algebra(query: str) -> CompValue:
    """Parse a query to rdflib's algebra; raises `QueryError` if it is too long, nested too deeply, or not valid."""
    token_list = list(tokens(query))
    if len(query) > MAX_QUERY_LENGTH or depth(token_list) > _MAX_DEPTH:
        raise QueryError("The query is too long to be analysed.", "Shorten it.")
    try:
        return translateQuery(parseQuery(query), initNs=prefixes()).algebra
    except QueryError:
        raise
    except Exception as error:  # pyparsing and rdflib raise many kinds
        raise QueryError(f"The query cannot be parsed: {error}", "Fix the query and retry.") from None


def triple_patterns(query: str) -> list[TriplePattern]:
    """Return the triple patterns of a query in the order of the algebra; raises `QueryError`."""
    return [*_walk_algebra(parse_algebra(query), "", True)]


def _walk_algebra(node: object, graph: str, required: bool) -> Iterator[TriplePattern]:
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
            yield from _walk_algebra(value, inner, required and not optional)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _walk_algebra(item, graph, required)


def required_properties(query: str) -> frozenset[str]:
    """Return the properties of the triple patterns that are required to match; raises `QueryError`."""
    return frozenset(
        str(pattern.predicate)
        for pattern in triple_patterns(query)
        if pattern.required and isinstance(pattern.predicate, URIRef)
    )


def is_variable(term: object) -> bool:
    """Return whether a term is a variable or a blank node."""
    return isinstance(term, Variable | BNode)
