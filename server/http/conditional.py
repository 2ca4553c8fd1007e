"""Conditional requests (RFC 9110, section 13): validators of a response and 304 Not Modified."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.sansio.http import is_resource_modified

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def is_not_modified(environ: WSGIEnvironment, etag: str, last_modified: str = "") -> bool:
    """Return whether the client has the response already: by If-None-Match, else by If-Modified-Since.

    The request method is not checked: queries are also sent by POST. `etag` is quoted, as in the header.
    """
    return not is_resource_modified(
        http_if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
        http_if_modified_since=environ.get("HTTP_IF_MODIFIED_SINCE"),
        etag=etag or None,
        last_modified=last_modified or None,
    )


def add_validators(response: Response, environ: WSGIEnvironment, last_modified: datetime | None) -> None:
    """Add an ETag made from the body, and Last-Modified if given, unless set; set status 304 if the client has it."""
    response.add_etag()
    if last_modified and "Last-Modified" not in response.headers:
        response.last_modified = last_modified
    response.make_conditional(environ)
