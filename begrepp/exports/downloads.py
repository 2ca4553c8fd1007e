"""Download files of one code system or of everything, in seven formats, without texts that may not be redistributed.

The server creates a file on first request, with a SHA-256 file next to it, by running
`python -m begrepp.exports.downloads BUILD TARGET` in a separate process.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from io import BytesIO, TextIOWrapper
from itertools import groupby
from pathlib import Path
from typing import IO, cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from begrepp.artefact.manifest import GraphEntry, Manifest, part_from_entry, read_manifest
from begrepp.artefact.public_projection import public_lines
from begrepp.child_process import end_with_standard_input
from begrepp.errors import NotFound
from begrepp.exports.fhir_package import write_fhir_package
from begrepp.exports.nquads import nquad_lines
from begrepp.exports.sqlite import write_database
from begrepp.files import file_in_progress, temporary_folder
from begrepp.rdf.namespaces import compact, prefixes
from begrepp.rdf.ntriples import name as property_name
from begrepp.settings import LANGUAGES

ALL = "begrepp"
"""Name of the download that contains everything."""
FORMATS = {
    "nq": "application/n-quads",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "csv": "text/csv",
    "sqlite": "application/vnd.sqlite3",
    "fhir-r5.tgz": "application/gzip",
    "fhir-r4.tgz": "application/gzip",
}
"""Media types by suffix. N-Quads contain every edition in its named graph; the others contain the current view."""
RDF_FORMATS = ("nq", "ttl", "jsonld")
"""The formats that hold RDF."""
COLUMNS = {
    "skos:notation": "notation",
    "begrepp:status": "status",
    "skos:broader": "broader",
    "skos:prefLabel": "prefLabel",
    "skos:altLabel": "altLabel",
    "skos:hiddenLabel": "hiddenLabel",
    "skos:definition": "definition",
    "skos:scopeNote": "scopeNote",
    "xkos:inclusionNote": "inclusionNote",
    "xkos:exclusionNote": "exclusionNote",
    "skos:exactMatch": "exactMatch",
    "skos:closeMatch": "closeMatch",
    "skos:broadMatch": "broadMatch",
    "skos:narrowMatch": "narrowMatch",
    "dct:isReplacedBy": "isReplacedBy",
    "begrepp:validFrom": "validFrom",
    "begrepp:validTo": "validTo",
}
_LANGUAGE_COLUMNS = (
    "prefLabel",
    "altLabel",
    "hiddenLabel",
    "definition",
    "scopeNote",
    "inclusionNote",
    "exclusionNote",
)
_SEPARATOR = "|"


def file_name(name: str, format_: str) -> str:
    """Return the file name of a download: `icd-10-se.ttl.gz`, `icd-10-se.fhir-r5.tgz`."""
    return f"{name}.{format_}" if format_.endswith(".tgz") else f"{name}.{format_}.gz"


def parse_file_name(file: str, manifest: Manifest) -> tuple[str, str]:
    """Return the name and the format of a download. Raises `NotFound` if there is no such file."""
    for format_ in FORMATS:
        stem = file.removesuffix(file_name("", format_))
        if stem != file and stem in download_names(manifest):
            return stem, format_
    raise NotFound(f"There is no download {file}.", "See /downloads for the available files.")


def download_names(manifest: Manifest) -> list[str]:
    """Return the names of downloads: everything, and each code system by its id."""
    return [ALL, *sorted({graph.id for graph in manifest.current_graphs("scheme")})]


def write_download(build: Path, file: str, target: Path) -> None:
    """Write a download to `target` and its SHA-256 to `….sha256` (format of `sha256sum`), unless they exist.

    Raises `NotFound` if there is no such file.
    """
    manifest = read_manifest(build)
    name, format_ = parse_file_name(file, manifest)
    with file_in_progress(target) as out:
        if out is None:
            return
        # No timestamp and no file name in the gzip header: the same build gives the same bytes.
        with gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as zipped:
            _WRITERS[format_](build, manifest, name, cast(IO[bytes], zipped))
        out.seek(0)
        digest = hashlib.file_digest(out, "sha256").hexdigest()
        target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {file}\n", encoding="utf-8")


def _select_graphs(manifest: Manifest, name: str, *, current: bool) -> list[GraphEntry]:
    """Return the graphs that a download contains; those of a code system are its editions."""
    return [
        graph
        for graph in manifest.graphs
        if (graph.current or not current) and (name == ALL or (graph.kind == "scheme" and graph.id == name))
    ]


def _read_lines(build: Path, manifest: Manifest, name: str) -> Iterator[str]:
    """Yield the current view as lines of N-Triples, graph by graph."""
    for graph in _select_graphs(manifest, name, current=True):
        part = part_from_entry(graph, build / "graphs")
        with part.path.open(encoding="utf-8") as lines:
            yield from public_lines(part, lines)


def _write_quads(build: Path, manifest: Manifest, name: str, out: IO[bytes]) -> None:
    chosen = {graph.graph for graph in _select_graphs(manifest, name, current=False)}
    for line in nquad_lines(build, manifest, public=True, only=chosen if name != ALL else None):
        out.write(line.encode())


def _parse_triples(build: Path, manifest: Manifest, name: str) -> Iterator[Triple]:
    reader = _LineReader(_read_lines(build, manifest, name))
    for quad in parse(reader, format=RdfFormat.N_TRIPLES):
        assert isinstance(quad, Quad)
        yield quad.triple


def _write_turtle(build: Path, manifest: Manifest, name: str, out: IO[bytes]) -> None:
    serialize(_parse_triples(build, manifest, name), out, format=RdfFormat.TURTLE, prefixes=prefixes())


def _write_json_ld(build: Path, manifest: Manifest, name: str, out: IO[bytes]) -> None:
    serialize(_parse_triples(build, manifest, name), out, format=RdfFormat.JSON_LD, prefixes=prefixes())


def _write_csv(build: Path, manifest: Manifest, name: str, out: IO[bytes]) -> None:
    """Write one row per concept; multiple values of a cell are separated by `|`.

    Each language of the texts has columns; `@sv` and `@en` hold a regional variant if a concept has no other text.
    """
    stream = TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    columns = ["iri", "scheme", *_csv_columns(_read_languages(_read_lines(build, manifest, name)))]
    table = csv.DictWriter(stream, columns, lineterminator="\r\n")
    table.writeheader()
    for subject, group in groupby(_parse_triples(build, manifest, name), key=lambda triple: triple.subject):
        statements = [(compact(triple.predicate.value), triple.object) for triple in group]
        if ("rdf:type", "skos:Concept") in {
            (property_name, compact(getattr(value, "value", ""))) for property_name, value in statements
        }:
            cells: dict[str, list[str]] = defaultdict(list)
            for property_name, value in statements:
                text = str(getattr(value, "value", ""))
                column = "scheme" if property_name == "skos:inScheme" else COLUMNS.get(property_name, "")
                if column in _LANGUAGE_COLUMNS:
                    if not isinstance(value, Literal):
                        continue
                    column = _language_column(column, value.language or "")
                if column:
                    cells[column].append(compact(text).removeprefix("begrepp:") if column == "status" else text)
            row = {column: _SEPARATOR.join(sorted(values)) for column, values in cells.items()}
            row |= _regional_cells(row)
            table.writerow({"iri": str(getattr(subject, "value", "")), **row})
    stream.detach()


_LANGUAGE_LINE = re.compile(
    '^[^ ]+ (?P<property>{}) .*"(?:@(?P<lang>[\\w-]+))? \\.$'.format(
        "|".join(re.escape(property_name(p)) for p, column in COLUMNS.items() if column in _LANGUAGE_COLUMNS)
    )
)


def _read_languages(lines: Iterable[str]) -> dict[str, set[str]]:
    """Return the language tags of the texts in each column; an empty tag for texts without a language."""
    found: dict[str, set[str]] = defaultdict(set)
    columns = {property_name(prefixed): column for prefixed, column in COLUMNS.items()}
    for line in lines:
        if match := _LANGUAGE_LINE.match(line):
            found[columns[match["property"]]].add(match["lang"] or "")
    return found


def _language_column(column: str, language: str) -> str:
    return f"{column}@{language}" if language else column


def _regional_cells(row: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of `LANGUAGES` that are empty, from the first regional variant that the concept has."""
    return {
        f"{column}@{language}": row[regional]
        for column in _LANGUAGE_COLUMNS
        for language in LANGUAGES
        if f"{column}@{language}" not in row
        and (regional := min((name for name in row if name.startswith(f"{column}@{language}-")), default=""))
    }


def _csv_columns(languages: Mapping[str, Collection[str]]) -> list[str]:
    """Return the columns: for texts one for each language, those of `LANGUAGES` first."""
    return [
        written
        for column in COLUMNS.values()
        for written in (
            [_language_column(column, lang) for lang in dict.fromkeys((*LANGUAGES, *sorted(languages.get(column, ()))))]
            if column in _LANGUAGE_COLUMNS
            else [column]
        )
    ]


class _LineReader(BytesIO):
    """Binary file object that reads from an iterator of lines."""

    def __init__(self, lines: Iterator[str]) -> None:
        super().__init__()
        self._lines = lines
        self._buffer = b""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted_bytes = size if size and size > 0 else 1 << 20
        while len(self._buffer) < wanted_bytes and (line := next(self._lines, None)) is not None:
            self._buffer += line.encode()
        chunk, self._buffer = self._buffer[:wanted_bytes], self._buffer[wanted_bytes:]
        return chunk


def _write_sqlite(build: Path, manifest: Manifest, name: str, out: IO[bytes]) -> None:
    licences = {
        triple.object.value
        for triple in _parse_triples(build, manifest, name)
        if compact(triple.predicate.value) == "dct:license" and isinstance(triple.object, NamedNode)
    }
    about = {
        "content": name,
        "citation": citation(manifest),
        "licence": " ".join(sorted(licences)),
        "hash": manifest.hash,
        "built": manifest.built_at,
        "software": manifest.software,
    }
    with temporary_folder() as folder:
        path = folder / "dump.sqlite"
        write_database(path, _parse_triples(build, manifest, name), about)
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)


def citation(manifest: Manifest) -> str:
    """Return the citation of a build: date, hash and base IRI."""
    return f"begrepp, {manifest.built_at[:10]}, {manifest.hash[:12]}. {manifest.base}"


def _write_package(build: Path, manifest: Manifest, name: str, out: IO[bytes], *, format_: str) -> None:
    write_fhir_package(build, manifest, "" if name == ALL else name, out, format_=format_)


_WRITERS: dict[str, Callable[[Path, Manifest, str, IO[bytes]], None]] = {
    "nq": _write_quads,
    "ttl": _write_turtle,
    "jsonld": _write_json_ld,
    "csv": _write_csv,
    "sqlite": _write_sqlite,
    "fhir-r5.tgz": partial(_write_package, format_="fhir-r5.tgz"),
    "fhir-r4.tgz": partial(_write_package, format_="fhir-r4.tgz"),
}


if __name__ == "__main__":
    end_with_standard_input()
    build_folder, target_file = map(Path, sys.argv[1:])
    write_download(build_folder, target_file.name, target_file)
