"""Direct look-ups: responses of `/api/v1/lookup` that are made on the event loop, without a thread and without Flask.

A look-up reads one record of the terminology. What is not a plain look-up of a concept of the current view takes the
usual way. The response is the same.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import http_date, parse_accept_header

from begrepp.records import in_language
from begrepp.terminology.concept_record import ConceptRecord
from server.api.serialisers import concept_body, json_links
from server.http.caching import PUBLIC_CACHE_CONTROL
from server.http.i18n import LANGUAGES
from server.ops.headers import COMMON_HEADERS, VARY
from server.served.build import ServedBuild
from server.telemetry import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/api/v1/lookup"
_PARAMETERS = frozenset(("iri", "system", "code", "lang"))
_MAX_BYTES = 2000
_MIN_COMPRESSED = 500
"""Bytes from which a response is compressed, as by Flask-Compress (`COMPRESS_MIN_SIZE`)."""
_GZIP_LEVEL = 6
_CONDITIONS = ("IF_MATCH", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "IF_UNMODIFIED_SINCE", "IF_RANGE", "RANGE")
_CONDITION_VARIABLES = tuple(f"HTTP_{name}" for name in _CONDITIONS)
_HEADERS = [*COMMON_HEADERS.items(), ("Vary", ", ".join((*VARY, "Accept-Encoding")))]


@dataclass(frozen=True, slots=True)
class DirectLookup:
    """The response to a look-up; `body` is compressed if `encoding` is not empty."""

    body: bytes
    etag: str
    language: str
    last_modified: str
    encoding: str

    def respond(self, start_response: StartResponse) -> None:
        """Pass status and headers to `start_response`."""
        start_response(
            "200 OK",
            [
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(self.body))),
                ("Link", json_links(_same_path)),
                ("Content-Language", self.language),
                ("ETag", self.etag),
                ("Last-Modified", self.last_modified),
                ("Cache-Control", PUBLIC_CACHE_CONTROL),
                *([("Content-Encoding", self.encoding)] if self.encoding else []),
                *_HEADERS,
            ],
        )


def answer_lookup(environ: WSGIEnvironment, build: ServedBuild) -> DirectLookup | None:
    """Return the response to a plain look-up of a concept; None if the request takes the usual way."""
    started = time.monotonic()
    encoding = environ.get("HTTP_ACCEPT_ENCODING", "")
    query = environ.get("QUERY_STRING", "")
    is_below_path = environ.get("SCRIPT_NAME") or "HTTP_X_FORWARDED_PREFIX" in environ
    if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET" or is_below_path:
        return None
    if len(query) > _MAX_BYTES or not query.isascii() or encoding not in ("", "identity", "gzip"):
        return None
    if any(name in environ for name in _CONDITION_VARIABLES) or str(environ.get("CONTENT_LENGTH") or "0") != "0":
        return None
    try:
        fields = parse_qsl(query, keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        return None
    values = dict(fields)
    if len(values) != len(fields) or not values.keys() <= _PARAMETERS:
        return None
    language = _language(values.get("lang"), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    if language is None or (record := _find_record(build, values)) is None:
        return None
    # The same bytes as Flask's `jsonify`.
    content = msgspec.to_builtins(concept_body(build, record, language, _same_path))
    body = json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    tag = hashlib.sha1(body).hexdigest()
    compressed = encoding == "gzip" and len(body) >= _MIN_COMPRESSED
    metrics.PAGE_SECONDS.observe(time.monotonic() - started)
    return DirectLookup(
        body=gzip.compress(body, _GZIP_LEVEL) if compressed else body,
        etag=f'"{tag}:gzip"' if compressed else f'"{tag}"',
        language=language,
        last_modified=_http_date(build.manifest.built_at),
        encoding="gzip" if compressed else "",
    )


def _find_record(build: ServedBuild, values: dict[str, str]) -> ConceptRecord | None:
    """Return the concept with exactly the IRI, or with exactly the code of a system; None for other spellings."""
    terminology = build.stored.terminology
    if iri := values.get("iri", "").strip():
        return terminology.record(iri)
    system, code = values.get("system", "").strip(), values.get("code", "").strip()
    facts = build.schemes.by_alias.get(system.rstrip("/")) if system and code else None
    names = terminology.meanings(facts.iri, code) if facts else []
    return terminology.record(names[-1].iri) if names else None


@lru_cache(1024)
def _language(named: str | None, accepted: str) -> str | None:
    """Return the language of the response; None if the parameter names none of the languages."""
    if named is not None:
        return next((language for language in LANGUAGES if in_language(named, language)), None)
    languages = parse_accept_header(accepted, LanguageAccept)
    return languages.best_match(LANGUAGES, default=LANGUAGES[0]) or LANGUAGES[0]


@lru_cache(8)
def _http_date(built_at: str) -> str:
    return http_date(datetime.fromisoformat(built_at))


def _same_path(path: str) -> str:
    return path
