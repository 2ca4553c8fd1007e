"""`begrepp mcp`: serves the tools for language models over standard input and output (Model Context Protocol)."""

from __future__ import annotations

import click

from begrepp.artefact.manifest import current_build
from begrepp.settings import Settings


@click.command("mcp")
def command() -> None:
    """Serve the current build to an assistant over standard input and output (MCP).

    The program that runs the assistant starts this command. It offers tools to search, look up and check codes, and
    writes nothing. The same tools are at /mcp of a running server.
    """
    settings = Settings()
    current_build(settings)  # raises `NoBuild` before the assistant connects
    # The SDK takes a second to import, and the other commands need neither it nor the server.
    from server.assistant.tool_server import create_tool_server  # noqa: PLC0415
    from server.state import AppState  # noqa: PLC0415

    state = AppState(settings)
    try:
        create_tool_server(state).run("stdio")
    finally:
        state.pool.close()
