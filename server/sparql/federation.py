"""SERVICE, answered before the engine is asked: other nodes of the operator's list, all of them, or our text index.

What the rest of a query binds is sent along in VALUES blocks, so that a node is asked a few times and not once per
row. A node that is slow or down is named beside the answer; it fails the query only where the query named it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from flask import request

from begrepp.errors import BegreppError, QueryRefused
from begrepp.rdf.namespaces import expand
from begrepp.search.service import run_search_service
from begrepp.sparql.patterns import required_properties
from begrepp.sparql.services import (
    ServicePattern,
    Solution,
    bindings_query,
    find_service,
    prologue,
    replace_service,
    shared_variables,
    values_clause,
)
from begrepp.sparql.tokens import tokens
from begrepp.store.nodes import HOP_HEADER, FederationNode, NodeError, format_term
from begrepp.store.worker import QueryRequest
from server.sparql.request import SparqlRequest, client
from server.state import app_state, served_build

NODES, SEARCH = "begrepp:nodes", "begrepp:search"
BLOCK = 200
_MOST = 5_000
_MOST_PARTS = 10


@dataclass(slots=True)
class FederationReport:
    """What the nodes gave: name to the number of rows, or to what went wrong."""

    nodes: dict[str, str] = field(default_factory=dict)

    def header(self) -> str:
        """As a header of the answer: `norr=42, syd=down`."""
        return ", ".join(f"{name}={said}" for name, said in self.nodes.items())


def replace_services(question: SparqlRequest) -> tuple[SparqlRequest, FederationReport]:
    """The question without SERVICE: each part has been asked for, and stands there as rows."""
    report = FederationReport()
    for _ in range(_MOST_PARTS + 1):
        part = find_service(question.query, question.words)
        if part is None:
            return question, report
        if part.name == expand(SEARCH):
            rows = run_search_service(served_build().index, prologue(question.query, question.words), part)
            names: Sequence[str] = part.variables
        else:
            names, rows = _ask_nodes(question, part, report)
        text = replace_service(question.query, part, values_clause(names, rows))
        question = replace(question, query=text, words=list(tokens(text)))
    raise QueryRefused(f"The query has more than {_MOST_PARTS} SERVICE parts.", "Split it into several queries.")


def _ask_nodes(
    question: SparqlRequest, part: ServicePattern, report: FederationReport
) -> tuple[Sequence[str], list[Solution]]:
    if HOP_HEADER in request.headers:
        raise QueryRefused("A federated query is not forwarded to further nodes.", "Query the nodes directly.")
    everyone = part.name == expand(NODES)
    nodes = app_state().nodes if everyone else [node for node in app_state().nodes if node.iri == part.name]
    if not nodes:
        known = ", ".join(f"<{node.iri}>" for node in app_state().nodes) or "none"
        raise QueryRefused(
            f"SERVICE is not allowed to <{part.name}>.",
            f"Allowed endpoints: {known}. Query other endpoints directly.",
        )
    if everyone:
        wanted = required_properties(prologue(question.query, question.words) + f"SELECT * {{ {part.body} }}")
        nodes = [node for node in nodes if _may_have(node, wanted, report)]
    queries = _parts(question, part)
    rows: list[Solution] = []
    with ThreadPoolExecutor(4) as threads:
        asked = [
            (node, threads.submit(app_state().node_client.select, node, text)) for node in nodes for text in queries
        ]
        for node, future in asked:
            try:
                found = future.result()
                rows += found
                before = report.nodes.get(node.name, "0")
                report.nodes[node.name] = str(int(before) + len(found)) if before.isdigit() else before
            except NodeError as error:
                report.nodes[node.name] = "failed"
                report.nodes[f"{node.name}-reason"] = error.reason.replace(",", ";")
                if not everyone and not part.silent:
                    raise
                if not everyone:
                    return (), [{}]
    return part.variables, rows


def _may_have(node: FederationNode, wanted: frozenset[str], report: FederationReport) -> bool:
    """Whether the node's VoID has all the properties; one that does not describe itself is asked all the same."""
    if node.endpoint.startswith(request.url_root):
        return False
    try:
        held = app_state().node_client.properties(node)
    except NodeError as error:
        report.nodes[node.name] = "failed"
        report.nodes[f"{node.name}-reason"] = error.reason.replace(",", ";")
        return False
    if held and not wanted <= held:
        report.nodes[node.name] = "not asked"
        return False
    return True


def _parts(question: SparqlRequest, part: ServicePattern) -> list[str]:
    """What is sent: the part, narrowed by what the rest of the query binds, in blocks."""
    before = prologue(question.query, question.words)
    shared = shared_variables(question.query, question.words, part)
    bound = _bound(question, part, shared) if shared and part.can_be_restricted else None
    if bound is None:
        return [f"{before}\nSELECT * WHERE {{ {part.body} }}"]
    return [
        f"{before}\nSELECT * WHERE {{ {values_clause(shared, bound[at : at + BLOCK])} {part.body} }}"
        for at in range(0, len(bound), BLOCK)
    ]


def _bound(question: SparqlRequest, part: ServicePattern, shared: Sequence[str]) -> list[Solution] | None:
    """What the rest binds the shared variables to; None where that is too much, or leaves one of them open."""
    text = bindings_query(question.query, question.words, part, shared, _MOST + 1)
    ask = QueryRequest(
        store=served_build().location,
        query=text,
        results_format="application/sparql-results+json",
        graph_format="text/turtle",
        default_graphs=question.default_graphs,
        named_graphs=question.named_graphs,
        base=served_build().manifest.base,
    )
    try:
        found = json.loads(app_state().pool.run(ask, client()).read())["results"]["bindings"]
    except BegreppError:
        return None
    if len(found) > _MOST or any(name not in row or row[name]["type"] == "bnode" for row in found for name in shared):
        return None
    return [{name: format_term(row[name]) for name in shared} for row in found]
