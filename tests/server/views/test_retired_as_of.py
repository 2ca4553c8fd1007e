"""The last day of a code that an edition no longer has: the same as of every later day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from begrepp.settings import Settings
from server.app import create_app
from tests.support.small import build_small

SOURCE = """loader = "table"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[release]
valid_from = {year}-01-01
{end}
coverage = "{coverage}"
[scheme]
id = "{scheme}"
title.sv = "Lista"
[[file]]
name = "codes.csv"
[file.columns]
notation = "code"
pref_label.sv = "label"
"""
COMMON = "A,Eksem\nB,Psoriasis\nK,Klåda\n"
EDITIONS = {
    ("hud", 2020): COMMON + "C,Akne\nD,Vårta\n",
    ("hud", 2021): COMMON + "D,Vårta\n",
    ("hud", 2022): COMMON,
    ("hud", 2023): COMMON + "C,Brännskada\n",
    ("urval", 2020): "A,Eksem\n",
    ("urval", 2021): "B,Psoriasis\n",
    ("slut", 2020): COMMON + "C,Akne\n",
    ("slut", 2021): COMMON,
}
ENDS = {("slut", 2020): "valid_to = 2020-06-30"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = Settings(data=tmp_path_factory.mktemp("retired") / "data", query_seconds=10, query_workers=1)
    for (scheme, year), rows in EDITIONS.items():
        folder = settings.raw / scheme / str(year)
        folder.mkdir(parents=True)
        coverage = "partial" if scheme == "urval" else "complete"
        declaration = SOURCE.format(year=year, scheme=scheme, coverage=coverage, end=ENDS.get((scheme, year), ""))
        (folder / "source.toml").write_text(declaration, encoding="utf-8")
        (folder / "codes.csv").write_text(f"code,label\n{rows}", encoding="utf-8")
    build_small(settings, accept_fewer=True)
    app = create_app(settings)
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


@pytest.mark.parametrize(
    ("code", "day", "last"),
    [
        ("C", "2021-06-01", "2020-12-31"),
        ("C", "2022-06-01", "2020-12-31"),
        ("C", "2023-06-01", "2020-12-31"),
        ("D", "2022-06-01", "2021-12-31"),
        ("D", "2023-06-01", "2021-12-31"),
        ("D", "", "2021-12-31"),
    ],
)
def test_a_code_ended_before_the_first_edition_without_it(web: FlaskClient, code: str, day: str, last: str) -> None:
    query = f"?asOf={day}" if day else ""
    assert f'begrepp:validTo "{last}"^^xsd:date' in web.get(f"/cs/hud/{code}.ttl{query}").text
    assert last in web.get(f"/cs/hud/{code}{query}", headers={"Accept": "text/html"}).text


def test_the_state_of_a_retired_code_begins_when_it_was_retired(web: FlaskClient) -> None:
    moment = "Fri, 01 Jan 2021 00:00:00 GMT"
    answers = [web.get(f"/cs/hud/C.ttl?asOf={year}-06-01") for year in (2021, 2023)]
    assert [answer.headers["Memento-Datetime"] for answer in answers] == [moment, moment]
    assert moment in web.get("/timemap/link/cs/hud/C").text


def test_excerpts_retire_nothing_as_of_a_day(web: FlaskClient) -> None:
    for query in ("", "?asOf=2021-06-01"):
        assert "begrepp:status begrepp:active" in web.get(f"/cs/urval/A.ttl{query}").text


@pytest.mark.parametrize("query", ["", "?asOf=2021-06-01"])
def test_a_code_ended_with_the_edition_that_had_it_last(web: FlaskClient, query: str) -> None:
    assert 'begrepp:validTo "2020-06-30"^^xsd:date' in web.get(f"/cs/slut/C.ttl{query}").text
