"""Queries of properties alone: each property finds the concepts that have the value."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from server.reconciliation import property_candidates
from tests.server.reconciliation.test_candidate_finder import CONCEPT, LIST, RENAMED, RETIRED, ask, ask_of_1, codes


def found(client: FlaskClient, path: str, *properties: tuple[str, Any], **more: Any) -> list[str]:
    named = [{"pid": name, "v": value} for name, value in properties]
    return codes(ask(client, path, properties=named, **more))


ONKOLOGI = "/reconcile/onkologi"


@pytest.mark.parametrize(
    ("path", "name", "value", "expected"),
    [
        (LIST, "level", "kategori", ["A00"]),
        (LIST, "level", "Kategori", ["A00"]),
        (LIST, "status", "inactive", [RETIRED]),
        (LIST, "validFrom", "1997-01-01", ["01", "A00", "A00-A09", RENAMED, RETIRED]),
        (LIST, "validTo", "2021-12-31", [RETIRED]),
        (LIST, "parent", "A00", [RENAMED, RETIRED]),
        (LIST, "code", "a00.9", [RENAMED]),
        (LIST, "iri", f"{CONCEPT}icd-10-se/A00", ["A00"]),
        (ONKOLOGI, "exactMatch", "icd-10-se/C34", ["lungcancer"]),
        (ONKOLOGI, "exactMatch", "C34", ["lungcancer"]),
        (ONKOLOGI, "exactMatch", f"{CONCEPT}icd-10-se/C34", ["lungcancer"]),
        (LIST, "exactMatch", "onkologi/lungcancer", ["C34"]),
        (ONKOLOGI, "prefLabel", "lungcancer", ["lungcancer"]),
        (LIST, "edition", "1899", []),
        (LIST, "language", "fi", []),
        (LIST, "status", "no such status", []),
    ],
)
def test_a_property_finds_the_concepts_that_have_the_value(
    client: FlaskClient, path: str, name: str, value: str, expected: list[str]
) -> None:
    answer = ask(client, path, properties=[{"pid": name, "v": value}])
    assert sorted(codes(answer)) == sorted(expected)
    assert all({"id": f"property_{name}", "value": True} in each["features"] for each in answer)


def test_a_register_and_a_system_find_theirs(client: FlaskClient) -> None:
    measured = found(client, ONKOLOGI, ("register", "dodsorsaksregistret"), limit=100)
    assert {"dodsorsak", "dodsdatum"} <= {*measured}
    (variable,) = found(client, ONKOLOGI, ("register", "dodsorsaksregistret"), ("code", "dodsdatum"))[:1]
    assert variable == "dodsdatum"
    everywhere = found(client, "/reconcile", ("system", "atc"), limit=5)
    assert everywhere[0] == f"{CONCEPT}atc/L" and all(each.startswith(f"{CONCEPT}atc/") for each in everywhere)


def test_concepts_that_have_all_properties_are_preferred(client: FlaskClient) -> None:
    assert found(client, LIST, ("parent", "A00"), ("status", "active")) == [RENAMED]
    assert found(client, LIST, ("leaf", "true"), ("ancestor", "A00-A09"), ("status", "inactive")) == [RETIRED]
    # Of two that no concept has together, either is enough, unless one is required.
    either = found(client, LIST, ("level", "kategori"), ("parent", "A00"))
    assert sorted(either) == sorted(["A00", RENAMED, RETIRED])
    level = {"matchType": "property", "propertyId": "level", "propertyValue": "kategori", "required": True}
    parent = {"matchType": "property", "propertyId": "parent", "propertyValue": "A00"}
    assert codes(ask_of_1(client, LIST, level, parent)) == ["A00"]


def test_a_dated_service_finds_the_status_of_the_day(client: FlaskClient) -> None:
    assert RETIRED in found(client, f"{LIST}@2021", ("status", "active"), ("parent", "A00"))
    assert RETIRED not in found(client, LIST, ("status", "active"), ("parent", "A00"))


def test_records_of_a_very_large_system_are_not_read(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(property_candidates, "_INDEXED", 5)
    assert found(client, LIST, ("level", "kategori")) == []
    assert found(client, LIST, ("level", "kategori"), ("parent", "A00")) != []
