"""Check of the SPARQL in shapes: it must be valid by the grammar, and never sends a request.

The queries of SHACL-SPARQL must not contain SERVICE (SHACL, appendix A). The check is that of the SPARQL endpoint and
comes before either engine, whose own parsers read some texts in other ways.
"""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.sparql.query_syntax import QuerySyntaxError, read_query
from begrepp.validation.shacl.shapes import Shapes
from begrepp.validation.shacl.vocabulary import SH

_QUERIES = ("select", "ask", "construct")
_STRING = NamedNode(expand("xsd:string"))
_PREFIX = re.compile(r"(?:[^\W\d_](?:[\w.-]*[\w-])?)?")


def check_shape_queries(shapes: Shapes) -> None:
    """Raise `InputError` for SPARQL in the shapes that is not valid or contains SERVICE, and for invalid prefixes."""
    for quad in shapes.graph.quads:
        name = quad.predicate.value.removeprefix(SH)
        if name == quad.predicate.value or not isinstance(quad.object, Literal):
            continue
        if name in _QUERIES and quad.object.datatype == _STRING:
            _check_query(shapes.name(quad.subject), quad.object.value)
        elif name in ("prefix", "namespace"):
            _check_prefix_part(shapes.name(quad.subject), name, quad.object.value)


def _check_query(shape: str, query: str) -> None:
    try:
        tokens = read_query(query)
    except QuerySyntaxError as error:
        raise InputError(shape, f"the query is not valid SPARQL: {error.reason}", error.next_step) from None
    if any(token.is_word("SERVICE") for token in tokens):
        raise InputError(shape, "SERVICE is not allowed in the queries of shapes.", "Remove SERVICE.")


def _check_prefix_part(shape: str, name: str, text: str) -> None:
    """Check a prefix or a namespace, which the engines put before a query as text."""
    try:
        valid = bool(_PREFIX.fullmatch(text)) if name == "prefix" else bool(NamedNode(text))
    except ValueError:
        valid = False
    if not valid:
        raise InputError(shape, f"sh:{name} is not valid: {text[:100]}", "Correct the declaration of the prefix.")
