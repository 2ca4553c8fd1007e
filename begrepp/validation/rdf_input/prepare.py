"""The door: takes a file from outside and gives one that can be read as it stands, or says why not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import rdflib
from pyoxigraph import RdfFormat, parse, serialize
from rdflib.exceptions import ParserError

from begrepp.errors import InputError
from begrepp.validation.rdf_input.encoding import check_text
from begrepp.validation.rdf_input.jsonld import with_contexts
from begrepp.validation.rdf_input.syntax import of_file, of_text
from begrepp.validation.rdf_input.xml import check_xml

_HEAD = 8192
_POSITION = re.compile(r":(\d+):(\d+):\s*(.*)", re.DOTALL)
_BOM = 3


def prepare(path: Path, folder: Path, *, syntax: RdfFormat | None = None, name: str = "") -> Path:
    """The file itself where it can be read as it is; otherwise a copy of it in `folder`.

    `syntax` is what the sender says; without it the name tells, and then the beginning of the file. `name` is what
    the file is called in errors. RDF/XML and JSON-LD become N-Triples. Raises `InputError`, with line and column.
    """
    name = name or path.name
    if not path.is_file():
        raise InputError(name, "is not a file.", "Provide an RDF file.")
    marked = check_text(path, name)
    if syntax is None:
        syntax = of_file(name)
    if syntax is None:
        with path.open(encoding="utf-8-sig") as file:
            syntax = of_text(file.read(_HEAD))
    if syntax == RdfFormat.RDF_XML:
        check_xml(path, name)
        return _as_triples(path, _place(folder, name, "nt"), syntax, name)
    if syntax == RdfFormat.JSON_LD:
        whole = _place(folder, name, "jsonld")
        whole.write_text(with_contexts(path, name), encoding="utf-8")
        return _as_triples(whole, _place(folder, name, "nt"), syntax, name)
    if not marked and RdfFormat.from_extension(path.suffix.lstrip(".")) == syntax and path.name == name:
        return path
    return _copied(path, _place(folder, name, syntax.file_extension), _BOM if marked else 0)


def _place(folder: Path, name: str, suffix: str) -> Path:
    """A file of its own in the folder that is called like the original."""
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    return place / f"{Path(name).stem[:60] or 'data'}.{suffix}"


def _copied(path: Path, target: Path, skip: int) -> Path:
    with path.open("rb") as source, target.open("wb") as copy:
        source.seek(skip)
        shutil.copyfileobj(source, copy)
    return target


def _as_triples(path: Path, target: Path, syntax: RdfFormat, name: str) -> Path:
    base = f"file:///{Path(name).name}".replace(" ", "%20")
    try:
        with target.open("wb") as out:
            quads = parse(path=path, format=syntax, base_iri=base, rename_blank_nodes=True)
            serialize((quad.triple for quad in quads), out, format=RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError, OSError) as error:
        where = _position(path, error) if syntax == RdfFormat.RDF_XML else ""
        raise InputError(name, f"{where}cannot be read as RDF: {error}", "Fix the file and validate again.") from error
    return target


def _position(path: Path, error: Exception) -> str:
    """Where well-formed XML is wrong as RDF: the parser that reads it does not say, rdflib's does."""
    try:
        rdflib.Graph().parse(path, format="xml")
    except ParserError as other:
        if found := _POSITION.search(str(other)):
            return f"line {found[1]} column {int(found[2]) + 1}: "
    except Exception:
        return ""
    return ""
