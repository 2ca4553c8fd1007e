"""Media ranges of `Accept`: parameters, weights, wildcards and ties (RFC 9110, sections 5.6 and 12.5.1)."""

from __future__ import annotations

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from server.http.media_ranges import MediaRange, parse_accept
from server.http.negotiation import GRAPH_FORMATS, HTML, PAGE_FORMATS, RESULT_FORMATS, Format, find_format

LD_JSON = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"'


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        ("text/turtle", [("text", "turtle", (), 1.0)]),
        ("Text/Turtle ; Q=0.5 ,\t*/*;q=0", [("text", "turtle", (), 0.5), ("*", "*", (), 0.0)]),
        ('a/b;p="x,y;q=0";q=0.25', [("a", "b", (("p", "x,y;q=0"),), 0.25)]),
        ('a/b;p="say \\"no\\""', [("a", "b", (("p", 'say "no"'),), 1.0)]),
        ("a/b;q=1;ext=1", [("a", "b", (("ext", "1"),), 1.0)]),
        ("a/b;;q=0.1", [("a", "b", (), 0.1)]),
        (",,, ,", []),
        ("text, */json, a/b;q=2, a/b;q=x, a/b;q=-1, a b/c, ;q=1, a/\u0661;q=1", []),
    ],
)
def test_a_header_is_parsed_and_items_outside_the_syntax_are_left_out(
    header: str, ranges: list[tuple[object, ...]]
) -> None:
    assert [(each.type, each.subtype, each.parameters, each.quality) for each in parse_accept(header)] == ranges
    assert all(isinstance(each, MediaRange) for each in parse_accept(header))


def choice(accept: str, offers: tuple[Format, ...]) -> str:
    """The suffix of the best format for a header; `none` if no format is acceptable."""
    found = find_format(Request(EnvironBuilder(headers=[("Accept", accept)]).get_environ()), offers)
    return found.suffix if found else "none"


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/turtle;charset=utf-8", "ttl"),
        ("text/turtle; charset=UTF-8; version=1.1", "ttl"),
        ("application/n-triples;charset=utf-8,*/*;q=0.1", "nt"),
        (LD_JSON, "jsonld"),
        (f"{LD_JSON}, text/turtle;q=0.1", "jsonld"),
        ("text/html;level=1", "html"),
        ("text/html;level=1;q=0.9, text/html;q=0.2, text/turtle;q=0.5", "ttl"),
        ("text/turtle;version=1.2;q=0, text/turtle", "ttl"),
        ("text/turtle, text/html", "ttl"),
        ("text/html, text/turtle", "html"),
        ("application/ld+json, text/turtle", "jsonld"),
        ("*/*, application/rdf+xml", "rdf"),
        ("application/*, text/*;q=0.9", "jsonld"),
        ("application/json, text/plain, */*", "jsonld"),
        ("text/*;q=0.3, application/n-triples;q=0.2, */*;q=0.1", "html"),
        ("text/*, text/html;q=0", "ttl"),
        ("application/x-turtle, */*;q=0.9", "ttl"),
        ("application/ld+json;q=0, application/json", "none"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("image/png", "none"),
        ("*/*;q=0", "none"),
        ("", "html"),
        (";;", "html"),
    ],
)
def test_the_best_format_of_a_document(accept: str, suffix: str) -> None:
    assert choice(accept, PAGE_FORMATS) == suffix


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/*", "csv"),
        ("application/*", "json"),
        ("text/*;q=0.3, text/csv;q=0.1, */*;q=0.2", "tsv"),
        ("text/csv; charset=utf-8", "csv"),
        ("application/sparql-results+json;q=0.001, application/sparql-results+xml;q=0.002", "xml"),
        ("*/*, application/sparql-results+json;q=0", "xml"),
        ("text/xml", "xml"),
    ],
)
def test_the_best_format_of_solutions(accept: str, suffix: str) -> None:
    assert choice(accept, RESULT_FORMATS) == suffix


@pytest.mark.parametrize(
    ("query_string", "offers", "suffix"),
    [
        ("format=Turtle", GRAPH_FORMATS, "ttl"),
        ("format=rdf+xml", GRAPH_FORMATS, "rdf"),
        ("format=application%2Fld%2Bjson%3Bprofile%3Dx", GRAPH_FORMATS, "jsonld"),
        ("format=application/sparql-results+json", RESULT_FORMATS, "json"),
        ("format=", RESULT_FORMATS, "json"),
        ("format=auto", (HTML, *GRAPH_FORMATS), "html"),
        ("format=nonsense", RESULT_FORMATS, "none"),
    ],
)
def test_a_parameter_names_a_format_by_any_of_its_names(
    query_string: str, offers: tuple[Format, ...], suffix: str
) -> None:
    found = find_format(Request(EnvironBuilder(query_string=query_string).get_environ()), offers)
    assert (found.suffix if found else "none") == suffix
