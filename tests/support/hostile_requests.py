"""Hostile requests for every route of the server: path parts, parameters, headers and bodies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict

from server.http.web_request import WebRequest
from server.ops.asgi import AsgiBridge
from tests.support.routes import ROUTES, one_of_each_kind

VALUES = (
    *(
        "",
        " ",
        "a b",
        "a%20b",
        "%",
        "%zz",
        "%00",
        "%ED%A0%80",
        "%FF%FE",
        "%E2%80%AE",
        "%EF%BF%BF",
        "%0D%0ASet-Cookie:x=1",
    ),
    *(
        "-1",
        "0",
        "1e400",
        "999999999999999999999999",
        "9" * 5000,
        "-" + "9" * 30,
        "%D9%A3",
        "%C2%B2",
        "%F0%9D%9F%97",
        "NaN",
    ),
    *("0000-00-00", "0001-01-01", "9999-12-31", "2024-02-30", "2019-W01-1", "20190630", "99999-01-01", "%D9%A1-01-01"),
    *("../../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "C:%5Cx", "~root", "file:///etc/passwd"),
    *(
        "http://",
        "http://[",
        "http://[::1",
        "//x",
        "urn:",
        "a:b",
        "doi:10.5878/a%20b",
        "javascript:alert(1)",
        "%3Chttp://x y%3E",
    ),
    *(
        "%22",
        "%27",
        "%5C",
        "%60",
        "%3C%2Fscript%3E",
        "{}",
        "%7B%7B7*7%7D%7D",
        "$%7B7%7D",
        "%25s%25n",
        "{0.__class__}",
        "*",
        "(",
        "[",
        "?",
    ),
    *(
        "html",
        "json",
        "ttl",
        "csv",
        "text/html",
        "x.ttl",
        ".ttl",
        "..ttl",
        "@",
        "x@y",
        "x/y",
        "onkologi",
        "onkologi@2026.1",
        "a" * 2000,
    ),
)
"""Values of path parts and parameters, as they stand in a URL."""
DATES = (
    *("Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"),
    *("Mon, 01 Jan 0001 00:00:00 +2359", "Sun, 30 Jun 99999 00:00:00 GMT", "Thu, 32 Jan 2026 25:61:61 GMT"),
    *(
        "Sun, 30 Jun 2019 00:00:00 +9999999999",
        "Sun, 30 Jun 19 00:00:00",
        "\u0663",
        "0",
        "x" * 5000,
        "\udc80",
        "Sun, 30 Jun 2019",
    ),
    *("Sun, 30 Jun 2019 00:00:00 +99999999999999999999", "-1 Jan -1 -1:-1:-1", ","),
)
HEADERS: dict[str, tuple[str, ...]] = {
    "accept": (
        "",
        ",",
        ";",
        "*",
        "*/*;q=nan",
        "text/html;q=1e999",
        "a" * 9000,
        "text/turtle;q=-1",
        "\x80/\xff",
        "/",
        "*/*;q=²",
    ),
    "accept-encoding": ("", "br;q=nan", "gzip;q=1e999", "\xff", "*;q=0", "identity;q=0"),
    "accept-language": ("", "sv;q=nan", "x-" + "a" * 5000, "\xff", "*;q=0", "-", "sv;q=²"),
    "accept-datetime": DATES,
    "authorization": ("", "Basic", "Basic \xff", "Bearer", 'Digest x="', "Basic Og==", "Basic ====", "Basic 4pyTOg=="),
    "cookie": (
        "lang",
        "lang=",
        "lang=\xff",
        'lang="\\999"',
        "=;=;",
        "lang=" + "x" * 9000,
        "lang=en; lang=sv",
        "a]b=\x01",
    ),
    "content-type": (
        "",
        ";",
        "application/json; charset=nope",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "\xff/x",
    ),
    "content-length": ("-1", "x", "99999999999999999999", "0", "²", "1_0", " 5", "+5"),
    "forwarded": ('for="[::1"', "host=evil;proto=x", "\xff"),
    "host": (
        "",
        ":",
        "[::1",
        "a b",
        "x:99999999",
        "evil.example",
        "\xff",
        "a" * 3000,
        "x:²",
        "xn--",
        "x/../y",
        "user@host",
    ),
    "if-match": ("*", '"', "W/"),
    "if-modified-since": DATES,
    "if-none-match": ("*", '"', "W/", 'W/"', "\xff", '"' * 4000),
    "if-range": (*DATES, '"x', 'W/"x"'),
    "if-unmodified-since": DATES,
    "origin": ("null", "\xff", "javascript:x"),
    "range": (
        "bytes=",
        "bytes=-",
        "bytes=5-1",
        "bytes=0-",
        "bytes=-0",
        "x=1-2",
        "bytes=99999999999999999999-",
        "bytes=0-0,1-1," * 500,
        "bytes=²-",
        "bytes=a-b",
    ),
    "user-agent": ("", "\xff", "x" * 9000),
    "x-forwarded-for": ("", "x", "::ffff:1.2.3.4", "1.2.3.4:80, [::1]:9", "\xff", "," * 3000),
    "x-forwarded-host": ("evil.example", "a b", "", "\xff"),
    "x-forwarded-port": ("x", "-1", "99999999"),
    "x-forwarded-prefix": ("/evil", "//evil.example", "\xff", "/a/../b"),
    "x-forwarded-proto": ("javascript", "x", ""),
    "x-http-method-override": ("DELETE", "PUT", "x"),
    "x-original-url": ("/metrics", "/evil"),
    "x-rewrite-url": ("/metrics",),
}
"""Values of headers, in Latin-1 where they can be sent."""
DEEP = 100_000
BODIES: tuple[tuple[str, bytes], ...] = (
    *(
        ("application/json", text.encode())
        for text in (
            "",
            "null",
            "0",
            "true",
            '"x"',
            "{}",
            "[]",
            "[null]",
            "[[]]",
            "[{}]",
            '{"a":1}',
            "[1e400]",
            "NaN",
            "[" * DEEP,
            "[" * DEEP + "]" * DEEP,
            '{"a":' * DEEP,
            '[{"system":1,"code":2}]',
            '[{"system":"onkologi","code":["x"]}]',
            '[{"system":"onkologi","code":"\\ud800"}]',
            '[{"system":"\\udfff","code":"x"}]',
            '[{"system":"onkologi","code":"\\u0000"}]',
            '[{"system":"onkologi","code":"lungcancer","asOf":"0001-01-01"}]',
            '[{"system":"onkologi","code":"lungcancer","asOf":"\\ud800"}]',
            '[{"system":"onkologi","code":"lungcancer","asOf":"9999-12-31"}]',
            '[{"system":"onkologi","code":"x","asOf":null}]',
            '{"query":"ASK {}"}',
            '[{"system":"onkologi","code":"x","x":' + "9" * 6000 + "}]",
            '[{"system":"onkologi","code":"' + "a " * 190 + '"}]',
            "9" * 6000,
            '"\\ud800"',
            '[{"system":"  ","code":"  "}]',
            '[{"system":"|","code":"|"}]',
        )
    ),
    ("application/json", b"\xff\xfe"),
    ("application/json; charset=utf-16", b"[\x00]\x00"),
    ("application/json; charset=nope", b"[]"),
    *(
        ("application/x-www-form-urlencoded", text)
        for text in (
            b"",
            b"=",
            b"&&&",
            b"query=%ED%A0%80",
            b"query=%00",
            b"query=%FF",
            b"list=a%20b&values=x",
            b"list=onkologi&values=%00",
            b"list=onkologi&values=%ED%A0%80",
            b"list=onkologi%40%00&values=x",
            b"list=x/y/z&values=x",
            b"list=onkologi&values=a%0Db&column=9",
            b"values=x&list=onkologi&column=%00",
            b"a=1&" * 5000,
            b"list=" + b"x" * 5000 + b"&values=x",
            b"list=http://%20/x&values=x",
            b"query=" + b"(" * 30000,
            b"update=CLEAR ALL",
            b"profile=../x&text=x",
            b"profile=own&text=x",
            b"profile=skos&text=%ED%A0%80",
            b"profile=skos&text=x&syntax=nope",
            b"profile=skos&text=x&url=http://[",
            b"profile=skos&url=file:///etc/passwd",
            b"graph=a%20b&profile=skos",
            b"list=onkologi&values=" + b"%0A".join(b"v%d" % n for n in range(3000)),
            b"format=%00&list=onkologi&values=x",
        )
    ),
    (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="..\\..\\x\x00.xlsx"\r\n\r\n'
        b"PK\x03\x04\r\n--B--\r\n",
    ),
    (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n\xff\xfe\x00\r\r\r\n--B\r\n'
        b'Content-Disposition: form-data; name="list"\r\n\r\nonkologi\r\n--B--\r\n',
    ),
    (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="data"; filename="\xff/../x.ttl"\r\n\r\n'
        b"<a> <b> <c> .\r\n--B--\r\n",
    ),
    ("multipart/form-data; boundary=B", b"--B\r\n\r\n"),
    ("multipart/form-data; boundary=B", b"--B"),
    ("multipart/form-data", b"x"),
    (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 2000 + b"--B--\r\n",
    ),
    (
        "multipart/form-data; boundary=B; charset=nope",
        b"--B\r\nContent-Disposition: form-data; name*=nope'x'%FF\r\n\r\nx\r\n--B--\r\n",
    ),
    *(
        ("application/sparql-query", text)
        for text in (
            b"",
            b"\x00",
            b"\xff",
            b"ASK {",
            b'ASK{?s ?p "\\uD800"}',
            b"SELECT * {?s ?p <a b>}",
            b"PREFIX : <" + b"x" * 9000 + b"> ASK {}",
        )
    ),
    ("application/sparql-update", b"CLEAR ALL"),
    ("text/turtle", b"\xff"),
    ("text/turtle", b"<a b> <c> <d> ."),
    ("application/ld+json", b"[" * 10000),
    ("\xff", b"x"),
    ("text/turtle; charset=nope", b"<urn:a> <urn:b> <urn:c> ."),
)
"""Content types and bodies of requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileRequest:
    """A request as the server gets it from the network: path and query are not decoded."""

    target: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def __str__(self) -> str:
        said = " ".join(f"{name}={value[:60]!r}" for name, value in self.headers)
        return f"{self.method} {self.target[:120]} {said} {self.body[:60]!r}"


@dataclass(slots=True)
class Reply:
    """A response."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def read_names(app: Flask) -> set[str]:
    """Make the application note the names of the parameters that it reads; return the set that holds them."""
    names: set[str] = set()

    class Noted(ImmutableMultiDict[str, str]):
        def get(self, key: str, *args: Any, **named: Any) -> Any:
            names.add(key)
            return super().get(key, *args, **named)

        def getlist(self, key: str, *args: Any, **named: Any) -> Any:
            names.add(key)
            return super().getlist(key, *args, **named)

        def __contains__(self, key: object) -> bool:
            names.add(str(key))
            return super().__contains__(key)

    class NotedRequest(WebRequest):
        parameter_storage_class = Noted

    app.request_class = NotedRequest
    return names


def addresses(app: Flask) -> list[str]:
    """Return one valid address of each route and of each kind of document."""
    return [*ROUTES, *one_of_each_kind(app)]


def path_requests(address: str) -> Iterator[HostileRequest]:
    """Yield the address with each part of its path replaced, and with more parts."""
    parts = urlsplit(address).path.strip("/").split("/")
    for value in VALUES:
        for place in range(len(parts)):
            yield HostileRequest(target="/" + "/".join([*parts[:place], value, *parts[place + 1 :]]))
        yield HostileRequest(target=urlsplit(address).path.rstrip("/") + "/" + value)
        yield HostileRequest(target=urlsplit(address).path + value)


def parameter_requests(address: str, names: list[str]) -> Iterator[HostileRequest]:
    """Yield the address with each of the parameters set to each value, twice, as an array, and all at once."""
    path, query = urlsplit(address).path, urlsplit(address).query
    given = [pair for pair in query.split("&") if pair]
    for name in names:
        others = [pair for pair in given if not pair.startswith(f"{name}=")]
        for value in VALUES:
            written = quote(value, safe="%/:?*@+,;=!$'()~[]{}")
            yield HostileRequest(target=f"{path}?{'&'.join([*others, f'{name}={written}'])}")
        yield HostileRequest(
            target=f"{path}?{'&'.join([*given, f'{name}=a', f'{name}=b', f'{name}[]=c', f'{name}[x]=d'])}"
        )
    for value in VALUES:
        together = "&".join(f"{name}={quote(value, safe='%')}" for name in names)
        yield HostileRequest(target=f"{path}?{together}")


def header_requests(address: str) -> Iterator[HostileRequest]:
    """Yield the address with each hostile header, and each method."""
    for name, values in HEADERS.items():
        for value in values:
            yield HostileRequest(target=address, headers=((name, value),))
    yield HostileRequest(target=address, headers=(("if-modified-since", DATES[0]), ("accept-datetime", DATES[0])))
    for method in ("HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "\xff"):
        yield HostileRequest(target=address, method=method)


def body_requests(address: str) -> Iterator[HostileRequest]:
    """Yield the address with each body, once for each kind of answer."""
    accepts = cycle(("text/html", "application/json"))
    for media_type, body in BODIES:
        headers = (("content-type", media_type), ("content-length", str(len(body))), ("accept", next(accepts)))
        yield HostileRequest(target=address, method="POST", headers=headers, body=body)


def send(bridge: AsgiBridge, sent: HostileRequest) -> Reply:
    """Pass a request through the bridge, as granian does."""
    return asyncio.run(_send(bridge, sent))


async def _send(bridge: AsgiBridge, sent: HostileRequest) -> Reply:
    reply = Reply()
    path, _, query = sent.target.partition("?")
    headers = [(b"host", b"localhost"), *((n.encode(), v.encode("latin-1", "replace")) for n, v in sent.headers)]
    if sent.headers and any(name == "host" for name, _ in sent.headers):
        headers = headers[1:]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query.encode("utf-8", "replace"),
        "headers": headers,
    }
    messages = iter([{"type": "http.request", "body": sent.body, "more_body": False}])
    over = asyncio.Event()

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await over.wait()
        return {"type": "http.disconnect"}

    async def take(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            reply.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
        else:
            reply.body += message["body"]

    await bridge(scope, receive, take)
    return reply
