"""Reader of untrusted RDF files, with an in-memory graph and skolemization of blank nodes.

Nothing is fetched; the expansion of entities and the length of literals are limited.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from begrepp.errors import InputError, Origin
from begrepp.rdf.literal_languages import find_faulty_tag
from begrepp.rdf.namespaces import expand
from begrepp.rdf.rdf_xml import RdfXmlStream, restore_quads
from begrepp.rdf.xml_encoding import utf8_xml
from begrepp.sources.file_kinds import content_advice, describe_content
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import add_remark
from begrepp.sources.text_encodings import find_encoding_error, find_xml_encoding_error

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
}
GraphNode = NamedNode | BlankNode
GraphTerm = NamedNode | BlankNode | Literal
PredicateObjects = list[tuple[str, GraphTerm]]
_TYPE = expand("rdf:type")
_MAX_ENTITY = 300
_MAX_TEXT = 1 << 24


def read_rdf(path: Path, base: str, form: RdfFormat | None = None) -> Iterator[Quad]:
    """Yield the quads of a file; its suffix gives the format, unless `form` does.

    Raises `InputError` if it is not well-formed.
    """
    refuse_other_content(path)
    form = form or FORMATS.get(path.suffix.lower())
    if form is None:
        raise InputError(
            path,
            f"'{path.suffix}' is not a supported RDF file extension.",
            f"Name the file as what it is: {', '.join(FORMATS)}.",
        )
    with utf8_xml(path) as readable, readable.open("rb") as file:
        if form == RdfFormat.RDF_XML:
            check_doctype(file, path)
            _check_end(file, path)
        file.seek(3 if file.read(3) == b"\xef\xbb\xbf" else 0)
        count = 0
        try:
            # Blank nodes with the same label in two files are different nodes.
            for quad in restore_quads(
                parse(
                    cast(IO[bytes], _BoundedStream(file, path, form)),
                    format=form,
                    base_iri=base or None,
                    rename_blank_nodes=True,
                )
            ):
                count += 1
                yield quad
        except MemoryError:
            raise _text_too_long(path) from None
        except (SyntaxError, ValueError, OSError) as error:
            raise _parse_error(path, form, error) from None
        if not count:
            raise InputError(path, "the file holds no triples.", "Check that you added the right file.")


def refuse_other_content(path: Path) -> None:
    """Raise `InputError` for an archive, a web page or another kind of file that holds no RDF."""
    kind = describe_content(path)
    if kind and kind != "an XML file":
        next_step = content_advice(kind, "Download the file itself, and add it again.")
        raise InputError(path, f"it is {kind}, not RDF.", next_step)


_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)")
_TAIL = 1 << 16


def _check_end(file: IO[bytes], path: Path) -> None:
    """Raise `InputError` if the root element is not closed: pyoxigraph accepts truncated RDF/XML."""
    file.seek(0)
    root = _ROOT.search(re.sub(rb"<!--.*?-->|<!DOCTYPE.*?\]\s*>", b"", file.read(1 << 20), flags=re.DOTALL))
    file.seek(max(0, file.seek(0, 2) - _TAIL))
    tail = re.sub(rb"<!--.*?-->", b"", file.read(), flags=re.DOTALL).rstrip()
    if root and not re.search(rb"(</" + re.escape(root[1]) + rb"\s*|<" + re.escape(root[1]) + rb"[^<>]*/)>$", tail):
        raise InputError(
            path,
            f"the XML is truncated: <{root[1].decode()}> is not closed at the end.",
            "Download the file again from its publisher, and compare its size.",
        )


class _BoundedStream(io.RawIOBase):
    """File with a limit on the length of texts. pyoxigraph limits literals to 16 MB, but not in RDF/XML."""

    def __init__(self, file: IO[bytes], path: Path, form: RdfFormat) -> None:
        self._file = RdfXmlStream(file) if form == RdfFormat.RDF_XML else file
        self._path = path
        self._text_bytes = 0
        self._limited = form == RdfFormat.RDF_XML

    def read(self, size: int = -1) -> bytes:
        """Read bytes, and count those since the last start of a tag."""
        data = self._file.read(size)
        current_meter().bytes += len(data)
        last = data.rfind(b"<")
        self._text_bytes = self._text_bytes + len(data) if last < 0 else len(data) - last
        if self._limited and self._text_bytes > _MAX_TEXT:
            raise _text_too_long(self._path)
        return data


def _text_too_long(path: Path) -> InputError:
    return InputError(path, f"one text is longer than {_MAX_TEXT:,} bytes.", "Check that you added the right file.")


def _parse_error(path: Path, form: RdfFormat, error: Exception) -> InputError:
    if "LoadDocumentCallback" in str(error):
        return InputError(
            path,
            "the JSON-LD refers to a context on the web, which is not fetched.",
            "Put the context itself into the file, or convert the file to Turtle.",
        )
    row = getattr(error, "lineno", None) or 0
    with path.open("rb") as file:
        find = find_xml_encoding_error if form == RdfFormat.RDF_XML else find_encoding_error
        if encoding_error := find(file, Origin(path.name)):
            return encoding_error
    if (row or "language tag" in str(error)) and (found := find_faulty_tag(path, row)):
        return InputError(
            Origin(path.name, found[0]),
            f"the language tag '{found[1]}' is not one (BCP 47).",
            "Write a hyphen between its parts, as in sv-SE, or report it to the publisher.",
        )
    if "No scheme found in an absolute IRI" in str(error):
        return InputError(
            Origin(path.name, row),
            "the RDF has relative IRIs without a base IRI.",
            'Set base = "https://…/" at the top of source.toml: the address where the file is published.',
        )
    column = getattr(error, "offset", None)
    where = f" at column {column}" if column else ""
    message = re.sub(r"^Parser error at [^:]*: | \(line \d+\)$", "", str(error))
    if message.lower().startswith("unexpected end"):
        return InputError(
            Origin(path.name, row),
            "the file ends in the middle of a statement: it is truncated.",
            "Download the file again from its publisher, and compare its size.",
        )
    return InputError(
        Origin(path.name, row),
        f"the RDF is not well-formed{where}: {message.rstrip('.')}.",
        "Fix the line, or download the file again from its publisher.",
    )


_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_DOCTYPE = re.compile(
    rb"<!DOCTYPE\s+[\w:.-]+\s*(?P<external>(?:SYSTEM|PUBLIC)\b)?(?:[^\[>]*)(?:\[(?P<inside>.*?)\]\s*)?>", re.DOTALL
)
_ENTITY = re.compile(rb"""<!ENTITY\s+[\w:.-]+\s+(?P<quote>["'])(?P<value>.*?)(?P=quote)\s*>""", re.DOTALL)


def check_doctype(file: IO[bytes], path: Path) -> None:
    """Raise `InputError` for a DOCTYPE that declares more than short namespace entities, as OWL editors write them.

    pyoxigraph expands nested entities without limit: eight levels of ten entities took seconds, twelve would exhaust
    memory. It does not read external entities, but its error message is unclear.
    """
    head = file.read(1 << 20)
    file.seek(0)
    start = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
    prolog = _PROLOG.match(start)
    rest = start[prolog.end() :] if prolog else start
    if b"<!DOCTYPE" not in rest[:9].upper():
        if b"<!DOCTYPE" in head.upper() and not rest.startswith(b"<"):
            raise _forbidden_doctype(path)
        return
    doctype = _DOCTYPE.match(rest)
    if not doctype or doctype["external"]:
        raise _forbidden_doctype(path)
    subset = doctype["inside"] or b""
    values = [match["value"] for match in _ENTITY.finditer(subset)]
    remaining = re.sub(rb"<!--.*?-->|\s", b"", _ENTITY.sub(b"", subset), flags=re.DOTALL)
    if remaining or any(
        b"&" in value or b"%" in value or b"<" in value or len(value) > _MAX_ENTITY for value in values
    ):
        raise _forbidden_doctype(path)


def _forbidden_doctype(path: Path) -> InputError:
    return InputError(
        path,
        "the XML declares a DTD or entities beyond short names of namespaces, which are refused: "
        "they can read files or exhaust memory.",
        "Convert the file to Turtle, or remove the DOCTYPE in a copy, and check where the file comes from.",
    )


@dataclass(slots=True)
class Graph:
    """Triples by subject, in the order of the files."""

    origin: Origin
    triples: dict[GraphNode, PredicateObjects] = field(default_factory=dict)

    def add(self, quad: Quad) -> None:
        """Add a triple. Raises `InputError` for a triple term (RDF 1.2)."""
        if not isinstance(quad.subject, NamedNode | BlankNode) or not isinstance(
            quad.object, NamedNode | BlankNode | Literal
        ):
            raise InputError(
                self.origin, "the file holds triples about triples (RDF 1.2).", "Export it as RDF 1.1 and add it again."
            )
        if isinstance(quad.object, Literal) and quad.object.direction is not None:
            add_remark(self.origin, f"the base direction of {quad.object} (RDF 1.2) is left out.")
        self.triples.setdefault(quad.subject, []).append((quad.predicate.value, quad.object))

    def objects(self, subject: GraphNode, *predicates: str) -> Iterator[GraphTerm]:
        """Return the objects of the predicates, in the order of the predicates."""
        pairs = self.triples.get(subject, ())
        return (
            object_ for wanted_predicate in predicates for predicate, object_ in pairs if predicate == wanted_predicate
        )

    def instances_of(self, class_: str) -> list[NamedNode]:
        """Return the subjects of a class that have an IRI, in the order of the file."""
        class_node = NamedNode(class_)
        return [s for s, pairs in self.triples.items() if isinstance(s, NamedNode) and (_TYPE, class_node) in pairs]
