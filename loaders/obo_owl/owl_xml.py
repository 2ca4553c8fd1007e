"""Reader of OWL/XML (https://www.w3.org/TR/owl2-xml-serialization/): the axioms that become concepts, as triples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import expand, prefixes
from begrepp.records import RdfTerm
from begrepp.sources.xml import XmlNode, read_xml

_TYPE = expand("rdf:type")
_AXIOMS = ("Declaration", "SubClassOf", "AnnotationAssertion", "EquivalentClasses", "Prefix", "Import")
_STANDARD = {
    **{prefix: prefixes()[prefix] for prefix in ("owl", "rdf", "rdfs", "xsd")},
    "xml": "http://www.w3.org/XML/1998/namespace",
}
_Triple = tuple[str, str, RdfTerm]


def read_owl_xml(path: Path) -> Iterator[_Triple]:
    """Yield declarations, named superclasses, annotations and imports. Raises `InputError` with the row."""
    *_, root = read_xml(path)
    names = _Names(path, root)
    for node in root.all(*_AXIOMS):
        match node.name:
            case "Declaration":
                for entity in node.all("Class"):
                    yield names.iri(entity), _TYPE, RdfTerm(expand("owl:Class"), "iri")
            case "SubClassOf":
                sides = [child for child in node.children if child.name != "Annotation"]
                if len(sides) == 2 and sides[0].name == "Class":
                    yield names.iri(sides[0]), _TYPE, RdfTerm(expand("owl:Class"), "iri")
                    for each in _named_classes(sides[1]):
                        yield names.iri(sides[0]), expand("rdfs:subClassOf"), RdfTerm(names.iri(each), "iri")
            case "EquivalentClasses":
                for entity in node.all("Class"):
                    yield names.iri(entity), _TYPE, RdfTerm(expand("owl:Class"), "iri")
                    for each in (each for side in node.all("ObjectIntersectionOf") for each in side.all("Class")):
                        yield names.iri(entity), expand("rdfs:subClassOf"), RdfTerm(names.iri(each), "iri")
            case "AnnotationAssertion":
                yield from _annotation(node, names)
            case "Import":
                yield root.get("ontologyIRI"), expand("owl:imports"), RdfTerm(node.text, "iri")


def _named_classes(expression: XmlNode) -> list[XmlNode]:
    """Return a named class, or the named classes of an intersection."""
    if expression.name == "ObjectIntersectionOf":
        return list(expression.all("Class"))
    return [expression] if expression.name == "Class" else []


class _Names:
    """Prefixes and base of a document."""

    def __init__(self, path: Path, root: XmlNode) -> None:
        self._file = path.name
        self._base = root.get("{http://www.w3.org/XML/1998/namespace}base") or root.get("ontologyIRI")
        self._prefixes = _STANDARD | {node.get("name"): node.get("IRI") for node in root.all("Prefix")}

    def iri(self, node: XmlNode) -> str:
        """Return the IRI of an element: its `IRI`, `abbreviatedIRI`, or its text."""
        short = node.get("abbreviatedIRI") or (node.text if node.name == "AbbreviatedIRI" else "")
        if short:
            prefix, _, local = short.partition(":")
            if prefix not in self._prefixes:
                raise InputError(
                    Origin(self._file, node.row), f"the prefix '{prefix}' is not declared.", "Add a <Prefix> for it."
                )
            return self._prefixes[prefix] + local
        return self.absolute(node.get("IRI") or node.text)

    def absolute(self, iri: str) -> str:
        """Return an IRI resolved against the base."""
        if iri.startswith("#"):
            return self._base.rstrip("#") + iri
        return iri if ":" in iri.partition("/")[0] else urljoin(self._base, iri)


def _annotation(node: XmlNode, names: _Names) -> Iterator[_Triple]:
    parts = [child for child in node.children if child.name != "Annotation"]
    if len(parts) != 3 or parts[0].name != "AnnotationProperty" or parts[1].name not in ("IRI", "AbbreviatedIRI"):
        return
    subject, value = names.iri(parts[1]), parts[2]
    if value.name == "Literal":
        datatype = value.get("datatypeIRI")
        term = RdfTerm(value.words, "literal", value.lang, "" if value.lang else names.absolute(datatype))
    elif value.name in ("IRI", "AbbreviatedIRI"):
        term = RdfTerm(names.iri(value), "iri")
    else:
        return
    yield subject, names.iri(parts[0]), term
