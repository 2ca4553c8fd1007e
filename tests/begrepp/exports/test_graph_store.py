"""Graphs are uploaded in pieces, with the credentials that a server asks for; its answers are never repeated."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from begrepp.errors import UsageError
from begrepp.exports import graph_store
from begrepp.exports.graph_store import GraphStore, GraphStoreError
from tests.support.serving import free_port

GRAPH = "https://x/id/graph/å"
LINES = [f"<urn:{number}> <urn:p> <urn:o> .\n".encode() for number in range(5)]
SECRET = "a line of its log"

Answer = tuple[int, dict[str, str]]


class Server:
    """A server that keeps what it was sent and answers as a function says."""

    def __init__(self, answer: Callable[[str, str, int], Answer]) -> None:
        self.answer = answer
        self.requests: list[tuple[str, str, bytes]] = []
        self.url = ""


@contextmanager
def running(answer: Callable[[str, str, int], Answer]) -> Iterator[Server]:
    """`answer` takes method, Authorization and the number of the request; it gives a status and headers."""
    server = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.requests.append((self.command, self.path, body))
            status, headers = server.answer(self.command, self.headers.get("Authorization", ""), len(server.requests))
            self.send_response(status)
            text = "" if status == 204 else SECRET
            # A server that was asked to close the connection says that it will (RFC 9112, 9.6).
            for name, value in ({"Content-Length": str(len(text)), "Connection": "close"} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_PUT

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        Thread(target=http.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{http.server_port}/store"
        try:
            yield server
        finally:
            http.shutdown()


@pytest.fixture(autouse=True)
def pieces_of_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_store, "LINES_PER_REQUEST", 2)


def test_the_first_piece_replaces_and_the_others_add() -> None:
    with running(lambda *_: (204, {})) as server:
        GraphStore(server.url).replace_graph(GRAPH, LINES)
    assert [method for method, _, _ in server.requests] == ["PUT", "POST", "POST"]
    assert b"".join(body for _, _, body in server.requests) == b"".join(LINES)
    assert {path for _, path, _ in server.requests} == {"/store?graph=https%3A%2F%2Fx%2Fid%2Fgraph%2F%C3%A5"}


def test_an_empty_graph_is_replaced_too() -> None:
    with running(lambda *_: (204, {})) as server:
        GraphStore(server.url).replace_graph(GRAPH, [])
    assert [(method, body) for method, _, body in server.requests] == [("PUT", b"")]


def test_a_password_is_sent_when_the_server_asks_for_it_and_not_before() -> None:
    sent: list[str] = []

    def answer(_: str, authorization: str, __: int) -> Answer:
        sent.append(authorization)
        return (204, {}) if authorization else (401, {"WWW-Authenticate": 'Basic realm="r"'})

    with running(answer) as server:
        GraphStore(server.url, user="åsa", password="pass:ord").replace_graph(GRAPH, LINES)
    basic = "Basic " + base64.b64encode("åsa:pass:ord".encode()).decode()
    assert sent == ["", basic, basic, basic]
    assert b"".join(body for _, _, body in server.requests[1:]) == b"".join(LINES)


def test_digest_is_computed_anew_for_each_request_and_after_a_nonce_has_expired() -> None:
    def answer(method: str, authorization: str, number: int) -> Answer:
        nonce = "new" if number > 2 else "old"
        challenge = {"WWW-Authenticate": f'Digest realm="r", qop="auth", algorithm=MD5, nonce="{nonce}"'}
        return (204, {}) if _is_right(authorization, method, nonce) else (401, challenge)

    with running(answer) as server:
        GraphStore(server.url, user="dba", password="secret").replace_graph(GRAPH, LINES)
    # The third request is sent with the old nonce.
    assert [method for method, _, _ in server.requests] == ["PUT", "PUT", "POST", "POST", "POST"]


def _is_right(authorization: str, method: str, nonce: str) -> bool:
    if not authorization.startswith("Digest "):
        return False
    said = parse_keqv_list(parse_http_list(authorization.removeprefix("Digest ")))
    one, two = (hashlib.md5(text.encode()).hexdigest() for text in ("dba:r:secret", f"{method}:{said['uri']}"))
    whole = f"{one}:{nonce}:{said['nc']}:{said['cnonce']}:auth:{two}"
    return said["nonce"] == nonce and said["response"] == hashlib.md5(whole.encode()).hexdigest()


@pytest.mark.parametrize("challenge", ['Basic realm="r"', 'Digest realm="r", qop="auth", nonce="n"', "Negotiate"])
def test_credentials_that_are_refused_are_sent_once(challenge: str) -> None:
    with running(lambda *_: (401, {"WWW-Authenticate": challenge})) as server:
        with pytest.raises(GraphStoreError, match="HTTP 401") as caught:
            GraphStore(server.url, user="u", password="hemlig").replace_graph(GRAPH, LINES)
        assert len(server.requests) == (1 if challenge == "Negotiate" else 2)
    assert "hemlig" not in str(caught.value)


@pytest.mark.parametrize(("status", "times"), [(400, 1), (403, 1), (413, 1), (500, 1), (502, 1), (307, 1), (503, 4)])
def test_only_a_request_that_was_not_processed_is_repeated(status: int, times: int) -> None:
    headers = {"Location": "http://192.0.2.1/"} if status == 307 else {}
    with running(lambda *_: (status, headers)) as server:
        with pytest.raises(GraphStoreError, match=f"HTTP {status}") as caught:
            GraphStore(server.url).replace_graph(GRAPH, LINES)
        assert len(server.requests) == times
    assert SECRET not in str(caught.value) and caught.value.next_step


def test_a_busy_server_is_asked_again() -> None:
    with running(lambda _, __, number: (503, {"Retry-After": "0"}) if number == 2 else (204, {})) as server:
        GraphStore(server.url).replace_graph(GRAPH, LINES)
    assert [method for method, _, _ in server.requests] == ["PUT", "POST", "POST", "POST"]


def test_a_server_that_is_not_there_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}/store"
    with pytest.raises(GraphStoreError, match="cannot be reached") as caught:
        GraphStore(url).replace_graph(GRAPH, LINES)
    assert url in str(caught.value)


def test_an_answer_that_is_no_http_is_not_repeated_in_the_message() -> None:
    with running(lambda *_: (204, {})) as server:
        server.answer = lambda *_: (_ for _ in ()).throw(ConnectionAbortedError())
        with pytest.raises(GraphStoreError, match="the connection failed"):
            GraphStore(server.url).replace_graph(GRAPH, LINES)


@pytest.mark.parametrize("url", ["host/store", "ftp://host/store", "http://user:hemlig@host/store", "http://[", ""])
def test_an_address_that_is_none_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        GraphStore(url)
    assert "hemlig" not in str(caught.value)
