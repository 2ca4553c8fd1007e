"""Hostile requests for every route: whatever a client sends, the answer is not an error of the server.

In this file a sample, the same each time; `BEGREPP_ZOO_REQUESTS` sets another number of requests per address.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from begrepp.settings import ROOT, Settings
from server.app import create_app
from server.ops.asgi import AsgiBridge
from server.ops.request_body import BodyReader
from tests.support import hostile_requests as hostile

_EACH = int(os.environ.get("BEGREPP_ZOO_REQUESTS", "12"))
"""Requests per address and kind."""
_ANY = 1 << 30


@pytest.fixture(scope="module")
def application(built: Settings) -> Iterator[Flask]:
    """An application whose rate limits do not answer for it."""
    app = create_app(replace(built, validation_rate=1_000_000, validation_seconds=10))
    yield app
    app.extensions["begrepp"].pool.close()
    app.extensions["begrepp.validation"].pool.close()


def _requests(app: Flask, names: set[str], bridge: AsgiBridge) -> Iterator[hostile.HostileRequest]:
    chance = random.Random(1)
    for address in hostile.addresses(app):
        names.clear()
        hostile.send(bridge, hostile.HostileRequest(target=address))
        kinds = [
            [*hostile.path_requests(address)],
            [*hostile.parameter_requests(address, sorted(names))],
            [*hostile.header_requests(address)],
        ]
        if not address.startswith("/validation"):
            kinds.append([*hostile.body_requests(address.partition("?")[0])])
        for made in kinds:
            yield from chance.sample(made, min(_EACH, len(made)))


def test_no_request_is_an_error_of_the_server_and_none_names_a_folder(application: Flask, built: Settings) -> None:
    names = hostile.read_names(application)
    bridge = AsgiBridge(application.wsgi_app, 4, BodyReader(lambda _: 1 << 20, _ANY))
    secrets = [str(built.data).encode(), str(ROOT).encode(), b"site-packages", b"Traceback (most recent"]
    wrong, count = [], 0
    for sent in _requests(application, names, bridge):
        count += 1
        reply = hostile.send(bridge, sent)
        if not 200 <= reply.status < 600 or reply.status == 500:
            wrong.append(f"{reply.status} {sent}")
        wrong += [f"{secret!r} {sent}" for secret in secrets if secret in reply.body]
    assert count > 1000
    assert wrong == []


CASES = {
    "deep-json": ("POST", "/resolve", (), b"[" * 100_000, "application/json", 400),
    "lone-surrogate": ("POST", "/resolve", (), b'[{"system":"onkologi","code":"\\ud800"}]', "application/json", 400),
    "list-that-is-no-iri": ("GET", "/check?list=a%20b&values=x", (), b"", "", 404),
    "dataset-that-is-no-iri": ("GET", "/check?list=a%20b/c&values=x", (), b"", "", 404),
    "profile-name-as-long-as-a-path": ("GET", "/validation/" + "a" * 2000, (), b"", "", 404),
    "query-name-as-long-as-a-path": ("GET", "/queries/" + "a" * 2000, (), b"", "", 404),
    "offset-of-a-date": (
        "GET",
        "/cs",
        (("if-modified-since", f"Sun, 30 Jun 2019 00:00:00 +{'9' * 20}"),),
        b"",
        "",
        200,
    ),
    "year-of-a-date": ("GET", "/cs", (("if-unmodified-since", "Fri, 31 Dec 9999 23:59:59 -2359"),), b"", "", 200),
    "host-that-is-no-name": ("GET", "/cs", (("host", "xn--"),), b"", "", 400),
    "host-with-a-path": ("GET", "/cs", (("host", "x/../y"),), b"", "", 400),
    "length-that-is-no-number": ("POST", "/check", (("content-length", "²"),), b"", "", 400),
    "search-limit-that-is-no-number": (
        *("POST", "/sparql", ()),
        b"SELECT * { SERVICE <https://w3id.org/begrepp/def#search> "
        b'{ ?c <https://w3id.org/begrepp/def#words> "lung" ; <https://w3id.org/begrepp/def#most> "abc" } }',
        *("application/sparql-query", 400),
    ),
    "surrogate-in-a-query": ("POST", "/sparql", (), b'ASK{?s ?p "\\uD800"}', "application/sparql-query", 400),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_request_has_a_plain_answer(application: Flask, name: str) -> None:
    method, target, headers, body, media_type, status = CASES[name]
    bridge = AsgiBridge(application.wsgi_app, 2, BodyReader(lambda _: 1 << 20, _ANY))
    more = (("content-type", media_type), ("content-length", str(len(body)))) if body else ()
    sent = hostile.HostileRequest(target=target, method=method, headers=(*headers, *more), body=body)
    assert hostile.send(bridge, sent).status == status
