"""Reader of the named classes of an ontology with their superclasses and annotations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.records import EditionFiles, RdfTerm
from begrepp.sources.meter import current_meter
from loaders.obo_owl.class_expressions import ClassExpressions
from loaders.obo_owl.ontology_files import read_ontology
from loaders.obo_owl.reasoner import inferred_superclasses

DEPRECATED = expand("owl:deprecated")
_TYPE = expand("rdf:type")
_SUBCLASS = expand("rdfs:subClassOf")
_DEPRECATED_CLASS = expand("owl:DeprecatedClass")
_CLASSES = (expand("owl:Class"), expand("rdfs:Class"), _DEPRECATED_CLASS)
_THING = expand("owl:Thing")
_UNREAD_TYPES = tuple(
    expand(f"owl:{name}")
    for name in (
        *("NamedIndividual", "Axiom", "AllDisjointClasses", "NegativePropertyAssertion"),
        *("ObjectProperty", "DatatypeProperty", "AnnotationProperty"),
    )
)
Annotations = dict[str, list[RdfTerm]]


def read_classes(
    path: Path, edition: EditionFiles, annotation_properties: Collection[str], *, reason: bool
) -> tuple[dict[str, tuple[list[str], Annotations]], ClassExpressions, Counter[str]]:
    """Return each named class with its named superclasses and annotations, sorted by IRI.

    Also the anonymous classes, and the numbers of what is not read: other properties of classes, individuals,
    properties and axioms.
    """
    current_meter().stage = "reading"
    parents: dict[str, set[str]] = {}
    annotations: dict[str, Annotations] = {}
    named: set[str] = set()
    expressions = ClassExpressions()
    unread: Counter[str] = Counter()
    others: list[tuple[str, str]] = []
    for subject, predicate, value in read_ontology(path, edition):
        is_part = expressions.add(subject, predicate, value)
        if predicate == _TYPE and value.value in _UNREAD_TYPES:
            unread[local_name(value.value)] += 1
        if subject.startswith("_:"):
            continue
        if predicate == _TYPE:
            if value.value in _CLASSES:
                named.add(subject)
            if value.value == _DEPRECATED_CLASS:
                annotations.setdefault(subject, {}).setdefault(DEPRECATED, []).append(RdfTerm("true", "literal"))
        elif predicate == _SUBCLASS:
            named.add(subject)
            if value.kind == "iri" and not value.value.startswith("_:"):
                parents.setdefault(subject, set()).add(value.value)
        elif predicate in annotation_properties and not value.value.startswith("_:"):
            annotations.setdefault(subject, {}).setdefault(predicate, []).append(value)
        elif not is_part:
            others.append((subject, predicate))
    for iri, parent in expressions.named_members():
        parents.setdefault(iri, set()).update({parent} & named)
    named.discard(_THING)
    if not named:
        raise InputError(path, "there are no classes in the file.", "Check that you added the right file.")
    if reason:
        for iri, inferred in inferred_superclasses(path, edition).items():
            parents.setdefault(iri, set()).update(inferred)
    unread.update(local_name(predicate) for subject, predicate in others if subject in named)
    classes = {
        iri: (
            sorted(parents.get(iri, set()) - {iri, _THING}),
            {predicate: sorted(set(values)) for predicate, values in annotations.get(iri, {}).items()},
        )
        for iri in sorted(named)
    }
    return classes, expressions, unread


def local_name(iri: str) -> str:
    """Return the last segment of an IRI."""
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]
