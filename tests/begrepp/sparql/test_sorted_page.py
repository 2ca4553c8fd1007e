"""Sorted pages of a scheme: the orders of the build give the same pages as the engine, on generated queries."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, QuerySolutions, RdfFormat, Store

from begrepp.artefact.scheme_order_writer import SchemeOrderBuilder
from begrepp.build.derived.view_scan import scan_view
from begrepp.rdf.namespaces import expand
from begrepp.rdf.ntriples import plain, text
from begrepp.records import Text
from begrepp.settings import Settings
from begrepp.sparql.checked_query import check_client_query
from begrepp.sparql.scheme_orders import NUMBERS, SchemeOrders, read_scheme_orders
from begrepp.store.disk import DiskStore
from begrepp.store.worker import QueryRequest
from server.workers.pool import QueryPool

QUERIES = 1_000
HOME = "https://example.org/"
_WORDS = ["bröst", "Bröst", "zebra", "a\\b", 'the "breast"', "å", "ä", "ö", "e", "é", "", " ", "10", "9", "𐀀", "\uffee"]


def _triples(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Yield schemes whose labels and codes are complete, partial, repeated, equal, or of other types."""
    for n in range(90):
        concept = f"{HOME}{chance.choice('abc')}{n}"
        if n != 77:
            yield concept, "rdf:type", f"<{expand('skos:Concept')}>"
        yield concept, "skos:inScheme", f"<{HOME}s/{n % 3}>"
        if n % 11 == 0:
            yield concept, "skos:inScheme", f"<{HOME}s/all>"
        word = chance.choice(_WORDS)
        yield concept, "skos:prefLabel", text(Text(word, "sv"))
        if n % 3 != 1 or n % 2:
            yield concept, "skos:prefLabel", text(Text(chance.choice(_WORDS), "en"))
        if n % 3 == 2:
            yield concept, "skos:prefLabel", text(Text(f"{word} {n}", "de-CH"))
            yield concept, "skos:prefLabel", text(Text(f"{word} other {n}", "de-CH"))
        yield concept, "skos:notation", plain(f"{chance.randrange(40)}")
        if n == 50:
            yield concept, "skos:notation", plain("second")
        if n % 3 == 1 and n % 5:
            yield concept, "skos:definition", text(Text(word, "sv"))
    yield f"{HOME}t", "skos:inScheme", f"<{HOME}s/typed>"
    yield f"{HOME}t", "skos:notation", f'"7"^^<{expand("xsd:integer")}>'
    yield f"{HOME}t2", "skos:inScheme", f"<{HOME}s/typed>"
    yield f"{HOME}t2", "skos:notation", '"7"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with a store and the orders of its schemes."""
    home = tmp_path_factory.mktemp("pages")
    lines = sorted({f"<{s}> <{expand(p)}> {o} .\n" for s, p, o in _triples(random.Random(5))})
    (home / "view.nt").write_text("".join(lines), encoding="utf-8")
    store = Store(str(home / "store"))
    store.load(path=str(home / "view.nt"), format=RdfFormat.N_TRIPLES, to_graph=DefaultGraph())
    store.flush()
    builder = SchemeOrderBuilder()
    scan_view(home / "view.nt", [builder])
    builder.write(home)
    return home


class _Generator:
    """Queries that are sorted pages of a scheme, and some near them, by chance."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)

    def _pick(self, *choices: str) -> str:
        return self._chance.choice(choices)

    def _maybe(self, share: float) -> bool:
        return self._chance.random() < share

    def _pattern(self, variable: str) -> str:
        property_ = self._pick(*["skos:prefLabel"] * 3, *["skos:notation"] * 2, "skos:definition")
        filter_ = f" FILTER(LANG({variable}) = {self._language()})"
        return f"?c {property_} {variable}" + (filter_ if property_ != "skos:notation" or self._maybe(0.05) else "")

    def _language(self) -> str:
        return self._pick('"sv"', '"sv"', '"sv"', "'en'", "'en'", '"de-ch"', '"de-CH"', '""', '"fi"')

    def query(self) -> tuple[str, str, str]:
        """Return a query without LIMIT and OFFSET, these, and its ordering."""
        scheme = f"<{HOME}s/{self._pick('0', '1', '2', '0', '1', 'all', 'typed', 'none')}>"
        first = self._pick("", "", "?c a skos:Concept ; ") or "?c "
        elements = [f"{first}skos:inScheme {scheme}", self._pattern("?k")]
        if self._maybe(0.5):
            other = self._pattern("?v")
            elements.append(f"OPTIONAL {{ {other} }}" if self._maybe(0.6) else other)
        if self._maybe(0.06):
            elements.append(
                self._pick(
                    'FILTER(?k != "e")', "?c skos:prefLabel ?c", "?c ?p ?o", "FILTER(?c != ?k)", "?c skos:notation ?k"
                )
            )
        if self._maybe(0.1):
            self._chance.shuffle(elements)
        order = self._pick(
            "?k", "?k", "?k ?c", "?k ?c", "DESC(?k)", "DESC(?k) DESC(?c)", "?k DESC(?c)", "STR(?k)", "?c"
        )
        body = " . ".join(elements)
        return f"SELECT {self._pick('*', '?c ?k', '?k ?c')} WHERE {{ {body} }} ORDER BY {order}", self._slice(), order

    def _slice(self) -> str:
        limit = f" LIMIT {self._chance.choice([0, 1, 2, 5, 10, 1000, 5000])}"
        offset = f" OFFSET {self._chance.choice([0, 1, 3, 7, 20, 29, 30, 31, 400])}"
        return self._pick(limit, limit + offset, offset + limit, limit, offset)


def _rows(store: DiskStore, query: str) -> list[dict[str, str]]:
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{name: str(row[name]) for name in names} for row in solutions]


def _disagreement(store: DiskStore, orders: SchemeOrders, number: int) -> tuple[str, bool]:
    """Return what is wrong with the page that a generated query asks for, and whether the query is rewritten."""
    text, piece, order = _Generator(number).query()
    plain = check_client_query(text + piece)
    rewritten = check_client_query(text + piece, None, orders)
    expected, page = _rows(store, plain), _rows(store, rewritten)
    names = {word.strip("?") for word in ("?k", "?c") if word in order}
    columns = [name for name in ("k", "c") if name in names]
    if [[row.get(name) for name in columns] for row in page] != [
        [row.get(name) for name in columns] for row in expected
    ]:
        return f"order: {text}{piece}", rewritten != plain
    # Rows of the same label are the page's to choose, but they are rows of the whole result, none twice.
    extra = Counter(map(repr, page)) - Counter(map(repr, _rows(store, check_client_query(text))))
    return (f"rows: {text}{piece}" if extra or len(page) != len(expected) else ""), rewritten != plain


def test_both_ways_agree_on_generated_pages(folder: Path) -> None:
    store, orders = DiskStore(folder / "store"), read_scheme_orders(folder)
    assert orders
    outcomes = [_disagreement(store, orders, number) for number in range(QUERIES)]
    assert [text for text, _ in outcomes if text] == []
    rewritten = sum(is_rewritten for _, is_rewritten in outcomes)
    assert QUERIES / 8 < rewritten < QUERIES * 7 / 8


def test_a_wrong_order_is_found(folder: Path, tmp_path: Path) -> None:
    for file in folder.glob("orders.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    numbers = bytearray((folder / NUMBERS).read_bytes())
    numbers[0:4], numbers[40:44] = numbers[40:44], numbers[0:4]
    (tmp_path / NUMBERS).write_bytes(numbers)
    store, orders = DiskStore(folder / "store"), read_scheme_orders(tmp_path)
    assert orders and any(_disagreement(store, orders, number)[0] for number in range(QUERIES))


_PAGE = "SELECT ?c ?k {{ ?c skos:inScheme <https://example.org/s/{}> ; {} ?k {} }} ORDER BY {} LIMIT 4"


@pytest.mark.parametrize("order", ["?k", "DESC(?k)"])
def test_the_pages_together_are_the_whole_list(folder: Path, order: str) -> None:
    store, orders = DiskStore(folder / "store"), read_scheme_orders(folder)
    query = _PAGE.format("0", "skos:prefLabel", 'FILTER(LANG(?k) = "sv")', order)
    pages = []
    for offset in range(0, 32, 4):
        page = check_client_query(f"{query} OFFSET {offset}", None, orders)
        assert "VALUES" in page
        pages += _rows(store, page)
    whole = _rows(store, query.removesuffix(" LIMIT 4"))
    assert len(pages) == len(whole) == 30
    assert Counter(map(repr, pages)) == Counter(map(repr, whole))
    assert [row["k"] for row in pages] == [row["k"] for row in whole]


@pytest.mark.parametrize(
    "query",
    [
        _PAGE.format("0", "skos:prefLabel", 'FILTER(LANG(?k) = "sv")', "?k"),
        _PAGE.format("0", "skos:notation", "", "?k ?c"),
        _PAGE.format("1", "skos:prefLabel", "FILTER(LANG(?k) = 'en') .", "ASC(?k) ASC(?c)"),
        _PAGE.format("1", "skos:notation", ". ?c skos:prefLabel ?l FILTER(LANG(?l) = 'sv')", "?k"),
        _PAGE.format("1", "skos:notation", "OPTIONAL { ?c skos:prefLabel ?l FILTER(LANG(?l) = 'en') }", "DESC(?k)"),
        _PAGE.format("1", "skos:notation", "OPTIONAL { ?c skos:prefLabel ?l FILTER(LANG(?l) = 'fi') }", "?k"),
        "PREFIX e: <https://example.org/s/> SELECT * WHERE { ?c a skos:Concept . ?c skos:inScheme e:0 . "
        "?c skos:notation ?k # by code\n} ORDER BY ?k OFFSET 3 LIMIT 2 # end",
    ],
)
def test_usual_pages_are_answered_from_the_build(folder: Path, query: str) -> None:
    store = DiskStore(folder / "store")
    rewritten = check_client_query(query, store.counts, store.orders)
    assert "VALUES" in rewritten
    assert [row["k"] for row in _rows(store, rewritten)] == [row["k"] for row in _rows(store, query)]


@pytest.mark.parametrize(
    "query",
    [
        _PAGE.format("0", "skos:prefLabel", "", "?k"),  # several languages
        _PAGE.format("2", "skos:prefLabel", 'FILTER(LANG(?k) = "de-ch")', "?k"),  # two labels of a concept
        _PAGE.format("2", "skos:notation", "", "?k"),  # two codes of a concept
        _PAGE.format("typed", "skos:notation", "", "?k"),  # numbers
        _PAGE.format("typed", "skos:notation", 'FILTER(LANG(?k) = "")', "?k"),
        _PAGE.format("none", "skos:notation", "", "?k"),
        _PAGE.format("1", "skos:notation", ". ?c skos:prefLabel ?l FILTER(LANG(?l) = 'en')", "?k"),  # not all have one
        _PAGE.format("1", "skos:notation", ". ?c skos:prefLabel ?l", "?k"),
        _PAGE.format("1", "skos:notation", "OPTIONAL { ?c skos:prefLabel ?l } FILTER(LANG(?l) = 'sv')", "?k"),
        _PAGE.format("1", "skos:definition", 'FILTER(LANG(?k) = "sv")', "?k"),
        _PAGE.format("1", "skos:notation", "", "?k DESC(?c)"),
        _PAGE.format("1", "skos:notation", "", "STR(?k)"),
        _PAGE.format("1", "skos:notation", "", "?k").removesuffix(" LIMIT 4"),
        _PAGE.format("1", "skos:notation", "", "?k") + "000",
        _PAGE.format("2", "skos:prefLabel", 'FILTER(LANG(?k) = "sv") ?c a skos:Concept', "?k"),  # one is none
        _PAGE.format("1", "skos:notation", "", "?k").replace("{", "FROM <https://example.org/g> {", 1),
        _PAGE.format("1", "skos:notation", "", "?k").replace("{", "{ GRAPH ?g {", 1).replace("}", "} }", 1),
        _PAGE.format("1", "skos:notation", "", "?k").replace("?c skos", "OPTIONAL { ?c skos:prefLabel ?l } ?c skos", 1),
        _PAGE.format("1", "skos:notation", "", "?k").replace("?c ?k", "DISTINCT ?k", 1),
    ],
)
def test_other_pages_are_left_to_the_engine(folder: Path, query: str) -> None:
    assert "VALUES" not in check_client_query(query, None, read_scheme_orders(folder))


def test_the_switch_turns_it_off_and_other_graphs_have_no_orders(folder: Path, built: Settings) -> None:
    query = _PAGE.format("0", "skos:prefLabel", 'FILTER(LANG(?k) = "sv")', "?k ?c")
    saved = (folder / NUMBERS).read_bytes()
    pool = QueryPool(built)

    def ask(*graphs: str, rewrite: bool = True) -> bytes:
        request = QueryRequest(
            store=str(folder / "store"), query=query, results_format="text/csv", graph_format="text/turtle",
            default_graphs=graphs, rewrite=rewrite,
        )  # fmt: skip
        return pool.run(request).read()

    try:
        (folder / NUMBERS).write_bytes(bytes(len(saved)))
        assert ask(rewrite=False).count(b"\n") == 5 > ask().count(b"\n")
        assert ask("https://example.org/none").count(b"\n") == 1
    finally:
        (folder / NUMBERS).write_bytes(saved)
        pool.close()


def test_a_build_without_orders(tmp_path: Path) -> None:
    assert read_scheme_orders(tmp_path) is None
