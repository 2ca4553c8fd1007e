"""SERVICE clauses, evaluated before the query runs: against one node, all nodes, the text index, or the terminology.

Bindings of the rest of the query are sent in VALUES blocks, so that a node gets a few requests instead of one per row.
A node that is slow or down is reported in a response header; it fails the query only if the query names the node.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from flask import request

from begrepp.ecl import EclError
from begrepp.ecl.selection_service import run_selection_service
from begrepp.errors import BegreppError, QueryError, QueryRefused
from begrepp.rdf.namespaces import expand
from begrepp.search.sparql_service import run_search_service
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
from begrepp.sparql.tokens import Token, may_contain_service
from begrepp.store.nodes import BLANK_PREFIX, HOP_HEADER, FederationNode, NodeError, parse_solutions
from server.sparql.probe import read_patterns, read_tokens, run_probe
from server.sparql.request import SparqlRequest
from server.state import app_state, served_build

NODES, SEARCH, SELECTION = "begrepp:nodes", "begrepp:search", "begrepp:ecl"
ROWS_PER_REQUEST = 200
_MAX_ROWS = 5_000
_MAX_SERVICES = 10


@dataclass(slots=True)
class FederationReport:
    """Number of rows by node, or the reason why a node gave none."""

    nodes: dict[str, str] = field(default_factory=dict)

    def header(self) -> str:
        """Return the value of the `Begrepp-Nodes` header: `norr=42, syd=down`."""
        return ", ".join(f"{name}={outcome}" for name, outcome in self.nodes.items())


def replace_services(query: SparqlRequest) -> tuple[SparqlRequest, FederationReport]:
    """Return the query with the rows of each SERVICE clause in its place, and the report on the nodes.

    After SILENT an error of the clause, also that its endpoint is not allowed, gives one empty solution (SPARQL 1.1
    Federated Query, section 2.2).
    """
    report = FederationReport()
    if not may_contain_service(query.query):
        return query, report
    tokens = read_tokens(query.query)
    for _ in range(_MAX_SERVICES + 1):
        part = find_service(query.query, tokens)
        if part is None:
            return query, report
        names, rows = _evaluate(query, tokens, part, report)
        text, tokens = replace_service(query.query, tokens, part, values_clause(names, rows))
        query = replace(query, query=text)
    raise QueryRefused(f"The query has more than {_MAX_SERVICES} SERVICE parts.", "Split it into several queries.")


def _evaluate(
    query: SparqlRequest, tokens: Sequence[Token], part: ServicePattern, report: FederationReport
) -> tuple[Sequence[str], Sequence[Solution]]:
    """Return the variables and the rows of a clause."""
    try:
        if part.name in (expand(SEARCH), expand(SELECTION)):
            patterns = read_patterns(f"{prologue(query.query, tokens)}SELECT * {{ {part.body} }}")
            if part.name == expand(SEARCH):
                return part.variables, run_search_service(served_build().index, patterns)
            return part.variables, run_selection_service(served_build().terminology, patterns)
        return _query_nodes(query, tokens, part, report)
    except (EclError, QueryError, QueryRefused, NodeError):
        if part.silent:
            return (), [{}]
        raise


def _query_nodes(
    query: SparqlRequest, tokens: Sequence[Token], part: ServicePattern, report: FederationReport
) -> tuple[Sequence[str], list[Solution]]:
    if not part.name:
        raise QueryRefused(
            "SERVICE with a variable is not allowed here.", "Give the IRI of the endpoint, or use begrepp:nodes."
        )
    if HOP_HEADER in request.headers:
        raise QueryRefused("A federated query is not forwarded to further nodes.", "Query the nodes directly.")
    all_nodes = part.name == expand(NODES)
    nodes = app_state().nodes if all_nodes else [node for node in app_state().nodes if node.iri == part.name]
    if not nodes:
        known = ", ".join(f"<{node.iri}>" for node in app_state().nodes) or "none"
        raise QueryRefused(
            f"SERVICE is not allowed to <{part.name}>.",
            f"Allowed endpoints: {known}. Query other endpoints directly.",
        )
    if all_nodes:
        patterns = read_patterns(prologue(query.query, tokens) + f"SELECT * {{ {part.body} }}")
        required = required_properties(patterns)
        nodes = [node for node in nodes if _may_match(node, required, report)]
    queries = _node_queries(query, tokens, part)
    rows: list[Solution] = []
    with ThreadPoolExecutor(4) as threads:
        futures = [
            (node, threads.submit(app_state().node_client.select, node, text)) for node in nodes for text in queries
        ]
        for node, future in futures:
            try:
                node_rows = future.result()
                rows += node_rows
                count = report.nodes.get(node.name, "0")
                report.nodes[node.name] = str(int(count) + len(node_rows)) if count.isdigit() else count
            except NodeError as error:
                report.nodes[node.name] = "failed"
                report.nodes[f"{node.name}-reason"] = error.reason.replace(",", ";")
                if not all_nodes:
                    raise
    return part.variables, rows


def _may_match(node: FederationNode, required: frozenset[str], report: FederationReport) -> bool:
    """Return whether the VoID of a node lists all properties; True for a node without VoID."""
    if node.endpoint.startswith(request.url_root):
        return False
    try:
        described = app_state().node_client.properties(node)
    except NodeError as error:
        report.nodes[node.name] = "failed"
        report.nodes[f"{node.name}-reason"] = error.reason.replace(",", ";")
        return False
    if described and not required <= described:
        report.nodes[node.name] = "not asked"
        return False
    return True


def _node_queries(query: SparqlRequest, tokens: Sequence[Token], part: ServicePattern) -> list[str]:
    """Return the queries for a node: the clause, restricted to the bindings of the rest of the query, in blocks."""
    prologue_text = prologue(query.query, tokens)
    shared = shared_variables(query.query, tokens, part)
    bindings = _find_bindings(query, tokens, part, shared) if shared and part.can_be_restricted else None
    if bindings is None:
        return [f"{prologue_text}\nSELECT * WHERE {{ {part.body} }}"]
    blocks = [bindings[at : at + ROWS_PER_REQUEST] for at in range(0, len(bindings), ROWS_PER_REQUEST)]
    return [f"{prologue_text}\nSELECT * WHERE {{ {values_clause(shared, rows)} {part.body} }}" for rows in blocks]


def _find_bindings(
    query: SparqlRequest, tokens: Sequence[Token], part: ServicePattern, shared: Sequence[str]
) -> list[Solution] | None:
    """Return the bindings of the shared variables in the rest of the query; None if too many, or if one is unbound."""
    text = bindings_query(query.query, tokens, part, shared, _MAX_ROWS + 1)
    try:
        bindings = parse_solutions(run_probe(text, query))
    except BegreppError:
        return None
    if len(bindings) > _MAX_ROWS or any(
        name not in row or row[name].startswith(BLANK_PREFIX) for row in bindings for name in shared
    ):
        return None
    return [{name: row[name] for name in shared} for row in bindings]
