"""`begrepp query`: runs a query from a file, from `queries/` or from the argument."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
)
from rich.markup import escape
from rich.table import Table

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli import console
from begrepp.cli.completion import complete_query
from begrepp.cli.language import translator
from begrepp.cli.query_advice import print_advice
from begrepp.cli.spinner import waiting
from begrepp.cli.thing_names import read_names
from begrepp.errors import QueryError, QueryRefused, UsageError
from begrepp.queries.parameters import QueryContext, bind_parameters
from begrepp.queries.query_files import get_example, read_queries
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import compact
from begrepp.rdf.serialiser import graph_bytes
from begrepp.search import TextIndex
from begrepp.settings import Settings
from begrepp.sparql.checked_query import check_query
from begrepp.store import QueryResults
from begrepp.store.disk import DiskStore
from begrepp.store.remote import RemoteStore

QueryTerm = NamedNode | BlankNode | Literal | Triple
_SPARQL = re.compile(r"\s*(#|PREFIX\b|BASE\b|SELECT\b|ASK\b|CONSTRUCT\b|DESCRIBE\b)", re.IGNORECASE)


@click.command("query")
@click.argument("query", shell_complete=complete_query)
@click.option("--format", "output", type=click.Choice(["table", "csv", "tsv", "json", "turtle"]), default="table")
@click.option("--param", "params", multiple=True, help="NAME=VALUE for an example query; may be repeated.")
@click.option("--endpoint", default="", help="Query this SPARQL endpoint instead of the build.")
def command(query: str, output: str, params: tuple[str, ...], endpoint: str) -> None:
    """Query the graph. QUERY is a file, a name from queries/, or SPARQL text; prefixes are predefined.

    A table shows codes and names before IRIs; the other formats hold the terms alone.
    """
    run_query(query, output, endpoint, params, Settings())


def find_query(query: str) -> str:
    """Return the SPARQL text for a path, a name from `queries/`, or a query text."""
    if _SPARQL.match(query):
        return query
    path = Path(query)
    if path.is_file():
        return path.read_text(encoding="utf-8-sig")
    names = {named.name: named for folder in ("examples", "checks") for named in read_queries(folder)}
    if query in names:
        return names[query].text
    raise UsageError(
        f"'{query}' is not a file, a SPARQL query or the name of a query in queries/.",
        "The names are:\n" + "\n".join(f"  {name}: {named.title}" for name, named in names.items()),
    )


def _given(params: Sequence[str]) -> dict[str, str]:
    given = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals:
            raise UsageError(f"'{param}' is not a parameter.", "Write --param NAME=VALUE.")
        given[name] = value
    return given


def _bound(query: str, params: Sequence[str], settings: Settings) -> str:
    """Return the text of an example query with its parameters bound for the current build."""
    build = current_build(settings)
    known = QueryContext(DiskStore(build / "store"), TextIndex(build / "index"), Iris(read_manifest(build).base))
    return bind_parameters(get_example(query), _given(params), known)


def run_query(query: str, output: str, endpoint: str, params: Sequence[str], settings: Settings) -> None:
    """Run the query and write its result to standard output."""
    named = query in {question.name for question in read_queries("examples")}
    if params and not named:
        raise UsageError("Only an example query has parameters.", "Name a query in queries/examples/.")
    text = _bound(query, params, settings) if named and (params or not endpoint) else find_query(query)
    if endpoint:
        _write_remote(RemoteStore(endpoint).query_json(text), output)
        return
    try:
        checked = check_query(text)
    except QueryRefused:
        raise UsageError(
            "SERVICE is answered by the server only, which asks the endpoints on its operator's list.",
            "Start `begrepp serve` and add --endpoint http://127.0.0.1:8080/sparql.",
        ) from None
    build = current_build(settings)
    store = DiskStore(build / "store")
    with waiting(translator()("cli.querying")):
        answer = store.query(checked)
        rows = [*_read_rows(answer)] if isinstance(answer, QuerySolutions) and output == "table" else []
    if isinstance(answer, QuerySolutions) and output == "table":
        _print_table([variable.value for variable in answer.variables], rows, store)
        if not rows:
            print_advice(text, build)
    else:
        _write(answer, output)


def _write(answer: QueryResults, output: str) -> None:
    if isinstance(answer, QuerySolutions | QueryBoolean):
        if output == "table":
            click.echo(str(bool(answer)).lower())
        elif output == "turtle":
            raise UsageError(
                "The result of SELECT or ASK cannot be written as Turtle.",
                "Use --format table, csv, tsv or json, or write a CONSTRUCT.",
            )
        else:
            formats = {"csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV, "json": QueryResultsFormat.JSON}
            if isinstance(answer, QueryBoolean) and output in ("csv", "tsv"):
                click.echo(str(bool(answer)).lower())
                return
            answer.serialize(sys.stdout.buffer, format=formats[output])
            click.echo(nl=output == "json")
        return
    if output in ("csv", "tsv", "json"):
        raise UsageError("The result of CONSTRUCT or DESCRIBE is a graph, not a table.", "Use --format turtle.")
    sys.stdout.buffer.write(graph_bytes(answer, RdfFormat.TURTLE))


def _read_rows(answer: QuerySolutions) -> Iterator[tuple[QueryTerm | None, ...]]:
    """Yield the rows. Raises `QueryError` if the evaluation stops."""
    try:
        yield from map(tuple, answer)
    except (ValueError, OSError, RuntimeError) as error:
        raise QueryError(f"The query stopped: {error}", "Fix the query and retry.") from None


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[QueryTerm | None]], store: DiskStore) -> None:
    iris = (term.value for row in rows for term in row if isinstance(term, NamedNode))
    names = read_names(store, iris, translator().language)
    table = Table(*map(escape, columns))
    for row in rows:
        table.add_row(*(_cell(term, names) for term in row))
    console.print_table(table, translator()("cli.rows", n=len(rows)))


def _cell(term: QueryTerm | None, names: Mapping[str, str]) -> str:
    """Return a cell in the markup of rich: code and name before an IRI."""
    if term is None:
        return ""
    text = escape(compact(getattr(term, "value", str(term))))
    name = names.get(term.value, "") if isinstance(term, NamedNode) else ""
    return f"{escape(name)} [dim]{text}[/]" if name else text


def _write_remote(answer: dict[str, Any], output: str) -> None:
    head, results = answer.get("head"), answer.get("results")
    if not isinstance(head, dict) or not isinstance(results, dict):
        click.echo(str(answer.get("boolean", "")).lower())
        return
    names: list[str] = head["vars"]
    rows = [[row.get(name, {}).get("value", "") for name in names] for row in results["bindings"]]
    if output == "table":
        table = Table(*names)
        for row in rows:
            table.add_row(*(escape(compact(term)) for term in row))
        console.print_table(table, translator()("cli.rows", n=len(rows)))
    elif output in ("csv", "tsv"):
        csv.writer(sys.stdout, delimiter="," if output == "csv" else "\t").writerows([names, *rows])
    elif output == "json":
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        raise UsageError("Only tables can be fetched from an endpoint.", "Use --format table, csv, tsv or json.")
