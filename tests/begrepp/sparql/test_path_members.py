"""Classes and schemes beside a path of the hierarchy: the rewriting has the same solutions, on generated queries."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from begrepp.rdf.namespaces import expand
from begrepp.sparql.checked_query import check_client_query
from begrepp.sparql.path_members import rewrite_path_members
from begrepp.sparql.query_syntax import read_query
from begrepp.sparql.view_counts import ViewCounts
from begrepp.store.disk import DiskStore

QUERIES = 1_000
HOME = "https://example.org/"
_PREFIX = f"PREFIX x: <{HOME}>\n"
COUNTS = ViewCounts(
    triples=0,
    subjects=0,
    properties={},
    classes={expand("skos:Concept"): 100, f"{HOME}Some": 100, f"{HOME}Few": 3},
    class_properties={},
    class_subjects={},
    objects={expand("skos:inScheme"): {f"{HOME}s1": 100, f"{HOME}s2": 2}},
    descendants={f"{HOME}c0": 30, f"{HOME}c1": 10},
)
"""Counts that make some classes and schemes large, whatever they are: they decide on the form, not on the result."""


def _quads(chance: random.Random) -> Iterator[Quad]:
    """Yield a polyhierarchy of thirty concepts with a cycle, in part without class, scheme or labels."""

    def quad(subject: str, property_: str, value: NamedNode | Literal) -> Quad:
        return Quad(NamedNode(f"{HOME}{subject}"), NamedNode(expand(property_)), value, DefaultGraph())

    for n in range(30):
        concept = f"c{n}"
        for name in chance.sample([expand("skos:Concept"), f"{HOME}Some", f"{HOME}Few"], chance.randrange(4)):
            yield quad(concept, "rdf:type", NamedNode(name))
        for scheme in chance.sample(["s1", "s2"], chance.randrange(3)):
            yield quad(concept, "skos:inScheme", NamedNode(HOME + scheme))
        for parent in {chance.randrange(max(n, 1)), chance.randrange(max(n, 1))} if n else {2}:
            yield quad(concept, "skos:broader", NamedNode(f"{HOME}c{parent}"))
        for number in range(n % 3):
            yield quad(concept, "skos:prefLabel", Literal(f"namn {number}", language=chance.choice(["sv", "en"])))
        if n % 2:
            yield quad(f"v{n}", "begrepp:measures", NamedNode(f"{HOME}c{chance.randrange(30)}"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DiskStore:
    folder = tmp_path_factory.mktemp("members") / "store"
    written = Store(str(folder))
    written.extend(_quads(random.Random(3)))
    written.flush()
    del written
    return DiskStore(folder)


class _Generator:
    """Queries with paths of the hierarchy beside classes and schemes, by chance, and some near them."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)

    def query(self) -> str:
        head = self._pick(
            "SELECT ?x", "SELECT DISTINCT ?x ?l", "SELECT ?l ?v ?x", "SELECT (COUNT(*) AS ?n)", "SELECT *", "ASK",
            "SELECT (COUNT(DISTINCT ?x) AS ?n)", "SELECT ?l (COUNT(?x) AS ?n)",
        )  # fmt: skip
        body = "".join(self._part() for _ in range(self._chance.choice([2, 2, 3, 3, 4])))
        end = " GROUP BY ?l" if head.startswith("SELECT ?l (") else self._pick("", "", " ORDER BY ?x ?l", " # end")
        return f"{_PREFIX}{head} {self._pick('WHERE ', '')}{{ {body} }}{end}"

    def _part(self) -> str:
        x = self._pick("?x", "?x", "?x", "?x", "?y", "x:c5")
        path = f"{x} skos:broader{self._pick('+', '*')} {self._pick('x:c0', 'x:c1', 'x:c0', 'x:c9', 'x:none', '?y')}"
        member = f"{self._pick('a', 'a', 'rdf:type')} {self._pick('skos:Concept', 'x:Some', 'x:Few', 'x:None', '?t')}"
        scheme = f"skos:inScheme {self._pick('x:s1', 'x:s2', f'<{HOME}s1>', '?s')}"
        return self._pick(
            f"{path} . ",
            f"{path} . ",
            f"{path} ; {member} . ",
            f"{path} ; {scheme} ; {member} . ",
            f"{x} {member} ; skos:prefLabel ?l . ",
            f"{x} {member} ; {scheme} . ",
            f"{x} {scheme} , x:s2 . ",
            f"{x} skos:prefLabel ?l ; ; . ",
            f"{x} skos:prefLabel 'namn 1'@sv . ",
            f"?v begrepp:measures {x} . ",
            f"OPTIONAL {{ {x} skos:prefLabel ?l FILTER(LANG(?l) = 'sv') }} ",
            f"OPTIONAL {{ {x} {member} . {x} skos:prefLabel ?l }} . ",
            "FILTER(LANG(?l) = 'sv') ",
            "FILTER regex(STR(?x), '[1-7]$') . ",
            f"FILTER(?x != x:c3 && {self._pick('?x', '?y')} != x:c4) ",
            f"BIND(STR(?x) AS ?name{self._chance.randrange(10**6)}) ",
            f"FILTER NOT EXISTS {{ {x} skos:notation ?n }} ",
            f"{{ {x} {member} }} UNION {{ {x} {scheme} }} ",
            f"MINUS {{ {x} {scheme} }} ",
            f"{x} (skos:broader|skos:related)+ x:c0 . ",
            "[] begrepp:measures ?x . ",
        )

    def _pick(self, *choices: str) -> str:
        return self._chance.choice(choices)


def _solutions(store: DiskStore, query: str) -> Counter[str]:
    results = store.query(query)
    if isinstance(results, QueryBoolean):
        return Counter([str(bool(results))])
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    return Counter(str([(name, row[name]) for name in names]) for row in results)


def test_the_rewriting_has_the_solutions_of_the_engine(store: DiskStore) -> None:
    rewritten = with_solutions = 0
    number = 0
    while rewritten < QUERIES:
        query = _Generator(number).query()
        number += 1
        changed = rewrite_path_members(query, read_query(query), COUNTS)
        if changed is None:
            continue
        expected = _solutions(store, query)
        assert _solutions(store, changed) == expected, f"{query}\n{changed}"
        rewritten += 1
        with_solutions += expected.total() > 0
    assert with_solutions > QUERIES / 4 and number < QUERIES * 30


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (
            "SELECT ?x { ?x skos:broader+ x:c0 ; a skos:Concept }",
            "?x skos:broader+ x:c0 . FILTER EXISTS { ?x a skos:Concept . }",
        ),
        (
            "ASK { ?x skos:inScheme x:s1 ; skos:prefLabel ?l . ?x skos:broader* x:c0 FILTER(?l = 1) }",
            "?x skos:prefLabel ?l . ?x skos:broader* x:c0 . FILTER(?l = 1) FILTER EXISTS { ?x skos:inScheme x:s1 . }",
        ),
    ],
)
def test_large_classes_and_schemes_become_filters(query: str, body: str) -> None:
    assert f"{{ {body} }}" in check_client_query(_PREFIX + query, COUNTS)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { ?x skos:broader+ x:c0 ; a x:Few }",
        "SELECT ?x { ?x skos:broader+ x:c0 ; skos:inScheme x:s2 }",
        "SELECT ?x { ?x skos:broader+ x:c0 ; skos:notation 'A' }",
        "SELECT ?x { ?x skos:broader+ ?y ; a skos:Concept }",
        "SELECT ?x { ?x skos:broader x:c0 ; a skos:Concept }",
        "SELECT ?y { ?x skos:broader+ x:c0 . ?y a skos:Concept }",
        "SELECT * { ?x skos:broader+ x:c0 ; a skos:Concept }",
        "SELECT ?x FROM x:g { ?x skos:broader+ x:c0 ; a skos:Concept }",
        "SELECT ?x { ?x a skos:Concept OPTIONAL { ?x skos:prefLabel ?l } ?x skos:broader+ x:c0 }",
        "SELECT ?x { ?x skos:broader+ x:c0 BIND(?x AS ?y) ?y a skos:Concept }",
        "SELECT ?x { GRAPH ?g { ?x skos:broader+ x:c0 ; a skos:Concept } }",
    ],
)
def test_other_queries_are_unchanged(query: str) -> None:
    assert check_client_query(_PREFIX + query, COUNTS) == _PREFIX + query
