"""Content negotiation: the format and language of a response, by suffix, parameter, `Accept` or cookie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from flask import Request

from begrepp.errors import BegreppError, UnsuitableFormat
from begrepp.records import in_language
from server.http.i18n import LANGUAGES
from server.http.language_ranges import best_language
from server.http.media_ranges import Preference, parse_accept, preference


class NotAcceptable(BegreppError):
    """None of the available formats is acceptable to the client; `offers` are the available ones."""

    status = 406

    def __init__(self, reason: str, next_step: str, offers: tuple[Format, ...] = ()) -> None:
        super().__init__(reason, next_step)
        self.offers = offers


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its suffix, which is also its `?format=` value, and its media type.

    `also` are other names of the media type, `words` are other values of `?format=` that clients send.
    """

    suffix: str
    media_type: str
    also: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All values of `?format=` for the format."""
        return frozenset((self.suffix, self.media_type, *self.also, *self.words))


HTML = Format("html", "text/html", ("application/xhtml+xml",))
PROBLEM = Format("json", "application/problem+json", ("application/json",))
RDF_XML = Format("rdf", "application/rdf+xml", ("application/xml", "text/xml"), ("rdf+xml", "rdfxml", "rdf-xml", "xml"))
GRAPH_FORMATS = (
    Format(
        "ttl",
        "text/turtle",
        ("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3", "application/n3"),
        ("turtle", "n3"),
    ),
    Format("jsonld", "application/ld+json", ("application/json", "application/x-json+ld"), ("json-ld", "json")),
    RDF_XML,
    Format("nt", "application/n-triples", ("text/plain",), ("ntriples", "n-triples", "ntriple")),
)
PAGE_FORMATS = (HTML, *GRAPH_FORMATS)
CSV = Format("csv", "text/csv")
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", words=("excel",))
EXCEL_CSV = Format("excel.csv", "text/csv", words=("csv-excel",))
"""CSV as a Swedish Excel reads it when the file is opened: a byte order mark, semicolons and decimal commas."""
PARQUET = Format("parquet", "application/vnd.apache.parquet")
JSON = Format("json", "application/json")
TABLE_FORMATS = (CSV, EXCEL_CSV, XLSX, PARQUET)
JSON_LD_AS_JSON = Format("json", "application/ld+json")
"""JSON-LD under the suffix that programs try first."""
DOCUMENT_FORMATS = (*PAGE_FORMATS, *TABLE_FORMATS)
"""Formats of lists and of the documents of resources."""
RESULT_FORMATS = (
    Format(
        "json",
        "application/sparql-results+json",
        ("application/json", "text/javascript", "application/javascript"),
        ("srj", "sparql-results+json"),
    ),
    Format("xml", "application/sparql-results+xml", ("application/xml", "text/xml"), ("srx", "sparql-results+xml")),
    Format("csv", "text/csv"),
    Format("tsv", "text/tab-separated-values"),
)
PARAMETERS = ("format",)
"""The request parameter that names a format."""
SPARQL_PARAMETERS = ("format", "output", "results")
"""Request parameters by which SPARQL clients name a format; the first that is not empty counts."""
_NO_CHOICE = ("", "auto")


def split_suffix(path: str, formats: tuple[Format, ...] = PAGE_FORMATS) -> tuple[str, Format | None]:
    """Split `C50.9.ttl` into `C50.9` and Turtle; return a path without a known suffix unchanged, with None."""
    found = max(
        (each for each in formats if path.endswith(f".{each.suffix}")), key=lambda f: len(f.suffix), default=None
    )
    return (path.removesuffix(f".{found.suffix}"), found) if found else (path, None)


def quality(request: Request, offer: Format) -> float:
    """Return the quality value, 0 to 1, of a format in `Accept`; 1 if the header is missing or empty."""
    return _preference(request.headers.get("Accept", ""), offer).quality


@lru_cache(1024)
def _preference(accept: str, offer: Format) -> Preference:
    """Return the preference for the media type of a format, or for another name of it that the header lists."""
    ranges = parse_accept(accept)
    listed = {f"{each.type}/{each.subtype}" for each in ranges}
    if offer.media_type not in listed and (also := [name for name in offer.also if name in listed]):
        return max(preference(ranges, name, _CHARSET) for name in also)
    return preference(ranges, offer.media_type, _CHARSET)


_CHARSET = {"charset": "utf-8"}
"""Parameters of every response."""


def accepts_explicitly(request: Request, offer: Format) -> bool:
    """Return whether `Accept` lists the media type of a format by name, with any quality value."""
    ranges = parse_accept(request.headers.get("Accept", ""))
    return any(f"{each.type}/{each.subtype}" == offer.media_type for each in ranges)


def named_format(request: Request, parameters: tuple[str, ...] = PARAMETERS) -> str:
    """Return the name of a format in a request parameter, in lower case; empty if there is none."""
    return format_name(request.values, parameters)


def format_name(values: Mapping[str, str], parameters: tuple[str, ...]) -> str:
    """Return the name of a format in the values of parameters, in lower case; empty if there is none.

    A media type may have parameters, and a space for its `+`, which means a space in a query string.
    """
    named = (values.get(name, "").partition(";")[0].strip().lower() for name in parameters)
    return next((name.replace(" ", "+") for name in named if name not in _NO_CHOICE), "")


def find_format(
    request: Request, offers: tuple[Format, ...], parameters: tuple[str, ...] = PARAMETERS
) -> Format | None:
    """Return the best offer by request parameter, else by `Accept`, or None if none is acceptable."""
    return best_format(offers, named_format(request, parameters), request.headers.get("Accept", ""))


def best_format(offers: tuple[Format, ...], named: str, accept: str) -> Format | None:
    """Return the offer with a name, or without one the best offer by an `Accept` header; None if there is none.

    Of offers with the same quality value, the one whose media range is more specific is the best, then the one that
    the client lists first, then the first offer.
    """
    if named:
        return next((offer for offer in offers if named in offer.names), None)
    best = max(offers, key=lambda offer: _preference(accept, offer))
    return best if _preference(accept, best).quality > 0 else None


def choose_format(request: Request, offers: tuple[Format, ...], parameters: tuple[str, ...] = PARAMETERS) -> Format:
    """Return the best offer as `find_format` does.

    Raises `NotAcceptable`, with the offers, if none is acceptable.
    """
    found = find_format(request, offers, parameters)
    return found or refuse_format(named_format(request, parameters) or request.headers.get("Accept", ""), offers)


def format_of_suffix(suffix: str, offers: tuple[Format, ...]) -> Format:
    """Return the format with a suffix; raises `NotAcceptable` if it is not offered."""
    return next((each for each in offers if each.suffix == suffix), None) or refuse_format(suffix, offers)


def refuse_format(rejected: str, offers: tuple[Format, ...]) -> NoReturn:
    """Raise `NotAcceptable` with the formats that there are."""
    available = ", ".join(f"{offer.media_type} (?format={offer.suffix})" for offer in offers)
    raise NotAcceptable(f"'{rejected}' is not available.", f"Available formats: {available}.", offers)


def find_next_format(
    request: Request, error: UnsuitableFormat, formats: tuple[Format, ...], parameters: tuple[str, ...] = PARAMETERS
) -> Format:
    """Return the best of the formats that can hold an answer, by `Accept`, after the chosen one could not.

    Raises `NotAcceptable`, with these formats, if the client accepts none of them or has named the chosen one.
    """
    offers = tuple(each for each in formats if each.media_type in error.others)
    is_named = split_suffix(request.path, formats)[1] or named_format(request, parameters)
    if is_named or not (found := find_format(request, offers, parameters)):
        raise NotAcceptable(error.reason, error.next_step, offers) from None
    return found


def choose_language(request: Request, *, use_cookie: bool = True) -> str:
    """Return the language of the response: by `?lang=`, the `lang` cookie, or `Accept-Language`; Swedish otherwise."""
    environ = request.environ
    cookie = request.cookies.get("lang") if use_cookie and "HTTP_COOKIE" in environ else None
    return _best_language(request.args.get("lang"), cookie, environ.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(1024)
def _best_language(parameter: str | None, cookie: str | None, accepted: str) -> str:
    for named in (parameter, cookie):
        if language := named_language(named or ""):
            return language
    return accepted_language(accepted)


def named_language(tag: str) -> str:
    """Return the language of the pages that a language tag names, empty if it names none."""
    return next((each for each in LANGUAGES if in_language(tag, each)), "")


def accepted_language(accepted: str) -> str:
    """Return the best of the languages of the pages by an `Accept-Language` header; Swedish if it lists none."""
    return best_language(accepted, LANGUAGES)
