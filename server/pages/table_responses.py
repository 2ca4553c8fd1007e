"""Responses with a table as a file: CSV, XLSX or JSON."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, jsonify

from begrepp.exports.spreadsheet import SUFFIX, DataTable, csv_text, write_xlsx
from begrepp.files import temporary_folder
from server.http.negotiation import CSV, XLSX, Format
from server.http.work_limit import WORKBOOKS


def table_response(table: DataTable, format_: Format) -> Response:
    """Return a table as CSV, XLSX or JSON."""
    if format_ == CSV:
        response = Response(csv_text(table), content_type="text/csv; charset=utf-8; header=present")
    elif format_ == XLSX:
        with WORKBOOKS.slot(), temporary_folder() as folder:
            path = folder / f"table{SUFFIX}"
            write_xlsx(table, path)
            response = Response(path.read_bytes(), content_type=XLSX.media_type)
    else:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        return jsonify(about=[{"name": name, "value": text} for name, text in table.about], rows=rows)
    licences = [text for name, text in table.about if name == "licence"]
    if licences:
        response.headers["Link"] = ", ".join(f'<{iri}>; rel="license"' for iri in licences)
    return as_attachment(response, f"{table.name}.{format_.suffix}")


def as_attachment(response: Response, name: str) -> Response:
    """Add the file name to a response; names beyond ASCII as RFC 6266 says."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    more = "" if plain == name else f"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}"{more}'
    return response
