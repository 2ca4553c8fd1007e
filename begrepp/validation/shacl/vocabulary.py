"""The words that rules and data are written with, and how one of them reads as text, as a number or as yes."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from begrepp.errors import InputError

Term = NamedNode | BlankNode | Literal | Triple

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OWL_IMPORTS = "http://www.w3.org/2002/07/owl#imports"
RDF_TYPE = NamedNode(RDF + "type")
RDFS_CLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#Class")
SUB_CLASS_OF = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")


def component_iri(name: str) -> str:
    """The IRI of the constraint component with the parameter `name`: `minCount` → `sh:MinCountConstraintComponent`."""
    return f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent"


def shown(term: Term) -> str:
    """A term as people read it: an IRI bare, all else as in N-Triples."""
    return term.value if isinstance(term, NamedNode) else str(term)


def lexical(term: Term | None) -> str:
    """The characters of an IRI or a literal; of anything else none."""
    return term.value if isinstance(term, NamedNode | Literal) else ""


def is_true(term: Term | None) -> bool:
    """Whether the term is the literal `true`."""
    return isinstance(term, Literal) and term.value == "true"


def count_of(term: Term) -> int:
    """The whole number that a parameter gives. Raises `InputError` where it is none."""
    if not (text := lexical(term)).isdecimal():
        raise InputError("shapes", f"{term} is not a non-negative integer.", "Use a whole number, 0 or more.")
    return int(text)
