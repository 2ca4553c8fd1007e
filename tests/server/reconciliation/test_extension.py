"""Values of properties, suggestions, previews in frames, and headers of the reconciliation services."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

CONCEPT = "https://w3id.org/begrepp/id/cs/"
LIST = "/reconcile/icd-10-se"


def extend(client: FlaskClient, path: str, id_: str, *properties: str, **settings: object) -> dict[str, Any]:
    """The values of properties of one entity in version 0.2, by property."""
    query = {"ids": [id_], "properties": [{"id": each, "settings": settings} for each in properties]}
    answer = client.post(path, data={"extend": json.dumps(query)})
    assert answer.status_code == 200, answer.text
    row: dict[str, Any] = answer.get_json()["rows"][id_]
    return row


def test_the_values_of_a_concept(client: FlaskClient) -> None:
    row = extend(
        client, LIST, "A00.9", "code", "parent", "ancestor", "leaf", "prefLabel", "validFrom", "status", "edition"
    )
    assert row["code"] == [{"str": "A00.9"}] and row["leaf"] == [{"str": "true"}]
    assert row["parent"] == [{"id": "A00", "name": "Påhittad kategori"}]
    assert [each["id"] for each in row["ancestor"]] == ["01", "A00", "A00-A09"]
    assert row["prefLabel"] == [{"str": "Påhittad åkomma ospecificerad"}, {"str": "Invented disorder NOS"}]
    assert row["validFrom"] == [{"date": "1997-01-01T00:00:00Z"}]
    assert row["status"] == [{"str": "active"}] and row["edition"] == [{"str": "2022"}]
    assert extend(client, LIST, "A00", "leaf")["leaf"] == [{"str": "false"}]


def test_settings_limit_the_values(client: FlaskClient) -> None:
    assert extend(client, LIST, "A00.9", "prefLabel", lang="en")["prefLabel"] == [{"str": "Invented disorder NOS"}]
    assert len(extend(client, LIST, "A00.9", "ancestor", limit="2")["ancestor"]) == 2


def test_the_values_are_those_of_the_day(client: FlaskClient) -> None:
    assert extend(client, f"{LIST}@2021", "A00.9", "prefLabel", lang="sv")["prefLabel"] == [
        {"str": "Påhittad åkomma UNS"}
    ]
    assert extend(client, f"{LIST}@2021", "A00.0", "status")["status"] == [{"str": "active"}]
    assert extend(client, LIST, "A00.0", "status")["status"] == [{"str": "inactive"}]


def test_mappings_lead_to_entities_of_the_service_of_all(client: FlaskClient) -> None:
    query = {"ids": ["lungcancer"], "properties": [{"id": "exactMatch"}]}
    body = client.post("/reconcile/onkologi", data={"extend": json.dumps(query)}).get_json()
    assert {"id": f"{CONCEPT}icd-10-se/C34"}.items() <= body["rows"]["lungcancer"]["exactMatch"][0].items()
    assert body["meta"][0]["service"] == "http://localhost/reconcile"


def test_a_successor_and_a_register_are_values(client: FlaskClient) -> None:
    assert extend(client, "/reconcile/atc", "L01XE02", "successor")["successor"] == [
        {"id": "L01EB01", "name": "gefitinib"}
    ]
    registers = extend(client, "/reconcile/onkologi", "dodsorsak", "register", "variable")
    assert {"str": "Dödsorsaksregistret (DORS)"} in registers["register"] and registers["variable"]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("[]", "no list of ids"),
        ('{"ids": [1], "properties": []}', "no list of ids"),
        ('{"ids": ["A00"], "properties": [{"id": "none"}]}', "no property 'none'"),
        ('{"ids": ["A00"], "properties": [{"id": "code", "settings": {"lang": "xx"}}]}', "setting lang 'xx'"),
        ('{"ids": ["A00"], "properties": [{"id": "code", "settings": {"limit": "x"}}]}', "setting limit 'x'"),
    ],
)
def test_a_bad_extension_is_refused(client: FlaskClient, sent: str, reason: str) -> None:
    answer = client.post(LIST, data={"extend": sent}, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and reason in answer.get_json()["title"]


def suggest(client: FlaskClient, path: str, prefix: str, **arguments: str) -> list[dict[str, Any]]:
    answer = client.get(path, query_string={"prefix": prefix, **arguments})
    result: list[dict[str, Any]] = answer.get_json()["result"]
    return result


def test_suggestions_of_entities(client: FlaskClient) -> None:
    assert suggest(client, "/reconcile/onkologi/suggest/entity", "lungc")[0]["id"] == "lungcancer"
    for exact in ("A00.9", f"{CONCEPT}icd-10-se/A00.9"):
        assert suggest(client, f"{LIST}/suggest/entity", exact)[0]["id"] == "A00.9"
    several = suggest(client, f"{LIST}/suggest/entity", "påhittat", limit="2")
    assert suggest(client, f"{LIST}/suggest/entity", "påhittat", limit="1", offset="1") == several[1:]
    assert suggest(client, f"{LIST}/suggest/entity", "påhittat", limit="1", cursor="1") == several[1:]


def test_suggestions_of_properties_and_types(client: FlaskClient) -> None:
    assert "parent" in [each["id"] for each in suggest(client, f"{LIST}/suggest/property", "över")]
    assert "icd-10-se" in [each["id"] for each in suggest(client, "/reconcile/suggest/type", "icd")]
    assert client.get(f"{LIST}/suggest/entity?prefix=a&limit=x").status_code == 400


def test_a_preview_may_be_framed_and_nothing_else(client: FlaskClient) -> None:
    preview = client.get(f"{LIST}/preview?id=A00.9")
    policy = preview.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy and "script-src" in policy
    assert "<script" not in preview.text and len(preview.data) < 30_000 and "A00.9" in preview.text
    assert "frame-ancestors 'none'" in client.get("/cs/icd-10-se/A00.9").headers["Content-Security-Policy"]
    assert client.get(f"{LIST}/preview?id=nope").status_code == 404


def test_text_of_the_graph_is_escaped(client: FlaskClient) -> None:
    assert client.get(f"{LIST}/preview?id=%3Cscript%3E").status_code == 404
    assert (
        "<script>"
        not in client.get(f"{LIST}/preview?id=%3Cscript%3E", headers={"Accept": "text/html"}).text.partition("<body>")[
            2
        ]
    )


@pytest.mark.parametrize("path", ["", "/match", "/extend", "/suggest/entity", "/preview", "/flyout", "/propose"])
def test_every_route_may_be_called_from_other_sites(client: FlaskClient, path: str) -> None:
    for answer in (client.get(LIST + path), client.options(LIST + path)):
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
    allowed = client.options(LIST + path).headers
    assert "Content-Type" in allowed["Access-Control-Allow-Headers"]
    if path in ("", "/match", "/extend"):
        assert "POST" in allowed["Access-Control-Allow-Methods"]
