"""Tables as files: responses in CSV, XLSX and JSON, and the routes of lists, searches and the matrix."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request, send_file

from begrepp.errors import NotFound
from begrepp.exports.downloads import file_name
from begrepp.exports.spreadsheet import SUFFIX, DataTable, csv_text, write_xlsx
from begrepp.files import temporary_folder
from begrepp.search.schema import FACETS
from server.http.negotiation import (
    CSV,
    DOCUMENT_FORMATS,
    GRAPH_FORMATS,
    JSON,
    JSON_LD_AS_JSON,
    RESULT_FORMATS,
    XLSX,
    Format,
    refuse_format,
    split_suffix,
)
from server.http.work_limit import WORKBOOKS
from server.pages.tables import document_table, matrix_table, search_table, table_from_csv
from server.pages.templating import translator
from server.served.build import ServedBuild
from server.served.generated_files import generate_file
from server.served.resolver import Resolved, has_document
from server.sparql.answers import answer_query, stored_body
from server.sparql.request import SparqlRequest, parse_request
from server.state import app_state, served_build
from server.workers.stream import StoredResult

blueprint = Blueprint("tables", __name__)
_CHUNK = 1 << 16
_UNKNOWN_SUFFIX = re.compile(r"\.([a-z][a-z0-9]{1,5})$")
"""The end of an address that looks like the suffix of a file; codes rarely end in small letters."""


@blueprint.get("/search.<suffix>")
def search(suffix: str) -> Response:
    """Return the hits of a search with the facets in force (`q`, and those of the page)."""
    format_ = _table_format(suffix, (CSV, XLSX))
    wanted = {name: request.args.get(name, "")[:200] for name in (*FACETS, "under")}
    query = request.args.get("q", "").strip()[:200]
    return table_response(search_table(served_build(), query, wanted, translator()), format_)


@blueprint.get("/matrix.<suffix>")
def matrix(suffix: str) -> Response:
    """Return the matrix of the topics below `topic` (an IRI), or of the top topics."""
    format_ = _table_format(suffix, (CSV, XLSX, JSON))
    found, topic = served_build(), request.args.get("topic", "")
    if topic and topic not in found.schemes.measuring_variables:
        raise NotFound("No variable measures that topic.", "See /matrix for the top-level topics.")
    return table_response(matrix_table(found, topic, translator()), format_)


@blueprint.get("/sparql.<suffix>")
def query_result(suffix: str) -> Response:
    """Return the result of a SELECT query (`query`) as a workbook; the other formats are at /sparql."""
    if suffix != XLSX.suffix:
        refuse_format(suffix, (*RESULT_FORMATS, XLSX))
    text = request.args.get("query", "")
    return query_table_response(parse_request(text), "result", "SPARQL", [("query", text)])


def query_table_response(query: SparqlRequest, name: str, title: str, more: Sequence[tuple[str, str]]) -> Response:
    """Return the result of a query as a workbook."""
    found = answer_query(query, (CSV, GRAPH_FORMATS[0]))
    if found.form == "graph":
        refuse_format(XLSX.suffix, GRAPH_FORMATS)
    body = stored_body(found if isinstance(found, StoredResult) else StoredResult(found.form, found.read()), CSV)
    return table_response(table_from_csv(served_build(), name, title, body.decode(), more), XLSX)


def _table_format(suffix: str, offers: tuple[Format, ...]) -> Format:
    return next((each for each in offers if each.suffix == suffix), None) or refuse_format(suffix, offers)


def split_document_suffix(path: str) -> tuple[str, Format | None]:
    """Split the suffix of a format from the path of a document, unless a code itself ends with it, as written.

    Raises `NotAcceptable` with the formats that there are if the path of a document is followed by another suffix.
    """
    raw, suffixed = split_suffix(path, (*DOCUMENT_FORMATS, JSON_LD_AS_JSON))
    if suffixed:
        return (path, None) if has_document(served_build(), path) else (raw, suffixed)
    unknown = _UNKNOWN_SUFFIX.search(path)
    if unknown and has_document(served_build(), path[: unknown.start()]) and not has_document(served_build(), path):
        refuse_format(unknown[1], DOCUMENT_FORMATS)
    return path, None


def document_table_response(found_build: ServedBuild, found: Resolved, format_: Format) -> Response:
    """Return the table of a document; of a code system all its concepts, a file that is generated once."""
    scheme = found_build.schemes.by_iri.get(found.iri)
    if scheme is None or not found_build.manifest.find_graph("scheme", scheme.id):
        find = request.args.get("find", "").strip()[:100]
        return table_response(document_table(found_build, found, translator(), find), format_)
    settings = app_state().settings
    if format_ == XLSX:
        path = generate_file("begrepp.exports.spreadsheet", found_build, f"{scheme.id}{SUFFIX}", settings)
        return send_file(path, mimetype=XLSX.media_type, download_name=f"{scheme.id}{SUFFIX}", as_attachment=True)
    path = generate_file("begrepp.exports.downloads", found_build, file_name(scheme.id, "csv"), settings)
    response = Response(_unpacked(path), content_type="text/csv; charset=utf-8; header=present")
    return _named(response, f"{scheme.id}.csv")


def _unpacked(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


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
    return _named(response, f"{table.name}.{format_.suffix}")


def _named(response: Response, name: str) -> Response:
    """Add the file name; names beyond ASCII as RFC 6266 says."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    more = "" if plain == name else f"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}"{more}'
    return response
