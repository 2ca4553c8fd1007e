"""Languages of `Accept-Language`: weights of RFC 9110, section 12.5.4, and the lookup of RFC 4647, section 3.4."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from begrepp.fhir.requests.language_choice import read_language_choice
from server.http.language_ranges import best_language

LANGUAGES = ("sv", "en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("sv-FI, en;q=0.9", "sv"),
        ("fi, sv-FI;q=0.9, en;q=0.8", "sv"),
        ("en;q=0.5, sv-SE;q=0.6", "sv"),
        ("en-GB, sv;q=0.5", "en"),
        ("en-US,en;q=0.9,sv;q=0.8", "en"),
        ("sv-Latn-FI, en", "sv"),
        ("EN-us", "en"),
        ("sv_SE, en;q=0.5", "sv"),
        ("en, sv", "en"),
        ("svx, en;q=0.1", "en"),
        ("de-DE, *;q=0.5", "sv"),
        ("sv;q=0.2, *", "en"),
        ("*, en", "en"),
        ("en;q=0, *", "sv"),
        ("sv;q=0", "en"),
        ("sv;q=0, *;q=0.1", "en"),
        ("fi", "sv"),
        ("*", "sv"),
        ("", "sv"),
        (", ,en", "en"),
        ("sv;q=nan, en", "en"),
    ],
)
def test_the_language_of_a_header(header: str, language: str) -> None:
    assert best_language(header, LANGUAGES) == language


def test_a_server_that_prefers_another_language_has_that_one_first() -> None:
    assert best_language("fi, *;q=0.1", ("en", "sv")) == "en"
    assert best_language("sv-FI, en;q=0.9", ("en", "sv")) == "sv"


@pytest.mark.parametrize("path", ["/", "/cs", "/cs/begrepp-finns-inte"])
def test_a_page_is_in_the_language_of_a_regional_range(client: FlaskClient, path: str) -> None:
    for header, language in (("sv-FI, en;q=0.9", "sv"), ("en-GB, sv;q=0.5", "en")):
        page = client.get(path, headers={"Accept": "text/html", "Accept-Language": header})
        assert f'<html lang="{language}"' in page.text


def test_an_api_answers_in_the_language_of_a_regional_range(client: FlaskClient) -> None:
    for header, language in (("sv-FI, en;q=0.9", "sv"), ("en-GB, sv;q=0.5", "en")):
        answer = client.get("/api/v1/search?q=x", headers={"Accept-Language": header})
        assert answer.headers["Content-Language"] == language


def test_empty_elements_and_short_tags_of_the_header_are_read_by_fhir() -> None:
    found = read_language_choice("sv-FI, , i-klingon;q=1., en;q=.5,", is_open=False)
    assert [(each.tag, each.weight) for each in found.ranges] == [("sv-FI", 1.0), ("i-klingon", 1.0), ("en", 0.5)]
