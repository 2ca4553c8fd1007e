"""Files of an ontology in OWL: RDF/XML, Turtle, N-Triples, JSON-LD or OWL/XML, with the files that they import.

The syntax is recognised by the beginning of a file, since all of them are called `.owl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.rdf.xml_encoding import utf8_xml
from begrepp.records import EditionFiles, RdfTerm
from begrepp.sources.editions import data_files
from begrepp.sources.meter import current_meter
from loaders.obo_owl.owl_xml import read_owl_xml
from loaders.support.rdf_files import FORMATS, read_rdf, refuse_other_content

IMPORTS = expand("owl:imports")
OntologyTriple = tuple[str, str, RdfTerm]
"""Subject, predicate and object; a blank node is an IRI that begins with `_:`."""
_HEAD = 1 << 16
_COMMENTS = re.compile(r"(?:\s|#[^\n]*\n|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
_OTHER_SYNTAXES = (
    (re.compile(r"(?:Prefix|Ontology|Declaration)\s*\("), "OWL functional syntax"),
    (re.compile(r"(?:Prefix|Ontology|Class|ObjectProperty)\s*:\s"), "OWL Manchester syntax"),
    (re.compile(r"\(\s*(?:[\w-]+:)?(?:ontology|prefix)\b", re.IGNORECASE), "KRSS or Lisp syntax"),
)
_OBO = re.compile(r"(?:format-version|ontology|data-version)\s*:|\[Term\]")


def read_ontology(path: Path, edition: EditionFiles) -> Iterator[OntologyTriple]:
    """Yield the triples of a file and of all files that it imports. Raises `InputError` if one is missing."""
    files_by_name = {other.name: other for other in data_files(edition)}
    queue, seen = [path], {path}
    while queue:
        current = queue.pop()
        current_meter().place = None
        for triple in _read_file(current):
            yield triple
            if triple[1] == IMPORTS and triple[2].kind == "iri":
                other = _imported_file(triple[2].value, current, files_by_name)
                if other not in seen:
                    seen.add(other)
                    queue.append(other)


def _imported_file(iri: str, importing: Path, files_by_name: dict[str, Path]) -> Path:
    name = iri.rstrip("/#").rsplit("/", 1)[-1]
    other = files_by_name.get(name) or files_by_name.get(f"{name}.owl") or files_by_name.get(f"{name}.ttl")
    if not other:
        raise InputError(
            importing,
            f"it imports <{iri}>, which is not fetched.",
            f"Download it and add it next to the other files, as {name.removesuffix('.owl')}.owl.",
        )
    return other


def _read_file(path: Path) -> Iterator[OntologyTriple]:
    form = _syntax(path)
    if form is None:
        yield from read_owl_xml(path)
        return
    for quad in read_rdf(path, path.resolve().as_uri(), form):
        subject = quad.subject.value if isinstance(quad.subject, NamedNode) else str(quad.subject)
        if isinstance(quad.object, Literal):
            datatype = "" if quad.object.language else quad.object.datatype.value
            term = RdfTerm(quad.object.value, "literal", quad.object.language or "", datatype)
        else:
            term = RdfTerm(quad.object.value if isinstance(quad.object, NamedNode) else str(quad.object), "iri")
        yield subject, quad.predicate.value, term


def _syntax(path: Path) -> RdfFormat | None:
    """Return the RDF syntax of a file by its beginning; None for OWL/XML. Raises `InputError` for another syntax."""
    refuse_other_content(path)
    with utf8_xml(path) as readable, readable.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8-sig", errors="replace")
    prolog = _COMMENTS.match(head)
    start = head[prolog.end() :] if prolog else head
    if not start:
        raise InputError(path, "the file is empty.", "Download the file again from its publisher.")
    for pattern, name in _OTHER_SYNTAXES:
        if pattern.match(start):
            raise InputError(
                path, f"this is {name}, which begrepp does not read.", "Convert it to RDF/XML or Turtle, as with ROBOT."
            )
    if _OBO.match(start):
        raise InputError(path, "this is an ontology in the OBO format.", 'Set loader = "obo" in source.toml.')
    if re.match(r"<(?:[\w.-]+:)?Ontology\b", start):
        return None
    # In Turtle and N-Triples, `<urn:a>` is an IRI.
    is_named_xml = "xmlns" in start or path.suffix.lower() not in (".ttl", ".nt")
    if is_named_xml and re.match(r"<[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?[\s/>]", start):
        return RdfFormat.RDF_XML
    if start[0] in "[{":
        return RdfFormat.JSON_LD if start[0] == "{" or path.suffix.lower() in (".json", ".jsonld") else RdfFormat.TURTLE
    given = FORMATS.get(path.suffix.lower())
    return given if given not in (None, RdfFormat.RDF_XML, RdfFormat.JSON_LD) else RdfFormat.TURTLE
