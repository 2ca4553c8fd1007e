"""Mappings as of a day on every surface: those of the sets in force then, between the codes of that day.

2020  a1 = b1 = c1   a2 = b2   a1 > b3, a code that list b has from 2024
2024  a1 ~ b3 = c1   a3 = b1   (b2 is retired)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.assistant.tool_server import create_tool_server
from server.state import AppState
from tests.server.assistant.test_mapping_chains import LICENCE, LIST
from tests.server.assistant.test_tools import call
from tests.support.small import build_small, settings_in

CODES = {
    "a": {"2020": "a1 a2", "2024": "a1 a2 a3"},
    "b": {"2020": "b1 b2", "2024": "b1 b3"},
    "c": {"2020": "c1"},
}
ROWS = {
    "2020": ("a1 exact b1", "b1 exact c1", "a2 exact b2", "a1 narrow b3"),
    "2024": ("a1 close b3", "b3 exact c1", "a3 exact b1", "a2 exact b2"),
}
BEFORE, THEN, NOW = "2019-12-31", "2021-06-30", "2025-06-30"
BASE = "https://w3id.org/begrepp/id/cs/list-"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = settings_in(tmp_path_factory.mktemp("dated-mappings"))
    for name, editions in CODES.items():
        for year, codes in editions.items():
            folder = settings.raw / f"list-{name}" / year
            folder.mkdir(parents=True)
            (folder / "source.toml").write_text(LIST.format(name=name, licence=LICENCE), encoding="utf-8")
            rows = "".join(f"{code},{code} of {year}\n" for code in codes.split())
            (folder / "codes.csv").write_text(f"code,name\n{rows}", encoding="utf-8")
    prefixes = "".join(f"#  {name}: {BASE}{name}/\n" for name in CODES)
    head = "#mapping_set_id: https://w3id.org/begrepp/id/mapping/chain\n#license: {licence}\n#curie_map:\n{prefixes}"
    for year, stated in ROWS.items():
        folder = settings.raw / "chain" / year
        folder.mkdir(parents=True)
        table = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
        for row in stated:
            subject, relation, target = row.split()
            ends = f"{subject[0]}:{subject}\tskos:{relation}Match\t{target[0]}:{target}"
            table += f"{ends}\tsemapv:ManualMappingCuration\n"
        text = head.format(licence=LICENCE, prefixes=prefixes) + table
        (folder / "m.sssom.tsv").write_text(text, encoding="utf-8")
        declaration = f'loader = "sssom"\n[source]\npublisher = "begrepp"\nlicence = "{LICENCE}"\n'
        (folder / "source.toml").write_text(declaration, encoding="utf-8")
    build_small(settings)
    application = create_app(settings)
    yield application
    application.extensions["begrepp"].pool.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


EXPECTED = [
    ("a1", "", {"close b3"}),
    ("a1", NOW, {"close b3"}),
    ("a1", THEN, {"exact b1"}),
    ("a2", THEN, {"exact b2"}),
    ("a2", NOW, set[str]()),
    ("a3", NOW, {"exact b1"}),
]


@pytest.mark.parametrize(("code", "day", "expected"), EXPECTED)
def test_the_api_gives_the_mappings_of_the_day(client: FlaskClient, code: str, day: str, expected: set[str]) -> None:
    query = {"system": "list-a", "code": code, **({"asOf": day} if day else {})}
    body = client.get("/api/v1/mappings", query_string=query).get_json()
    found = {f"{each['predicate'][5:-5]} {each['target']['notation']}" for each in body["mappings"]}
    assert found == expected
    page = client.get(f"/cs/list-a/{code}?asOf={day}", headers={"Accept": "text/html"}).text
    assert all(f"/cs/list-b/{each.split()[1]}" in page for each in expected)


def _mapped(app: Flask, code: str, day: str, target: str) -> dict[str, Any]:
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    arguments = {"ids": [f"list-a|{code}"], "target_system": target, "as_of": day}
    result = call(create_tool_server(state), "map", arguments)
    assert not result.is_error and result.structured_content is not None
    content: dict[str, Any] = result.structured_content
    return content


@pytest.mark.parametrize(
    ("code", "day", "target", "expected"),
    [
        *((code, day, "list-b", found) for code, day, found in EXPECTED),
        ("a1", THEN, "list-c", {"exact c1"}),  # by b1
        ("a1", NOW, "list-c", {"close c1"}),  # by b3
        ("a3", NOW, "list-c", set[str]()),  # b1 leads to c1 in the set of 2020 alone
    ],
)
def test_the_assistant_follows_the_mappings_of_the_day(
    app: Flask, code: str, day: str, target: str, expected: set[str]
) -> None:
    answer = _mapped(app, code, day, target)
    found = {f"{each['relation'][5:-5]} {each['target']['code']}" for each in answer["mappings"]}
    assert answer["as_of"] == (day or None)
    assert found == expected
    editions = {each["system"]: each["edition"] for each in answer["sources"]}
    assert day != THEN or set(editions.values()) <= {"2020"}


def test_a_code_that_was_not_there_is_told(app: Flask, client: FlaskClient) -> None:
    for code, day in (("a1", BEFORE), ("a3", THEN)):
        (missing,) = _mapped(app, code, day, "")["not_found"]
        assert "2020" in missing["reason"] or "2024" in missing["reason"]
        query = {"system": "list-a", "code": code, "asOf": day}
        assert client.get("/api/v1/mappings", query_string=query).status_code == 404


RELATIONS = {"equivalent": "exact", "related-to": "close"}


@pytest.mark.parametrize(("code", "day", "expected"), EXPECTED)
@pytest.mark.parametrize("base", ["r5", "r4"])
def test_translate_uses_the_mappings_of_the_day(
    client: FlaskClient, base: str, code: str, day: str, expected: set[str]
) -> None:
    source, target = ("sourceCode", "targetSystem") if base == "r5" else ("code", "targetsystem")
    query = {source: code, "system": f"{BASE}a", target: f"{BASE}b", **({"date": day} if day else {})}
    answer = client.get(f"/fhir/{base}/ConceptMap/$translate", query_string=query).get_json()
    found = set()
    for match in (each for each in answer["parameter"] if each["name"] == "match"):
        parts = {each["name"]: each for each in match["part"]}
        relation = parts["relationship" if base == "r5" else "equivalence"]["valueCode"]
        coding = parts["concept"]["valueCoding"]
        found.add(f"{RELATIONS.get(relation, 'close')} {coding['code']}")
        assert coding["display"].endswith("2020" if day == THEN else "2024")
    assert found == expected
    if not expected:
        message = next(each["valueString"] for each in answer["parameter"] if each["name"] == "message")
        assert message == f"No mapping was found for the code as of {day}."


def test_translate_leads_back_on_the_day(client: FlaskClient) -> None:
    query = {"targetCode": "b1", "targetSystem": f"{BASE}b", "sourceSystem": f"{BASE}a"}
    for day, expected in ((THEN, ["a1"]), (NOW, ["a3"])):
        answer = client.get("/fhir/r5/ConceptMap/$translate", query_string={**query, "date": day}).get_json()
        matches = [each["part"] for each in answer["parameter"] if each["name"] == "match"]
        sources = [part["valueCoding"]["code"] for parts in matches for part in parts if part["name"] == "source"]
        assert sources == expected


def test_the_hierarchy_of_the_api_is_that_of_the_day(client: FlaskClient) -> None:
    for operation in ("children", "ancestors"):
        query = {"system": "list-a", "code": "a3", "asOf": THEN}
        assert client.get(f"/api/v1/{operation}", query_string=query).status_code == 404
        assert client.get(f"/api/v1/{operation}", query_string={**query, "asOf": NOW}).status_code == 200
    query = {"system": "list-a", "codeA": "a1", "codeB": "a2", "asOf": THEN}
    body = client.get("/api/v1/subsumes", query_string=query).get_json()
    assert (body["outcome"], body["a"]["label"]) == ("not-subsumed", "a1 of 2020")


def test_a_column_of_mappings_is_that_of_the_day(client: FlaskClient) -> None:
    extension = json.dumps({"ids": ["a1"], "properties": [{"id": "exactMatch"}, {"id": "closeMatch"}]})
    for service, expected in ((f"list-a@{THEN}", {"exactMatch": "b1"}), ("list-a", {"closeMatch": "b3"})):
        rows = client.post(f"/reconcile/{service}", data={"extend": extension}).get_json()["rows"]["a1"]
        found = {name: values[0]["name"].split()[0] for name, values in rows.items() if values and values[0]}
        assert found == expected
