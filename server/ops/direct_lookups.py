"""Direct look-ups: responses of `/api/v1/lookup` that are made on the event loop, without a thread and without Flask.

A look-up reads one record of the terminology. What is not a plain look-up of a concept of the current view takes the
usual way. The response is the same.
"""

from __future__ import annotations

import json
import re
import time
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from begrepp.terminology.concept_record import ConceptRecord
from server.api.serialisers import concept_body, json_links
from server.http.compression import MIN_BYTES, choose_coding
from server.http.negotiation import accepted_language, named_language
from server.ops.direct_requests import (
    DIRECT_HEADERS,
    DirectResponse,
    cacheable_response,
    is_plain_get,
    parse_fields,
)
from server.served.build import ServedBuild
from server.telemetry import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PATH = "/api/v1/lookup"
_PARAMETERS = frozenset(("iri", "system", "code", "lang"))
_MAX_BYTES = 2000
_encode = msgspec.json.Encoder(order="sorted").encode
_ESCAPED = re.compile("[^\0-~]")
"""Characters that `json.dumps` escapes, beside those that JSON does not allow: DEL and all that is not ASCII."""


def answer_lookup(environ: WSGIEnvironment, build: ServedBuild) -> DirectResponse | None:
    """Return the response to a plain look-up of a concept; None if the request takes the usual way."""
    if environ["PATH_INFO"] != PATH or not is_plain_get(environ):
        return None
    started = time.monotonic()
    coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    query = environ.get("QUERY_STRING", "")
    if len(query) > _MAX_BYTES or (fields := parse_fields(query)) is None:
        return None
    values = dict(fields)
    if len(values) != len(fields) or not values.keys() <= _PARAMETERS:
        return None
    language = _language(values.get("lang"), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    if language is None or (record := _find_record(build, values)) is None:
        return None
    body = encode_json(concept_body(build, record, language, _same_path)) + b"\n"
    if len(body) < MIN_BYTES:
        coding = ""
    metrics.PAGE_SECONDS.observe(time.monotonic() - started)
    headers = [
        *DIRECT_HEADERS,
        ("Content-Type", "application/json"),
        ("Link", json_links(_same_path)),
        ("Content-Language", language),
    ]
    return cacheable_response(PATH, body, coding, build.manifest.built_at, headers)


def encode_json(body: msgspec.Struct) -> bytes:
    """Return a body as JSON with the same bytes as Flask's `jsonify`: keys sorted, and ASCII alone."""
    encoded: bytes = _encode(body)
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return _ESCAPED.sub(_escape, encoded.decode()).encode()


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _find_record(build: ServedBuild, values: dict[str, str]) -> ConceptRecord | None:
    """Return the concept with exactly the IRI, or with exactly the code of a system; None for other spellings."""
    terminology = build.terminology
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
        return named_language(named) or None
    return accepted_language(accepted)


def _same_path(path: str) -> str:
    return path
