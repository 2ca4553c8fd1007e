"""The check of a client's query before an engine gets it."""

from __future__ import annotations

import pyoxigraph
import pytest

from begrepp.errors import QueryRefused
from begrepp.sparql.checked_query import check_query
from begrepp.sparql.query_syntax import QuerySyntaxError


def test_a_byte_order_mark_is_removed() -> None:
    assert check_query('\ufeffSELECT ("å" AS ?x) {}') == 'SELECT ("å" AS ?x) {}'


@pytest.mark.parametrize("query", ["ASK { SERVICE <a:a> { } }", "ASK { FILTER(1<2)SERVICE#>\n<a:a>{ } }"])
def test_service_never_reaches_an_engine(query: str) -> None:
    with pytest.raises(QueryRefused):
        check_query(query)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        (r"ASK { ?s ?p '\u00E5\u0041' }", "ASK { ?s ?p 'åA' }"),
        (r"ASK { ?s ?p '\u0027 . SERVICE <a:a> {} \u0027' }", r"ASK { ?s ?p '\' . SERVICE <a:a> {} \'' }"),
        (r"ASK { ?s ?p '\\u0027' }", r"ASK { ?s ?p '\\u0027' }"),
        (r"ASK { ?s ?p '\\\u0027' }", r"ASK { ?s ?p '\\\'' }"),
        (r"ASK { ?s ?p '\u005C' }", r"ASK { ?s ?p '\\' }"),
        (r"ASK { ?s ?p '\u000A' }", r"ASK { ?s ?p '\n' }"),
        (r"ASK { ?s <http://x/\u0041#p> '\U0001F600' }", "ASK { ?s <http://x/A#p> '\U0001f600' }"),
    ],
)
def test_escapes_are_decoded_so_that_every_engine_reads_the_same(escaped: str, plain: str) -> None:
    assert check_query(escaped) == plain


@pytest.mark.parametrize(
    ("query", "place", "problem"),
    [
        ("SELECT * { ?s\n nope:p ?o }", (2, 2), "'nope:'"),
        ("SELECT * { VALUES (?a ?b) { (1 2) (1) } }", (1, 35), "1 values for 2 variables"),
        ("SELECT * { VALUES (?a) { (1 'x'@sv) } }", (1, 26), "2 values for 1 variables"),
    ],
)
def test_faults_beyond_the_grammar_have_a_place_too(query: str, place: tuple[int, int], problem: str) -> None:
    with pytest.raises(QuerySyntaxError, match=problem) as caught:
        check_query(query)
    assert (caught.value.line, caught.value.column) == place


def test_rows_of_values_are_counted_by_their_terms() -> None:
    rows = "('a'@en -1) (<a:a> '1'^^<a:t>) (UNDEF <<( <a:a> a <<( <a:a> <a:b> 1 )>> )>>)"
    query = f"SELECT * {{ VALUES (?a ?b) {{ {rows} }} VALUES () {{ () }} }}"
    assert check_query(query) == query


@pytest.mark.parametrize(
    ("query", "checked"),
    [
        ("SELECT ?x ?x { VALUES ?x {1} }", "SELECT ?x    { VALUES ?x {1} }"),
        ("SELECT DISTINCT ?x $y $x WHERE { }", "SELECT DISTINCT ?x $y    WHERE { }"),
        ("SELECT (1 AS ?x) ?x { }", "SELECT (1 AS ?x)    { }"),
        ("SELECT ?y { { SELECT ?y ?x ?y { ?x a ?y } } }", "SELECT ?y { { SELECT ?y ?x    { ?x a ?y } } }"),
        ("SELECT (?x + ?x AS ?z) ?x { ?x a ?x }", "SELECT (?x + ?x AS ?z) ?x { ?x a ?x }"),
    ],
)
def test_a_column_that_is_named_twice_is_sent_once(query: str, checked: str) -> None:
    assert check_query(query) == checked
    pyoxigraph.Store().query(checked)
