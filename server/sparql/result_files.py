"""Results of SELECT and ASK queries as files of other programs: CSV for Excel, XLSX workbooks, and Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response
from pyoxigraph import Literal, QueryResultsFormat, QuerySolutions, parse_query_results

from begrepp.exports.spreadsheet import excel_csv
from begrepp.rdf.namespaces import expand
from server.http.negotiation import CSV, EXCEL_CSV, GRAPH_FORMATS, PARQUET, RESULT_FORMATS, XLSX, Format, refuse_format
from server.pages.table_responses import CSV_TYPE, as_attachment, parquet, table_response
from server.pages.tables import about_table, table_from_csv
from server.sparql.answers import answer_query, stored_body
from server.sparql.request import SparqlRequest
from server.state import served_build
from server.workers.stream import ResultStream, StoredResult

FILE_FORMATS = (EXCEL_CSV, XLSX, PARQUET)
_DECIMALS = frozenset(map(expand, ("xsd:decimal", "xsd:double", "xsd:float")))


def result_file_response(
    query: SparqlRequest, format_: Format, name: str, title: str, more: Sequence[tuple[str, str]]
) -> Response:
    """Return the result of a query as a file; `more` is told about it besides title, citation and build."""
    wire = CSV if format_ == XLSX else RESULT_FORMATS[0]
    found = answer_query(query, (wire, GRAPH_FORMATS[0]))
    if found.form == "graph":
        if isinstance(found, ResultStream):
            found.close()
        refuse_format(format_.suffix, GRAPH_FORMATS)
    stored = StoredResult(found.form, found.read())
    if format_ == XLSX:
        body = stored_body(stored, CSV).decode()
        return table_response(table_from_csv(served_build(), name, title, body, more), XLSX)
    if found.form == "boolean":
        refuse_format(format_.suffix, (*RESULT_FORMATS, XLSX))
    if format_ == EXCEL_CSV:
        response = Response(_excel_rows(stored.body), content_type=CSV_TYPE)
    else:
        about = dict(about_table(served_build(), title, more))
        response = Response(parquet(stored.body, about), content_type=PARQUET.media_type)
    return as_attachment(response, f"{name}.{format_.suffix}")


def _excel_rows(body: bytes) -> Iterator[str]:
    results = parse_query_results(body, format=QueryResultsFormat.JSON)
    assert isinstance(results, QuerySolutions)
    rows = ([_excel_cell(term) for term in row] for row in results)
    return excel_csv([variable.value for variable in results.variables], rows)


def _excel_cell(term: object) -> str:
    """Return a term as text; a number with the decimal comma that a Swedish Excel reads."""
    if term is None:
        return ""
    if isinstance(term, Literal) and term.datatype.value in _DECIMALS and "e" not in term.value.lower():
        return term.value.replace(".", ",")
    return str(getattr(term, "value", term))
