"""Search of the FHIR resources of the build: pages, the links between them, types and modifiers of parameters."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from server.fhir.search_parameters import parameter_test
from tests.server.fhir.test_loaded_resources import STATED
from tests.server.fhir.test_served_resources import ECOG, get

Json = dict[str, Any]


def links(bundle: Json) -> dict[str, str]:
    """The addresses of the links by relation."""
    return {each["relation"]: each["url"] for each in bundle["link"]}


def local(url: str) -> str:
    """The path and query of an address of the service."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_the_next_links_lead_through_all_resources(client: FlaskClient, base: str) -> None:
    path, seen, bundle = f"/fhir/{base}/CodeSystem?url:below=http&_count=7&_summary=true", list[str](), Json()
    while path:
        bundle = get(client, path)
        seen += [each["resource"]["id"] for each in bundle["entry"]]
        path = local(links(bundle)["next"]) if "next" in links(bundle) else ""
    assert len(seen) == len(set(seen)) == bundle["total"] > 14
    assert all(each["resource"]["url"].startswith("http") for each in bundle["entry"])
    before = get(client, local(links(bundle)["previous"]))
    assert [each["resource"]["id"] for each in before["entry"]] == seen[-7 - len(bundle["entry"]) :][:7]


def test_the_self_link_has_the_parameters_that_were_used(client: FlaskClient) -> None:
    found = get(client, f"/fhir/r5/CodeSystem?url={ECOG},urn:none&status=active&_sort=name&_count=5000&title=")
    used = parse_qs(urlsplit(links(found)["self"]).query)
    assert used == {"url": [f"{ECOG},urn:none"], "status": ["active"], "_count": ["1000"]}
    assert "next" not in links(found) and "previous" not in links(found)
    posted = client.post("/fhir/r5/CodeSystem/_search", data={"url": ECOG})
    assert local(links(json.loads(posted.data))["self"]) == f"/fhir/r5/CodeSystem?url={ECOG}"


@pytest.mark.parametrize("query", ["_count=0", "_summary=count"])
def test_a_count_has_neither_entries_nor_pages(client: FlaskClient, query: str) -> None:
    found = get(client, f"/fhir/r5/CodeSystem?{query}")
    assert found["total"] > 20 and "entry" not in found and list(links(found)) == ["self"]


def test_a_page_after_the_last_has_a_link_back_only(client: FlaskClient) -> None:
    found = get(client, "/fhir/r5/CodeSystem?_count=5&_offset=9999")
    assert "entry" not in found and set(links(found)) == {"self", "previous"}


def test_a_search_in_a_batch_gives_addresses_of_the_service(client: FlaskClient) -> None:
    asked = [{"request": {"method": "GET", "url": f"CodeSystem?url={ECOG}&_count=1"}}]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": asked}
    answer = client.post("/fhir/r4", data=json.dumps(bundle), content_type="application/fhir+json")
    found = json.loads(answer.data)["entry"][0]["resource"]
    direct = get(client, f"/fhir/r4/CodeSystem?url={ECOG}&_count=1")
    assert found["entry"][0]["fullUrl"] == direct["entry"][0]["fullUrl"]
    assert get(client, urlsplit(found["entry"][0]["fullUrl"]).path)["url"] == ECOG
    assert links(found) == links(direct)


def total(client: FlaskClient, query: str, kind: str = "CodeSystem") -> int:
    """The number of resources that a query finds."""
    found: int = get(client, f"/fhir/r5/{kind}?_summary=count&{query}")["total"]
    return found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"url={ECOG}", 1),
        (f"system={ECOG}", 1),
        (f"url={ECOG[:-1]}", 0),
        (f"url:below={ECOG[:-1]}", 1),
        (f"url:above={ECOG}/more", 1),
        (f"url={ECOG}&status=active", 1),
        (f"url={ECOG}&status=http://hl7.org/fhir/publication-status|active", 1),
        (f"url={ECOG}&status=http://example.org/other|active", 0),
        (f"url={ECOG}&status:not=active", 0),
        (f"url={ECOG}&status:not=draft,retired", 1),
        (f"url={ECOG}&name=eco", 1),
        (f"url={ECOG}&name=cog", 0),
        (f"url={ECOG}&name:contains=COG", 1),
        (f"url={ECOG}&name:exact=ecog", 0),
        (f"url={ECOG}&name:exact=Ecog", 1),
        (f"url={ECOG}&version=2026.1", 1),
        (f"url={ECOG}&version:missing=true", 0),
        (f"url={ECOG}&version:missing=false", 1),
        (f"url={ECOG}&name=a\\,b", 0),
    ],
)
def test_parameters_are_compared_as_their_type_says(client: FlaskClient, query: str, found: int) -> None:
    assert total(client, query) == found


def test_strings_are_compared_without_accents(client: FlaskClient) -> None:
    resources = [each["resource"] for each in get(client, "/fhir/r5/CodeSystem?_count=1000")["entry"]]
    title = next(each["title"] for each in resources if {*"åäö"} & {*each.get("title", "")})
    plain = title.translate(str.maketrans("åäöÅÄÖ", "aaoAAO")).upper()
    assert total(client, f"title={quote(title)}") == total(client, f"title={quote(plain)}") > 0


def test_the_system_of_an_identifier_is_compared(client: FlaskClient) -> None:
    all_of_them = get(client, "/fhir/r5/CodeSystem?_count=1000")["entry"]
    own = next(each["resource"]["identifier"][0] for each in all_of_them if each["resource"].get("identifier"))
    value = quote(own["value"])
    expected = total(client, f"identifier={value}")
    assert expected > 0
    assert total(client, f"identifier={own['system']}|{value}") == expected
    assert total(client, f"identifier={own['system']}|") >= expected
    assert total(client, f"identifier=http://example.org|{value}") == total(client, f"identifier=|{value}") == 0


@pytest.mark.parametrize("query", ["name:below=x", "url:contains=x", "status:text=x", "name:x=y", "_id:below=x"])
def test_a_modifier_that_a_type_does_not_have_is_refused(client: FlaskClient, query: str) -> None:
    fault = get(client, f"/fhir/r5/CodeSystem?{query}", 400)["issue"][0]
    assert fault["code"] == "not-supported" and query.partition("=")[0] in fault["details"]["text"]


def test_a_part_of_a_resource_has_what_was_asked_for_and_is_marked(client: FlaskClient) -> None:
    part = get(client, f"/fhir/r5/CodeSystem?url={ECOG}&_elements=url,title")["entry"][0]["resource"]
    assert set(part) == {"resourceType", "id", "meta", "url", "title", "status", "content"}
    assert part["meta"]["tag"][0]["code"] == "SUBSETTED"
    text = get(client, f"/fhir/r5/CodeSystem?url={ECOG}&_summary=text")["entry"][0]["resource"]
    assert set(text) == {"resourceType", "id", "meta", "status", "content"}
    assert "meta" not in get(client, f"/fhir/r5/CodeSystem?url={ECOG}")["entry"][0]["resource"]


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_an_oid_that_is_the_address_is_an_identifier_too(client: FlaskClient, base: str) -> None:
    oid = "urn:oid:1.2.752.116.1.1.1"
    queries = (f"identifier={oid}", f"identifier=urn:ietf:rfc:3986|{oid}", f"url={oid}")
    totals = [get(client, f"/fhir/{base}/CodeSystem?{query}")["total"] for query in queries]
    assert totals[0] > 1 and len({*totals}) == 1  # all editions


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("content-mode=complete", True),
        ("content-mode=not-present", False),
        ("content-mode=http://hl7.org/fhir/codesystem-content-mode|complete", True),
        ("language=en", True),
        ("language=sv", False),
        ("publisher=registry", True),
        ("publisher=houses", False),
        ("publisher:contains=houses", True),
        ("description=invented", True),
        ("jurisdiction=SE", True),
        ("jurisdiction=urn:iso:std:iso:3166|SE", True),
        ("jurisdiction=urn:iso:std:iso:3166|NO", False),
        ("jurisdiction:missing=true", False),
        ("date=2025-03-04", True),
        ("date=2025-03", True),
        ("date=2025", True),
        ("date=2024", False),
        ("date=ne2025-03-04", False),
        ("date=ge2025-03-04", True),
        ("date=gt2025-03-04", False),
        ("date=gt2025-03-03", True),
        ("date=lt2025-03", False),
        ("date=le2025-03", True),
        ("date=sa2025", False),
        ("date=eb2026", True),
        ("date=ge2025&date=lt2026", True),
        ("date=2020,2025", True),
        ("date:missing=true", False),
    ],
)
def test_what_a_resource_states_is_found(query: str, is_found: bool) -> None:
    stated = {**STATED, "content": "complete"}
    names: dict[str, list[str]] = {}
    for name, value in (each.split("=", 1) for each in query.split("&")):
        names.setdefault(name, []).append(value)
    assert all(parameter_test("CodeSystem", *each)(stated) for each in names.items()) is is_found


@pytest.mark.parametrize("date", ["yesterday", "ge", "20", "xx2020", "2020-1-1"])
def test_a_date_that_is_none_is_a_fault(client: FlaskClient, date: str) -> None:
    assert get(client, f"/fhir/r5/ValueSet?date={date}", 400)["issue"][0]["code"] == "invalid"


@pytest.mark.parametrize("path", ["$closure", "ConceptMap/$closure", "CodeSystem/$find-matches"])
def test_an_operation_that_is_not_there_is_not_supported(client: FlaskClient, path: str) -> None:
    for base in ("r5", "r4"):
        assert get(client, f"/fhir/{base}/{path}", 404)["issue"][0]["code"] == "not-supported"


def test_unknown_parameters_are_refused_or_told(client: FlaskClient) -> None:
    path = f"/fhir/r5/CodeSystem?url={ECOG}&_lastUpdated=gt2020&publishr=x"
    texts = [each["details"]["text"] for each in get(client, path, 400)["issue"]]
    assert texts == [
        "The parameter _lastUpdated is not known.",
        "The parameter publishr is not known. Did you mean publisher?",
    ]
    answer = client.get(path, headers={"Prefer": "handling=lenient"})
    bundle = json.loads(answer.data)
    match, outcome = bundle["entry"]
    assert (bundle["total"], match["search"]["mode"], outcome["search"]["mode"]) == (1, "match", "outcome")
    assert [each["severity"] for each in outcome["resource"]["issue"]] == ["warning", "warning"]
    assert "publishr" not in links(bundle)["self"] and answer.headers["Preference-Applied"] == "handling=lenient"


def test_order_and_form_are_not_used_which_the_link_shows(client: FlaskClient) -> None:
    bundle = get(client, f"/fhir/r5/CodeSystem?url={ECOG}&_sort=name&_total=accurate&_pretty=true&_totalMethod=count")
    assert bundle["total"] == 1 and parse_qs(urlsplit(links(bundle)["self"]).query) == {"url": [ECOG]}


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_a_read_is_shortened_as_a_search_is(client: FlaskClient, base: str) -> None:
    found = get(client, f"/fhir/{base}/CodeSystem?url={ECOG}&_elements=url,version")["entry"][0]["resource"]
    address = f"/fhir/{base}/CodeSystem/{found['id']}"
    whole, summary = get(client, address), get(client, f"{address}?_summary=true")
    found |= {"content": whole["content"]}  # a search does not read the concepts
    assert get(client, f"{address}?_elements=url,version") == found
    assert "concept" in whole and "concept" not in summary and summary["title"] == whole["title"]
    assert summary["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert get(client, f"{address}?_summary=false&_pretty=true&_totalMethod=count") == whole
    request = {"method": "GET", "url": f"CodeSystem/{found['id']}?_elements=url,version"}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": request}]}
    assert client.post(f"/fhir/{base}", json=bundle).get_json(force=True)["entry"][0]["resource"] == found


@pytest.mark.parametrize(
    "path",
    [
        "CodeSystem?_summary=nope",
        "CodeSystem?_count=2&_count=5",
        "CodeSystem?_element=url",
        "CodeSystem/{id}?_summary=nope",
        "CodeSystem/{id}?_summary=count",
        "CodeSystem/{id}?_element=url",
        "CodeSystem/$lookup?system={url}&code=1&_code=2",
        "ValueSet/$expand?url={url}?vs&_count=2",
        "metadata?mode=nope",
        "metadata?_mode=terminology",
    ],
)
def test_what_would_have_no_effect_is_refused(client: FlaskClient, path: str) -> None:
    id_ = get(client, f"/fhir/r5/CodeSystem?url={ECOG}&_elements=url")["entry"][0]["resource"]["id"]
    asked = path.format(id=id_, url=ECOG)
    answer = client.get(f"/fhir/r5/{asked}")
    assert answer.status_code == 400, answer.text
    request = {"method": "GET", "url": asked}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": request}]}
    if not asked.startswith("metadata"):
        entry = client.post("/fhir/r5", json=bundle).get_json(force=True)["entry"][0]
        assert entry["response"]["status"] == "400"
