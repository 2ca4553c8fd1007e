"""Shared parts of direct answers: checks and fields of a plain request, and headers of the response."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from werkzeug.http import generate_etag, http_date

from server.http.caching import PUBLIC_CACHE_CONTROL
from server.http.compression import encode_body
from server.ops.headers import COMMON_HEADERS, VARY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

DIRECT_HEADERS = [*COMMON_HEADERS.items(), ("Vary", ", ".join((*VARY, "Accept-Encoding")))]
"""Headers of every direct answer."""
_CONDITIONS = ("IF_MATCH", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "IF_UNMODIFIED_SINCE", "IF_RANGE", "RANGE")
_CONDITION_VARIABLES = frozenset(f"HTTP_{name}" for name in _CONDITIONS)
_LENGTH = re.compile("0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class DirectResponse:
    """A response with status 200; `route` is its route in the access log."""

    route: str
    body: bytes
    headers: list[tuple[str, str]]

    def respond(self, start_response: StartResponse) -> None:
        """Pass status and headers to `start_response`."""
        start_response("200 OK", self.headers)


def cacheable_response(
    route: str, body: bytes, coding: str, built_at: str, headers: Iterable[tuple[str, str]]
) -> DirectResponse:
    """Return a public response in a content coding, with the validators that Flask's response has.

    `built_at`: time in the manifest of the build; `headers`: content type and others, those of every response included.
    """
    sent, tag = encode_body(body, coding), generate_etag(body)
    added = [
        ("Content-Length", str(len(sent))),
        ("ETag", f'"{tag}:{coding}"' if coding else f'"{tag}"'),
        ("Last-Modified", _last_modified(built_at)),
        ("Cache-Control", PUBLIC_CACHE_CONTROL),
        *([("Content-Encoding", coding)] if coding else []),
    ]
    return DirectResponse(route, sent, [*headers, *added])


def is_plain_get(environ: WSGIEnvironment) -> bool:
    """Return whether a request is a GET without condition and body, to a server that is not mounted under a prefix."""
    is_get = environ["REQUEST_METHOD"] == "GET" and not environ.get("SCRIPT_NAME")
    return is_get and not is_conditional(environ) and body_length(environ) == 0


def is_conditional(environ: WSGIEnvironment) -> bool:
    """Return whether the response depends on a condition or is a part of the whole."""
    return not _CONDITION_VARIABLES.isdisjoint(environ)


def body_length(environ: WSGIEnvironment) -> int | None:
    """Return the length of the body, 0 without one; None if the header is no plain number."""
    length = str(environ.get("CONTENT_LENGTH", "") or "0")
    return int(length) if _LENGTH.fullmatch(length) else None


def peek_body(environ: WSGIEnvironment, length: int) -> bytes:
    """Return the first bytes of the body, which then is read again from its beginning."""
    content: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"].seek(0)
    return content


def media_type(environ: WSGIEnvironment) -> str:
    """Return the media type of the body in lower case, without parameters."""
    return str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()


def parse_fields(text: str) -> list[tuple[str, str]] | None:
    """Return the names and values in a query string or form; None if it is not ASCII, or not UTF-8 when decoded."""
    if not text.isascii():
        return None
    fields = [field.partition("=") for field in text.split("&") if field]
    try:
        return [(_decode(name), _decode(value)) for name, _, value in fields]
    except UnicodeDecodeError:
        return None


def _decode(text: str) -> str:
    """Return a name or value of a form in ASCII, decoded from UTF-8."""
    text = text.replace("+", " ")
    return unquote_to_bytes(text).decode() if "%" in text else text


@lru_cache(8)
def _last_modified(built_at: str) -> str:
    """Return the `Last-Modified` header of responses from a build, by the time in its manifest."""
    return http_date(datetime.fromisoformat(built_at))
