"""One ranking: the API, the table, `begrepp:search` of SPARQL and the tools of assistants have the same first hits."""

from __future__ import annotations

import json

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
