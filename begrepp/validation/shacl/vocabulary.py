"""SHACL, RDF and XSD constants, and conversion of RDF terms to text, numbers and booleans."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Term = NamedNode | BlankNode | Literal | Triple

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OWL_IMPORTS = "http://www.w3.org/2002/07/owl#imports"
RDFS_COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDF_NIL = NamedNode(RDF + "nil")
RDF_TYPE = NamedNode(RDF + "type")
RDFS_CLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#Class")
SUB_CLASS_OF = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
NODE_KINDS = ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
"""The local names of the values of `sh:nodeKind` (SHACL 4.1.3)."""


def component_iri(name: str) -> str:
    """The IRI of the constraint component with the parameter `name`: `minCount` → `sh:MinCountConstraintComponent`."""
    return f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent"


def parameter_name(component: str) -> str:
    """The name of the parameter of a constraint component, the inverse of `component_iri`."""
    name = component.removeprefix(SH).removesuffix("ConstraintComponent")
    return f"{name[:1].lower()}{name[1:]}"


def display_text(term: Term) -> str:
    """Return a term for display: an IRI without brackets, every other term as in N-Triples."""
    return term.value if isinstance(term, NamedNode) else str(term)


def lexical_form(term: Term | None) -> str:
    """Return the characters of an IRI or a literal; empty for every other term."""
    return term.value if isinstance(term, NamedNode | Literal) else ""


def is_true(term: Term | None) -> bool:
    """Return whether the term is the literal `true`."""
    return isinstance(term, Literal) and term.value == "true"


def parse_count(term: Term) -> int:
    """Return the integer of a parameter of a well-formed shape."""
    return int(lexical_form(term))
