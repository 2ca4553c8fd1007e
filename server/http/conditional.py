"""Conditional and range requests (RFC 9110, sections 13 and 14): preconditions, 304, 412 and byte ranges."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response
from werkzeug import Request
from werkzeug.http import parse_etags, parse_if_range_header, unquote_etag

from begrepp.errors import BegreppError
from server.http.dates import parse_http_date

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ONE_RANGE = re.compile(r"bytes=(?:(\d{1,100})-(\d{0,100})|-\d{1,100})", re.ASCII | re.IGNORECASE)
_CODING = re.compile(r":(?:zstd|gzip)$")
"""Suffix that compression adds to an ETag."""


class PreconditionFailed(BegreppError):
    """A precondition of the request, `If-Match` or `If-Unmodified-Since`, is false."""

    status = 412


class ConditionalResponse(Response):
    """Response that applies preconditions before ranges; serves one byte range of a GET request, else the whole."""

    def make_conditional(
        self,
        request_or_environ: WSGIEnvironment | Request,
        accept_ranges: bool | str = False,
        complete_length: int | None = None,
    ) -> ConditionalResponse:
        """Set status 304 or 206 as the request headers demand.

        Raises `PreconditionFailed`, and `RequestedRangeNotSatisfiable` for a range that begins after the end.
        """
        environ = request_or_environ.environ if isinstance(request_or_environ, Request) else request_or_environ
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self
        if self.direct_passthrough and (close := getattr(self.response, "close", None)):
            self.call_on_close(close)  # compression replaces the iterable of a file and does not close the file
        etag, last_modified = self.headers.get("ETag", ""), self.headers.get("Last-Modified", "")
        status = precondition_status(environ, etag, last_modified)
        if status == 412:
            self.close()
            raise PreconditionFailed(
                "The resource is not in the state that the request requires.",
                "Omit If-Match and If-Unmodified-Since, or send the current ETag.",
            )
        kept: WSGIEnvironment = {"REQUEST_METHOD": environ["REQUEST_METHOD"]}
        if status == 304:
            self.status_code = 304
        elif environ["REQUEST_METHOD"] == "GET" and _range_applies(environ, etag, last_modified):
            kept["HTTP_RANGE"] = str(environ["HTTP_RANGE"]).strip().lower()
        super().make_conditional(kept, accept_ranges, complete_length)
        if self.status_code == 206:
            environ["HTTP_ACCEPT_ENCODING"] = "identity"  # a part of a file must not be compressed
        return self


def precondition_status(environ: WSGIEnvironment, etag: str, last_modified: str) -> int:
    """Return 412 or 304 if a precondition decides the response, else 0, in the order of RFC 9110, section 13.2.2.

    The request method is not checked: queries are also sent by POST. `etag` is quoted, as in the header, and
    `last_modified` an HTTP date; either may be empty.
    """
    tag, is_weak = unquote_etag(etag) if etag else (None, False)
    modified = parse_http_date(last_modified)
    if "HTTP_IF_MATCH" in environ:
        listed = parse_etags(environ["HTTP_IF_MATCH"])
        current = (
            not is_weak and tag is not None and any(_CODING.sub("", each) == _CODING.sub("", tag) for each in listed)
        )
        if not (listed.star_tag or current):
            return 412
    elif (since := parse_http_date(environ.get("HTTP_IF_UNMODIFIED_SINCE", ""))) and modified and modified > since:
        return 412
    if "HTTP_IF_NONE_MATCH" in environ:
        listed = parse_etags(environ["HTTP_IF_NONE_MATCH"])
        return 304 if listed.star_tag or (tag is not None and listed.contains_weak(tag)) else 0
    since = parse_http_date(environ.get("HTTP_IF_MODIFIED_SINCE", ""))
    return 304 if since and modified and modified <= since else 0


def _range_applies(environ: WSGIEnvironment, etag: str, last_modified: str) -> bool:
    """Return whether a request asks for one valid byte range of the state that the response has.

    Several ranges and ranges that violate the syntax are ignored, which section 14.2 allows.
    """
    match = _ONE_RANGE.fullmatch(str(environ.get("HTTP_RANGE", "")).strip())
    if match is None or (match[1] and match[2] and int(match[1]) > int(match[2])):
        return False
    condition = environ.get("HTTP_IF_RANGE")
    if condition is None:
        return True
    required = parse_if_range_header(condition)
    if required.etag is not None:
        return not condition.lstrip().startswith("W/") and etag == f'"{required.etag}"'
    return bool(required.date and required.date == parse_http_date(last_modified))


def is_not_modified(environ: WSGIEnvironment, etag: str, last_modified: str = "") -> bool:
    """Return whether the client has the response already: by If-None-Match, else by If-Modified-Since."""
    return precondition_status(environ, etag, last_modified) == 304


def add_validators(response: Response, environ: WSGIEnvironment, last_modified: datetime | None) -> None:
    """Add an ETag made from the body, and Last-Modified if given, unless set; then apply the preconditions.

    Raises `PreconditionFailed`.
    """
    response.add_etag()
    if last_modified and "Last-Modified" not in response.headers:
        response.last_modified = last_modified
    response.make_conditional(environ)
