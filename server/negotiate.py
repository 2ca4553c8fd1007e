"""Which language and which format a request is answered in: by suffix, parameter, or `Accept` header."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Request
from werkzeug.datastructures import LanguageAccept

from begrepp.errors import BegreppError
from begrepp.settings import LANGUAGES


class NotAcceptable(BegreppError):
    """None of the formats asked for is to be had."""

    status = 406


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the suffix and parameter that name it, and its media type."""

    suffix: str
    media_type: str


HTML = Format("html", "text/html")
GRAPH_FORMATS = (
    Format("ttl", "text/turtle"),
    Format("jsonld", "application/ld+json"),
    Format("rdf", "application/rdf+xml"),
    Format("nt", "application/n-triples"),
)
PAGE_FORMATS = (HTML, *GRAPH_FORMATS)
RESULT_FORMATS = (
    Format("json", "application/sparql-results+json"),
    Format("xml", "application/sparql-results+xml"),
    Format("csv", "text/csv"),
    Format("tsv", "text/tab-separated-values"),
)
_ALSO_NAMED = {
    "application/json": {"json", "jsonld"},
    "application/xml": {"xml", "rdf"},
    "text/xml": {"xml", "rdf"},
    "text/plain": {"nt"},
    "application/xhtml+xml": {"html"},
    "application/x-turtle": {"ttl"},
}


def split_suffix(path: str) -> tuple[str, Format | None]:
    """`C50.9.ttl` as `C50.9` and Turtle; a path without a known suffix as it is."""
    stem, dot, suffix = path.rpartition(".")
    for format_ in PAGE_FORMATS:
        if dot and suffix == format_.suffix:
            return stem, format_
    return path, None


def choose_format(request: Request, offers: tuple[Format, ...]) -> Format:
    """The best of the offers: by `?format=`, else by `Accept` with its quality values, else the first."""
    if named := request.args.get("format", ""):
        for offer in offers:
            if named in (offer.suffix, offer.media_type):
                return offer
        raise _not_acceptable(named, offers)
    if not request.accept_mimetypes:
        return offers[0]
    names = {offer.media_type: offer for offer in offers}
    for also, suffixes in _ALSO_NAMED.items():
        for offer in offers:
            if offer.suffix in suffixes:
                names.setdefault(also, offer)
    best = request.accept_mimetypes.best_match(list(names))
    if best is None:
        raise _not_acceptable(str(request.accept_mimetypes), offers)
    return names[best]


def _not_acceptable(asked: str, offers: tuple[Format, ...]) -> NotAcceptable:
    have = ", ".join(f"{offer.media_type} (?format={offer.suffix})" for offer in offers)
    return NotAcceptable(f"'{asked}' is not to be had here.", f"Ask for one of: {have}.")


def choose_language(request: Request) -> str:
    """Swedish or English: by `?lang=`, the cookie of the switch, or `Accept-Language`; Swedish otherwise."""
    for named in (request.args.get("lang"), request.cookies.get("lang")):
        if named in LANGUAGES:
            return str(named)
    accepted: LanguageAccept = request.accept_languages
    return accepted.best_match(LANGUAGES, default=LANGUAGES[0]) or LANGUAGES[0]
