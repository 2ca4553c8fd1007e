"""Reader of SKOS graphs: triples to records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import Literal, NamedNode

from begrepp.errors import InputError
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Concept, Note, RdfTerm, Record, Scheme, Skipped, Statement, Text
from begrepp.sources.row_faults import add_remark
from loaders.skos.concept_nodes import (
    dropped_labels,
    empty_notes,
    find_concept_nodes,
    listed_members,
    misplaced_text,
    note_texts,
    other_type,
    relation_remarks,
    unread_class,
    with_dataset_titles,
)
from loaders.skos.properties import (
    BROADER,
    DEFINITION,
    DEPRECATED,
    HAS_TOP,
    IN_SCHEME,
    LABELS,
    LITERAL_FORM,
    MATCHES_OF_RELATIONS,
    NARROWER,
    NOTATION,
    NOTES,
    RELATED,
    REPLACED_BY,
    REPLACES,
    RESERVED,
    TOP_OF,
    TYPE,
    XL_LABEL,
    XL_LABELS,
    normalized_text,
    read_status,
    read_validity,
    texts_of,
)
from loaders.support.rdf_files import Graph, GraphNode, GraphTerm, PredicateObjects
from loaders.support.skolem_iris import Skolemizer


@dataclass(slots=True, kw_only=True)
class SkosReader:
    """Converts the triples of a graph to records; triples that a concept covers yield no statement."""

    graph: Graph
    language: str
    schemes: dict[NamedNode, Scheme]
    edition_start: date
    scheme_nodes: dict[NamedNode, NamedNode] = field(default_factory=dict)
    broader: dict[NamedNode, list[NamedNode]] = field(default_factory=dict)
    related: dict[NamedNode, list[NamedNode]] = field(default_factory=dict)
    successors: dict[NamedNode, list[NamedNode]] = field(default_factory=dict)
    skolemizer: Skolemizer = field(init=False)

    def __post_init__(self) -> None:
        self.skolemizer = Skolemizer(self.graph)
        for concept in find_concept_nodes(self.graph, self.schemes.keys()):
            self.scheme_nodes[concept] = self._find_scheme(concept)
        self._add_links(self.broader, BROADER, NARROWER)
        self._add_links(self.related, RELATED, RELATED)
        self._add_links(self.successors, REPLACED_BY, REPLACES)
        for text in relation_remarks(self.graph, self.scheme_nodes):
            add_remark(self.graph.origin, text)

    def used_schemes(self) -> list[Scheme]:
        """Return the schemes that have concepts. Raises `InputError` if there are none."""
        used = set(self.scheme_nodes.values())
        schemes = [scheme for node, scheme in self.schemes.items() if node in used]
        if not schemes:
            raise InputError(
                self.graph.origin, "there is no skos:Concept in the file.", "Check that you added the right file."
            )
        return schemes

    def records(self) -> Iterator[Record]:
        """Yield concepts, skipped triples and statements."""
        first = self.used_schemes()[0].id
        xl_labels = {o for s in self.graph.triples for o in self.graph.objects(s, *XL_LABELS)}
        used = set(self.scheme_nodes.values())
        for subject, pairs in self.graph.triples.items():
            if isinstance(subject, NamedNode) and subject in self.scheme_nodes:
                concept = self._concept(subject)
                yield concept
                remaining = self._remaining_triples(subject, concept)
                yield from self._other_schemes(subject)
                yield from self._dropped_texts(subject)
                yield from self._statements(subject, remaining, concept.scheme)
            elif isinstance(subject, NamedNode) and subject in used:
                yield from self._statements(subject, self._remaining_scheme_triples(subject), self.schemes[subject].id)
            elif subject in xl_labels:
                yield from self._skip_label_node(pairs)
            elif (TYPE, XL_LABEL) in pairs:
                name = getattr(subject, "value", "")
                yield Skipped(origin=self.graph.origin, reason=f"the SKOS-XL label <{name}> belongs to no concept.")
            elif class_ := unread_class(pairs):
                name = self.skolemizer.iri_of(subject) or ""
                reason = f"<{name}> is of the class {class_}, which is not read from a vocabulary in SKOS."
                yield Skipped(origin=self.graph.origin, reason=reason)
            elif isinstance(subject, NamedNode) and subject.value.startswith(Iris().root):
                # A file must not describe editions, licences or datasets of another source.
                reason = f"<{subject.value}> is an IRI of begrepp, which only its own source may describe."
                yield Skipped(origin=self.graph.origin, reason=reason)
            else:
                if type_ := other_type(pairs):
                    reason = f"{self.skolemizer.iri_of(subject)} is in the scheme, but is no concept ({type_})."
                    yield Skipped(origin=self.graph.origin, reason=reason)
                members: PredicateObjects = [
                    (expand("skos:member"), member) for member in listed_members(self.graph, subject)
                ]
                yield from self._statements(subject, [*pairs, *members], first)

    def _find_scheme(self, concept: NamedNode) -> NamedNode:
        """Return the first scheme of a concept, in the order of the file."""
        candidates = set(self.graph.objects(concept, IN_SCHEME, TOP_OF))
        return next((node for node in self.schemes if node in candidates), next(iter(self.schemes)))

    def _add_links(self, links: dict[NamedNode, list[NamedNode]], forward: str, inverse: str) -> None:
        """Collect a relation between concepts of the file from both of its directions."""
        for subject, pairs in self.graph.triples.items():
            for predicate, object_ in pairs:
                for relation, source, target in ((forward, subject, object_), (inverse, object_, subject)):
                    if predicate == relation and self._are_linked(predicate, source, target):
                        targets = links.setdefault(source, [])  # type: ignore[arg-type]
                        if target not in targets:
                            targets.append(target)  # type: ignore[arg-type]

    def _are_linked(self, predicate: str, first: GraphTerm, second: GraphTerm) -> bool:
        """Return whether both are concepts, and of one scheme unless one replaces the other."""
        schemes = [self.scheme_nodes.get(node) for node in (first, second)]  # type: ignore[arg-type]
        return None not in schemes and (schemes[0] == schemes[1] or predicate in (REPLACED_BY, REPLACES))

    def _concept(self, node: NamedNode) -> Concept:
        graph, scheme = self.graph, self.schemes[self.scheme_nodes[node]]
        labels = self._labels(node)
        if not labels["pref"]:
            raise InputError(
                graph.origin, f"<{node.value}> has no skos:prefLabel.", "Give it one, or ask the publisher for it."
            )
        status = read_status(graph, node)
        valid_from, valid_to = read_validity(graph, node, status, self.edition_start)
        return Concept(
            scheme=scheme.id,
            notation=self._notation(node),
            origin=graph.origin,
            iri=node.value,
            pref_labels=labels["pref"],
            alt_labels=labels["alt"],
            hidden_labels=labels["hidden"],
            definitions=tuple(note_texts(graph, node, DEFINITION, self.language)),
            notes=tuple(
                Note(kind, text)
                for predicate, kind in NOTES.items()
                for text in note_texts(graph, node, predicate, self.language)
            ),
            broader=tuple(sorted(n.value for n in self.broader.get(node, ()))),
            related=tuple(sorted(n.value for n in self.related.get(node, ()))),
            status=status,
            valid_from=valid_from,
            valid_to=valid_to,
            replaced_by=tuple(sorted(n.value for n in self.successors.get(node, ()))),
        )

    def _labels(self, node: NamedNode) -> dict[str, tuple[Text, ...]]:
        """Return the labels of each kind, including SKOS-XL; a text has one kind only."""
        found: dict[str, tuple[Text, ...]] = {}
        seen: set[Text] = set()
        for kind in ("pref", "alt", "hidden"):
            plain = self.graph.objects(node, expand(f"skos:{kind}Label"))
            xl = (
                form
                for label in self.graph.objects(node, expand(f"skosxl:{kind}Label"))
                if not isinstance(label, Literal)
                for form in self.graph.objects(label, LITERAL_FORM)
            )
            texts = [w for w in texts_of((*plain, *xl), self.language) if w not in seen]
            found[kind] = tuple(dict.fromkeys(texts))
            seen.update(texts)
        return found

    def _notation(self, node: NamedNode) -> str:
        """Return the notation, plain before typed; without any, the last segment of the IRI."""
        notations = [o for o in self.graph.objects(node, NOTATION) if isinstance(o, Literal)]
        if notations:
            return min(
                notations, key=lambda o: (o.datatype.value != expand("xsd:string"), o.datatype.value, o.value)
            ).value.strip()
        return re.split(r"[/#]|:(?!//)", node.value.rstrip("/#"))[-1]

    def _remaining_triples(self, node: NamedNode, concept: Concept) -> PredicateObjects:
        """Return the triples of a concept that its record does not cover."""
        covered = {DEFINITION, DEPRECATED, *LABELS, *XL_LABELS, *NOTES}
        links = {BROADER: True, NARROWER: False, RELATED: True, REPLACED_BY: True, REPLACES: False}
        remaining: PredicateObjects = []
        for predicate, object_ in self.graph.triples[node]:
            if predicate in covered and (isinstance(object_, Literal) or predicate in XL_LABELS):
                continue
            if predicate in links and self._are_linked(predicate, node, object_):
                continue
            if predicate in MATCHES_OF_RELATIONS and not isinstance(object_, Literal):
                remaining.append((MATCHES_OF_RELATIONS[predicate], object_))
                continue
            if (
                predicate == IN_SCHEME
                or predicate in RESERVED
                or (predicate, object_) == (TYPE, NamedNode(expand("skos:Concept")))
            ):
                continue
            if predicate == NOTATION and isinstance(object_, Literal) and object_.value.strip() == concept.notation:
                continue
            remaining.append((predicate, object_))
        return remaining

    def _other_schemes(self, node: NamedNode) -> Iterator[Skipped]:
        own_scheme = self.scheme_nodes[node]
        for scheme in dict.fromkeys(self.graph.objects(node, IN_SCHEME)):
            if scheme != own_scheme and isinstance(scheme, NamedNode):
                reason = f"<{node.value}> is also in <{scheme.value}>; it is kept in <{own_scheme.value}> only."
                yield Skipped(origin=self.graph.origin, reason=reason)

    def _dropped_texts(self, node: NamedNode) -> Iterator[Skipped]:
        for reason in dropped_labels(self.graph, node):
            yield Skipped(origin=self.graph.origin, reason=f"<{node.value}> has {reason}")
        for predicate in (DEFINITION, *NOTES):
            for _ in empty_notes(self.graph, node, predicate):
                reason = f"<{node.value}> has a {compact(predicate)} that is a node without a text (rdf:value)."
                yield Skipped(origin=self.graph.origin, reason=reason)

    def _remaining_scheme_triples(self, node: NamedNode) -> PredicateObjects:
        scheme = self.schemes[node]
        titles = {t.value for t in (*scheme.titles, *scheme.descriptions)}
        return [
            (predicate, object_)
            for predicate, object_ in self.graph.triples[node]
            if not (predicate == TYPE and object_ == NamedNode(expand("skos:ConceptScheme")))
            and not (
                predicate == expand("skos:prefLabel")
                and isinstance(object_, Literal)
                and normalized_text(object_) in titles
            )
            and not (predicate == HAS_TOP and object_ in self.scheme_nodes)
        ]

    def _skip_label_node(self, pairs: PredicateObjects) -> Iterator[Skipped]:
        """Report properties of a SKOS-XL label other than its literal form."""
        extra = sorted({p for p, _ in pairs} - {TYPE, LITERAL_FORM})
        if extra:
            predicates = ", ".join(f"<{predicate}>" for predicate in extra)
            yield Skipped(
                origin=self.graph.origin, reason=f"of a SKOS-XL label only the form is imported, not {predicates}."
            )

    def _statements(self, subject: GraphNode, pairs: PredicateObjects, scheme: str) -> Iterator[Statement | Skipped]:
        name = self.skolemizer.iri_of(subject)
        if name is None:
            yield self._circle_skipped()
            return
        pairs, remark = with_dataset_titles(pairs, self.language)
        if remark:
            yield Skipped(origin=self.graph.origin, reason=f"<{name}> {remark}; it is kept without that class.")
        for predicate, object_ in pairs:
            if reason := misplaced_text(predicate, object_):
                yield Skipped(origin=self.graph.origin, reason=f"<{name}> has {reason}")
                continue
            value = self._value(object_)
            if value is None:
                yield self._circle_skipped()
                continue
            yield Statement(scheme=scheme, origin=self.graph.origin, subject=name, predicate=predicate, object=value)

    def _circle_skipped(self) -> Skipped:
        return Skipped(origin=self.graph.origin, reason="blank nodes that refer to each other in a cycle are left out.")

    def _value(self, term: GraphTerm) -> RdfTerm | None:
        if isinstance(term, Literal):
            datatype = "" if term.language or term.datatype.value == expand("xsd:string") else term.datatype.value
            return RdfTerm(unicodedata.normalize("NFC", term.value), "literal", term.language or "", datatype)
        name = self.skolemizer.iri_of(term)
        return RdfTerm(name, "iri") if name is not None else None
