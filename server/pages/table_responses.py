"""Responses with a table as a file: CSV, CSV for Excel, XLSX, Parquet or JSON."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import quote

from flask import Response, jsonify

from begrepp.errors import BegreppError
from begrepp.exports.spreadsheet import SUFFIX, Cell, DataTable, csv_text, excel_csv, write_xlsx
from begrepp.files import temporary_folder
from begrepp.rdf.namespaces import expand
from server.http.negotiation import CSV, EXCEL_CSV, PARQUET, XLSX, Format
from server.http.work_limit import WORKBOOKS

CSV_TYPE = "text/csv; charset=utf-8; header=present"
_SECONDS = 60
_log = logging.getLogger("begrepp.server")


def table_response(table: DataTable, format_: Format) -> Response:
    """Return a table as CSV, CSV for Excel, XLSX, Parquet or JSON."""
    if format_ == CSV:
        response = Response(csv_text(table), content_type=CSV_TYPE)
    elif format_ == EXCEL_CSV:
        rows = ([_excel_cell(cell) for cell in row] for row in table.rows)
        response = Response(excel_csv(table.columns, rows), content_type=CSV_TYPE)
    elif format_ == PARQUET:
        terms = ({name: _term(cell) for name, cell in zip(table.columns, row, strict=True)} for row in table.rows)
        bindings = [{name: term for name, term in row.items() if term["value"]} for row in terms]
        results = json.dumps({"head": {"vars": [*table.columns]}, "results": {"bindings": bindings}})
        response = Response(parquet(results.encode(), dict(table.about)), content_type=PARQUET.media_type)
    elif format_ == XLSX:
        with WORKBOOKS.slot(), temporary_folder() as folder:
            path = folder / f"table{SUFFIX}"
            write_xlsx(table, path)
            response = Response(path.read_bytes(), content_type=XLSX.media_type)
    else:
        records = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        return jsonify(about=[{"name": name, "value": text} for name, text in table.about], rows=records)
    licences = [text for name, text in table.about if name == "licence"]
    if licences:
        response.headers["Link"] = ", ".join(f'<{iri}>; rel="license"' for iri in licences)
    return as_attachment(response, f"{table.name}.{format_.suffix}")


def _excel_cell(cell: Cell) -> str:
    """Return a cell as text; a number with the decimal comma that a Swedish Excel reads."""
    return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)


def _term(cell: Cell) -> dict[str, str]:
    """Return a cell as a literal of SPARQL results in JSON; an empty text is an unbound variable."""
    if isinstance(cell, str):
        return {"type": "literal", "value": cell}
    kind = "xsd:integer" if isinstance(cell, int) else "xsd:double"
    return {"type": "literal", "value": str(cell), "datatype": expand(kind)}


def parquet(results: bytes, about: Mapping[str, str]) -> bytes:
    """Return SPARQL results in JSON as a Parquet file with `about` as its metadata, made in a process of its own.

    Raises `BegreppError` if that fails.
    """
    with WORKBOOKS.slot(), temporary_folder() as folder:
        path = folder / "result.parquet"
        command = [sys.executable, "-m", "begrepp.exports.parquet", str(path), json.dumps(about)]
        done = subprocess.run(command, input=results, capture_output=True, timeout=_SECONDS, check=False)
        if done.returncode:
            _log.error("Parquet: %s", done.stderr.decode(errors="replace"))
            raise BegreppError("The Parquet file could not be created.", "The error has been logged.")
        return path.read_bytes()


def as_attachment(response: Response, name: str) -> Response:
    """Add the file name to a response; names beyond ASCII as RFC 6266 says."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    more = "" if plain == name else f"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}"{more}'
    return response
