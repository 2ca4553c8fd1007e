"""Formats of FHIR requests and answers: JSON, and XML where the package for it is installed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from begrepp.fhir import exact_json, xml_resources
from begrepp.fhir.requests.faults import invalid_request
from server.http.media_ranges import parse_accept, preference

Json = dict[str, Any]
_SHORT_VERSIONS = {"r5": "5.0", "r4": "4.0"}
"""The values of the parameter `fhirVersion` by base."""


class FhirFormat(Struct, frozen=True, kw_only=True):
    """A format: its media type, and the types that requests name it by."""

    media_type: str
    short: str
    others: frozenset[str]

    @property
    def content_type(self) -> str:
        """The header of answers."""
        return f"{self.media_type}; charset=utf-8"

    def is_named(self, name: str) -> bool:
        """Return whether a media type or a value of `_format` means the format."""
        return name in self.others or name in (self.media_type, self.short)


JSON_FORMAT = FhirFormat(
    media_type="application/fhir+json",
    short="json",
    others=frozenset({"", "application/json", "application/json+fhir", "text/json"}),
)
XML_FORMAT = FhirFormat(
    media_type="application/fhir+xml",
    short="xml",
    others=frozenset({"application/xml", "application/xml+fhir", "text/xml"}),
)
_BROWSER_TYPE = "text/html"
"""Browsers get JSON, whatever else they accept."""


def answer_format(base: str, named: str, accept: str) -> FhirFormat:
    """Return the format of the answer: by `_format`, then by `Accept`. Raises `FhirFault` with status 406."""
    wanted = named.partition(";")[0].strip().lower().replace(" ", "+")  # a plus sign that is not encoded in a query
    if wanted:
        found = next((each for each in _offered() if each.is_named(wanted)), None)
    else:
        found = accepted_format(base, accept)
    if found is None:
        text = f"The format {(wanted or accept)[:100]!r} is not supported; ask for application/fhir+json."
        raise invalid_request(text, code="not-supported", status=406)
    return found


@lru_cache(1024)
def accepted_format(base: str, accept: str) -> FhirFormat | None:
    """Return the format that an `Accept` header prefers, JSON if it prefers none; None if it accepts none."""
    ranges = parse_accept(accept)
    of_base = tuple(
        each for each in ranges if dict(each.parameters).get("fhirversion", _SHORT_VERSIONS[base]) in _versions(base)
    )
    if ranges and not of_base:
        return None
    best, most = None, 0.0
    for each in _offered():
        names = {each.media_type, *filter(None, each.others), *((_BROWSER_TYPE,) if each is JSON_FORMAT else ())}
        quality = max(preference(of_base, name, {"fhirversion": _SHORT_VERSIONS[base]}).quality for name in names)
        if quality > most:
            best, most = each, quality
    return best


def _versions(base: str) -> tuple[str, str]:
    short = _SHORT_VERSIONS[base]
    return short, {"5.0": "5.0.0", "4.0": "4.0.1"}[short]


def body_format(media_type: str) -> FhirFormat:
    """Return the format of a body. Raises `FhirFault` with status 415."""
    found = next((each for each in _offered() if each.is_named(media_type.lower())), None)
    if found is None:
        text = f"The body has the type {media_type[:50]!r}; send application/fhir+json."
        raise invalid_request(text, code="not-supported", status=415)
    return found


def encode(resource: Json, base: str, chosen: FhirFormat) -> bytes:
    """Return a resource in a format. Raises `FhirFault` if it cannot be written so."""
    return xml_resources.to_xml(resource, base) if chosen is XML_FORMAT else exact_json.encode(resource)


def decode(data: bytes, base: str, chosen: FhirFormat) -> object:
    """Return the resource of a body. Raises `FhirFault`."""
    if chosen is XML_FORMAT:
        return xml_resources.from_xml(data, base)
    try:
        return exact_json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise invalid_request(f"The request body is not JSON: {error}.", code="structure") from None
    except RecursionError:
        raise invalid_request("The request body is nested too deeply.", code="structure") from None


def offered_types() -> list[str]:
    """Return the media types of the service."""
    return [each.media_type for each in _offered()]


def _offered() -> tuple[FhirFormat, ...]:
    return (JSON_FORMAT, XML_FORMAT) if xml_resources.is_available() else (JSON_FORMAT,)
