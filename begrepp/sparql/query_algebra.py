"""Triple patterns of a query, extracted from rdflib's SPARQL algebra.

rdflib takes 0.2 s to import, so this module is imported by the processes that analyse queries only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rdflib import BNode, Literal
from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from begrepp.errors import QueryError
from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.patterns import TriplePattern
from begrepp.sparql.tokens import depth, tokens

MAX_QUERY_LENGTH = 20_000
"""The longest query that is parsed, in characters."""
_MAX_DEPTH = 40


def triple_patterns(query: str) -> list[TriplePattern]:
    """Return the triple patterns of a query in the order of the algebra; raises `QueryError`."""
    return [*_walk_algebra(_parse_algebra(query), "", True)]


def _parse_algebra(query: str) -> CompValue:
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


def _walk_algebra(node: object, graph: str, required: bool) -> Iterator[TriplePattern]:
    if isinstance(node, CompValue):
        if node.name == "BGP":
            for subject, predicate, object_ in node.triples:
                yield TriplePattern(
                    subject=_format_term(subject),
                    predicate=_format_term(predicate),
                    object=_format_term(object_),
                    graph=graph,
                    required=required,
                    is_path=isinstance(predicate, Path),
                )
            return
        inner = node.term.n3() if node.name == "Graph" else graph
        for key, value in node.items():
            optional = (node.name in ("LeftJoin", "Minus") and key == "p2") or node.name == "Union" or key == "expr"
            yield from _walk_algebra(value, inner, required and not optional)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _walk_algebra(item, graph, required)


def _format_term(term: Node | Path) -> str:
    if isinstance(term, BNode):
        return f"?_{term}"
    if isinstance(term, Literal):
        quoted = json.dumps(str(term), ensure_ascii=False)
        datatype = f"^^<{term.datatype}>" if term.datatype else ""
        return f"{quoted}@{term.language}" if term.language else quoted + datatype
    text: str = term.n3()
    return text
