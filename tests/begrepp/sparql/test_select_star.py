"""The columns of `SELECT *` stand as their variables do in the query."""

from __future__ import annotations

import pytest
from pyoxigraph import QuerySolutions, Store

from begrepp.sparql.select_star import expand_select_star


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT * { ?s ?p ?o }", ["s", "p", "o"]),
        (
            "PREFIX b: <https://b.example/*>\n# SELECT *\nselect distinct * { $z b:a ?a FILTER(?z != ?hidden) }",
            ["z", "a"],
        ),
        ("SELECT REDUCED * { { SELECT ?n (1*2 AS ?m) {} } BIND(3 AS ?a) }", ["n", "m", "a"]),
        ("SELECT ?b ?a { ?a (<urn:p>)* ?b }", ["b", "a"]),
        ("SELECT * { <urn:a> <urn:b> <urn:c> }", []),
    ],
)
def test_they_stand_as_they_are_written(query: str, columns: list[str]) -> None:
    answer = Store().query(expand_select_star(query))
    assert isinstance(answer, QuerySolutions)
    assert [variable.value for variable in answer.variables] == columns


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p }",
        "ASK { ?s <urn:p>* ?o }",
        "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o . ?o <urn:p>* ?s }",
        "SELECT * { ?b ?a 1 SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } }",
        "SELECT *",
        "SELECT DISTINCT",
        "*",
    ],
)
def test_what_has_none_is_left_as_it_is(query: str) -> None:
    assert expand_select_star(query) == query
