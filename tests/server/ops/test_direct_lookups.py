"""Direct look-ups: the same response as Flask's, and the usual way for everything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import msgspec
import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from begrepp.settings import Settings
from server.app import create_app
from server.ops.direct_lookups import PATH, answer_lookup, encode_json
from server.state import AppState
from tests.support.direct import Answer, compare

IRI = "https://w3id.org/begrepp/id/cs/onkologi/lungcancer"


@pytest.fixture(scope="module")
def app(built: Settings) -> Iterator[Flask]:
    made = create_app(replace(built, page_cache_mb=0))
    yield made
    made.extensions["begrepp"].pool.close()


def _both(app: Flask, query: str, headers: dict[str, str], method: str = "GET", prefix: str = "") -> tuple[
    Answer | None, Answer
]:  # fmt: skip
    """The direct response, or None, and Flask's."""
    environ = EnvironBuilder(path=PATH, query_string=query, headers=[*headers.items()], method=method).get_environ()
    environ["SCRIPT_NAME"] = prefix
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    return compare(app, environ, answer_lookup(environ, state.current_build()))


@pytest.mark.parametrize("headers", [
    {}, {"Accept-Language": "en"}, {"Accept-Language": "fi, en;q=0.5"}, {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "gzip, deflate, br"}, {"Accept-Encoding": "gzip, deflate, br, zstd"},
    {"Accept-Encoding": "zstd;q=0.5, gzip"},
    {"Accept": "text/html", "Cookie": "lang=en"},
])  # fmt: skip
@pytest.mark.parametrize("query", [
    {"iri": IRI}, {"iri": IRI, "lang": "en"}, {"iri": IRI, "lang": "sv-SE"},
    {"system": "onkologi", "code": "lungcancer"},
    {"system": "urn:oid:1.2.752.116.1.1.1", "code": "A00.0"}, {"system": "icd-10-se", "code": "A00.9", "iri": ""},
])  # fmt: skip
def test_a_plain_look_up_is_answered_as_by_flask(app: Flask, query: dict[str, str], headers: dict[str, str]) -> None:
    direct, usual = _both(app, urlencode(query), headers)
    assert direct == usual and usual[0].startswith("200")


@pytest.mark.parametrize(("query", "headers", "method"), [
    ({}, {}, "GET"),
    ({"iri": IRI, "asOf": "2021-06-30"}, {}, "GET"),
    ({"iri": "https://w3id.org/begrepp/id/cs/onkologi"}, {}, "GET"),
    ({"iri": "https://w3id.org/begrepp/id/cs/onkologi/finns-inte"}, {}, "GET"),
    ({"system": "icd-10-se", "code": "a009"}, {}, "GET"),
    ({"system": "finns-inte", "code": "A00.9"}, {}, "GET"),
    ({"iri": IRI, "lang": "xx"}, {}, "GET"),
    ({"iri": IRI}, {"If-None-Match": "*"}, "GET"),
    ({"iri": IRI}, {"Range": "bytes=0-9"}, "GET"),
    ({"iri": IRI}, {}, "HEAD"),
    ({"iri": IRI, "x" * 3000: ""}, {}, "GET"),
])  # fmt: skip
def test_other_requests_take_the_usual_way(
    app: Flask, query: dict[str, str], headers: dict[str, str], method: str
) -> None:
    assert _both(app, urlencode(query), headers, method)[0] is None


def test_a_prefix_takes_the_usual_way(app: Flask) -> None:
    assert _both(app, urlencode({"iri": IRI}), {}, prefix="/begrepp")[0] is None


class _Body(msgspec.Struct, rename="camel"):
    zeta: str
    alpha_beta: dict[str, object]
    of_list: list[object]


def test_json_is_written_as_by_flask() -> None:
    """Each character of Unicode but surrogates, as value and as key, and keys in the order of their names in JSON."""
    characters = [*map(chr, (*range(0xD800), *range(0xE000, 0x11000), 0x1F600, 0x10FFFF))]
    for each in characters:
        body = _Body(f"{each}x{each}", {each: each, "a": None, "Ö": 1}, [True, each, -1.5])
        plain = msgspec.to_builtins(body)
        assert encode_json(body) == json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


def test_short_bodies_are_not_compressed_and_longer_ones_are_as_by_flask(app: Flask) -> None:
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    iris = [system.iri(0) for system in state.current_build().terminology.schemes() if len(system)]
    found = [_both(app, urlencode({"iri": iri}), {"Accept-Encoding": "gzip"}) for iri in [IRI, *iris]]
    assert all(direct is None or direct == usual for direct, usual in found)
    answers = [direct for direct, _ in found if direct]
    compressed = [answer[1].get("Content-Encoding") == "gzip" for answer in answers]
    assert any(compressed) and not all(compressed)
