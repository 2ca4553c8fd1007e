"""Checks an RDF upload and converts it to N-Triples if needed."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import IO, cast

from pyoxigraph import RdfFormat, parse, serialize

from begrepp.errors import InputError
from begrepp.rdf.rdf_xml import RdfXmlStream, restore_quads
from begrepp.rdf.xml_encoding import utf8_xml
from begrepp.validation.rdf_input.encoding import check_utf8
from begrepp.validation.rdf_input.jsonld import inline_contexts
from begrepp.validation.rdf_input.syntax import find_syntax
from begrepp.validation.rdf_input.xml import check_xml

_POSITION = re.compile(r":(\d+):(\d+):\s*(.*)", re.DOTALL)


def prepare_file(path: Path, folder: Path, *, base: str = "", syntax: RdfFormat | None = None, name: str = "") -> Path:
    """Check an input file; returns its path, or the path of a copy in `folder` as N-Triples.

    `base` is the IRI that relative IRIs refer to, by default the address of the file. `syntax` is the syntax stated by
    the sender; without it the suffix of `name` decides, then the beginning of the file. `name` is the name of the file
    in messages. Raises `InputError`, with line and column where known.
    """
    own = path.absolute().as_uri()
    name, base = name or path.name, base or own
    if not path.is_file():
        raise InputError(name, "is not a file.", "Provide an RDF file.")
    with utf8_xml(path, name) as readable:
        has_bom = check_utf8(readable, name)
        syntax = syntax or find_syntax(readable, name)
        if syntax == RdfFormat.RDF_XML:
            check_xml(readable, name)
        elif syntax == RdfFormat.JSON_LD:
            inlined = _new_file(folder, name, "jsonld")
            inlined.write_text(inline_contexts(readable, name), encoding="utf-8")
            return _convert_to_ntriples(inlined, _new_file(folder, name, "nt"), syntax, name, base)
        elif not has_bom and base == own and RdfFormat.from_extension(path.suffix.lstrip(".")) == syntax:
            return path
        return _convert_to_ntriples(readable, _new_file(folder, name, "nt"), syntax, name, base)


def _new_file(folder: Path, name: str, suffix: str) -> Path:
    """Return a path in a new sub-folder of `folder`, with the stem of the original name."""
    subfolder = folder / str(len(list(folder.iterdir())))
    subfolder.mkdir()
    return subfolder / f"{Path(name).stem[:60] or 'data'}.{suffix}"


def _convert_to_ntriples(path: Path, target: Path, syntax: RdfFormat, name: str, base: str) -> Path:
    try:
        with path.open("rb") as file, target.open("wb") as out:
            if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                file.seek(0)
            stream = RdfXmlStream(file) if syntax == RdfFormat.RDF_XML else file
            quads = parse(cast(IO[bytes], stream), format=syntax, base_iri=base, rename_blank_nodes=True)
            restored = restore_quads(quads) if syntax == RdfFormat.RDF_XML else quads
            serialize((quad.triple for quad in restored), out, format=RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError, OSError) as error:
        where = _position(path) if syntax == RdfFormat.RDF_XML else ""
        raise InputError(name, f"{where}cannot be read as RDF: {error}", "Fix the file and validate again.") from error
    return target


def _position(path: Path) -> str:
    """Return the position of an error in well-formed RDF/XML, from rdflib; pyoxigraph does not report it."""
    import rdflib  # noqa: PLC0415  # takes 0.1 s, and only errors need it
    from rdflib.exceptions import ParserError  # noqa: PLC0415

    try:
        rdflib.Graph().parse(path, format="xml")
    except ParserError as other:
        if match := _POSITION.search(str(other)):
            return f"line {match[1]} column {int(match[2]) + 1}: "
    except Exception:
        return ""
    return ""
