"""The grammar's reading of queries: what it accepts, and where and how an error is reported."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from begrepp.sparql.query_syntax import QuerySyntaxError, read_query
from begrepp.sparql.tokens import tokens
from tests.w3c.manifests import HOME

ACCEPTED = [
    "SELECT * { FILTER(1<2) }",
    "SELECT * { ?s ?p ?o FILTER(?s<?o&&?o>?p) }",
    "SELECT * { ?s ?p ?o FILTER(?o<=5&&?o>=3) }",
    'SELECT * { FILTER("a"<"b"||"c">"a") }',
    "SELECT DISTINCT?s{?s?p?o}LIMIT 10OFFSET 5",
    "SELECT * { ?s ?p 5. ?s ?q 5.5 . ?s ?r 5.e3, .5e-3 }",
    'SELECT * { ?s ?p \'\' , "" , \'\'\'it\'s\'\'\', """a "b" c""" }',
    "SELECT * { ?s a:b%2Fc\\/d.e.f ?o }",
    "SELECT * { ?s ?p () , [] , ( 1 [ ?q () ] ) . () ?p ?o . [] ?p ?o . [ ?p ?o ] . ( 1 ) ?p ?o . ( [] ) . }",
    "SELECT * { ?s !(a|^<http://p>)/<http://q>*|^(a:b?/c:d+) ?o }",
    "SELECT * { ?s ?p ?o ~ ?r {| ?a ?b |} . << ?s ?p ?o ~ _:r >> ?q <<( ?a ?b 1 )>> }",
    'VERSION "1.2" SELECT * { BIND(<<( <a:a> <a:b> "x"@en--ltr )>> AS ?t) FILTER isTRIPLE(?t) }',
    "SELECT (GROUP_CONCAT(DISTINCT ?x; SEPARATOR=', ') AS ?y) { ?x ?p ?o } GROUP BY (1 AS ?z) HAVING(COUNT(*)>1)",
    "SELECT * { { SELECT ?s { ?s ?p ?o } ORDER BY DESC(?s) ?p <f:f>(?o) } VALUES (?s ?p) { (UNDEF 1) } MINUS { } }",
    "CONSTRUCT { ?s ?p ?o } FROM <a:a> FROM NAMED <a:b> WHERE { GRAPH ?g { ?s ?p ?o } }",
    "CONSTRUCT WHERE { ?s ?p ?o ; }",
    "DESCRIBE ?s <a:b> { ?s ?p 1 , -2 , +3.0 } VALUES ?s { <a:a> }",
    "ASK { FILTER NOT EXISTS { ?s ?p ?o } FILTER(1 NOT IN (2, 3) && - -1 + 1-1 = ?x-1) }",
    "SELECT * { SERVICE SILENT <a:a> { } # SERVICE\n LATERAL { } }",
    "SELECT * { ?s ?p 'SERVICE', <http://SERVICE/#SERVICE>, SERVICE:SERVICE, _:SERVICE, ?SERVICE, 'x'@service }",
]
REFUSED = [
    # query, line, column, the piece, part of what was expected
    ("SELECT ?x { ?x ?y }", 1, 19, "}", "?variable <IRI> prefix:name"),
    ("SELECT ?x {\n  ?x skos:notation ?n\n  ?x skos:prefLabel ?l\n}", 3, 3, "?x", "."),
    ("SELECT * {\r\n ?s ?p ?o", 2, 10, "ends too early", "}"),
    ("SELEKT * { }", 1, 1, "SELEKT", "Expected: SELECT "),
    ("SELECT * { FILTER(STRLENN(?x) > 1) }", 1, 19, "STRLENN", "Expected: STRLEN "),
    ("SELECT * WHERE ?s ?p ?o", 1, 16, "?s", "{"),
    ("SELECT * { ?s ?p ?o } LIMIT ten", 1, 29, "ten", "1"),
    ("SELECT * { ?s ?p 'a\nb' }", 1, 18, "several lines", "'''"),
    ('SELECT * { ?s ?p "no end }', 1, 18, "does not end", '"'),
    (r"SELECT * { ?s ?p 'a\db' }", 1, 18, "invalid escape sequence", r"\\"),
    ("SELECT\u00a0* { }", 1, 7, "NO-BREAK SPACE", "space"),
    ("SELECT * { ?s ?p \u201cx\u201d }", 1, 18, "\u201c", '"text"'),
    ("SELECT * { ?s ?p trueSERVICE<a:a>{} }", 1, 18, "trueSERVICE", "Expected: true "),
    ("SELECT * { SERVICESILENT<a:a>{} }", 1, 12, "SERVICESILENT", "Expected: SERVICE "),
    ("SELECT * { FILTER(1<2)SERVICE#>\n<a:a>{ ?a ?b } }", 2, 14, "}", "<IRI>"),
    (r"SELECT * { ?s ?p '\uD800' }", 1, 18, r"\uD800", ""),
    (r"SELECT * { ?s ?p <http://x/\u003E> }", 1, 18, r"\u003E", ""),
    (r"\u0053ELECT * { }", 1, 1, "\\", "SELECT"),
    ("PREFIX a:b <a:a> SELECT * { }", 1, 8, "a:b", "prefix:"),
    ("INSERT DATA { <a:a> <a:b> 1 }", 1, 1, "INSERT", "SELECT"),
    ("", 1, 1, "ends too early", "SELECT"),
    ("SELECT * { ?s ?p \u017f }", 1, 18, "\u017f", ""),
]


@pytest.mark.parametrize("query", ACCEPTED)
def test_valid_queries_are_accepted(query: str) -> None:
    read = read_query(query)
    assert all(query[token.start : token.end] == token.text for token in read)


@pytest.mark.parametrize(("query", "line", "column", "piece", "expected"), REFUSED)
def test_an_error_names_place_piece_and_what_was_expected(
    query: str, line: int, column: int, piece: str, expected: str
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        read_query(query)
    error = caught.value
    assert (error.line, error.column) == (line, column)
    assert f"Line {line}, column {column}:" in error.reason and piece in error.reason
    assert expected in error.next_step and len(error.next_step.split()) <= 20
    sent = pickle.loads(pickle.dumps(error))
    assert (sent.reason, sent.line, sent.column, sent.length) == (error.reason, line, column, error.length)


def test_less_than_is_read_where_no_iri_can_stand() -> None:
    query = "SELECT * { FILTER(1<2)SERVICE#>\n<http://a/>{ } }"
    assert [token.text for token in read_query(query)[5:11]] == ["1", "<", "2", ")", "SERVICE", "<http://a/>"]
    assert "SERVICE" not in [token.text for token in tokens(query)], "the tokenizer alone cannot know"


def test_deep_and_long_queries_take_linear_time() -> None:
    for query in (
        "ASK " + "{" * 50_000 + "}" * 50_000,
        f"ASK {{ ?s ?p {'[],' * 30_000} 1 }}",
        "ASK { ?s ?p :a" + "." * 100_000 + "b" * 100_000 + " }",
    ):
        assert len(read_query(query)) > 4
    for query in ("ASK { ?s ?p " + "a" * 200_000, 'ASK { ?s ?p """' + '\\"' * 100_000, "ASK " + "<" * 100_000):
        with pytest.raises(QuerySyntaxError):
            read_query(query)


@pytest.mark.skipif(not HOME.exists(), reason=f"the W3C suites are not at {HOME}; set BEGREPP_SHARED")
def test_the_syntax_tests_of_the_w3c_are_read_as_they_say() -> None:
    """Tests of rules beyond the grammar (scopes, blank nodes, aggregates) are left to the engine."""
    action = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#action"
    seen = 0
    for manifest in HOME.rglob("manifest.ttl"):
        quads = [*parse(path=str(manifest), format=RdfFormat.TURTLE, base_iri=manifest.as_uri())]
        kinds = {quad.subject: str(quad.object) for quad in quads if quad.predicate.value.endswith("#type")}
        for quad in quads:
            if quad.predicate.value == action and isinstance(quad.object, NamedNode):
                path = Path(quad.object.value.removeprefix("file://"))
                kind = kinds.get(quad.subject, "")
                if "PositiveSyntaxTest11" in kind and path.exists():
                    read_query(path.read_text(encoding="utf-8"))
                    seen += 1
    assert seen > 50


@pytest.mark.parametrize(
    "prologue",
    [
        "PREFIX a: <x#>\n",
        "prefix a:<x#>prefix b1: <y>\n\n",
        "PREFIX a: <x#> # comment\nPREFIX b: <y> ",
        "PREFIX : <x> ",
    ],
)
@pytest.mark.parametrize("rest", ["ASK { a:b <p> 1 }", "BASE <b> ASK {}", "PREFIX", "a: <x> ASK {}", "SELECT ?x {", ""])
def test_a_prologue_is_read_like_the_rest_of_a_query(prologue: str, rest: str) -> None:
    """Its usual form is read once for all queries that begin with it; a comment before it prevents that."""
    for _ in range(2):
        outcomes = []
        for query in (prologue + rest, "#\n" + prologue + rest):
            moved = len(query) - len(prologue + rest)
            try:
                outcomes.append([(each.text, each.start - moved) for each in read_query(query)])
            except QuerySyntaxError as error:
                outcomes.append([(error.next_step, error.line - bool(moved)), (str(error.column), 0)])
        assert outcomes[0] == outcomes[1]
