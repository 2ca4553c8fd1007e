"""A day in the past on every surface, as people write it: each request gets that day's codes, or an error that helps.

ICD-10-SE of the tests: A00.9 is *Påhittad åkomma UNS* in 2021 and *ospecificerad* from 2022, A00.0 was retired in 2022.
The requests are those of the how-tos and the API descriptions, and spellings of them that people get wrong.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mcp.server import MCPServer

from begrepp.text.days import parse_iso_day
from server.assistant.tool_server import create_tool_server
from server.state import AppState
from tests.server.assistant.test_tools import call, said

HTML = {"Accept": "text/html", "Accept-Language": "en"}
LOOKUP = "/api/v1/lookup?system=icd-10-se&code=A00.9"
FHIR = "/fhir/r5/CodeSystem/$lookup?system=urn:oid:1.2.752.116.1.1.1&code=A00.9"
QUERY = "/queries/what-a-code-meant-on-a-day?format=csv&code=A00.9"
ASKED = quote(json.dumps({"q0": {"query": "Påhittad åkomma UNS"}}))
NAMES = quote(json.dumps({"ids": ["A00.9"], "properties": [{"id": "prefLabel"}]}))
OLD, NEW = "åkomma UNS", "åkomma ospecificerad"
NO_DATE = "is not a date"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        *((f"{LOOKUP}&asOf={day}", OLD) for day in ("2021-06-30", "2021-06-30T12:00:00Z", "%202021-06-30%20")),
        *((f"{LOOKUP}&asOf={day}", NEW) for day in ("", "2022-01-01", "2030-01-01")),
        ("/api/v1/as-of?system=icd-10-se&code=A00.9&asOf=2021-12-31", OLD),
        ("/api/ecl?scheme=icd-10-se&ecl=%3C%3CA00&asOf=2021-06-30", "A00.0"),
        *((f"{FHIR}&date={day}", OLD) for day in ("2021-06-30", "2021-06", "2021", "2021-06-30T12:00:00%2B02:00")),
        (f"{FHIR}&version=2021", OLD),
        (f"/reconcile/icd-10-se@2021-06-30?queries={ASKED}", '"match":true'),
        (f"/reconcile/icd-10-se?asOf=2021-06-30&queries={ASKED}", '"match":true'),
        (f"/reconcile/icd-10-se@2021?extend={NAMES}", OLD),
        ("/reconcile/icd-10-se?asOf=2021-06-30", "/reconcile/icd-10-se@2021-06-30/suggest/entity"),
        (f"{QUERY}&day=2021-06-30", OLD),
    ],
)
def test_a_day_gets_its_codes(client: FlaskClient, path: str, found: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert found in (answer.text if "\\u" not in answer.text else json.dumps(answer.get_json(), ensure_ascii=False))


@pytest.mark.parametrize(
    ("path", "said_"),
    [
        *((f"{LOOKUP}&{name}=2021-06-30", "Did you mean asOf?") for name in ("asof", "as_of", "AsOf", "date", "day")),
        *((f"{LOOKUP}&asOf={day}", NO_DATE) for day in ("2021", "2021-06", "20210630", "2021-W26-3", "30/06/2021")),
        *((f"{LOOKUP}&asOf={day}", NO_DATE) for day in ("2021-06-31", "2021-06-30/2022-06-30", "2021-06-30x", "igår")),
        ("/api/v1/search?q=UNS&asOf=2021-06-30", "There is no parameter asOf."),
        ("/api/v1/schemes?asOf=2021-06-30", "There is no parameter asOf."),
        ("/api/v1/as-of?system=icd-10-se&code=A00.9", "There is no asOf."),
        ("/api/ecl?scheme=icd-10-se&ecl=A00&asof=2021-06-30", "Did you mean asOf?"),
        ("/api/ecl?scheme=icd-10-se&ecl=A00&asOf=2021-06-30&version=2022", "Give one of them."),
        *((f"{FHIR}&{name}=2021-06-30", "Did you mean date?") for name in ("Date", "asOf", "day")),
        *((f"{FHIR}&date={day}", "is not a date") for day in ("30.6.2021", "2021-06-31", "2021-06-30x", "21", "2021-")),
        ("/reconcile/icd-10-se?asof=2021-06-30", "Did you mean asOf?"),
        ("/reconcile/icd-10-se@2022-06-30?asOf=2021-06-30", "two days"),
        ("/reconcile/icd-10-se@midsommar", NO_DATE),
        (f"{QUERY}&date=2021-06-30", "Did you mean day?"),
        (f"{QUERY}&asOf=2021-06-30", "Did you mean day?"),
        (f"{QUERY}&day=2021-W26-3", NO_DATE),
        ("/dataset/nkbc.ttl?asOf=2021-06-30", "Only code systems and their concepts"),
    ],
)
def test_what_is_no_day_is_told(client: FlaskClient, path: str, said_: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert said_ in answer.text


@pytest.mark.parametrize(
    "path", [f"{LOOKUP}&asOf=2019-01-01", "/reconcile/icd-10-se@2019-01-01", "/cs/icd-10-se.ttl?asOf=2019-01-01"]
)
def test_a_day_before_the_first_edition_is_told_with_that_edition(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "The first edition is 2021, from 2021-01-01." in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/cs/icd-10-se/A00.9?asOf=2021-06-30", OLD),
        ("/cs/icd-10-se/a009?asOf=2021-06-30", OLD),
        ("/id/cs/icd-10-se/A00.9?asOf=2021-06-30", OLD),
        ("/resource?uri=https://w3id.org/begrepp/id/cs/icd-10-se/A00.9&asOf=2021-06-30", OLD),
        ("/resolve?system=icd-10-se&code=A00.9&asOf=2021-06-30", OLD),
        ("/cs/icd-10-se/A00.9?asof=2021-06-30", "Did you mean “asOf”?"),
        ("/id/cs/icd-10-se/A00.9?as_of=2021-06-30", "Did you mean “asOf”?"),
        ("/search?q=UNS&asOf=2021-06-30", "“asOf” is unknown and was ignored"),
        ("/cs/icd-10-se/index?asOf=2021-06-30", "“asOf” is unknown and was ignored"),
        ("/queries/what-a-code-meant-on-a-day?code=A00.9&asOf=2021-06-30", "Did you mean “day”?"),
        ("/ecl?scheme=icd-10-se&ecl=A00&asof=2021-06-30", "Did you mean “asOf”?"),
        ("/ecl?scheme=icd-10-se&ecl=%3C%3CA00&asOf=2021-06-30", "A00.0"),
    ],
)
def test_a_page_shows_the_day_or_tells_that_it_does_not(client: FlaskClient, path: str, found: str) -> None:
    answer = client.get(path, headers=HTML, follow_redirects=True)
    assert answer.status_code == 200 and found in answer.text


def test_links_of_a_page_of_a_day_lead_to_pages_that_take_the_day(client: FlaskClient) -> None:
    page = client.get("/cs/icd-10-se?asOf=2021-06-30", headers=HTML).text
    assert "/cs/icd-10-se/index?asOf" not in page and "asOf=2021-06-30" in page


def test_items_of_a_batch_are_checked_as_well(client: FlaskClient) -> None:
    item: dict[str, Any] = {"system": "icd-10-se", "code": "A00.9"}
    for path in ("/resolve", "/api/v1/resolve"):
        assert client.post(path, json=[item | {"asOf": "2021-06-30"}]).get_json()[0]["label"].endswith(OLD)
        for name in ("asof", "as_of", "date"):
            problem = client.post(path, json=[item, item | {name: "2021-06-30"}]).get_json()
            assert problem["title"] == f"Number 2: There is no parameter {name}."
            assert problem["detail"].startswith("Did you mean asOf?")
        assert client.post(path, json=[item | {"asOf": "2021-06-30 or so"}]).status_code == 400


@pytest.fixture(scope="module")
def server(app: Flask) -> MCPServer:
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    return create_tool_server(state)


@pytest.mark.parametrize(
    ("tool", "arguments", "found"),
    [
        ("concept", {"as_of": "2021-06-30"}, OLD),
        ("concept", {"as_of": "2021-06-30T00:00:00"}, OLD),
        ("concept", {"as_of": "2021"}, "as_of is '2021', which is not a day."),
        ("concept", {"as_of": "20210630"}, "which is not a day."),
        ("concept", {"asOf": "2021-06-30"}, "The tool concept has no argument asOf."),
        ("concept", {"as_of": "2019-01-01"}, "The first edition is 2021, from 2021-01-01."),
        ("map", {"as_of": "2021-06-30"}, "No mapping set was in force on 2021-06-30"),
    ],
)
def test_an_assistant_gets_the_day_or_words(
    server: MCPServer, tool: str, arguments: dict[str, Any], found: str
) -> None:
    assert found in said(call(server, tool, {"ids": ["icd-10-se|A00.9"], **arguments}))


@pytest.mark.parametrize(
    ("name", "day", "found"),
    [
        ("asOf", '"2021-06-30"', "A00.0"),
        ("asOf", '"2021-06-30"^^xsd:date', "A00.0"),
        ("asOf", '"2021-06-30T10:00:00Z"^^xsd:dateTime', "A00.0"),
        ("asOf", '"2021"', NO_DATE),
        ("asOf", '"2019-01-01"', "was in force on 2019-01-01"),
        ("asof", '"2021-06-30"', "begrepp:ecl has no property begrepp:asof."),
        ("date", '"2021-06-30"', "begrepp:expression, skos:inScheme and begrepp:asOf."),
    ],
)
def test_an_expression_in_a_query_has_the_day(client: FlaskClient, name: str, day: str, found: str) -> None:
    stated = f'?c begrepp:expression "<< A00" ; skos:inScheme "icd-10-se" ; begrepp:{name} {day}'
    query = f"SELECT ?c {{ SERVICE begrepp:ecl {{ {stated} }} }}"
    assert found in client.get("/sparql", query_string={"query": query, "format": "csv"}).text


@pytest.mark.parametrize("text", ["2021-06-30", " 2021-06-30 ", "2021-06-30T23:59:59.9Z", "2021-06-30T00:00+02:00"])
def test_a_day_is_read(text: str) -> None:
    assert parse_iso_day(text).isoformat() == "2021-06-30"


@pytest.mark.parametrize("text", ["", "2021", "20210630", "2021-181", "2021-W26-3", "2021-06-30 12:00", "２０21-06-30"])
def test_no_day_is_read(text: str) -> None:
    with pytest.raises(ValueError):
        parse_iso_day(text)
