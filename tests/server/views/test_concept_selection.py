"""ECL over HTTP: the API, the page with its explanation and completion, and SERVICE begrepp:ecl."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.pages.concept_selection import EXAMPLES

SV = {"Accept": "text/html", "Accept-Language": "sv"}
EN = {"Accept": "text/html", "Accept-Language": "en"}
SPARQL_JSON = {"Accept": "application/sparql-results+json"}


def _api(client: FlaskClient, **parameters: str) -> Any:
    answer = client.get("/api/v1/ecl", query_string=parameters)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def _codes(body: Any) -> list[str]:
    return [each["notation"] for each in body["concepts"]]


def test_the_api_returns_the_concepts_in_order(client: FlaskClient) -> None:
    body = _api(client, scheme="icd-10-se", ecl="<< A00")
    assert (_codes(body), body["total"], body["scheme"], body["version"]) == (["A00", "A00.9"], 2, "icd-10-se", "2022")
    assert body["concepts"][1]["label"] == "Påhittad åkomma ospecificerad"


def test_the_api_answers_of_an_edition_and_as_of_a_day(client: FlaskClient) -> None:
    assert _codes(_api(client, scheme="icd-10-se", ecl="<< A00", version="2021")) == ["A00", "A00.0", "A00.9"]
    as_of = _api(client, scheme="icd-10-se", ecl='<< A00 {{ term = "lung" }}', asOf="2021-06-30")
    assert (_codes(as_of), as_of["version"]) == (["A00.0"], "2021")


def test_retired_codes_of_earlier_editions_are_found_by_state_only(client: FlaskClient) -> None:
    assert _codes(_api(client, scheme="icd-10-se", ecl="* {{ C active = 0 }}")) == ["A00.0"]
    assert "A00.0" not in _codes(_api(client, scheme="icd-10-se", ecl="*"))
    assert _codes(_api(client, scheme="icd-10-se", ecl='"A00.0"')) == ["A00.0"]


def test_the_api_pages(client: FlaskClient) -> None:
    whole = _codes(_api(client, scheme="onkologi", ecl="<< cancer"))
    pages = [_api(client, scheme="onkologi", ecl="<< cancer", limit="7", offset=str(n)) for n in range(0, 40, 7)]
    assert [code for page in pages for code in _codes(page)] == whole[:42]
    assert {page["total"] for page in pages} == {len(whole)}
    assert _codes(_api(client, scheme="onkologi", ecl="<< cancer", offset="1000000")) == []


def test_the_api_follows_mappings_into_other_code_systems(client: FlaskClient) -> None:
    body = _api(client, scheme="onkologi", ecl="lungcancer . exactMatch")
    assert {each["scheme"] for each in body["concepts"]} == {"icd-10-se"}
    back = _api(client, scheme="onkologi", ecl="* : exactMatch = (lungcancer . exactMatch)")
    assert "lungcancer" in _codes(back) and body["total"] > 0


@pytest.mark.parametrize("path", ["/api/ecl", "/api/v1/ecl"])
def test_the_api_takes_a_body(client: FlaskClient, path: str) -> None:
    long = " OR ".join(["<< A00"] * 900)
    answer = client.post(path, json={"scheme": "icd-10-se", "ecl": long, "limit": 1})
    assert (answer.status_code, answer.get_json()["total"], len(answer.get_json()["concepts"])) == (200, 2, 1)
    assert client.post(path, json=["<< A00"]).status_code == 400


@pytest.mark.parametrize(
    ("parameters", "status", "title"),
    [
        ({"scheme": "icd-10-se", "ecl": "<< A00 OR B AND C"}, 400, "Line 1, column 13: OR and AND are mixed"),
        ({"scheme": "icd-10-se", "ecl": "<< A00.9"}, 400, "Line 1, column 8: '9' is no attribute of icd-10-se."),
        ({"scheme": "icd-10-se", "ecl": '<< "A00.7"'}, 400, "Line 1, column 4: 'A00.7' is no code of icd-10-se."),
        ({"scheme": "icd-10-se", "ecl": "<< nosuch#A00"}, 400, "Line 1, column 4: There is no code system nosuch."),
        ({"scheme": "nosuch", "ecl": "*"}, 404, "There is no code system nosuch."),
        ({"scheme": "icd-10-se", "ecl": "*", "version": "1999"}, 404, "There is no version 1999 of icd-10-se."),
        ({"scheme": "icd-10-se", "ecl": "*", "asOf": "1999-01-01"}, 404, "There is no edition on 1999-01-01"),
        ({"scheme": "icd-10-se"}, 400, "There is no ecl."),
        ({"ecl": "*"}, 400, "There is no scheme."),
    ],
)
def test_an_error_names_what_is_wrong(client: FlaskClient, parameters: dict[str, str], status: int, title: str) -> None:
    answer = client.get("/api/ecl", query_string=parameters)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.get_json()["title"].startswith(title)


def test_a_dotted_code_is_explained(client: FlaskClient) -> None:
    answer = client.get("/api/ecl", query_string={"scheme": "icd-10-se", "ecl": "<< A00.9"})
    assert answer.get_json()["detail"] == 'If "A00.9" is a code, write it in quotation marks.'


@pytest.mark.parametrize(("language", "words"), [("sv", "och allt under"), ("en", "and everything below")])
def test_the_api_explains_in_words(client: FlaskClient, language: str, words: str) -> None:
    explanation = _api(client, scheme="icd-10-se", ecl="<< A00 MINUS A00", lang=language)["explanation"]
    first = explanation["parts"][0]
    assert words in first["words"] and (first["start"], first["end"]) == (0, 6)


@pytest.mark.parametrize(("scheme", "expression"), EXAMPLES)
def test_every_example_of_the_page_has_concepts(client: FlaskClient, scheme: str, expression: str) -> None:
    page = client.get("/ecl", query_string={"scheme": scheme, "ecl": expression}, headers=SV)
    assert page.status_code == 200
    found = re.search(r'id="concepts">([\d\xa0 ]+) begrepp', page.text)
    assert found and int(re.sub(r"\D", "", found[1])) > 0


def test_the_page_shows_concepts_and_the_number_of_each_part(client: FlaskClient) -> None:
    query = {"scheme": "icd-10-se", "ecl": "<< A00 MINUS A00"}
    swedish = client.get("/ecl", query_string=query, headers=SV).text
    english = client.get("/ecl", query_string=query, headers=EN).text
    assert "begrepp som finns i den första men inte i den andra" in swedish
    assert "concepts that are in the first but not in the second" in english
    assert 'href="/cs/icd-10-se/A00.9"' in swedish
    assert re.findall(r'class="count" title="[^"]*">(\d+)', swedish)[:3] == ["1", "2", "1"]


def test_the_page_marks_the_fault(client: FlaskClient) -> None:
    answer = client.get("/ecl", query_string={"scheme": "icd-10-se", "ecl": "A00 OR <b> AND A00"}, headers=SV)
    assert answer.status_code == 400
    assert "&lt;<mark>b</mark>" in answer.text or "<mark>&gt;</mark>" in answer.text
    assert "<b>" not in answer.text


def test_the_page_is_linked_where_the_tools_are(client: FlaskClient) -> None:
    for path in ("/cs", "/dataset", "/cs/icd-10-se"):
        assert 'href="/ecl' in client.get(path, headers=SV).text


def _proposals(client: FlaskClient, text: str, scheme: str = "icd-10-se", at: int | None = None) -> list[str]:
    query = {"scheme": scheme, "ecl": text, "at": at if at is not None else len(text)}
    answer = client.get("/ecl/complete", query_string=query)
    assert answer.status_code == 200, answer.text
    return [each["text"] for each in answer.get_json()["results"]]


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("<< A00.9", '"A00.9" |Påhittad åkomma ospecificerad| '),
        ("<< åkom", '"A00.9" |'),
        ("<< A00 ", "MINUS "),
        ("<< A00 A", "AND "),
        ("* {{ D ty", "type = "),
        ("* {{ C ", "effectiveTime = "),
        ("* : ", "closeMatch = "),
        ("^ kat", "kategori"),
    ],
)
def test_the_completion_proposes_what_may_follow(client: FlaskClient, text: str, proposed: str) -> None:
    assert any(each.startswith(proposed) for each in _proposals(client, text)), _proposals(client, text)


def test_the_completion_proposes_attributes(client: FlaskClient) -> None:
    assert "exactMatch = " in _proposals(client, "* : exa", "onkologi")


def test_the_completion_is_of_the_place_of_the_cursor(client: FlaskClient) -> None:
    assert "MINUS " in _proposals(client, "A00  nonsense (((", at=4)
    assert _proposals(client, "A00 nonsense (((") == []
    assert client.get("/ecl/complete?scheme=icd-10-se&ecl=A00&at=x").status_code == 400


def test_sparql_has_the_concepts_of_an_expression(client: FlaskClient) -> None:
    service = 'SERVICE begrepp:ecl { ?c begrepp:expression "<< A00" ; skos:inScheme "icd-10-se" }'
    query = f"SELECT ?code {{ {service} ?c skos:notation ?code }} ORDER BY ?code"
    answer = client.get("/sparql", query_string={"query": query}, headers=SPARQL_JSON)
    assert answer.status_code == 200, answer.text
    assert [row["code"]["value"] for row in answer.get_json()["results"]["bindings"]] == ["A00", "A00.9"]


def test_sparql_has_the_concepts_as_of_a_day(client: FlaskClient) -> None:
    patterns = '?c begrepp:expression "<< A00" ; skos:inScheme "icd-10-se" ; begrepp:asOf "2021-06-30"'
    query = f"SELECT ?c {{ SERVICE begrepp:ecl {{ {patterns} }} }}"
    answer = client.get("/sparql", query_string={"query": query}, headers=SPARQL_JSON)
    assert answer.status_code == 200, answer.text
    found = [row["c"]["value"].rpartition("/")[2] for row in answer.get_json()["results"]["bindings"]]
    assert found == ["A00", "A00.0", "A00.9"]


@pytest.mark.parametrize(
    ("patterns", "part"),
    [
        ('?c begrepp:expression "<< A00" ; skos:inScheme "icd-10-se" ; begrepp:asOf "1950-01-01"', "in force on 1950"),
        ('?c begrepp:expression "<< A00" ; skos:inScheme "icd-10-se" ; begrepp:asOf "yesterday"', "is not a date"),
        ('?c begrepp:expression "<< A00 OR" ; skos:inScheme "icd-10-se"', "ends too early"),
        ('?c begrepp:expression "<< A00" ; skos:inScheme "nosuch"', "does not know the code system"),
        ('?c begrepp:expression "<< A00"', "does not know the code system"),
        ('?c skos:inScheme "icd-10-se"', "needs begrepp:expression"),
        (
            '?c begrepp:expression "*" ; skos:inScheme "icd-10-se" ; begrepp:most 5',
            "begrepp:ecl has no property begrepp:most",
        ),
    ],
)
def test_sparql_names_the_fault_of_an_expression(client: FlaskClient, patterns: str, part: str) -> None:
    query = f"SELECT * {{ SERVICE begrepp:ecl {{ {patterns} }} }}"
    answer = client.get("/sparql", query_string={"query": query}, headers=SPARQL_JSON)
    assert answer.status_code == 400 and part in answer.text
    silent_query = query.replace("SERVICE", "SERVICE SILENT")
    silent = client.get("/sparql", query_string={"query": silent_query}, headers=SPARQL_JSON)
    assert silent.get_json()["results"]["bindings"] == [{}]
