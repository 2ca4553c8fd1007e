"""Direct concept pages: pages of single concepts that are made on the event loop, without a thread.

A page takes about a millisecond from one record of the terminology. What is not a plain request for the page of a
concept of the current view, and what has a long page, takes the usual way. The response is the same.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask, g

from begrepp.rdf.iris import read_segment
from begrepp.terminology.concept_record import ConceptRecord
from server.http.compression import choose_coding
from server.http.i18n import LANGUAGES
from server.http.negotiation import DOCUMENT_FORMATS, HTML, best_format
from server.http.urls import document_path, raw_path, resource_iri
from server.http.web_request import NOT_ROUTED
from server.ops.direct_requests import (
    DirectResponse,
    cacheable_response,
    is_plain_get,
)
from server.ops.headers import COMMON_HEADERS, VARY
from server.pages.signposting import document_links
from server.served.build import ServedBuild
from server.served.resolver import Resolved
from server.served.schemes import SchemeFacts
from server.telemetry import metrics
from server.views.resource import DOCUMENT_ROUTE, document_page

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_QUERIES = frozenset(("", *(f"lang={language}" for language in LANGUAGES)))
_MAX_ROWS, _MAX_DESCENDANTS = 60, 1000
"""Narrower concepts, mappings and variables of a concept, and all its descendants, up to which its page is short."""
_HEADERS = [
    *COMMON_HEADERS.items(),
    ("Content-Type", "text/html; charset=utf-8"),
    ("Vary", ", ".join(("Accept-Datetime", *VARY, "Cookie", "Accept-Encoding"))),
]


def answer_page(app: Flask, environ: WSGIEnvironment, build: ServedBuild) -> DirectResponse | None:
    """Return the response to a plain request for the page of a concept; None if the request takes the usual way."""
    path = environ["PATH_INFO"]
    if not path.startswith("/cs/") or environ["QUERY_STRING"] not in _QUERIES:
        return None
    started = time.monotonic()
    if "HTTP_ACCEPT_DATETIME" in environ or not is_plain_get(environ):
        return None
    coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if not _accepts_page(environ.get("HTTP_ACCEPT", "")):
        return None
    try:
        found = _find_concept(build, raw_path(environ))
        if found is None:
            return None
        with app.request_context({**environ, NOT_ROUTED: True}):
            g.build = build
            html = document_page(build, found)
            links, language = document_links(build, found, HTML), g.language
    except Exception:  # the usual way answers and logs it
        return None
    metrics.PAGE_SECONDS.observe(time.monotonic() - started)
    headers = [*_HEADERS, ("Content-Language", language), ("Link", links)]
    return cacheable_response(DOCUMENT_ROUTE, html, coding, build.manifest.built_at, headers)


@lru_cache(1024)
def _accepts_page(accept: str) -> bool:
    return best_format(DOCUMENT_FORMATS, "", accept) == HTML


def _find_concept(build: ServedBuild, path: str) -> Resolved | None:
    """Return the concept with a short page at exactly this path; None for another spelling and any other thing."""
    scheme_id, _, code = path.removeprefix("/cs/").partition("/")
    scheme = build.schemes.by_id.get(scheme_id)
    if scheme is None or not code:
        return None
    record = build.terminology.record(resource_iri(build.iris, path)) or _find_by_code(build, scheme, code)
    if record is None or document_path(build.iris, record.iri, scheme_id, record.code) != path:
        return None
    return Resolved(record.iri, path) if _is_short(build, record) else None


def _find_by_code(build: ServedBuild, scheme: SchemeFacts, code: str) -> ConceptRecord | None:
    """Return the only concept that a code, as in a path, has denoted; None if there are several.

    Its IRI may be that of its publisher.
    """
    names = build.terminology.meanings(scheme.iri, read_segment(code))
    return build.terminology.record(names[0].iri) if len(names) == 1 else None


def _is_short(build: ServedBuild, record: ConceptRecord) -> bool:
    located = build.terminology.locate(record.iri)
    if located is None:
        return False
    system, concept = located
    children = system.hierarchy.child_count(concept)
    if children + len(record.mappings) + len(record.measurements) > _MAX_ROWS:
        return False
    return not children or len(system.hierarchy.descendants(concept)) <= _MAX_DESCENDANTS
