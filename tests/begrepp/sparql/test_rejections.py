"""Queries that the grammar accepts and the engine rejects: the reason and its place."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from begrepp.sparql.query_syntax import QuerySyntaxError
from begrepp.sparql.rejections import explain_rejection

CASES = [
    ("SELECT (1 AS ?x) (2 AS ?x) {}", 1, 24, "?x is already in the SELECT"),
    ("SELECT ?p (SUM(?n) AS ?p) { ?p ?n ?o } GROUP BY ?p", 1, 23, "?p is already in the SELECT"),
    ("SELECT * {\n ?s ?p ?o BIND(1 AS ?o) }", 2, 21, "?o is used before"),
    ("SELECT * { { ?s ?p ?o } OPTIONAL { ?s ?q ?r } BIND(1 AS ?r) }", 1, 57, "?r is used before"),
    ("SELECT ?x { ?x ?p ?o } GROUP BY ?p", 1, 8, "?x is neither grouped nor aggregated"),
    ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 1, 8, "?s is neither grouped nor aggregated"),
    ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 8, "SELECT * cannot stand"),
    ("SELECT * { BIND(STR() AS ?x) }", 1, 17, "STR has 0 arguments"),
    ("SELECT * { FILTER(REGEX('a')) }", 1, 19, "REGEX has 1 arguments"),
    ("SELECT * { ?s ?p ?o } LIMIT 1.5", 1, 29, "1.5 is no whole number"),
    ("SELECT * { _:a ?p ?o OPTIONAL { _:a ?q ?r } }", 1, 33, "_:a stands in two groups"),
]


@pytest.mark.parametrize(("query", "line", "column", "problem"), CASES)
def test_the_broken_rule_is_named_with_its_place(query: str, line: int, column: int, problem: str) -> None:
    with pytest.raises(SyntaxError) as rejected:
        Store().query(query)
    error = explain_rejection(query, str(rejected.value))
    assert isinstance(error, QuerySyntaxError), error
    assert (error.line, error.column) == (line, column) and problem in error.reason


def test_other_rules_are_named_in_the_sentence_of_the_engine() -> None:
    with pytest.raises(SyntaxError) as rejected:
        Store().query("SELECT (1 AS ?s) { ?s ?p ?o }")
    error = explain_rejection("SELECT (1 AS ?s) { ?s ?p ?o }", str(rejected.value))
    assert "overrides an existing variable" in error.reason and "[_]" not in error.reason


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o FILTER(?x = 1) BIND(1 AS ?x) }",
        "SELECT * { { ?s ?p ?o } UNION { BIND(1 AS ?s) } }",
        "SELECT (COUNT(?o) AS ?n) (SAMPLE(?s) AS ?t) ?p { ?s ?p ?o } GROUP BY ?p",
        "SELECT * { { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s } ?s ?q ?r }",
        "SELECT * { MINUS { ?s ?p ?o } BIND(1 AS ?o) }",
        "SELECT * { FILTER EXISTS { ?s ?p ?o } BIND(REPLACE('a', 'b', 'c', 'i') AS ?o) }",
    ],
)
def test_none_of_the_rules_is_found_broken_in_a_valid_query(query: str) -> None:
    list(Store().query(query))  # type: ignore[arg-type]
    assert not isinstance(explain_rejection(query, "another fault"), QuerySyntaxError)
