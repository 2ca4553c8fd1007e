"""The MCP server: registers the tools, and turns the errors of begrepp into tool errors in words."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any, ParamSpec, TypeVar

import anyio
from anyio.to_thread import run_sync
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult, Tool, ToolAnnotations
from pydantic import ValidationError

from begrepp.errors import BegreppError
from server.assistant.catalogue_tools import CatalogueTools
from server.assistant.concept_tools import ConceptTools
from server.assistant.dataset_tools import DatasetTools
from server.assistant.expansion_tool import ExpansionTool
from server.assistant.guides import INSTRUCTIONS, add_guides
from server.assistant.query_tool import QueryTool
from server.assistant.relation_tools import RelationTools
from server.assistant.tool_context import ToolContext
from server.state import AppState

_log = logging.getLogger("begrepp.assistant")
SECONDS = 20.0
"""Time of one tool call."""
_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


class ToolServer(MCPServer[Any]):
    """An MCP server that refuses arguments that a tool does not have, and tells faults in arguments in words.

    An ignored argument would be answered as if it had not been given: with today's meaning for a misspelt `as_of`.
    """

    async def list_tools(self) -> list[Tool]:
        """Return the tools, with input schemas that allow no other arguments."""
        return [
            tool.model_copy(update={"input_schema": tool.input_schema | {"additionalProperties": False}})
            for tool in await super().list_tools()
        ]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool. Raises `ToolError` for unknown or faulty arguments."""
        schema = next((tool.input_schema for tool in await super().list_tools() if tool.name == name), None)
        if schema is not None and (unknown := [each for each in arguments if each not in schema["properties"]]):
            listed, known = ", ".join(each[:40] for each in unknown), ", ".join(schema["properties"])
            raise ToolError(f"The tool {name} has no argument {listed}. Its arguments are: {known}.")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise ToolError(_argument_faults(name, error.__cause__)) from error.__cause__
            raise


def _argument_faults(name: str, error: ValidationError) -> str:
    """Return the faults in the arguments of a tool, without the values."""
    faults = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}." for each in error.errors(include_url=False))
    return f"The tool {name} was called with faulty arguments. {' '.join(faults)}"


def create_tool_server(state: AppState) -> MCPServer:
    """Return the server over the current build of an application state."""
    server = ToolServer(
        "begrepp", title="begrepp", instructions=INSTRUCTIONS, version=version("begrepp"), log_level="WARNING"
    )
    context = ToolContext(state)
    concepts, relations = ConceptTools(context), RelationTools(context)
    datasets, queries, catalogue = DatasetTools(context), QueryTool(context), CatalogueTools(context)
    for tool in (
        concepts.search,
        concepts.concept,
        concepts.hierarchy,
        ExpansionTool(context).expand,
        concepts.check_codes,
        relations.map,
        relations.changes,
        datasets.find_variables,
        datasets.dataset,
        datasets.variable,
        datasets.suggest_concepts,
        queries.sparql,
        catalogue.schemes,
        catalogue.cite,
    ):
        server.tool(annotations=_READ_ONLY)(_bounded(tool))
    add_guides(server)
    return server


def _bounded(tool: Callable[_Arguments, _Answer]) -> Callable[_Arguments, Awaitable[_Answer]]:
    """Return a tool that runs in a thread for at most `SECONDS`, raises `ToolError`, and logs its name alone."""

    @functools.wraps(tool)
    async def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Answer:
        started = time.monotonic()
        outcome = "ok"
        try:
            with anyio.fail_after(SECONDS):
                return await run_sync(functools.partial(tool, *args, **kwargs), abandon_on_cancel=True)
        except BegreppError as error:
            outcome = "refused"
            raise ToolError(f"{error.reason} {error.next_step}".strip()) from None
        except TimeoutError:
            outcome = "timeout"
            raise ToolError(f"It took more than {SECONDS:.0f} seconds. Ask for less at a time.") from None
        finally:
            _log.info("tool %s %s %.0f ms", tool.__name__, outcome, 1000 * (time.monotonic() - started))

    return run
