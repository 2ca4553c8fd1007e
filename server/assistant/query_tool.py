"""Tool for read-only SPARQL queries, run by the query workers with their limits of time and memory."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import Field

from begrepp.store.worker import QueryRequest
from server.assistant.tool_answers import QueryAnswer
from server.assistant.tool_context import ToolContext

_SECONDS = 15.0
_MAX_ROWS = 500
_MAX_TURTLE = 50_000
"""Characters of a graph that are returned."""


class QueryTool:
    """SPARQL queries over the current view and the graphs of all editions."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context

    def sparql(
        self,
        query: Annotated[
            str, Field(description="A SPARQL 1.1 query; common prefixes need no declaration", max_length=20_000)
        ],
        limit: Annotated[int, Field(ge=1, le=_MAX_ROWS, description="Most rows")] = 100,
    ) -> QueryAnswer:
        """Run a read-only SPARQL query (SELECT, ASK, CONSTRUCT) for questions that no other tool answers.

        Read the resources begrepp://model and begrepp://cookbook before you write one.
        """
        build = self._context.build
        result = self._context.state.pool.run(
            QueryRequest(
                store=build.location,
                query=query,
                results_format="application/sparql-results+json",
                graph_format="text/turtle",
                base=build.manifest.base,
                rows=limit,
                seconds=_SECONDS,
            ),
            "assistant",
        )
        body = result.read()
        if result.form == "graph":
            text = body.decode("utf-8", "replace")
            return QueryAnswer(
                form="graph",
                columns=[],
                rows=[],
                total=text.count("\n"),
                truncated=len(text) > _MAX_TURTLE,
                boolean=None,
                turtle=text[:_MAX_TURTLE],
            )
        found = json.loads(body)
        if result.form == "boolean":
            return QueryAnswer(
                form="boolean", columns=[], rows=[], total=1, truncated=False, boolean=found["boolean"], turtle=None
            )
        rows = [{name: _cell(term) for name, term in row.items()} for row in found["results"]["bindings"]]
        total = int(found.get("total", len(rows)))
        return QueryAnswer(
            form="solutions",
            columns=found["head"]["vars"],
            rows=rows,
            total=total,
            truncated=total > len(rows),
            boolean=None,
            turtle=None,
        )


def _cell(term: dict[str, Any]) -> Any:
    """Return a term: text, or text with its language."""
    return {"text": term["value"], "lang": term["xml:lang"]} if "xml:lang" in term else term["value"]
