"""Content negotiation: the format and language of a response, by suffix, parameter, `Accept` or cookie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from begrepp.errors import BegreppError
from begrepp.records import in_language
from server.http.i18n import LANGUAGES


class NotAcceptable(BegreppError):
    """None of the available formats is acceptable to the client; `offers` are the available ones."""

    status = 406

    def __init__(self, reason: str, next_step: str, offers: tuple[Format, ...] = ()) -> None:
        super().__init__(reason, next_step)
        self.offers = offers


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its suffix, which is also its `?format=` value, its media type, and other names of the media type."""

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
    """Split `C50.9.ttl` into `C50.9` and Turtle; return a path without a known suffix unchanged, with None."""
    stem, dot, suffix = path.rpartition(".")
    for format_ in formats:
        if dot and suffix == format_.suffix:
            return stem, format_
    return path, None


def quality(request: Request, offer: Format) -> float:
    """Return the quality value, 0 to 1, of a format in `Accept`; 1 if the header is missing or empty."""
    return _quality(request.headers.get("Accept", ""), offer)


@lru_cache(4096)
def _quality(accept: str, offer: Format) -> float:
    parsed = _parse_accept(accept)
    return max(parsed.quality(name) for name in (offer.media_type, *offer.also)) if parsed else 1.0


@lru_cache(256)
def _parse_accept(accept: str) -> MIMEAccept:
    """Return a parsed `Accept` header; cached, because browsers and libraries send few different ones."""
    return parse_accept_header(accept, MIMEAccept)


def accepts_explicitly(request: Request, offer: Format) -> bool:
    """Return whether `Accept` lists the media type of a format by name, with any quality value."""
    return any(media_type == offer.media_type for media_type, _ in _parse_accept(request.headers.get("Accept", "")))


def find_format(request: Request, offers: tuple[Format, ...]) -> Format | None:
    """Return the best offer by `?format=`, else by `Accept`, or None if none is acceptable; on a tie, the first."""
    if named := request.values.get("format", ""):
        return next((offer for offer in offers if named in (offer.suffix, offer.media_type)), None)
    best = max(offers, key=lambda offer: quality(request, offer))
    return best if quality(request, best) > 0 else None


def choose_format(request: Request, offers: tuple[Format, ...]) -> Format:
    """Return the best offer as `find_format` does.

    Raises `NotAcceptable`, with the offers, if none is acceptable.
    """
    if format_ := find_format(request, offers):
        return format_
    rejected = request.values.get("format", "") or str(_parse_accept(request.headers.get("Accept", "")))
    available = ", ".join(f"{offer.media_type} (?format={offer.suffix})" for offer in offers)
    raise NotAcceptable(f"'{rejected}' is not available.", f"Available formats: {available}.", offers)


def choose_language(request: Request, *, use_cookie: bool = True) -> str:
    """Return the language of the response: by `?lang=`, the `lang` cookie, or `Accept-Language`; Swedish otherwise."""
    for named in (request.args.get("lang"), request.cookies.get("lang") if use_cookie else None):
        if language := next((each for each in LANGUAGES if named and in_language(named, each)), ""):
            return language
    return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0]) or LANGUAGES[0]
