"""One ranking: API, table, SPARQL, FHIR, reconciliation and the tools of assistants have the same first hits."""

from __future__ import annotations

import json
from urllib.parse import unquote

import anyio
import pytest
from flask.testing import FlaskClient
from mcp.client.client import Client
from mcp.types import TextContent

from server.assistant.tool_server import create_tool_server
from server.state import AppState

QUERIES = (
    "lungcancer", "bröstcancer", "brostcancer", "lungcanser", "her2", "rökvanor nlcr", "icd-10 c34", "C50.9",
    "tumör i prostata", "lung cancer", "prostata cancer", "vad är gleason", "register tumörstorlek", "TNM",
    "diagnosdatum", "malign tumör", "cytostatika", "psa", "dödsorsak", "återfall bröstcancer",
)  # fmt: skip
FIRST = 5


def api(client: FlaskClient, query: str, **filters: str) -> list[str]:
    body = client.get("/api/v1/search", query_string={"q": query, "limit": FIRST, **filters}).get_json()
    return [each["iri"] for each in body["results"]]


def sparql(client: FlaskClient, query: str) -> list[str]:
    text = f"SELECT ?c {{ SERVICE begrepp:search {{ ?c begrepp:words {json.dumps(query)} ; begrepp:most {FIRST} }} }}"
    headers = {"Accept": "application/sparql-results+json"}
    answer = client.get("/sparql", query_string={"query": text}, headers=headers)
    return [row["c"]["value"] for row in json.loads(answer.text)["results"]["bindings"]]


def assistant(client: FlaskClient, query: str) -> list[str]:
    state = client.application.extensions["begrepp"]
    assert isinstance(state, AppState)
    server = create_tool_server(state)

    async def ask() -> str:
        async with Client(server) as connection:
            result = await connection.call_tool("search", {"query": query, "limit": FIRST, "kind": "any"})
            return "".join(part.text for part in result.content if isinstance(part, TextContent))

    return [each["iri"] for each in json.loads(anyio.run(ask))["results"]]


@pytest.mark.parametrize("query", QUERIES)
def test_all_ways_to_search_have_the_same_first_five(client: FlaskClient, query: str) -> None:
    first = api(client, query)
    assert first
    table = client.get("/search.csv", query_string={"q": query}).text.splitlines()
    assert [line.rpartition(",")[2] for line in table[1 : FIRST + 1]] == first
    assert sparql(client, query) == first
    assert assistant(client, query) == first


@pytest.mark.parametrize("query", QUERIES)
def test_a_finished_query_has_the_same_first_suggestions(client: FlaskClient, query: str) -> None:
    body = client.get("/api/v1/autocomplete", query_string={"q": query, "limit": FIRST}).get_json()
    suggested = [each["iri"] for each in body["results"]]
    assert suggested == api(client, query)


WITHIN = (
    ("icd-7", "bröstcancer"), ("icd-7", "lungcanser"), ("icd-7", "tumör i prostata"), ("icd-7", "malign tumör"),
    ("icd-9", "tumör i prostata"), ("icd-9", "malign tumör"), ("her2-ihc", "her2"), ("isup", "vad är gleason"),
    ("onkologi", "lung cancer"), ("onkologi", "bröstcancer"), ("onkologi", "tumör i prostata"), ("onkologi", "TNM"),
    ("onkologi", "njurcancer"), ("onkologi", "cytostatika"), ("onkologi", "dödsorsak"), ("rokstatus", "rökvanor"),
)  # fmt: skip
"""Code systems with queries that find several of their concepts."""
SYSTEM = "https://w3id.org/begrepp/id/cs/"


def in_system(client: FlaskClient, system: str, query: str) -> list[str]:
    filters = {"scheme": SYSTEM + system, "kind": "concept"}
    body = client.get("/api/v1/search", query_string={"q": query, "limit": FIRST, **filters}).get_json()
    return [each["notation"] for each in body["results"]]


def expanded(client: FlaskClient, system: str, query: str, count: int, offset: int = 0) -> tuple[int, list[str]]:
    """The number of members that a text filter leaves in a code system, and the codes of a page of them."""
    parameters = {"url": f"{SYSTEM}{system}?vs", "filter": query, "count": count, "offset": offset}
    answer = client.get("/fhir/r5/ValueSet/$expand", query_string=parameters)
    expansion = json.loads(answer.data)["expansion"]
    return expansion["total"], [each["code"] for each in expansion.get("contains", ())]


@pytest.mark.parametrize(("system", "query"), WITHIN)
def test_an_expansion_with_a_filter_begins_as_the_search(client: FlaskClient, system: str, query: str) -> None:
    first = in_system(client, system, query)
    assert len(first) > 1
    total, codes = expanded(client, system, query, FIRST)
    assert codes == first
    pages = [expanded(client, system, query, 2, offset) for offset in range(0, total, 2)]
    assert {number for number, _ in pages} == {total}
    paged = [code for _, page in pages for code in page]
    assert (len(paged), len({*paged}), paged[:FIRST]) == (total, total, first)


@pytest.mark.parametrize(("system", "query"), WITHIN)
def test_candidates_of_reconciliation_are_the_first_hits_of_the_search(
    client: FlaskClient, system: str, query: str
) -> None:
    asked = json.dumps({"q": {"query": query, "limit": FIRST}})
    found = client.post(f"/reconcile/{system}", data={"queries": asked}).get_json()["q"]["result"]
    exact = [each["id"] for each in found if each["score"] >= 97]
    first = [*exact, *(code for code in in_system(client, system, query) if code not in exact)]
    codes = [each["id"] for each in found]
    assert codes[: max(1, len(exact))] == first[: max(1, len(exact))]  # what is as good may follow in another order
    searched = client.get("/search.csv", query_string={"q": query, "scheme": f"{SYSTEM}{system}"}).text.splitlines()
    assert {*codes[:FIRST]} <= {unquote(line.rpartition("/")[2]) for line in searched}
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)


def test_few_candidates_are_followed_by_relatives_of_the_best(client: FlaskClient) -> None:
    asked = json.dumps({"q": {"query": "levercancer", "limit": FIRST}})
    found = client.post("/reconcile/onkologi", data={"queries": asked}).get_json()["q"]["result"]
    codes = [each["id"] for each in found]
    assert codes[:2] == in_system(client, "onkologi", "levercancer")[:2]
    assert found[0]["match"] and "cancer-matsmaltningsorgan" in codes  # the broader concept
    searched = client.get("/search.csv", query_string={"q": "levercancer", "scheme": f"{SYSTEM}onkologi"}).text
    assert all(f"/cs/onkologi/{code}" in searched for code in codes)


SEVERAL = (
    (("onkologi", "icd-7"), "bröstcancer"), (("icd-7", "icd-9"), "malign tumör"), (("icd-9", "icd-7"), "lungcancer"),
    (("icd-9", "onkologi", "icd-7"), "tumör i prostata"),
)  # fmt: skip
"""Value sets of several code systems, with queries that find concepts of more than one."""


def expanded_together(client: FlaskClient, systems: tuple[str, ...], query: str, **more: int) -> tuple[int, list[str]]:
    """The number of members of a value set of several code systems that a text leaves, and the IRIs of a page."""
    includes = [{"system": SYSTEM + each} for each in systems]
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": {"include": includes}}
    parameters = [
        {"name": "valueSet", "resource": value_set},
        {"name": "filter", "valueString": query},
        *({"name": name, "valueInteger": value} for name, value in more.items()),
    ]
    body = json.dumps({"resourceType": "Parameters", "parameter": parameters})
    answer = client.post("/fhir/r5/ValueSet/$expand", data=body, content_type="application/fhir+json")
    expansion = json.loads(answer.data)["expansion"]
    return expansion["total"], [f"{each['system']}/{each['code']}" for each in expansion.get("contains", ())]


@pytest.mark.parametrize(("systems", "query"), SEVERAL)
def test_an_expansion_of_several_systems_begins_as_the_search_in_all_of_them(
    client: FlaskClient, systems: tuple[str, ...], query: str
) -> None:
    state = client.application.extensions["begrepp"]
    assert isinstance(state, AppState)
    schemes = [SYSTEM + each for each in systems]
    first = [
        each.iri for each in state.current_build().index.search(query, limit=FIRST, kind="concept", scheme=schemes)[1]
    ]
    assert len({each.rpartition("/")[0] for each in first}) > 1
    total, members = expanded_together(client, systems, query, count=FIRST)
    assert members == first
    pages = [expanded_together(client, systems, query, count=3, offset=offset) for offset in range(0, total, 3)]
    paged = [each for _, page in pages for each in page]
    assert {number for number, _ in pages} == {total} and len(paged) == len({*paged}) == total
    alone = sum(expanded(client, each, query, 0)[0] for each in systems)
    assert total == alone
