"""Blueprint for downloads: everything and each code system, with checksums, licence and citation.

A separate process generates a file on the first request and stores it beside the builds. Files never contain texts
that may not be redistributed, even if the served build does.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import msgspec
from flask import Blueprint, Response, jsonify, request, send_file
from msgspec import Struct

from begrepp.artefact.manifest import GraphEntry, LoadEntry
from begrepp.exports.downloads import ALL, FORMATS, citation, download_names, file_name, parse_file_name
from begrepp.records import Text
from server.http.negotiation import HTML, JSON, choose_format
from server.pages.signposting import licence_of
from server.pages.templating import address, render, translator
from server.served.build import ServedBuild
from server.served.generated_files import generate_file, generated_file_path
from server.served.labels import choose_text
from server.state import app_state, served_build

blueprint = Blueprint("downloads", __name__)


class File(Struct, frozen=True, kw_only=True):
    """A file to download; with size and checksum once it exists."""

    name: str
    form: str
    media_type: str
    href: str
    bytes: int | None
    sha256: str


class Download(Struct, frozen=True, kw_only=True):
    """The files of a code system or of everything."""

    id: str
    title: Text
    version: str
    licence: str
    redistributable: bool
    files: list[File]


@blueprint.get("/downloads")
def listing() -> Response:
    """Return the list of files as a page or JSON."""
    found = served_build()
    rows = [download(found, name, translator().language) for name in download_names(found.manifest)]
    if choose_format(request, (HTML, JSON)) == HTML:
        response = Response(render("downloads.html", rows=rows, manifest=found.manifest, cite=citation(found.manifest)))
        response.headers["Link"] = f'<{address("/downloads?format=json")}>; rel="alternate"; type="application/json"'
        return response
    return jsonify(
        build=found.manifest.id,
        hash=found.manifest.hash,
        builtAt=found.manifest.built_at,
        citation=citation(found.manifest),
        manifest=address("/downloads/manifest.json"),
        downloads=[_described(row) for row in rows],
    )


@blueprint.get("/downloads/manifest.json")
def manifest() -> Response:
    """Return the manifest without texts from publishers' rows."""
    said = served_build().manifest
    kept = ("kind", "id", "version", "titles", "graph", "valid_from", "coverage", "redistribution", "current")
    counted = ("concepts", "inactive", "datasets", "variables", "mappings", "triples", "sha256")
    return jsonify(
        id=said.id,
        base=said.base,
        builtAt=said.built_at,
        hash=said.hash,
        software=said.software,
        triples=said.triples,
        graphs=[_selected(graph, *kept, *counted) for graph in said.graphs],
        loads=[_selected(load, "source", "version", "load", "loaded_at", "rows_read", "files") for load in said.loads],
    )


def _selected(entry: GraphEntry | LoadEntry, *keys: str) -> dict[str, Any]:
    """Return an entry of the manifest as JSON, with these keys only."""
    fields = msgspec.to_builtins(entry)
    return {key: fields[key] for key in keys}


@blueprint.get("/downloads/<file>")
def file(file: str) -> Response:
    """Return a file, with `Range` support and its checksum in `Repr-Digest` (RFC 9530)."""
    found = served_build()
    wanted = file.removesuffix(".sha256")
    name, _ = parse_file_name(wanted, found.manifest)
    path = generate_file("begrepp.exports.downloads", found, wanted, app_state().settings)
    digest = _sha256(path)
    if file != wanted:
        return Response(f"{digest}  {wanted}\n", content_type="text/plain; charset=utf-8")
    response = send_file(path, mimetype="application/gzip", download_name=wanted, as_attachment=True, etag=digest[:32])
    encoded = base64.b64encode(bytes.fromhex(digest)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{encoded}:"
    links = [
        f'<{address("/downloads")}>; rel="up"',
        f'<{address(f"/downloads/{wanted}.sha256")}>; rel="describedby"; type="text/plain"',
    ]
    if name != ALL:
        links.append(f'<{address(f"/cs/{name}")}>; rel="collection"; type="text/html"')
        if licence := licence_of(found, name):
            links.append(f'<{licence}>; rel="license"')
    response.headers["Link"] = ", ".join(links)
    return response


def download(found: ServedBuild, name: str, language: str) -> Download:
    """Return the files of a code system or of everything."""
    scheme = found.schemes.by_id.get(name)
    graph = found.manifest.find_graph("scheme", name)
    title = choose_text(scheme.titles, language) if scheme else None
    return Download(
        id=name,
        title=title or Text(name, ""),
        version=graph.version if graph else found.manifest.built_at[:10],
        licence=licence_of(found, name) if graph else "",
        redistributable=graph.redistribution == "allowed" if graph else True,
        files=[_file(found, name, form) for form in FORMATS],
    )


def _file(found: ServedBuild, name: str, form: str) -> File:
    file = file_name(name, form)
    path = generated_file_path(found, file, app_state().settings)
    there = path.exists()
    return File(
        name=file,
        form=form,
        media_type=FORMATS[form],
        href=f"/downloads/{file}",
        bytes=path.stat().st_size if there else None,
        sha256=_sha256(path) if there else "",
    )


def _described(row: Download) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title.value,
        "version": row.version,
        "license": row.licence or None,
        "texts": row.redistributable,
        "files": [
            {
                "href": address(file.href),
                "checksum": address(f"{file.href}.sha256"),
                "mediaType": file.media_type,
                "compression": "gzip",
                "bytes": file.bytes,
                "sha256": file.sha256 or None,
            }
            for file in row.files
        ],
    }


def _sha256(path: Path) -> str:
    return path.with_name(f"{path.name}.sha256").read_text(encoding="utf-8").split()[0]
