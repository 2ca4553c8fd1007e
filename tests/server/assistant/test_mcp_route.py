"""The routes of the protocol: `/mcp` over HTTP in both handshakes, its limits, and standard input and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import anyio
import pytest
from flask import Flask
from flask.testing import FlaskClient
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.types import TextContent

from begrepp.errors import NoBuild
from begrepp.settings import Settings
from server.app import create_app
from tests.support.serving import serve_in_thread
from tests.support.shell import Shell

ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def rpc(client: FlaskClient, method: str, params: dict[str, Any] | None = None, **headers: str) -> Any:
    body = {"jsonrpc": "2.0", "id": 2, "method": method, "params": params or {}}
    sent = {**ACCEPT, "Mcp-Protocol-Version": "2025-06-18", **headers}
    return client.post("/mcp", data=json.dumps(body), headers=sent)


async def ask(client: Client) -> tuple[str, list[str], str]:
    async with client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        found = await client.call_tool("concept", {"ids": ["atc|L01EB01"]})
        text = " ".join(part.text for part in found.content if isinstance(part, TextContent))
        return str(client.protocol_version), tools, text


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_official_client_works_in_both_handshakes(app: Flask, mode: str) -> None:
    with serve_in_thread(app) as address:
        version, tools, text = anyio.run(ask, Client(f"{address}/mcp", mode=mode))
    assert "search" in tools and "gefitinib" in text
    assert (version >= "2026") == (mode == "auto")


def test_the_command_serves_standard_input_and_output(built: Settings) -> None:
    environment = {**os.environ, "BEGREPP_DATA": str(built.data)}
    parameters = StdioServerParameters(command=sys.executable, args=["-m", "begrepp", "mcp"], env=environment)
    version, tools, text = anyio.run(ask, Client(stdio_client(parameters)))
    assert version and "check_codes" in tools and "gefitinib" in text


def test_the_command_without_a_build_says_what_to_do(begrepp: Shell) -> None:
    assert "begrepp build" in begrepp("mcp", code=NoBuild.exit_code)


def test_an_initialization_is_answered_as_json(client: FlaskClient) -> None:
    answer = client.post("/mcp", json=INITIALIZE, headers=ACCEPT)
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    result = answer.get_json()["result"]
    assert result["serverInfo"]["name"] == "begrepp" and result["protocolVersion"] == "2025-06-18"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Host": "evil.example"},
        {"Host": "169.254.169.254"},
        {"Host": "localhost.evil.example:8080"},
    ],
)
def test_a_request_from_another_site_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/mcp", data=json.dumps(INITIALIZE), headers={**ACCEPT, **headers})
    assert answer.status_code == 403 and "BEGREPP_HOSTS" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost:3000"}, {"Host": "127.0.0.1:8080"}, {"Host": "[::1]:1"}]
)
def test_a_request_from_this_machine_is_answered(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/mcp", data=json.dumps(INITIALIZE), headers={**ACCEPT, **headers}).status_code == 200


def test_the_operators_hosts_are_answered(built: Settings) -> None:
    application = create_app(Settings(data=built.data, query_workers=1, hosts=("begrepp.example",)))
    headers = {**ACCEPT, "Host": "begrepp.example", "Origin": "https://begrepp.example"}
    assert application.test_client().post("/mcp", data=json.dumps(INITIALIZE), headers=headers).status_code == 200
    application.extensions["begrepp"].pool.close()


def test_requests_have_a_rate_and_a_size(built: Settings) -> None:
    application = create_app(Settings(data=built.data, query_workers=1, mcp_rate=2))
    client = application.test_client()
    statuses = [client.post("/mcp", data=json.dumps(INITIALIZE), headers=ACCEPT).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    large = client.post("/mcp", data=b" " * (2 << 20), headers={**ACCEPT, "X-Forwarded-For": "1.2.3.4"})
    assert large.status_code in (413, 429)
    application.extensions["begrepp"].pool.close()


@pytest.mark.parametrize("method", ["get", "delete", "put"])
def test_only_post_is_allowed(client: FlaskClient, method: str) -> None:
    answer = getattr(client, method)("/mcp")
    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"\xff", b'{"jsonrpc": "2.0"}', b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}'],
)
def test_a_broken_message_is_an_error_of_the_protocol(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/mcp", data=body, headers={**ACCEPT, "Mcp-Protocol-Version": "2025-06-18"})
    assert answer.status_code in (200, 202, 400, 404) and b"Traceback" not in answer.data
    if answer.status_code == 200:
        assert "error" in answer.get_json()
    assert rpc(client, "tools/list").status_code == 200


def test_the_web_server_starts_without_the_sdk(built: Settings) -> None:
    """Importing the SDK takes a second: neither the application nor the first page needs it."""
    script = (
        "import sys; from begrepp.settings import Settings; from server.app import create_app; "
        "client = create_app(Settings(query_workers=1)).test_client(); assert client.get('/cs').status_code == 200; "
        "print([name for name in ('mcp', 'pydantic', 'starlette') if name in sys.modules])"
    )
    environment = {**os.environ, "BEGREPP_DATA": str(built.data)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
