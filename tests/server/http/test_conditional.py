"""Preconditions and byte ranges (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from werkzeug import Response

from server.http.conditional import precondition_status

DATE, LATER, EARLIER = (f"Mon, 0{day} Jun 2026 00:00:00 GMT" for day in (2, 3, 1))
FILE = "/downloads/onkologi.nq.gz"
PAGE = "/cs/onkologi/lungcancer"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 0),
        ({"IF_MATCH": '"a"'}, 0),
        ({"IF_MATCH": '"b", "a"'}, 0),
        ({"IF_MATCH": '"a:zstd"'}, 0),
        ({"IF_MATCH": "*"}, 0),
        ({"IF_MATCH": '"b"'}, 412),
        ({"IF_MATCH": 'W/"a"'}, 412),
        ({"IF_MATCH": '"a"', "IF_NONE_MATCH": '"a"'}, 304),
        ({"IF_MATCH": '"a"', "IF_UNMODIFIED_SINCE": EARLIER}, 0),
        ({"IF_UNMODIFIED_SINCE": EARLIER}, 412),
        ({"IF_UNMODIFIED_SINCE": DATE}, 0),
        ({"IF_UNMODIFIED_SINCE": "nonsense"}, 0),
        ({"IF_NONE_MATCH": 'W/"a"'}, 304),
        ({"IF_NONE_MATCH": '"a,b", "a"'}, 304),
        ({"IF_NONE_MATCH": "*"}, 304),
        ({"IF_NONE_MATCH": '"b"', "IF_MODIFIED_SINCE": LATER}, 0),
        ({"IF_MODIFIED_SINCE": DATE}, 304),
        ({"IF_MODIFIED_SINCE": EARLIER}, 0),
        ({"IF_MODIFIED_SINCE": "2026-06-03"}, 0),
    ],
)
def test_the_first_precondition_that_counts_decides(headers: dict[str, str], status: int) -> None:
    environ = {f"HTTP_{name}": value for name, value in headers.items()}
    assert precondition_status(environ, '"a"', DATE) == status


def test_a_weak_tag_does_not_match_strongly() -> None:
    assert precondition_status({"HTTP_IF_MATCH": '"a"'}, 'W/"a"', "") == 412
    assert precondition_status({"HTTP_IF_NONE_MATCH": '"a"'}, 'W/"a"', "") == 304


def get(client: FlaskClient, headers: Mapping[str, str], path: str = FILE, method: str = "GET") -> Response:
    """A response whose file is closed."""
    with client.open(path, method=method, headers=dict(headers)) as response:
        response.get_data()
    return response


@pytest.fixture
def whole(client: FlaskClient) -> Response:
    """The whole file."""
    return get(client, {})


@pytest.mark.parametrize(
    ("range_", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("BYTES=5-5", 5, 5),
        ("bytes=100-", 100, -1),
        ("bytes=-7", -7, -1),
        ("bytes=0-999999999999999999999999", 0, -1),
    ],
)
def test_one_range_is_served(client: FlaskClient, whole: Response, range_: str, first: int, last: int) -> None:
    size = len(whole.data)
    part = get(client, {"Range": range_})
    assert (part.status_code, part.data) == (206, whole.data[first % size : last % size + 1])
    assert part.headers["Content-Range"] == f"bytes {first % size}-{last % size}/{size}"
    assert part.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("range_", ["bytes=5-2", "bytes=abc", "lines=0-1", "bytes=0-0,-1", "bytes = 0-9", "bytes=-"])
def test_several_or_invalid_ranges_are_ignored(client: FlaskClient, whole: Response, range_: str) -> None:
    answer = get(client, {"Range": range_})
    assert (answer.status_code, answer.data, "Content-Range" in answer.headers) == (200, whole.data, False)


@pytest.mark.parametrize("range_", ["bytes=999999999999999-", "bytes=-0"])
def test_a_range_after_the_end_is_416_with_the_size(client: FlaskClient, whole: Response, range_: str) -> None:
    answer = get(client, {"Range": range_})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(whole.data)}"


def test_a_range_yields_to_method_and_conditions(client: FlaskClient, whole: Response) -> None:
    etag = whole.headers["ETag"]
    head = get(client, {"Range": "bytes=0-9"}, method="HEAD")
    assert (head.status_code, "Content-Range" in head.headers) == (200, False)
    assert head.headers["Content-Length"] == str(len(whole.data))
    for conditions, status in (
        ({"If-None-Match": etag}, 304),
        ({"If-Match": '"other"'}, 412),
        ({"If-Match": etag}, 206),
        ({"If-Match": "*"}, 206),
        ({"If-Range": etag}, 206),
        ({"If-Range": '"other"'}, 200),
        ({"If-Range": f"W/{etag}"}, 200),
        ({"If-Range": whole.headers["Last-Modified"]}, 206),
        ({"If-Range": EARLIER}, 200),
    ):
        assert get(client, {"Range": "bytes=0-9", **conditions}).status_code == status, conditions


def test_a_part_of_a_text_file_is_not_compressed(client: FlaskClient) -> None:
    path, compressed = "/catalog/dcat-ap-se.ttl", {"Accept-Encoding": "zstd"}
    assert get(client, compressed, path).headers["Content-Encoding"] == "zstd"
    part = get(client, {**compressed, "Range": "bytes=0-19"}, path)
    assert (part.status_code, "Content-Encoding" in part.headers, len(part.data)) == (206, False, 20)


def test_a_page_has_preconditions_too_also_compressed(client: FlaskClient) -> None:
    for accepted in ({}, {"Accept-Encoding": "zstd"}):
        etag = get(client, accepted, PAGE).headers["ETag"]
        assert get(client, {**accepted, "If-Match": etag}, PAGE).status_code == 200
        assert get(client, {**accepted, "If-None-Match": etag}, PAGE).status_code == 304
        failed = get(client, {**accepted, "If-Match": '"other"', "Accept": "text/turtle"}, PAGE)
        assert (failed.status_code, failed.mimetype) == (412, "application/problem+json")
        assert failed.headers["Access-Control-Allow-Origin"] == "*"
    assert get(client, {"If-Match": "*"}, PAGE).status_code == 200
    assert get(client, {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:01 GMT"}, PAGE).status_code == 412


def test_a_coding_of_weight_zero_is_not_used(client: FlaskClient) -> None:
    for accepted, coding in (
        ("zstd;q=0", None),
        ("gzip;q=0, zstd; q=0.000, *;q=0", None),
        ("zstd;q=0, gzip;q=0.1", "gzip"),
    ):
        answer = get(client, {"Accept-Encoding": accepted}, PAGE)
        assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, coding), accepted


def test_a_method_has_capitals_and_http_1_1_a_host(client: FlaskClient) -> None:
    assert client.open(PAGE, method="GET").status_code == 200
    environ = {"REQUEST_METHOD": "get"}
    assert client.open(PAGE, environ_overrides=environ).status_code == 501
    assert client.get(PAGE, environ_overrides={"HTTP_HOST": ""}).status_code == 400
    old = {"HTTP_HOST": "", "SERVER_PROTOCOL": "HTTP/1.0"}
    assert client.get(PAGE, environ_overrides=old).status_code == 200
