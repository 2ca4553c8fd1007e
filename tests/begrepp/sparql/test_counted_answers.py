"""Queries that only count: the counts of the build give the same result as the engine, on generated queries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QuerySolutions,
    RdfFormat,
    Store,
)

from begrepp.artefact import statistics
from begrepp.artefact.descendant_counts import descendant_counts
from begrepp.artefact.statistics import StatisticsCounter
from begrepp.build.derived.view_scan import scan_view
from begrepp.errors import QueryError
from begrepp.rdf.namespaces import expand
from begrepp.settings import Settings
from begrepp.sparql.checked_query import check_client_query
from begrepp.sparql.view_counts import ViewCounts, read_view_counts
from begrepp.store.disk import DiskStore
from begrepp.store.worker import QueryRequest
from server.workers.pool import QueryPool

QUERIES = 1_000
_CLASSES = ["skos:Concept", "skos:ConceptScheme", "<https://example.org/Class>", "<https://example.org/None>"]
_PROPERTIES = [
    "skos:inScheme", "begrepp:status", "rdf:type", "skos:broader", "skos:prefLabel", "skos:notation",
    "<https://example.org/none>", "a",
]  # fmt: skip
_OBJECTS = [
    "<https://example.org/s/1>", "<https://example.org/s/2>", "begrepp:active", "begrepp:inactive", "skos:Concept",
    '"1"', '"namn"@sv', "<https://example.org/c/5>", "<https://example.org/c/0>", "<https://example.org/x/../c/0>",
]  # fmt: skip


def _triples(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Yield a polyhierarchy of forty concepts in three schemes, with a cycle apart, several classes and labels."""
    home = "https://example.org/"
    for n in range(40):
        concept = f"{home}c/{n}"
        yield concept, "rdf:type", f"<{expand('skos:Concept')}>"
        if n % 7 == 0:
            yield concept, "rdf:type", f"<{home}Class>"
        for scheme in {chance.randrange(3), chance.randrange(3)}:
            yield concept, "skos:inScheme", f"<{home}s/{scheme}>"
        yield concept, "begrepp:status", f"<{expand('begrepp:active' if n % 5 else 'begrepp:inactive')}>"
        for parent in {chance.randrange(max(n, 1)), chance.randrange(max(n, 1))} if n else ():
            yield concept, "skos:broader", f"<{home}c/{parent}>"
        for number in range(n % 3):
            yield concept, "skos:prefLabel", f'"namn {number}"@{chance.choice(["sv", "en"])}'
        if n % 2:
            yield concept, "skos:notation", f'"{n}"'
    for n in range(3):
        yield f"{home}s/{n}", "rdf:type", f"<{expand('skos:ConceptScheme')}>"
        yield f"{home}cycle/{n}", "skos:broader", f"<{home}cycle/{(n + 1) % 3}>"
    yield f"{home}cycle/0", "skos:broader", f"<{home}c/9>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with a store and its statistics; a named graph holds some other triples."""
    home = tmp_path_factory.mktemp("counted")
    lines = sorted({f"<{s}> <{expand(p)}> {o} .\n" for s, p, o in _triples(random.Random(5))})
    (home / "view.nt").write_text("".join(lines), encoding="utf-8")
    store = Store(str(home / "store"))
    store.load(path=str(home / "view.nt"), format=RdfFormat.N_TRIPLES, to_graph=DefaultGraph())
    some = "".join(lines[::3]).encode()
    store.load(input=some, format=RdfFormat.N_TRIPLES, to_graph=NamedNode("https://example.org/graph"))
    store.flush()
    counter = StatisticsCounter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "MIN_DESCENDANTS", 1)
        scan_view(home / "view.nt", [counter])
        counter.write(home)
    return home


_FORMS = [
    ("?s {P} ?g", "?g"), ("?s ?g ?o", "?g"), ("?s a ?g ; {P} ?o", "?g"), ("?s {P} ?o . ?s a ?g .", "?g"),
    ("?s a {C} ; ?g ?o", "?g"), ("?s {P} ?o", ""), ("?s {P} {O}", ""), ("?s ?p ?o", ""), ("?s a {C} ; {P} ?o", ""),
    ("?s a {C} . FILTER NOT EXISTS {{ ?s {P} ?b }}", ""), ("?s a {C} MINUS {{ ?s {P} ?b }}", ""),
    ("?s a {C} FILTER EXISTS {{ ?s {P} ?b }} .", ""), ("?s skos:broader+ {O}", ""), ("?s skos:broader* {O}", ""),
]  # fmt: skip
"""Patterns that can be answered from counts, with the grouping variable; the generator also changes them."""


class _Generator:
    """Queries near those that can be answered from counts, by chance."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)

    def _maybe(self, share: float) -> bool:
        return self._chance.random() < share

    def _pick(self, *choices: str) -> str:
        return self._chance.choice(choices)

    def _pattern(self, subject: str) -> str:
        path = self._pick("+", "*") if self._maybe(0.12) else ""
        predicate = f"skos:broader{path}" if path else self._chance.choice([*_PROPERTIES, "?p", "?o"])
        if self._maybe(0.05):
            predicate = self._pick(
                "skos:broader?", "^skos:broader", "skos:inScheme|rdf:type", "skos:broader/skos:inScheme"
            )
        if self._maybe(0.3):
            return f"{subject} a {self._chance.choice(_CLASSES)}"
        end = self._chance.choice(["?o", "?o", "?x", "?g", "?g", "?s", "[]", *_OBJECTS] + _OBJECTS * path.__len__())
        return f"{subject} {predicate} {end}"

    def _body(self) -> str:
        subject = self._pick("?s", "?s", "?s", "?s", "?x", "<https://example.org/c/3>")
        count = self._chance.choice([1, 1, 1, 1, 2, 2, 3])
        body = " . ".join(self._pattern(subject if self._maybe(0.95) else "?x") for _ in range(count))
        if self._maybe(0.25):
            inner = f"?s {self._chance.choice(_PROPERTIES)} {self._chance.choice(['?b', '?b', '?o', *_OBJECTS])}"
            kind = self._pick("FILTER NOT EXISTS", "FILTER NOT EXISTS", "FILTER EXISTS", "MINUS", "OPTIONAL")
            body += f"{self._pick(' . ', ' ')}{kind} {{ {inner} }}"
        if self._maybe(0.08):
            body += self._pick(
                ' FILTER(LANG(?o) = "sv")',
                " FILTER(?s != ?o)",
                " BIND(1 AS ?y)",
                " VALUES ?s { <https://example.org/c/1> }",
            )
        if self._maybe(0.05):
            body = self._pick(
                f"GRAPH ?w {{ {body} }}", f"{{ {body} }} UNION {{ {body} }}", f"{{ SELECT * {{ {body} }} }}"
            )
        return body

    def query(self) -> str:
        """Return a query; some are no valid SPARQL by rules beyond its grammar."""
        body, group = self._chance.choice(_FORMS)
        body = body.format(P=self._pick(*_PROPERTIES), C=self._pick(*_CLASSES), O=self._pick(*_OBJECTS))
        counted = self._pick("*", "?s", "DISTINCT ?s")
        if self._maybe(0.3):
            body = self._body()
        if self._maybe(0.2):
            group = self._pick("", "?g", "?o", "?p", "?s")
        if self._maybe(0.3):
            counted = self._pick("?o", "?u", "DISTINCT *", *(f"DISTINCT ?{name}" for name in "sogp"))
        columns = [f"(COUNT({counted}) AS {self._pick(*['?n'] * 12, '?o')})"]
        if self._maybe(0.15):
            columns.append(f"(COUNT({self._pick('*', 'DISTINCT ?s')}) AS ?m)")
        if self._maybe(0.04):
            columns.append("(MAX(?o) AS ?k)")
        if group and self._maybe(0.9):
            columns.insert(self._chance.randrange(2), group)
        text = f"SELECT {'DISTINCT ' if self._maybe(0.1) else ''}{' '.join(columns)} "
        text += "FROM <https://example.org/graph> " if self._maybe(0.04) else ""
        text += f"{self._pick('WHERE ', '')}{{ {body} }}"
        if group:
            text += f" GROUP BY {group}"
        if self._maybe(0.05):
            text += " HAVING (COUNT(*) > 3)"
        if self._maybe(0.4):
            text += f" ORDER BY {self._pick('?n', 'DESC(?n)', 'ASC(?n)', '')} {group or '?n'}"
        if self._maybe(0.25):
            text += self._pick(" LIMIT 2", " LIMIT 2 OFFSET 1", " OFFSET 1", " LIMIT 0", " OFFSET 1 LIMIT 3")
        prefix = self._pick(
            "", "", "", "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> ", "BASE <https://example.org/> "
        )
        other = "PREFIX begrepp: <https://example.org/> " if self._maybe(0.03) else ""
        return prefix + other + text


def _outcome(store: DiskStore, query: str, counts: ViewCounts | None) -> object:
    """Return columns and rows, or the error."""
    try:
        results = store.query(check_client_query(query, counts))
    except QueryError as error:
        return type(error)
    assert isinstance(results, QuerySolutions)
    rows = [tuple(str(value) for value in row) for row in results]
    return [str(each) for each in results.variables], rows if "ORDER BY" in query and "?g" in query else sorted(rows)


def test_both_ways_agree_on_generated_queries(folder: Path) -> None:
    store, counts = DiskStore(folder / "store"), read_view_counts(folder / "statistics.json")
    assert counts
    rewritten = failed = 0
    for number in range(QUERIES):
        query = _Generator(number).query()
        expected = _outcome(store, query, None)
        assert _outcome(store, query, counts) == expected, query
        failed += isinstance(expected, type)
        rewritten += not isinstance(expected, type) and check_client_query(query, counts) != query
    assert rewritten > QUERIES / 8
    assert QUERIES - rewritten - failed > QUERIES / 8


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s (COUNT(*) AS ?n) { ?c skos:inScheme ?s } GROUP BY ?s",
        "SELECT (COUNT(?c) AS ?n) ?s WHERE { ?c begrepp:status ?s . } GROUP BY ?s ORDER BY DESC(?n) ?s LIMIT 1",
        "SELECT ?t (COUNT(DISTINCT ?c) AS ?n) { ?c a ?t } GROUP BY ?t",
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p",
        "SELECT ?p (COUNT(*) AS ?n) { ?s a skos:Concept ; ?p ?o } GROUP BY ?p",
        "SELECT ?t (COUNT(*) AS ?n) { ?s skos:broader ?o ; a ?t } GROUP BY ?t",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(DISTINCT ?p) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?c a skos:Concept FILTER NOT EXISTS { ?c skos:broader ?b } }",
        "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a skos:Concept . MINUS { ?c skos:notation ?b } }",
        "SELECT (COUNT(?c) AS ?n) { ?c a skos:Concept . FILTER EXISTS { ?c skos:prefLabel ?b . } }",
        "SELECT (COUNT(*) AS ?n) { ?c skos:inScheme <https://example.org/s/1> }",
        "SELECT (COUNT(*) AS ?n) { ?c <https://example.org/none> ?o }",
        "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?c skos:inScheme ?o }",
        "SELECT (COUNT(*) AS ?n) { ?c skos:broader+ <https://example.org/c/5> }",
        "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c skos:broader* <https://example.org/c/6> }",
    ],
)
def test_usual_counts_are_answered_from_the_build(folder: Path, query: str) -> None:
    store, counts = DiskStore(folder / "store"), read_view_counts(folder / "statistics.json")
    assert check_client_query(query, counts).startswith("SELECT ") and "VALUES" in check_client_query(query, counts)
    assert _outcome(store, query, counts) == _outcome(store, query, None)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s (COUNT(*) AS ?n) { ?c skos:inScheme ?s } GROUP BY ?s LIMIT 1",
        "SELECT ?s (COUNT(*) AS ?n) { ?c skos:inScheme ?s } GROUP BY ?s ORDER BY ?n LIMIT 1",
        "SELECT ?s (COUNT(*) AS ?n) { GRAPH <https://example.org/graph> { ?c skos:inScheme ?s } } GROUP BY ?s",
        "SELECT ?s (COUNT(*) AS ?n) FROM <https://example.org/graph> { ?c skos:inScheme ?s } GROUP BY ?s",
        "SELECT (COUNT(*) AS ?n) { ?c skos:broader+ <https://example.org/cycle/1> }",
        "SELECT (COUNT(*) AS ?n) { ?c skos:broader+ <https://example.org/c/9> }",
        "SELECT (COUNT(*) AS ?n) { ?c skos:inScheme ?c }",
        "SELECT (COUNT(*) AS ?n) { ?c a skos:Concept FILTER NOT EXISTS { ?d skos:broader ?b } }",
        "SELECT (COUNT(*) AS ?n) { ?c a skos:Concept FILTER NOT EXISTS { ?c skos:broader ?c } }",
        "BASE <https://example.org/> SELECT (COUNT(*) AS ?n) { ?c skos:inScheme <s/1> }",
        "PREFIX x: <s/> SELECT (COUNT(*) AS ?n) { ?c skos:inScheme x:a:b }",
        r"SELECT (COUNT(*) AS ?n) { ?c skos:inScheme <https://example.org/\u0073/1> }",
        "SELECT (COUNT(*) AS ?n) { ?c skos:inScheme ?o } GROUP BY ?x",
    ],
)
def test_what_the_counts_do_not_say_is_left_to_the_engine(folder: Path, query: str) -> None:
    counts = read_view_counts(folder / "statistics.json")
    assert "VALUES" not in check_client_query(query, counts)


def _ask(folder: Path, settings: Settings, *graphs: str, rewrite: bool = True) -> bytes:
    """Return the number of triples, counted by a new worker."""
    request = QueryRequest(
        store=str(folder / "store"), query="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", results_format="text/csv",
        graph_format="text/turtle", default_graphs=graphs, rewrite=rewrite,
    )  # fmt: skip
    pool = QueryPool(settings)
    try:
        return pool.run(request).read()
    finally:
        pool.close()


def test_the_counts_hold_for_the_current_view_only(folder: Path, built: Settings) -> None:
    whole, graph = _ask(folder, built), "https://example.org/graph"
    assert whole == _ask(folder, built, rewrite=False)
    assert whole != _ask(folder, built, graph) == _ask(folder, built, graph, rewrite=False)


def test_the_numbers_come_from_the_statistics(folder: Path, built: Settings) -> None:
    file = folder / "statistics.json"
    saved = file.read_text(encoding="utf-8")
    file.write_text(saved.replace('{"triples": ', '{"triples": 9', 1), encoding="utf-8")
    try:
        assert _ask(folder, built) != _ask(folder, built, rewrite=False)
    finally:
        file.write_text(saved, encoding="utf-8")


def test_counts_of_a_build_without_them() -> None:
    assert read_view_counts(Path("/nowhere/statistics.json")) is None


def test_descendants_are_counted_once_and_not_on_cycles() -> None:
    edges = [(1, 0), (2, 0), (3, 1), (3, 2), (4, 3), (5, 6), (6, 5), (5, 7), (8, 7)]
    assert descendant_counts(edges, 1) == {0: 4, 1: 2, 2: 2, 3: 1}
    assert descendant_counts(edges, 2) == {0: 4, 1: 2, 2: 2}
