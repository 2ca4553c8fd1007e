"""Value sets that were loaded with an expansion whose code systems are not in the build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from begrepp.fhir.xml_resources import from_xml
from begrepp.settings import Settings
from tests.server.fhir.test_loaded_resources import built_from, built_from_package, one, settings_in
from tests.server.fhir.test_served_resources import get, value

BASE = "https://registry.example/fhir"
KNOWN, ELSEWHERE = f"{BASE}/CodeSystem/known", "https://elsewhere.example/codes"
MIXED, RULED, FLAT = (f"{BASE}/ValueSet/{each}" for each in ("mixed", "ruled", "flat"))
USE = {"system": f"{BASE}/uses", "code": "short"}
BLUE = {
    "system": ELSEWHERE,
    "version": "3",
    "code": "blue",
    "display": "Blue",
    "designation": [{"language": "sv", "value": "Blå"}, {"language": "en", "use": USE, "value": "B"}],
}
RED = {"system": ELSEWHERE, "version": "3", "code": "red", "display": "Red", "inactive": True}
A = {"system": KNOWN, "code": "a", "display": "A"}


def value_set(url: str, *contains: dict[str, Any], **more: Any) -> dict[str, Any]:
    name = url.rpartition("/")[2]
    about = {"resourceType": "ValueSet", "id": name, "url": url, "title": name, "status": "active", "language": "en"}
    expansion = {"identifier": "urn:uuid:1", "timestamp": "2026-01-01T00:00:00Z", "contains": [*contains]}
    return about | {"expansion": expansion} | more


def resources() -> list[dict[str, Any]]:
    system = {"resourceType": "CodeSystem", "id": "known", "url": KNOWN, "title": "K", "status": "active"}
    heading = {"abstract": True, "display": "Colours", "contains": [BLUE, RED]}
    rule = {"system": ELSEWHERE, "filter": [{"property": "hue", "op": "=", "value": "cold"}]}
    return [
        system | {"content": "complete", "language": "en", "concept": [{"code": "a", "display": "A"}]},
        value_set(MIXED, A, heading),
        value_set(RULED, BLUE, compose={"include": [rule]}),
        value_set(FLAT, A),
    ]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("listed"))


@pytest.fixture(scope="module")
def first(loaded: Settings) -> Iterator[FlaskClient]:
    yield from built_from(loaded, {f"{each['id']}.json": json.dumps(each).encode() for each in resources()})


@pytest.fixture(scope="module", params=["", "r5", "r4"])
def client(
    request: pytest.FixtureRequest, first: FlaskClient, loaded: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """A client of a build of the resources, or of the package of that build."""
    if request.param:
        yield from built_from_package(loaded, request.param, tmp_path_factory.mktemp("again"))
    else:
        yield first


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize(
    ("url", "codes"),
    [(MIXED, {(KNOWN, "a"), (ELSEWHERE, "blue"), (ELSEWHERE, "red")}), (RULED, {(ELSEWHERE, "blue")})],
)
def test_members_of_unknown_code_systems_are_expanded(
    client: FlaskClient, base: str, url: str, codes: set[tuple[str, str]]
) -> None:
    contains = get(client, f"/fhir/{base}/ValueSet/$expand?url={url}&includeDesignations=true")["expansion"]["contains"]
    found = {each["code"]: each for each in contains}
    assert {(each["system"], code) for code, each in found.items()} == codes
    assert found["blue"]["display"] == "Blue"
    assert sorted(each["value"] for each in found["blue"]["designation"]) == ["B", "Blå"]
    assert [each["use"] for each in found["blue"]["designation"] if each["value"] == "B"] == [USE]
    assert "red" not in found or found["red"]["inactive"] is True


def test_their_displays_and_words_are_those_of_the_expansion(client: FlaskClient) -> None:
    path = f"/fhir/r5/ValueSet/$expand?url={RULED}"
    assert get(client, f"{path}&displayLanguage=sv")["expansion"]["contains"][0]["display"] == "Blå"
    assert get(client, f"{path}&filter=bl")["expansion"]["total"] == 1
    assert get(client, f"{path}&filter=green")["expansion"]["total"] == 0


@pytest.mark.parametrize(
    ("code", "display", "expected"), [("blue", "Blue", True), ("blue", "Green", False), ("green", "", False)]
)
def test_codes_are_checked_against_the_expansion(client: FlaskClient, code: str, display: str, expected: bool) -> None:
    path = f"/fhir/r4/ValueSet/$validate-code?url={RULED}&system={ELSEWHERE}&code={code}"
    assert value(get(client, f"{path}&display={display}" if display else path), "result") is expected


def test_a_code_system_of_expansions_is_no_code_system_of_the_server(client: FlaskClient) -> None:
    get(client, f"/fhir/r4/CodeSystem/$lookup?system={ELSEWHERE}&code=blue", 404)


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_a_value_set_has_its_expansion(client: FlaskClient, base: str) -> None:
    found = one(client, "ValueSet", MIXED, base)["expansion"]
    assert found == {"identifier": "urn:uuid:1", "timestamp": "2026-01-01T00:00:00Z", "contains": [BLUE, RED]}
    assert "expansion" not in one(client, "ValueSet", FLAT, base)


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_the_resource_can_be_written_as_xml(client: FlaskClient, base: str) -> None:
    found = one(client, "ValueSet", MIXED, base)
    path = f"/fhir/{base}/ValueSet/{found['id']}"
    assert from_xml(client.get(path, headers={"Accept": "application/fhir+xml"}).data, base) == found
