"""Only what a declared proxy sets is believed, and clients are told apart by what they cannot choose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from server.http.client_address import client_key, connection_client
from server.http.dates import parse_http_date
from server.http.request_filter import RequestFilter

_FORGED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PREFIX": "/evil",
    "HTTP_FORWARDED": "for=203.0.113.9;host=evil.example",
}


def _seen(environ: dict[str, Any], **options: Any) -> tuple[str, dict[str, Any]]:
    """The status, and the request as the application sees it."""
    seen: dict[str, Any] = {}
    statuses = []

    def app(inner: dict[str, Any], start: Any) -> Iterable[bytes]:
        seen.update(inner)
        start("200 OK", [])
        return []

    base = {
        "REQUEST_METHOD": "GET",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "a.example",
        "wsgi.url_scheme": "http",
        "SCRIPT_NAME": "",
    }
    [*RequestFilter(app, **options)({**base, **environ}, lambda status, _: statuses.append(status))]  # type: ignore[arg-type]
    return statuses[0], seen


def test_without_a_declared_proxy_nothing_forwarded_counts() -> None:
    _, seen = _seen(_FORGED, prefix="/evil")
    assert (seen["REMOTE_ADDR"], seen["HTTP_HOST"], seen["SCRIPT_NAME"]) == ("127.0.0.1", "a.example", "")
    assert seen["wsgi.url_scheme"] == "http" and not _FORGED.keys() & seen.keys()


def test_a_declared_proxy_counts_and_only_the_prefix_of_the_base() -> None:
    _, seen = _seen(_FORGED, proxies=1, prefix="/begrepp/")
    assert (seen["REMOTE_ADDR"], seen["HTTP_HOST"], seen["SCRIPT_NAME"]) == ("203.0.113.9", "evil.example", "")
    _, seen = _seen({"HTTP_X_FORWARDED_PREFIX": "/evil, /begrepp"}, proxies=1, prefix="/begrepp")
    assert seen["SCRIPT_NAME"] == "/begrepp"
    _, seen = _seen({"HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.9", "HTTP_X_FORWARDED_PROTO": "javascript"}, proxies=1)
    assert seen["REMOTE_ADDR"] == "203.0.113.9" and seen["wsgi.url_scheme"] == "http"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("a.example", 200), ("A.EXAMPLE:8080", 200), ("localhost:1", 200), ("[::1]:80", 200), ("evil.example", 421)),
        *(("a b", 400), ("x/../y", 400), ("user@a.example", 400), ("xn--", 400), ("a.example:99999", 400)),
    ],
)
def test_only_listed_hosts_are_answered_for(host: str, status: int) -> None:
    answered, _ = _seen({"HTTP_HOST": host}, hosts=("a.example",))
    assert answered.startswith(str(status))


def test_a_forwarded_host_must_be_listed_too() -> None:
    assert _seen(_FORGED, proxies=1, hosts=("a.example",))[0].startswith("421")


def test_dates_that_are_none_are_ignored_and_long_accept_headers_are_shortened() -> None:
    far = f"Sun, 30 Jun 2019 00:00:00 +{'9' * 20}"
    sent = {
        "HTTP_IF_MODIFIED_SINCE": far,
        "HTTP_IF_RANGE": far,
        "HTTP_RANGE": "bytes=0-1",
        "HTTP_ACCEPT": "text/html," * 900,
    }
    _, seen = _seen(sent)
    assert not {"HTTP_IF_MODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_RANGE"} & seen.keys()
    assert len(seen["HTTP_ACCEPT"]) <= 2000 and seen["HTTP_ACCEPT"].endswith("text/html")
    tag = {
        "HTTP_IF_RANGE": '"tag"',
        "HTTP_RANGE": "bytes=0-1",
        "HTTP_IF_MODIFIED_SINCE": "Sun, 06 Nov 1994 08:49:37 GMT",
    }
    assert tag.items() <= _seen(tag)[1].items()


@pytest.mark.parametrize(
    ("value", "year"),
    [
        *(("Sun, 06 Nov 1994 08:49:37 GMT", 1994), ("Sunday, 06-Nov-94 08:49:37 GMT", 1994)),
        *(("Sun Nov  6 08:49:37 1994", 1994), ("Thu, 01 Jan 1970 00:00:00 GMT", 1970)),
        *(
            ("Fri, 31 Dec 9999 23:59:59 -2359", None),
            ("Mon, 01 Jan 0001 00:00:00 +2359", None),
            ("٣", None),
            ("", None),
        ),
    ],
)
def test_http_dates(value: str, year: int | None) -> None:
    moment = parse_http_date(value)
    assert (moment.year if moment else None) == year


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_client_is_an_ipv4_address_or_an_ipv6_network(address: str, key: str) -> None:
    assert client_key(address) == key


def test_the_client_behind_proxies_is_the_one_that_the_outermost_declared_proxy_names() -> None:
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.1, 10.0.0.2"}
    assert [connection_client(environ, proxies) for proxies in (0, 1, 2)] == ["10.0.0.1", "10.0.0.2", "192.0.2.1"]
