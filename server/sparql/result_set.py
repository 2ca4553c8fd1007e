"""A table of answers as RDF, in the W3C's vocabulary for it: one solution a node, with a binding for each column.

http://www.w3.org/2001/sw/DataAccess/tests/result-set#
"""

from __future__ import annotations

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from begrepp.rdf.namespaces import expand

_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_TYPE, _INTEGER = NamedNode(expand("rdf:type")), NamedNode(expand("xsd:integer"))


def _rs(name: str) -> NamedNode:
    return NamedNode(_RS + name)


def result_set_triples(body: bytes) -> list[Triple]:
    """Solutions, or a yes or no, in SPARQL JSON as a result set; the order of the rows is in `rs:index`."""
    found = parse_query_results(body, format=QueryResultsFormat.JSON)
    whole = BlankNode("results")
    triples = [Triple(whole, _TYPE, _rs("ResultSet"))]
    if isinstance(found, QueryBoolean):
        return [*triples, Triple(whole, _rs("boolean"), Literal(bool(found)))]
    assert isinstance(found, QuerySolutions)
    columns = [variable.value for variable in found.variables]
    triples += [Triple(whole, _rs("resultVariable"), Literal(column)) for column in columns]
    for number, row in enumerate(found, start=1):
        solution = BlankNode(f"row{number}")
        triples.append(Triple(whole, _rs("solution"), solution))
        triples.append(Triple(solution, _rs("index"), Literal(str(number), datatype=_INTEGER)))
        for place, column in enumerate(columns, start=1):
            if (value := row[column]) is None:
                continue
            binding = BlankNode(f"row{number}column{place}")
            triples.append(Triple(solution, _rs("binding"), binding))
            triples.append(Triple(binding, _rs("variable"), Literal(column)))
            triples.append(Triple(binding, _rs("value"), value))
    return triples
