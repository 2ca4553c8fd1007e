"""Query results as RDF, in the W3C result set vocabulary: one node per solution, one binding per variable.

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
    """Convert SPARQL JSON, solutions or a boolean, to a result set; `rs:index` holds the order of the rows."""
    results = parse_query_results(body, format=QueryResultsFormat.JSON)
    result_set = BlankNode("results")
    triples = [Triple(result_set, _TYPE, _rs("ResultSet"))]
    if isinstance(results, QueryBoolean):
        return [*triples, Triple(result_set, _rs("boolean"), Literal(bool(results)))]
    assert isinstance(results, QuerySolutions)
    columns = [variable.value for variable in results.variables]
    triples += [Triple(result_set, _rs("resultVariable"), Literal(column)) for column in columns]
    for number, row in enumerate(results, start=1):
        solution = BlankNode(f"row{number}")
        triples.append(Triple(result_set, _rs("solution"), solution))
        triples.append(Triple(solution, _rs("index"), Literal(str(number), datatype=_INTEGER)))
        for position, column in enumerate(columns, start=1):
            if (value := row[column]) is None:
                continue
            binding = BlankNode(f"row{number}column{position}")
            triples.append(Triple(solution, _rs("binding"), binding))
            triples.append(Triple(binding, _rs("variable"), Literal(column)))
            triples.append(Triple(binding, _rs("value"), value))
    return triples
