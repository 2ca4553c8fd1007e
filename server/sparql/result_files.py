"""Results of SELECT and ASK queries as files of other programs: CSV for Excel, XLSX workbooks, and Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from flask import Response
from pyoxigraph import BlankNode, Literal, QueryResultsFormat, QuerySolutions, parse_query_results

from begrepp.exports.spreadsheet import Cell, DataTable, excel_csv
from begrepp.rdf.namespaces import expand
from begrepp.sources.number_formats import MAX_DIGITS
from server.http.negotiation import EXCEL_CSV, GRAPH_FORMATS, PARQUET, RESULT_FORMATS, XLSX, Format, refuse_format
from server.pages.table_responses import CSV_TYPE, as_attachment, parquet, table_response
from server.pages.tables import about_table
from server.sparql.answers import answer_query
from server.sparql.request import SparqlRequest
from server.state import served_build
from server.workers.stream import ResultStream, StoredResult

FILE_FORMATS = (EXCEL_CSV, XLSX, PARQUET)
_NUMBERS = frozenset(
    expand(f"xsd:{name}")
    for name in (
        *("integer", "decimal", "double", "float", "long", "int", "short", "byte", "nonNegativeInteger"),
        *("positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt"),
        *("unsignedShort", "unsignedByte"),
    )
)
_MOST = Decimal("1e300")
_DECIMALS = frozenset(map(expand, ("xsd:decimal", "xsd:double", "xsd:float")))


def result_file_response(
    query: SparqlRequest, format_: Format, name: str, title: str, more: Sequence[tuple[str, str]]
) -> Response:
    """Return the result of a query as a file; `more` is told about it besides title, citation and build."""
    found = answer_query(query, (RESULT_FORMATS[0], GRAPH_FORMATS[0]))
    if found.form == "graph":
        if isinstance(found, ResultStream):
            found.close()
        refuse_format(format_.suffix, GRAPH_FORMATS)
    stored = StoredResult(found.form, found.read())
    if format_ == XLSX:
        columns, rows = _typed_rows(stored)
        table = DataTable(name=name, columns=columns, rows=rows, about=about_table(served_build(), title, more))
        return table_response(table, XLSX)
    if found.form == "boolean":
        refuse_format(format_.suffix, (*RESULT_FORMATS, XLSX))
    if format_ == EXCEL_CSV:
        response = Response(_excel_rows(stored.body), content_type=CSV_TYPE)
    else:
        about = dict(about_table(served_build(), title, more))
        response = Response(parquet(stored.body, about), content_type=PARQUET.media_type)
    return as_attachment(response, f"{name}.{format_.suffix}")


def _typed_rows(stored: StoredResult) -> tuple[list[str], list[list[Cell]]]:
    """Return the columns and rows of a result; numbers are numbers, unless a cell cannot hold all their digits."""
    results = parse_query_results(stored.body, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        return ["_askResult"], [["true" if getattr(results, "value", results) else "false"]]
    rows = [[_typed_cell(term) for term in row] for row in results]
    return [variable.value for variable in results.variables], rows


def _typed_cell(term: object) -> Cell:
    if term is None:
        return ""
    if isinstance(term, Literal) and (number := cell_number(term.value, term.datatype.value)) is not None:
        return number
    return str(term) if isinstance(term, BlankNode) else str(getattr(term, "value", term))


def cell_number(text: str, datatype: str) -> float | int | None:
    """Return a literal of a number as a number of a workbook; None for others, and for more than 15 digits."""
    if datatype not in _NUMBERS:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or len(number.normalize().as_tuple().digits) > MAX_DIGITS or abs(number) > _MOST:
        return None
    return int(number) if number == number.to_integral_value() and abs(number) < 10**MAX_DIGITS else float(number)


def _excel_rows(body: bytes) -> Iterator[str]:
    results = parse_query_results(body, format=QueryResultsFormat.JSON)
    assert isinstance(results, QuerySolutions)
    # Read to the end here: solutions of pyoxigraph must stay in one thread, and the response is sent from others.
    rows = [[_excel_cell(term) for term in row] for row in results]
    return excel_csv([variable.value for variable in results.variables], rows)


def _excel_cell(term: object) -> str:
    """Return a term as text; a number with the decimal comma that a Swedish Excel reads."""
    if term is None:
        return ""
    if isinstance(term, Literal) and term.datatype.value in _DECIMALS and "e" not in term.value.lower():
        return term.value.replace(".", ",")
    return str(getattr(term, "value", term))
