"""Which language and which format a request is answered in: by suffix, parameter, or `Accept` header."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from begrepp.errors import BegreppError
from server.http.i18n import LANGUAGES


class NotAcceptable(BegreppError):
    """None of the formats asked for is to be had; `offers` are those that are."""

    status = 406

    def __init__(self, reason: str, next_step: str, offers: tuple[Format, ...] = ()) -> None:
        super().__init__(reason, next_step)
        self.offers = offers


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the suffix and parameter that name it, its media type, and what else it is called."""

    suffix: str
    media_type: str
    also: tuple[str, ...] = ()


HTML = Format("html", "text/html", ("application/xhtml+xml",))
PROBLEM = Format("json", "application/problem+json", ("application/json",))
GRAPH_FORMATS = (
    Format("ttl", "text/turtle", ("application/x-turtle", "application/turtle")),
    Format("jsonld", "application/ld+json", ("application/json",)),
    Format("rdf", "application/rdf+xml", ("application/xml", "text/xml")),
    Format("nt", "application/n-triples", ("text/plain",)),
)
PAGE_FORMATS = (HTML, *GRAPH_FORMATS)
CSV = Format("csv", "text/csv")
RESULT_FORMATS = (
    Format("json", "application/sparql-results+json", ("application/json",)),
    Format("xml", "application/sparql-results+xml", ("application/xml", "text/xml")),
    Format("csv", "text/csv"),
    Format("tsv", "text/tab-separated-values"),
)


def split_suffix(path: str, formats: tuple[Format, ...] = PAGE_FORMATS) -> tuple[str, Format | None]:
    """`C50.9.ttl` as `C50.9` and Turtle; a path without a known suffix as it is."""
    stem, dot, suffix = path.rpartition(".")
    for format_ in formats:
        if dot and suffix == format_.suffix:
            return stem, format_
    return path, None


def quality(request: Request, offer: Format) -> float:
    """How much the request wants a format: 1 to 0, by `Accept`; everything is wanted where it says nothing."""
    return _quality(request.headers.get("Accept", ""), offer)


@lru_cache(4096)
def _quality(accept: str, offer: Format) -> float:
    wanted = parse_accept_header(accept, MIMEAccept)
    return max(wanted.quality(name) for name in (offer.media_type, *offer.also)) if wanted else 1.0


def choose_format(request: Request, offers: tuple[Format, ...]) -> Format:
    """The best of the offers: by `?format=`, else by `Accept` with its quality values; on a tie, the first offered.

    Raises `NotAcceptable`, with what there is, where the request wants none of them.
    """
    if named := request.values.get("format", ""):
        for offer in offers:
            if named in (offer.suffix, offer.media_type):
                return offer
        raise _not_acceptable(named, offers)
    best = max(offers, key=lambda offer: quality(request, offer))
    if quality(request, best) <= 0:
        raise _not_acceptable(str(request.accept_mimetypes), offers)
    return best


def _not_acceptable(asked: str, offers: tuple[Format, ...]) -> NotAcceptable:
    have = ", ".join(f"{offer.media_type} (?format={offer.suffix})" for offer in offers)
    return NotAcceptable(f"'{asked}' is not available.", f"Available formats: {have}.", offers)


def choose_language(request: Request) -> str:
    """Swedish or English: by `?lang=`, the cookie of the switch, or `Accept-Language`; Swedish otherwise."""
    for named in (request.args.get("lang"), request.cookies.get("lang")):
        if named in LANGUAGES:
            return str(named)
    return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0]) or LANGUAGES[0]
