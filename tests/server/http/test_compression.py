"""Content codings: which one a request gets, and that bodies and streams are what was compressed."""

from __future__ import annotations

import gzip

import pytest
import zstandard
from flask import Flask, Response, stream_with_context

from server.http.compression import MIN_BYTES, choose_coding, compress_responses

BODY = "räksmörgås " * 5000
CODINGS = ("gzip", "zstd")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("deflate, br", ""),
        ("identity", ""),
        ("identity, gzip", "gzip"),
        ("gzip;q=0.5, identity", ""),
        ("gzip;q=0.5, zstd;q=0.4", "gzip"),
        ("gzip; q=0.4,zstd ;Q=0.5", "zstd"),
        ("*", "zstd"),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=0, *;q=0", ""),
        ("gzip;q=x", "gzip"),
        (";;,", ""),
    ],
)
def test_the_coding_of_the_highest_weight_is_chosen(accepted: str, coding: str) -> None:
    assert choose_coding(accepted) == coding


def _unpack(body: bytes, coding: str) -> bytes:
    return gzip.decompress(body) if coding == "gzip" else zstandard.ZstdDecompressor().decompressobj().decompress(body)


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask(__name__)
    compress_responses(made)

    @made.get("/whole/<int:length>")
    def whole(length: int) -> Response:
        response = Response(BODY[:length], content_type="text/plain; charset=utf-8")
        response.add_etag()
        return response

    @made.get("/stream")
    def stream() -> Response:
        return Response(stream_with_context(iter([BODY[:100], "", BODY[100:]])), content_type="text/turtle")

    @made.get("/packed")
    def packed() -> Response:
        return Response(gzip.compress(BODY.encode()), content_type="application/gzip")

    return made


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("path", ["/whole/55000", "/stream"])
def test_a_compressed_response_is_the_same_unpacked(app: Flask, path: str, coding: str) -> None:
    answer = app.test_client().get(path, headers={"Accept-Encoding": coding})
    assert answer.headers["Content-Encoding"] == coding and "Accept-Encoding" in answer.headers["Vary"]
    assert _unpack(answer.data, coding).decode() == BODY and len(answer.data) < len(BODY) / 50
    assert answer.headers.get("Content-Length", str(len(answer.data))) == str(len(answer.data))
    assert coding in answer.headers.get("ETag", coding)


@pytest.mark.parametrize("path", [f"/whole/{MIN_BYTES // 2}", "/packed", "/unknown"])
def test_short_and_packed_responses_and_errors_are_not_compressed(app: Flask, path: str) -> None:
    assert "Content-Encoding" not in app.test_client().get(path, headers={"Accept-Encoding": "gzip"}).headers
