"""The ASGI bridge: slow bodies and slow readers hold no thread, and the probes wait for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from begrepp.errors import BegreppError
from server.http.page_cache import NotCached
from server.ops import asgi, request_body
from server.ops.asgi import AsgiBridge, LibraryPanic, ResponseTruncated
from server.ops.request_body import BodyReader, TooManyBodies

_LIMIT = 1 << 20


def _app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """A WSGI application that returns the length that it is told and the body that it reads."""
    if environ.get("begrepp.cached-only"):
        raise NotCached(None)
    body = environ["wsgi.input"].read()
    content = (
        b"x" * 200_000 if environ["PATH_INFO"] == "/large" else f"{environ.get('CONTENT_LENGTH')} {len(body)}".encode()
    )
    start("200 OK", [("Content-Length", str(len(content)))])
    return [content]


def _scope(path: str = "/check", **headers: str) -> dict[str, Any]:
    return {
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 1),
    }


async def _call(
    bridge: AsgiBridge, scope: dict[str, Any], messages: list[bytes | None], reads: bool = True
) -> list[Any]:
    """Send these chunks, None for a client that says nothing more; return the messages that came back."""
    chunks = iter(messages)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        chunk = next(chunks, None)
        if chunk is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": chunk, "more_body": chunk != b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if not reads and message["type"] == "http.response.body":
            await asyncio.Event().wait()

    await bridge(scope, receive, send)
    return sent


def _bridge(budget: int = _LIMIT) -> AsgiBridge:
    return AsgiBridge(_app, 1, BodyReader(lambda _: _LIMIT, budget))


def test_a_body_in_pieces_arrives_whole_with_its_length() -> None:
    sent = asyncio.run(_call(_bridge(), _scope(transfer_encoding="chunked"), [b"abc", b"de", b""]))
    assert sent[1]["body"] == b"5 5"


def test_a_body_that_is_too_large_is_left_to_the_application_to_refuse() -> None:
    sent = asyncio.run(_call(_bridge(), _scope(content_length=str(_LIMIT + 1)), []))
    assert sent[1]["body"] == f"{_LIMIT + 1} 0".encode()
    parts: list[bytes | None] = [b"x" * 500_000] * 3
    sent = asyncio.run(_call(_bridge(8 * _LIMIT), _scope(transfer_encoding="chunked"), parts))
    assert int(sent[1]["body"].split()[0]) > _LIMIT


def test_a_slow_body_gets_408_and_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "GRACE_SECONDS", 0.05)
    called = []
    bridge = AsgiBridge(lambda *_: called.append(1) or [], 1, BodyReader(lambda _: _LIMIT, _LIMIT))  # type: ignore[func-returns-value]
    sent = asyncio.run(_call(bridge, _scope(content_length="1000"), [b"a", None]))
    assert sent[0]["status"] == 408 and (b"connection", b"close") in sent[0]["headers"]
    assert called == []


def test_a_body_that_breaks_off_gets_400() -> None:
    messages = iter(({"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}))
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(_bridge()(_scope(transfer_encoding="chunked"), receive, send))
    assert sent[0]["status"] == 400 and b"incomplete" in sent[1]["body"]


class _Panic(BaseException):
    """As pyo3's PanicException, which is no `Exception`."""


@pytest.mark.parametrize("path", ["/at-once", "/later"])
def test_a_panic_of_a_library_ends_its_request_alone(path: str) -> None:
    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ.get("begrepp.cached-only"):
            raise NotCached(None)
        start("200 OK", [])
        if path == "/at-once":
            raise _Panic
        return (_fail(number) for number in range(3))

    def _fail(number: int) -> bytes:
        if number == 2:
            raise _Panic
        return b"x"

    bridge = AsgiBridge(app, 1, BodyReader(lambda _: _LIMIT, _LIMIT))
    with pytest.raises(LibraryPanic):
        asyncio.run(_call(bridge, _scope(path), []))


def test_bodies_have_a_budget_together_and_for_each_client() -> None:
    async def many() -> list[BaseException | Any]:
        reader = BodyReader(lambda _: _LIMIT, _LIMIT)

        async def one(client: str) -> object:
            async def receive() -> dict[str, Any]:
                await asyncio.sleep(0.05)
                return {"type": "http.request", "body": b"x" * 1000, "more_body": False}

            return await reader.read({"CONTENT_LENGTH": "1000", "PATH_INFO": "/"}, receive, client)

        each = request_body.BODIES_EACH
        results = await asyncio.gather(*(one("a") for _ in range(each + 5)), one("b"), return_exceptions=True)
        for result in results:
            if isinstance(result, request_body.RequestBody):
                result.close()
        return results

    results = asyncio.run(many())
    assert sum(isinstance(result, TooManyBodies) for result in results) == 5
    assert not isinstance(results[-1], BaseException)
    sent = asyncio.run(_call(_bridge(budget=100), _scope(content_length="1000"), [b"x" * 1000, b""]))
    assert sent[0]["status"] == 503 and dict(sent[0]["headers"])[b"retry-after"]


def test_a_reader_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "READ_GRACE_SECONDS", 0.05)
    monkeypatch.setattr(asgi, "READ_BYTES_PER_SECOND", 1 << 30)
    with pytest.raises(ResponseTruncated):
        asyncio.run(_call(_bridge(), _scope("/large"), [], reads=False))


def test_the_probes_need_no_thread_of_the_pool() -> None:
    """All threads are taken; liveness and readiness are answered all the same."""
    bridge = _bridge()

    async def probe() -> list[Any]:
        blocked = asyncio.Event()
        bridge._threads.submit(lambda: asyncio.run(_until(blocked)))
        try:
            return [await asyncio.wait_for(_call(bridge, _scope(path), []), 10) for path in ("/health", "/ready")]
        finally:
            blocked.set()

    async def _until(event: asyncio.Event) -> None:
        while not event.is_set():
            await asyncio.sleep(0.01)

    assert [sent[0]["status"] for sent in asyncio.run(probe())] == [200, 200]


def test_a_refusal_says_why() -> None:
    start, content = asgi._refusal(BegreppError("No.", "Retry."))
    assert start["status"] == 500 and b'"detail": "Retry."' in content
