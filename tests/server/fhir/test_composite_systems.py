"""KVÅ as a whole: its two parts under the address of the classification.

kka: A ─ AA ─ AAA ─ AAA00        kma: A ─ AA ─ AA001
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from begrepp.settings import ROOT
from server.app import create_app
from tests.server.fhir.test_served_resources import get, members, value
from tests.support.small import build_small, settings_in

OID, IRI = "urn:oid:1.2.752.116.1.3.2.3.4", "https://w3id.org/begrepp/id/cs/kva"
ADDRESSES = (OID, IRI, "kva", "http://electronichealth.se/id/kva")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = settings_in(tmp_path_factory.mktemp("kva"))
    shutil.copytree(ROOT / "tests/fixtures/kva-tables/2026-06-15", settings.raw / "kva/2026-06-15")
    build_small(settings)
    app = create_app(settings)
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_all_concepts_of_both_parts_are_in_the_value_set(client: FlaskClient, base: str, address: str) -> None:
    for form in ("vs", "fhir_vs"):
        answer = get(client, f"/fhir/{base}/ValueSet/$expand?url={address}?{form}&excludeNested=true")
        assert members(answer) == ["A", "AA", "AAA", "AAA00", "AA001"]  # A and AA are of the first part
        assert {each["system"] for each in answer["expansion"]["contains"]} == {address}
    checked = get(client, f"/fhir/{base}/ValueSet/$validate-code?url={address}?vs&system={address}&code=AA001")
    assert value(checked, "result") is True


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("isa/AAA", ["AAA", "AAA00"]),
        ("isa/AA001", ["AA001"]),
        ("ecl/<< AAA OR AA001", None),
        ('ecl/* {{ term = "prov" }}', ["AA001"]),
        ("ecl/< A", ["AA", "AAA", "AAA00", "AA001"]),
    ],
)
def test_filters_select_in_every_part(client: FlaskClient, form: str, expected: list[str] | None) -> None:
    path = f"/fhir/r5/ValueSet/$expand?url={IRI}?fhir_vs={form}&excludeNested=true"
    if expected is None:  # one expression names codes of two parts
        assert get(client, path, 400)["issue"][0]["code"] == "invalid"
    else:
        assert members(get(client, path)) == expected


def test_operations_take_the_address_of_the_whole(client: FlaskClient) -> None:
    for code, display in (("AAA00", "Påhittad öppning"), ("AA001", "Påhittat prov")):
        found = get(client, f"/fhir/r5/CodeSystem/$lookup?system={OID}&code={code}&property=parent")
        assert (value(found, "display"), value(found, "system")) == (display, OID)
        assert value(get(client, f"/fhir/r5/CodeSystem/$validate-code?url={OID}&code={code}"), "result") is True
    subsumed = f"/fhir/r5/CodeSystem/$subsumes?system={OID}&codeA=AA&codeB="
    assert value(get(client, f"{subsumed}AAA00"), "outcome") == "subsumes"
    assert value(get(client, f"{subsumed}AA001"), "outcome") == "not-subsumed"
    assert get(client, f"/fhir/r5/CodeSystem/$lookup?system={OID}&code=AAA00&version=1899", 404)
    assert value(get(client, f"/fhir/r5/CodeSystem/$lookup?system={OID}&code=AA001&version=2026-06-15"), "version")
    filtered = get(client, f"/fhir/r5/ValueSet/$expand?url={OID}?vs&filter=prov")
    assert "AA001" in members(filtered) and "AAA00" not in members(filtered)


def test_the_whole_is_a_resource_and_a_capability(client: FlaskClient) -> None:
    for address in (OID, IRI):
        (entry,) = get(client, f"/fhir/r5/CodeSystem?url={address}")["entry"]
        assert (entry["resource"]["content"], entry["resource"]["count"]) == ("not-present", 7)
    assert get(client, "/fhir/r4/CodeSystem/kva")["url"] == OID
    stated = {each["uri"]: each for each in get(client, "/fhir/r5/metadata?mode=terminology")["codeSystem"]}
    assert [each["code"] for each in stated[OID]["version"]] == ["2026-06-15"]
    assert get(client, "/fhir/r5/ValueSet/$expand?url=urn:oid:1.2.3.4?vs", 422)
