"""The page of the FHIR service, its registry entry, and the way from a resource to its page."""

from __future__ import annotations

import re
from html import unescape

from flask.testing import FlaskClient

from server.fhir.fhir_page import left_out

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "sv"}


def test_every_form_works_with_its_examples(client: FlaskClient) -> None:
    page = client.get("/fhir", headers=HTML).text
    forms = re.findall(r'<form class="ask" action="/fhir#.*?</form>', page, flags=re.DOTALL)
    assert len(forms) == 6
    for form in forms:
        fields = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form)}
        for base in ("r5", "r4"):
            answer = client.get("/fhir", query_string=fields | {"base": base}, headers=HTML).text
            assert '<span class="tag">200</span>' in answer, fields
            assert "&#34;resourceType&#34;: " in answer


def test_a_fault_is_shown_on_the_page_and_nothing_is_html(client: FlaskClient) -> None:
    fields = {"operation": "CodeSystem/$lookup", "system": "<script>alert(1)</script>", "code": "x"}
    page = client.get("/fhir", query_string=fields, headers=HTML).text
    assert '<span class="tag">404</span>' in page and "OperationOutcome" in page
    assert "<script>alert" not in page
    assert client.get("/fhir?operation=nothing&base=r9", headers=HTML).status_code == 200


def test_what_is_left_out_has_a_reason(client: FlaskClient) -> None:
    page = client.get("/fhir?lang=en", headers=HTML).text
    assert left_out() and all(each["what"] in page and each["sv"] and each["en"] for each in left_out())


def test_the_registry_entry_claims_own_and_swedish_systems(client: FlaskClient) -> None:
    entry = client.get("/fhir/registry.json").get_json()
    assert "https://w3id.org/begrepp/id/cs/ecog" in entry["authoritative"]
    assert "urn:oid:1.2.752.116.1.1.1" in entry["authoritative"]
    assert not set(entry["authoritative"]) & set(entry["languages"]["sv"])
    assert [each["version"] for each in entry["fhirVersions"]] == ["R5", "R4"]


def test_a_browser_is_led_to_the_page_of_a_resource(client: FlaskClient) -> None:
    path = "/fhir/r5/CodeSystem/ecog"
    answer = client.get(path, headers=HTML)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cs/ecog")
    assert client.get(f"{path}?_format=json", headers=HTML).get_json()["resourceType"] == "CodeSystem"
    assert client.get(path).get_json()["resourceType"] == "CodeSystem"
