"""Look-ups: the triples themselves give the same bytes as the engine, on generated queries, within a bound of steps."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

import pytest
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    Triple,
)

from begrepp.rdf.namespaces import expand
from begrepp.sparql.checked_query import check_client_query
from begrepp.sparql.lookup_answers import MAX_STEPS, Term, answer_lookup_query
from begrepp.sparql.lookup_query import MAX_TOKENS, read_lookup_query
from begrepp.sparql.query_shape import split_query
from begrepp.sparql.query_syntax import read_short_query
from begrepp.store.contents import contents_file
from begrepp.store.disk import DiskStore

QUERIES = 3_000
HOME = "https://example.org/"
BASE = "https://example.com/base/"
APART = NamedNode(f"{HOME}apart")
_PREFIX = f"PREFIX x: <{HOME}>\n"


def _quads(chance: random.Random) -> Iterator[Quad]:
    """Yield concepts in the default graph and in the graph apart, some triples in both, with all kinds of terms."""

    def quad(subject: NamedNode | BlankNode, property_: str, value: Term) -> Iterator[Quad]:
        graphs: list[NamedNode | DefaultGraph] = [DefaultGraph(), APART]
        if chance.random() > 0.1:
            graphs.pop(chance.randrange(2))
        for graph in graphs:
            yield Quad(subject, NamedNode(expand(property_)), value, graph)

    for n in range(12):
        concept = NamedNode(f"{HOME}c{n}")
        yield from quad(concept, "rdf:type", NamedNode(expand("skos:Concept")))
        yield from quad(concept, "skos:prefLabel", Literal(f"begrepp {n % 5}", language="sv"))
        yield from quad(concept, "skos:prefLabel", Literal(f"concept {n}", language="en-gb"))
        if n % 3:
            yield from quad(concept, "skos:notation", Literal(f"A{n}"))
            yield from quad(concept, "skos:broader", NamedNode(f"{HOME}c{n // 2}"))
        else:
            yield from quad(concept, "skos:notation", Literal(str(n), datatype=NamedNode(expand("xsd:integer"))))
            yield from quad(concept, "skos:broader", BlankNode("top"))
        if n == 7:
            yield from quad(concept, "skos:related", concept)
            yield from quad(concept, "skos:note", Triple(concept, NamedNode(expand("skos:broader")), concept))
    controls = "".join(map(chr, [*range(1, 0x250), 0x2028, 0xFFFD, 0xFFFF, 0x10FFFF]))
    yield from quad(NamedNode(f"{HOME}odd"), "skos:prefLabel", Literal(controls))
    yield from quad(NamedNode(f"{HOME}odd"), "skos:note", Literal("right", language="ar", direction=BaseDirection.RTL))
    yield from quad(BlankNode("top"), "skos:prefLabel", Literal("top", language="en"))
    for n in range(MAX_STEPS + 10):
        yield from quad(NamedNode(f"{HOME}many"), "skos:narrower", NamedNode(f"{HOME}n{n}"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DiskStore:
    folder = tmp_path_factory.mktemp("lookups") / "store"
    written = Store(str(folder))
    written.extend(_quads(random.Random(3)))
    written.flush()
    del written
    contents_file(folder).write_text(json.dumps({"apart": [APART.value]}), encoding="utf-8")
    return DiskStore(folder)


class _Generator:
    """Queries that are look-ups, and some near them, by chance."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)

    def query(self) -> str:
        group = self._triples() + self._pick("", " . ", f" . {self._filter()}", f" {self._filter()} ")
        for _ in range(self._chance.choice([0, 0, 0, 1, 2])):
            group += self._pick(" . ", " . ", f" . {self._filter()} ") + self._triples()
        columns = self._usually(
            ["*", "*", "?l", "?c ?l", "$l ?n ?c"], ["?none", "?l ?l", "DISTINCT ?l", "(STR(?l) AS ?t)"]
        )
        end = self._usually(["", "", " LIMIT 1", " LIMIT 0", "\nLIMIT 20 # rows"], [" OFFSET 1", " ORDER BY ?l"])
        return f"{_PREFIX}SELECT {columns} {self._pick('', 'WHERE ')}{{ {group} }}{end}"

    def _triples(self) -> str:
        number = self._chance.choice([1, 1, 2, 3])
        return f"{self._subject()} " + " ; ".join(f"{self._property()} {self._object()}" for _ in range(number))

    def _subject(self) -> str:
        concept = f"x:c{self._chance.randrange(12)}"
        return self._usually([concept, concept, f"<{HOME}c4>", "?c", "?l", "x:odd"], ["x:many", "_:c", "<c1>"])

    def _property(self) -> str:
        usual = ["a", "skos:prefLabel", "skos:prefLabel", "skos:notation", "skos:broader", "skos:related", "?p"]
        return self._usually(usual, ["skos:note", "?l", "skos:narrower", "skos:broader+", "^skos:broader"])

    def _object(self) -> str:
        concept = f"x:c{self._chance.randrange(12)}"
        constants = ['"A1"', "'A4'", '"begrepp 2"@sv', '"concept 4"@en-gb', concept, "skos:Concept"]
        odd = ['"concept 4"@en-GB', '"3"^^xsd:integer', "3", "[]", '"""A1"""', r'"A\u0031"', "?c"]
        return self._usually([self._pick(*constants), "?l", "?n", "?m", "?l, ?k", self._pick("?c", "?x")], odd)

    def _usually(self, usual: list[str], odd: list[str]) -> str:
        return self._chance.choice(odd if self._chance.random() < 0.05 else usual)

    def _filter(self) -> str:
        variable = self._usually(["?l", "?l", "?n", "?c"], ["?z"])
        language = self._usually(['"sv"', '"sv"', "'en'", '"en-gb"', '""'], ['"en-GB"', '"*"'])
        usual = [
            f"FILTER(LANG({variable}) = {language})",
            f"filter ( lang({variable})={language} )",
            f"FILTER(langMatches(LANG({variable}), {language}))",
            f"FILTER LANGMATCHES(LANG({variable}), {language})",
        ]
        return self._usually(usual, [f"FILTER(LANG({variable}) != {language})"])

    def _pick(self, *choices: str) -> str:
        return self._chance.choice(choices)


def _engine_bytes(store: DiskStore, query: str) -> bytes:
    results = store.query(check_client_query(query, store.counts, store.orders), base=BASE)
    assert isinstance(results, QuerySolutions)
    written = results.serialize(format=QueryResultsFormat.JSON)
    assert written is not None
    return written


def test_look_ups_have_the_bytes_of_the_engine(store: DiskStore) -> None:
    answered = with_rows = with_several = 0
    for number in range(QUERIES):
        query = _Generator(number).query()
        answer = answer_lookup_query(query, store)
        if answer is None:
            continue
        assert answer == _engine_bytes(store, query), query
        rows = len(json.loads(answer)["results"]["bindings"])
        answered, with_rows, with_several = answered + 1, with_rows + (rows > 0), with_several + (rows > 1)
    assert answered > QUERIES / 10 and with_rows > 80 and with_several > 40, (answered, with_rows, with_several)


LOOKUPS = [
    "SELECT ?l { x:c4 skos:prefLabel ?l }",
    "SELECT ?l WHERE { x:c4 skos:prefLabel ?l FILTER(LANG(?l) = 'sv') } # the label",
    "SELECT ?l { x:c4 skos:prefLabel ?l FILTER(LANGMATCHES(LANG(?l), 'en')) } LIMIT 1",
    "SELECT * { ?c skos:notation 'A4' ; a skos:Concept . }",
    "SELECT ?b ?l { ?c skos:notation 'A4' ; skos:broader ?b . ?b skos:prefLabel ?l . FILTER(LANG(?l) = 'sv') }",
    "SELECT * { x:c4 ?p ?o }",
    "SELECT ?n ?l { x:c4 skos:notation ?n ; skos:prefLabel ?l ; FILTER(LANG(?l) = 'sv') }",
    "SELECT ?l { x:odd skos:prefLabel ?l }",
    "SELECT ?l { x:nothing skos:prefLabel ?l }",
    "SELECT ?c { ?c skos:notation 'A4'#'A5' <c4> {\n }",
    "SELECT ?c { ?c skos:notation '# } <x> A4' }",
    f"SELECT ?l {{ <{HOME}c4#'> skos:prefLabel ?l }}",
]


@pytest.mark.parametrize("query", LOOKUPS)
def test_usual_look_ups_are_answered(store: DiskStore, query: str) -> None:
    assert answer_lookup_query(_PREFIX + query, store) == _engine_bytes(store, _PREFIX + query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { ?s ?p ?s }",
        "SELECT ?l { ?c skos:prefLabel ?l . ?c skos:notation ?n }",
        "SELECT * { x:many skos:narrower ?n }",
        "SELECT * { ?c a skos:Concept ; skos:prefLabel ?l }",
        "SELECT ?n ?l { x:c4 skos:notation ?n ; skos:prefLabel ?l }",
        "SELECT ?l { x:c4 skos:prefLabel ?l } ORDER BY ?l",
        "SELECT ?l { x:c4 skos:prefLabel ?l OPTIONAL { x:c4 skos:notation ?n } }",
        "SELECT ?l { { x:c4 skos:prefLabel ?l } UNION { x:c5 skos:prefLabel ?l } }",
        "SELECT ?l { GRAPH x:apart { x:c4 skos:prefLabel ?l } }",
        "SELECT ?l FROM x:apart { x:c4 skos:prefLabel ?l }",
        "SELECT ?l { x:c7 skos:note ?l }",
        "SELECT ?l { x:odd skos:note ?l }",
        "SELECT ?l { <c4> skos:prefLabel ?l }",
        "SELECT ?l { x:c4 skos:prefLabel ?l FILTER(LANG(?l) = <sv>) }",
        "SELECT ?l { x:c4 skos:prefLabel ?l FILTER(LANG(?l) = ?l) }",
        "SELECT ?l # {\n SELECT ?l { x:c4 skos:prefLabel ?l }",
        "SELECT ?l # { <c1> \n { x:c4 skos:prefLabel <c2> }",
        "SELECT ('{' AS ?l) { x:c4 skos:prefLabel ?l }",
        "SELECT ?l { x:c4 skos:prefLabel '# } ",
        "SELECT ?l { x:c4 <<x:a> ?l }",
        f"SELECT ?l {{ <{HOME}a/../c4> skos:prefLabel ?l }}",
        "SELECT ?l { nowhere:c4 skos:prefLabel ?l }",
        "SELECT ?l { x:c4 skos:prefLabel ?l ",
        "SELECT ?l { x:c4 skos:prefLabel ?l } VALUES ?l { 'a' }",
        "ASK { x:c4 skos:prefLabel ?l }",
        "DESCRIBE x:c4",
        f"SELECT ?l {{ x:c4 skos:prefLabel ?l {'; ' * 100} }}",
        "SELECT ?l { x:c4 skos:prefLabel ?l } # " + "long " * 1000,
    ],
)
def test_other_queries_are_left_to_the_engine(store: DiskStore, query: str) -> None:
    assert answer_lookup_query(_PREFIX + query, store) is None


class _Counted:
    """A source of triples that counts the look-ups and the triples that are read."""

    def __init__(self, triples: Callable[..., Iterator[tuple[Term, Term, Term]]]) -> None:
        self._triples, self.steps = triples, 0

    def triples(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, object_: Term | None
    ) -> Iterator[tuple[Term, Term, Term]]:
        assert subject or predicate or object_
        self.steps += 1
        for triple in self._triples(subject, predicate, object_):
            self.steps += 1
            yield triple


def test_queries_of_one_shape_differ_in_values_alone() -> None:
    chance = random.Random(5)
    pieces = ["<", ">", '"', "'", "#", "\n", " ", "{", "}", "?l", "x:c4", "<x:1>", "'sv'", '"A"', "@sv", ".", ";", "a"]
    compared = 0
    for number in range(QUERIES):
        query = _Generator(number).query()
        for _ in range(chance.choice([0, 1, 1, 2])):
            at = chance.randrange(len(_PREFIX), len(query))
            query = query[:at] + chance.choice(pieces) + query[at + chance.choice([0, 0, 1]) :]
        if "\\" in query or read_lookup_query(query) is None:
            continue
        split = split_query(query)
        token_list, expected = read_short_query(query, MAX_TOKENS), read_short_query(split[0], MAX_TOKENS)  # type: ignore[index]
        assert split and token_list and expected
        first = next(n for n, token in enumerate(token_list) if token.text == "{")
        values = [n for n, token in enumerate(token_list) if n > first and token.kind in ("iri", "string")]
        assert [token_list[n].text for n in values] == split[1], query
        assert [each.kind for each in token_list] == [each.kind for each in expected], query
        same = [n for n in range(len(token_list)) if n not in values]
        assert [token_list[n].text for n in same] == [expected[n].text for n in same], query
        compared += 1
    assert compared > QUERIES / 10


def test_no_query_takes_more_than_the_bound_of_steps(store: DiskStore) -> None:
    most = 0
    for number in range(QUERIES):
        source = _Counted(store.triples)
        answer_lookup_query(_Generator(number).query(), source)
        most = max(most, source.steps)
    star = " ; ".join(f"skos:prefLabel ?l{n}" for n in range(8))
    for query in ("SELECT * { x:many skos:narrower ?n }", f"SELECT * {{ ?c a skos:Concept ; {star} }}"):
        source = _Counted(store.triples)
        assert answer_lookup_query(_PREFIX + query, source) is None
        most = max(most, source.steps)
    assert most == MAX_STEPS + 1
