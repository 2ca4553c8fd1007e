"""Two real servers, each with its own graph, answer one query; one that is slow or down is named and not fatal."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from begrepp.settings import Settings
from begrepp.sparql.services import bindings_query, find_service
from begrepp.sparql.tokens import tokens
from begrepp.store.nodes import NODES_FILE, FederationNode, NodeClient, NodeError, read_nodes
from tests.support.serving import free_port, serve
from tests.support.small import HEADER, build_small, put

CS = "https://w3id.org/begrepp/id/cs/"
BOTH = """SELECT ?label { SERVICE begrepp:nodes { ?c skos:notation ?code ; skos:prefLabel ?label }
  VALUES ?code { "X01" } FILTER(LANG(?label) = "sv") } ORDER BY ?label"""


@dataclass(frozen=True, slots=True)
class World:
    """The address of the node that is asked, and of its neighbour."""

    here: str
    there: str


@pytest.fixture(scope="module")
def world(built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A node with the shared build; a neighbour with a list of its own; one that hangs, and one that is down."""
    other = replace(built, data=tmp_path_factory.mktemp("neighbour") / "data")
    rows = "X01,Grannens kod,The neighbour's code,,1997-01-01,\nX02,En till,Another,X01,1997-01-01,\n"
    put(other, HEADER + rows, edition="2024")
    build_small(other)
    home = tmp_path_factory.mktemp("home") / "data"
    home.mkdir()
    (home / "builds").symlink_to(built.builds)
    (home / "current").symlink_to(built.current.resolve())
    with socket.create_server(("127.0.0.1", 0)) as hanging, serve(other.data) as there:
        (home / NODES_FILE).write_text(_nodes(there, hanging.getsockname()[1]), encoding="utf-8")
        with serve(home) as here:
            yield World(f"http://127.0.0.1:{here}", f"http://127.0.0.1:{there}")


def _nodes(there: int, hanging: int) -> str:
    return "".join(
        f'[[node]]\nname = "{name}"\nendpoint = "http://127.0.0.1:{port}/sparql"\nprivate = {private}\nseconds = 2\n'
        for name, port, private in (
            ("granne", there, "true"),
            ("seg", hanging, "true"),
            ("nere", free_port(), "true"),
            ("intern", there + 1, "false"),
        )
    )


def ask(world: World, query: str, **headers: str) -> tuple[int, list[dict[str, str]], str]:
    """The status, the rows, and what the nodes gave."""
    request = urllib.request.Request(
        f"{world.here}/sparql?{urlencode({'query': query})}",
        headers={"Accept": "application/sparql-results+json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            bindings = json.load(answer)["results"]["bindings"]
            rows = [{name: term["value"] for name, term in row.items()} for row in bindings]
            return answer.status, rows, answer.headers.get("Begrepp-Nodes", "")
    except urllib.error.HTTPError as error:
        return error.code, [], error.read().decode()


@pytest.mark.slow
def test_all_nodes_are_asked_and_those_that_fail_are_named(world: World) -> None:
    status, rows, said = ask(world, BOTH)
    assert (status, rows) == (200, [{"label": "Grannens kod"}])
    assert "granne=2" in said and "seg=failed" in said and "nere=failed" in said and "intern=failed" in said


@pytest.mark.slow
def test_a_node_that_has_none_of_it_is_not_asked(world: World) -> None:
    status, rows, said = ask(world, "SELECT * { SERVICE begrepp:nodes { ?v csvw:name ?n } }")
    assert (status, rows) == (200, []) and "granne=not asked" in said


@pytest.mark.slow
def test_what_the_query_binds_is_sent_along_in_blocks(world: World) -> None:
    """The neighbour is asked for the codes that are here only; of its own two it sends none."""
    query = f"""SELECT ?code ?label {{ ?here skos:notation ?code ; skos:inScheme <{CS}icd-10-se> .
      SERVICE <{world.there}/sparql> {{ ?c skos:notation ?code ; skos:prefLabel ?label }} }}"""
    status, rows, said = ask(world, query)
    assert status == 200 and not rows and said == "granne=0"
    unbound = (
        f"SELECT * {{ SERVICE <{world.there}/sparql> {{ ?c skos:notation ?code ; skos:inScheme <{CS}icd-10-se> }} }}"
    )
    assert ask(world, unbound)[2] == "granne=2"


@pytest.mark.slow
def test_a_node_that_the_query_names_and_that_fails_is_an_error_unless_silent(world: World) -> None:
    down = next(node.endpoint for node in read_nodes_of(world) if node.name == "nere")
    status, _, said = ask(world, f"SELECT * {{ SERVICE <{down}> {{ ?s ?p ?o }} }}")
    assert status == 502 and "cannot be reached" in said
    status, rows, said = ask(world, f"SELECT * {{ SERVICE SILENT <{down}> {{ ?s ?p ?o }} }}")
    assert (status, rows) == (200, [{}]) and "nere=failed" in said


def read_nodes_of(world: World) -> tuple[FederationNode, ...]:
    _, _, said = ask(world, "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    endpoints = [
        part.strip(" <>.") for part in said.partition("Allowed endpoints: ")[2].split(",") if "127.0.0.1" in part
    ]
    return tuple(
        FederationNode(name=name, iri=url, endpoint=url.partition(">")[0])
        for name, url in zip(("granne", "seg", "nere", "intern"), endpoints, strict=False)
    )


@pytest.mark.slow
def test_others_are_not_asked_and_nobody_is_asked_in_circles(world: World) -> None:
    assert ask(world, "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")[0] == 403
    query = f"SELECT * {{ SERVICE <{world.there}/sparql> {{ ?s ?p ?o }} }}"
    status, _, said = ask(world, query, **{"Begrepp-Hop": "1"})
    assert status == 403 and "not forwarded" in said


def test_an_address_that_is_not_public_is_refused_unless_allowed() -> None:
    for host in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "localhost", "[::ffff:127.0.0.1]"):
        node = FederationNode(name="n", iri="urn:n", endpoint=f"http://{host}:1/sparql")
        with pytest.raises(NodeError, match="non-public"):
            NodeClient().select(node, "SELECT * {}")


def test_a_node_that_redirects_or_goes_on_forever_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for reply in (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", None):
                connection, _ = server.accept()
                with connection:
                    connection.recv(10_000)
                    if reply:
                        connection.sendall(reply)
                        continue
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
                    with suppress(OSError):
                        while True:
                            connection.sendall(b" " * 1_000_000)

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        node = FederationNode(name="n", iri="urn:n", endpoint=url, private=True, seconds=5)
        with pytest.raises(NodeError, match="302"):
            NodeClient().select(node, "SELECT * {}")
        with pytest.raises(NodeError, match="MB"):
            NodeClient().select(node, "SELECT * {}")


@contextmanager
def node_that_answers(status: int, body: bytes) -> Iterator[tuple[FederationNode, list[bytes]]]:
    """A node at a host name that answers once, and the head of the request that it received."""
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                heads.append(connection.recv(10_000))
                head = f"HTTP/1.1 {status} X\r\nContent-Type: secret/type\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://node.example:{server.getsockname()[1]}/sparql?a=b"
        yield FederationNode(name="n", iri="urn:n", endpoint=url, private=True, seconds=5), heads


def test_a_host_name_is_resolved_once_and_the_checked_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second resolution would give an address that was not checked."""
    resolved: list[str] = []

    def resolve(host: str, _: int | None) -> list[str]:
        resolved.append(host)
        return ["127.0.0.1"] if len(resolved) == 1 else ["192.0.2.1"]

    monkeypatch.setattr("begrepp.store.nodes.resolve_host", resolve)
    body = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"a\\"b"}}]}}'
    with node_that_answers(200, body) as (node, heads):
        assert NodeClient().select(node, "SELECT * {}") == [{"x": '"a\\"b"'}]
        host = node.endpoint.split("/")[2]
    assert resolved == ["node.example"]
    assert b"POST /sparql?a=b HTTP/1.1" in heads[0] and f"Host: {host}\r\n".encode() in heads[0]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"secret of an internal host"),
        (200, b"secret of an internal host"),
        (200, b'{"head":{},"boolean":true}'),
        (
            200,
            b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"a:secret> } SERVICE <x:y"}}]}}',
        ),
        (
            200,
            b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"","xml:lang":"sv }"}}]}}',
        ),
    ],
)
def test_nothing_that_a_node_sends_is_repeated_or_becomes_a_part_of_the_query(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    monkeypatch.setattr("begrepp.store.nodes.resolve_host", lambda *_: ["127.0.0.1"])
    with node_that_answers(status, body) as (node, _), pytest.raises(NodeError) as caught:
        NodeClient().select(node, "SELECT * {}")
    assert "secret" not in str(caught.value) and "SERVICE" not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "narrowed", "asks"),
    [
        ("SELECT ?a { ?a ?p ?o SERVICE <urn:x> { ?a ?q ?b } }", True, "WHERE { ?a ?p ?o {} }"),
        ("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c OPTIONAL { SERVICE <urn:x> { ?a ?q ?b } } }", True,
         "WHERE { ?a ?b ?c OPTIONAL { {} } }"),
        ("SELECT (1 AS ?x) FROM <urn:g> { { ?a ?p ?o } UNION { SERVICE <urn:x> { ?a ?q ?b } } } LIMIT 1", True,
         "FROM <urn:g> WHERE { { ?a ?p ?o } UNION { {} } }"),
        ("ASK { ?a ?p ?o FILTER NOT EXISTS { SERVICE <urn:x> { ?a ?q ?b } } }", False, ""),
        ("ASK { ?a ?p ?o { SELECT ?a { SERVICE <urn:x> { ?a ?q ?b } } } }", False, ""),
        ("PREFIX x: <urn:> ASK { ?a ?p ?o SERVICE SILENT x:x { ?a ?q '}' } SERVICE x:y { ?a ?q ?b } }", True,
         "WHERE { ?a ?p ?o {} {} }"),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_rest_of_the_query(query: str, narrowed: bool, asks: str) -> None:
    words = list(tokens(query))
    part = find_service(query, words)
    assert part is not None and part.name == "urn:x" and part.can_be_restricted == narrowed
    if narrowed:
        assert asks in bindings_query(query, words, part, ["a"], 10)


def test_a_broken_list_of_nodes_is_named(tmp_path: Path) -> None:
    from begrepp.errors import InputError

    path = tmp_path / NODES_FILE
    path.write_text("[[node]]\nnaem = 'x'\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"nodes\.toml"):
        read_nodes(path)
