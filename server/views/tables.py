"""Tables as files: responses in CSV, XLSX and JSON, and the routes of lists, searches and the matrix."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, request, send_file

from begrepp.errors import NotFound
from begrepp.exports.downloads import file_name
from begrepp.exports.spreadsheet import SUFFIX, excel_csv
from begrepp.search.query_operators import MAX_QUERY_LENGTH
from begrepp.search.schema import FACETS
from server.http.negotiation import (
    CSV,
    DOCUMENT_FORMATS,
    EXCEL_CSV,
    JSON,
    JSON_LD_AS_JSON,
    PARQUET,
    RESULT_FORMATS,
    TABLE_FORMATS,
    XLSX,
    Format,
    format_of_suffix,
    refuse_format,
    split_suffix,
)
from server.pages.table_responses import CSV_TYPE, as_attachment, table_response
from server.pages.tables import document_table, matrix_table, search_table
from server.pages.templating import translator
from server.served.build import ServedBuild
from server.served.generated_files import generate_file
from server.served.resolver import Resolved, has_document
from server.sparql.request import parse_request
from server.sparql.result_files import FILE_FORMATS, result_file_response
from server.state import app_state, served_build

blueprint = Blueprint("tables", __name__)
_CHUNK = 1 << 16
_UNKNOWN_SUFFIX = re.compile(r"\.([a-z][a-z0-9]{1,5})$")
"""The end of an address that looks like the suffix of a file; codes rarely end in small letters."""


@blueprint.get("/search.<suffix>")
def search(suffix: str) -> Response:
    """Return the hits of a search with the facets in force (`q`, and those of the page)."""
    format_ = format_of_suffix(suffix, TABLE_FORMATS)
    wanted = {name: request.args.get(name, "")[:200] for name in (*FACETS, "sort", "under")}
    query = request.args.get("q", "").strip()[:MAX_QUERY_LENGTH]
    return table_response(search_table(served_build(), query, wanted, translator()), format_)


@blueprint.get("/matrix.<suffix>")
def matrix(suffix: str) -> Response:
    """Return the matrix of the topics below `topic` (an IRI), of the top topics, or of code systems (`by=system`)."""
    format_ = format_of_suffix(suffix, (*TABLE_FORMATS, JSON))
    found, topic = served_build(), request.args.get("topic", "")
    if topic and topic not in found.schemes.measuring_variables:
        raise NotFound("No variable measures that topic.", "See /matrix for the top-level topics.")
    return table_response(matrix_table(found, topic, request.args.get("by", ""), translator()), format_)


@blueprint.get("/sparql.<suffix>")
def query_result(suffix: str) -> Response:
    """Return the result of a SELECT query (`query`) as a file of another program; other formats are at /sparql."""
    format_ = next((each for each in FILE_FORMATS if each.suffix == suffix), None)
    if format_ is None:
        refuse_format(suffix, (*RESULT_FORMATS, *FILE_FORMATS))
    text = request.args.get("query", "")
    return result_file_response(parse_request(text), format_, "result", "SPARQL", [("query", text)])


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
    if format_ == PARQUET:
        name = f"{scheme.id}.{PARQUET.suffix}"
        path = generate_file("begrepp.exports.parquet_scheme", found_build, name, settings)
        return send_file(path, mimetype=PARQUET.media_type, download_name=name, as_attachment=True)
    path = generate_file("begrepp.exports.downloads", found_build, file_name(scheme.id, "csv"), settings)
    body = _for_excel(path) if format_ == EXCEL_CSV else _unpacked(path)
    return as_attachment(Response(body, content_type=CSV_TYPE), f"{scheme.id}.{format_.suffix}")


def _for_excel(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        yield from excel_csv(next(rows), rows)


def _unpacked(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def table_formats(path: str) -> tuple[Format, ...]:
    """Return the formats of tables that the page of a resource links to: all for lists, two for single things."""
    kind, _, rest = path.strip("/").partition("/")
    return TABLE_FORMATS if kind in ("cs", "dataset", "mapping") and "/" not in rest else (CSV, XLSX)
