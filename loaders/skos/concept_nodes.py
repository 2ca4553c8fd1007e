"""Concepts, collections and notes among the nodes of a SKOS graph.

`skos:inScheme` has no domain (SKOS Reference, 4.6.4): it makes a concept only of a labelled node without a type.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pyoxigraph import Literal, NamedNode

from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from loaders.skos.properties import (
    BROADER,
    HAS_TOP,
    IN_SCHEME,
    LABELS,
    LITERAL_FORM,
    MATCHES_OF_RELATIONS,
    NARROWER,
    OBJECT_PROPERTIES,
    TOP_OF,
    TYPE,
    XL_LABELS,
    normalized_text,
    texts_of,
)
from loaders.support.rdf_files import Graph, GraphNode, GraphTerm, PredicateObjects

_CONCEPT = NamedNode(expand("skos:Concept"))
_COLLECTIONS = {NamedNode(expand(f"skos:{name}")) for name in ("Collection", "OrderedCollection")}
_DATASET = NamedNode(expand("dcat:Dataset"))
_UNREAD = {
    NamedNode(expand(name))
    for name in (
        "owl:Axiom",
        "sssom:Mapping",
        "sssom:MappingSet",
        "xkos:ConceptAssociation",
        "csvw:Table",
        "csvw:Column",
        "cdi:InstanceVariable",
        "cdi:RepresentedVariable",
    )
}
"""Classes with rules of their own in our graph: a file that describes them for other tools need not follow these."""
_TITLE, _DESCRIPTION = expand("dct:title"), expand("dct:description")
_MEMBER = expand("skos:member")
_SUBCLASS = expand("rdfs:subClassOf")
_MEMBER_LIST, _FIRST, _REST = expand("skos:memberList"), expand("rdf:first"), expand("rdf:rest")
_NOTE_TEXTS = (expand("rdf:value"), expand("rdfs:label"), LITERAL_FORM)


def find_concept_nodes(graph: Graph, schemes: Collection[GraphTerm]) -> Iterator[NamedNode]:
    """Yield the nodes of the class or a subclass, and labelled nodes in a hierarchy or, without a type, in a scheme."""
    classes: set[GraphTerm] = {_CONCEPT}
    subclasses = {s: set(graph.objects(s, _SUBCLASS)) for s in graph.triples}
    while found := {s for s, above in subclasses.items() if above & classes and s not in classes}:
        classes |= found
    placed = {o for pairs in graph.triples.values() for p, o in pairs if p in (HAS_TOP, BROADER, NARROWER)}
    for subject, pairs in graph.triples.items():
        if not isinstance(subject, NamedNode) or subject in schemes:
            continue
        types = {o for p, o in pairs if p == TYPE}
        if types & classes:
            yield subject
        elif not types & _COLLECTIONS:
            predicates = {predicate for predicate, _ in pairs}
            # A labelled node in a hierarchy is a concept (SKOS S6, S7, S19).
            relations = {TOP_OF, BROADER, NARROWER} | (set() if types else {IN_SCHEME})
            if predicates & (LABELS.keys() | XL_LABELS.keys()) and (predicates & relations or subject in placed):
                yield subject


def unread_class(pairs: PredicateObjects) -> str:
    """Return the class of a node that only other loaders read; empty for a node that is kept."""
    return next((compact(o.value) for p, o in pairs if p == TYPE and isinstance(o, NamedNode) and o in _UNREAD), "")


def with_dataset_titles(pairs: PredicateObjects, language: str) -> tuple[PredicateObjects, str]:
    """Return the triples of a node, and a remark if it is no longer a dataset.

    Title and description of a dataset have a language, as in catalogues; one without a title loses its class.
    """
    if (TYPE, _DATASET) not in pairs:
        return pairs, ""
    if not any(predicate == _TITLE and isinstance(object_, Literal) for predicate, object_ in pairs):
        return [pair for pair in pairs if pair != (TYPE, _DATASET)], "is a dcat:Dataset without a dct:title"
    return [
        (p, Literal(o.value, language=language))
        if p in (_TITLE, _DESCRIPTION) and isinstance(o, Literal) and not o.language
        else (p, o)
        for p, o in pairs
    ], ""


def other_type(pairs: PredicateObjects) -> str:
    """Return the class of a node that is in a scheme and neither a concept nor a collection; else an empty string."""
    types = [o for p, o in pairs if p == TYPE]
    if any(p == IN_SCHEME for p, _ in pairs) and types and not {*types} & {_CONCEPT, *_COLLECTIONS}:
        return ", ".join(sorted(compact(each.value) for each in types if isinstance(each, NamedNode)))
    return ""


def listed_members(graph: Graph, collection: GraphNode) -> Iterator[GraphTerm]:
    """Yield the members in the list of an ordered collection, which are members as of any (SKOS S36)."""
    stated = set(graph.objects(collection, _MEMBER))
    cells = [*graph.objects(collection, _MEMBER_LIST)]
    seen: set[GraphTerm] = set()
    while cells and (cell := cells.pop()) not in seen:
        seen.add(cell)
        if not isinstance(cell, Literal):
            members = [o for o in graph.objects(cell, _FIRST) if o not in stated]
            yield from members
            stated.update(members)
            cells += graph.objects(cell, _REST)


def relation_remarks(graph: Graph, schemes_by_concept: Mapping[NamedNode, NamedNode]) -> Iterator[str]:
    """Yield remarks on relations to other schemes, members without a description, and labels without a form."""
    for subject, pairs in graph.triples.items():
        for predicate, object_ in pairs:
            if isinstance(object_, Literal):
                continue
            if predicate in MATCHES_OF_RELATIONS and subject in schemes_by_concept:
                scheme = schemes_by_concept.get(object_)  # type: ignore[arg-type]
                if scheme != schemes_by_concept[subject]:  # type: ignore[index]
                    match = compact(MATCHES_OF_RELATIONS[predicate])
                    target = f"in another scheme, <{object_.value}>; it is kept as {match}."
                    yield f"<{subject.value}> has a {compact(predicate)} {target}"
            elif predicate == _MEMBER and object_ not in graph.triples:
                yield f"the collection <{subject.value}> has the member <{object_.value}>, which is not described."
            elif predicate == HAS_TOP and object_ not in schemes_by_concept:
                yield f"the scheme <{subject.value}> has the top concept <{object_.value}>, which is not described."
            elif predicate in XL_LABELS and not any(
                isinstance(o, Literal) for o in graph.objects(object_, LITERAL_FORM)
            ):
                yield f"<{subject.value}> has the SKOS-XL label <{object_.value}>, which has no literalForm."


def misplaced_text(predicate: str, object_: GraphTerm) -> str:
    """Return what is wrong with a text where SKOS has a concept; empty if nothing is."""
    is_misplaced = predicate in OBJECT_PROPERTIES and isinstance(object_, Literal)
    return f"the {compact(predicate)} {object_}, which is a text and no concept." if is_misplaced else ""


def note_texts(graph: Graph, node: GraphNode, predicate: str, language: str) -> list[Text]:
    """Return the texts of a note or definition: literals, and the value of nodes (SKOS Primer, 4.2), once each."""
    texts: dict[Text, None] = {}
    for note in graph.objects(node, predicate):
        if isinstance(note, Literal):
            texts |= dict.fromkeys(texts_of([note], language))
            continue
        found = next((found for name in _NOTE_TEXTS if (found := texts_of(graph.objects(note, name), language))), [])
        texts |= dict.fromkeys(found)
    return list(texts)


def empty_notes(graph: Graph, node: GraphNode, predicate: str) -> Iterator[GraphTerm]:
    """Yield the nodes that the graph describes as notes of a node without any text."""
    for note in graph.objects(node, predicate):
        if isinstance(note, Literal) or note not in graph.triples:
            continue
        if not any(isinstance(o, Literal) for o in graph.objects(note, *_NOTE_TEXTS)):
            yield note


def dropped_labels(graph: Graph, node: GraphNode) -> Iterator[str]:
    """Yield what is wrong with the labels of a concept that are not kept: empty ones, and those of two kinds."""
    kind_of: dict[Literal, str] = {}
    for predicate in LABELS:
        for label in graph.objects(node, predicate):
            if not isinstance(label, Literal):
                continue
            if not normalized_text(label):
                yield f"an empty {compact(predicate)}."
            elif (kept := kind_of.setdefault(label, predicate)) != predicate:
                yield f"{label} as {compact(kept)} and {compact(predicate)}; it is kept as {compact(kept)} (SKOS S13)."
