"""Comparison of the terminology of a build with SPARQL over its store: a query of its own for each field."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions

from begrepp.artefact.manifest import read_manifest
from begrepp.rdf.namespaces import expand, sparql_prologue
from begrepp.store.disk import DiskStore
from begrepp.terminology.concept_record import ConceptRecord
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.terminology import Terminology

_LABELS = {"preferred": "skos:prefLabel", "synonym": "skos:altLabel", "hidden": "skos:hiddenLabel"}
_XL = {"preferred": "skosxl:prefLabel", "synonym": "skosxl:altLabel", "hidden": "skosxl:hiddenLabel"}
_NOTES = [
    "skos:note",
    "skos:scopeNote",
    "skos:example",
    "skos:changeNote",
    "skos:editorialNote",
    "skos:historyNote",
    "xkos:inclusionNote",
    "xkos:exclusionNote",
    "xkos:coreContentNote",
    "xkos:additionalContentNote",
    "begrepp:codingNote",
]
_MATCHES = ["skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"]
_LINKS = {
    "types": "{c} rdf:type ?x",
    "schemes": "{c} skos:inScheme ?x",
    "top_of": "{c} skos:topConceptOf ?x",
    "parents": "{c} skos:broader ?x",
    "related": "{c} skos:related ?x",
    "related_from": "?x skos:related {c}",
    "successors": "{c} dct:isReplacedBy ?x",
    "predecessors": "?x dct:isReplacedBy {c}",
    "suggested": "{c} <http://www.geneontology.org/formats/oboInOwl#consider> ?x",
    "members_of": "?x skos:member {c}",
    "subject_of": "?x a dcat:Dataset ; dct:subject {c}",
    "paired_with": "{c} begrepp:etiologyOf|begrepp:manifestationOf|^begrepp:etiologyOf|^begrepp:manifestationOf ?x",
    "states_pair_with": "{c} begrepp:etiologyOf|begrepp:manifestationOf ?x",
}
_VALUES = {
    "valid_from": "begrepp:validFrom",
    "valid_to": "begrepp:validTo",
    "accepted": "dct:dateAccepted",
    "checked": "begrepp:checked",
    "release": "begrepp:inRelease",
    "status": "begrepp:status",
    "marker": "begrepp:daggerAsterisk",
}
_MAPPING = {
    "source": "owl:annotatedSource",
    "predicate": "owl:annotatedProperty",
    "target": "owl:annotatedTarget",
    "justification": "sssom:mapping_justification",
    "confidence": "sssom:confidence",
    "tool": "sssom:mapping_tool",
    "date": "pav:authoredOn",
    "source_version": "sssom:subject_source_version",
    "target_version": "sssom:object_source_version",
    "group": "begrepp:mapGroup",
    "priority": "begrepp:mapPriority",
    "rule": "begrepp:mapRule",
    "advice": "begrepp:mapAdvice",
}
_MAPPING_LISTS = {
    "authors": "pav:authoredBy",
    "author_labels": "sssom:author_label",
    "creators": "dct:creator",
    "creator_labels": "sssom:creator_label",
    "see_also": "rdfs:seeAlso",
}
_IN_FIELDS = {
    expand(name)
    for name in (
        *_LABELS.values(),
        *_XL.values(),
        *_NOTES,
        *_MATCHES,
        "rdf:type",
        "skos:definition",
        "skos:notation",
        "skos:inScheme",
        "skos:topConceptOf",
        "skos:broader",
        "skos:related",
        "dct:isReplacedBy",
        "dct:source",
        "begrepp:etiologyOf",
        "begrepp:manifestationOf",
        "begrepp:domain",
        "begrepp:roleGroup",
        "begrepp:fullySpecifiedName",
        "begrepp:resourceElement",
        *_VALUES.values(),
    )
}


class Agreement:
    """Compares one build."""

    def __init__(self, build: Path) -> None:
        self.terminology = Terminology(build)
        self._store = DiskStore(build / "store")
        self._editions = {graph.graph for graph in read_manifest(build).graphs}

    def ask(self, pattern: str, *variables: str) -> list[tuple[str, ...]]:
        """The distinct bindings of variables, as texts; a language or datatype follows the text after a bar."""
        wanted = variables or ("x",)
        text = f"{sparql_prologue()} SELECT DISTINCT {' '.join('?' + v for v in wanted)} {{ {pattern} }}"
        rows = self._store.query(text)
        assert isinstance(rows, QuerySolutions)
        return sorted(tuple(_cell(row[v]) for v in wanted) for row in rows)

    def systems(self, most: int) -> Iterator[tuple[CodeSystem, list[int]]]:
        """Each code system with a sample of its concepts, the same each time."""
        for system in self.terminology.all_current():
            numbers = range(len(system))
            yield system, sorted(random.Random(7).sample(numbers, min(most, len(numbers))))

    def faults(self, system: CodeSystem, concept: int) -> Iterator[str]:
        """Each field of a concept that differs from the graph."""
        record = system.record(concept)
        for name, (stored, queried) in self._fields(record, system, concept).items():
            if stored != queried:
                yield f"{record.iri} {name}: stored {stored}, in the graph {queried}"

    def _fields(self, record: ConceptRecord, system: CodeSystem, concept: int) -> dict[str, tuple[object, object]]:
        c = f"<{record.iri}>"
        found: dict[str, tuple[object, object]] = {
            name: ([*getattr(record, name)], _iris(self.ask(pattern.format(c=c)))) for name, pattern in _LINKS.items()
        }
        for name, prefixed in _VALUES.items():
            queried = min((cell.partition("|")[0] for (cell,) in self.ask(f"{c} {prefixed} ?x")), default="")
            found[name] = getattr(record, name), queried.removeprefix(expand("begrepp:x")[:-1])
        found["codes"] = (
            sorted((code.value, code.datatype) for code in record.codes),
            sorted((text, tag.removeprefix("^")) for text, tag in self._texts(f"{c} skos:notation ?x")),
        )
        for use, prefixed in _LABELS.items():
            # The store writes language tags in small letters, as RDF allows.
            stored = sorted((d.text, d.language.lower()) for d in record.designations if d.use == use)
            found[f"{use} designations"] = stored, self._texts(f"{c} {prefixed} ?x FILTER isLiteral(?x)")
        for use, prefixed in _XL.items():
            stored_terms = sorted(
                (t.iri, form.value, form.lang, t.status, t.source)
                for t in record.terms
                if t.use == use
                for form in t.forms
            )
            rows = self.ask(
                f"{c} {prefixed} ?t . ?t skosxl:literalForm ?x OPTIONAL {{ ?t begrepp:termStatus ?s }}"
                " OPTIONAL { ?t dct:source ?o }",
                *"txso",
            )
            found[f"{use} terms"] = (
                stored_terms,
                [(t, *_split(x), s.rpartition("/")[2].rpartition("#")[2], _split(o)[0]) for t, x, s, o in rows],
            )
        for kind in ("skos:definition", *_NOTES):
            notes = record.definitions if kind == "skos:definition" else record.notes
            stored_notes = sorted({(n.text, n.language) for n in notes if n.kind == kind and not n.is_document})
            queried_notes = {*self._texts(f"{c} {kind} ?x FILTER isLiteral(?x)")}
            queried_notes |= {*self._texts(f"{c} {kind} ?n . ?n rdf:value|rdfs:label|skosxl:literalForm ?x")}
            found[kind] = stored_notes, sorted(queried_notes)
        found["domains"] = sorted((t.value, t.lang) for t in record.domains), self._texts(f"{c} begrepp:domain ?x")
        found["sources"] = [*record.sources], sorted(_split(x)[0] for (x,) in self.ask(f"{c} dct:source ?x"))
        found.update(self._relations(record, c))
        found.update(self._hierarchy(system, concept, c))
        found["full names"] = (
            sorted((text.value, text.lang) for text in record.full_names),
            self._texts(f"{c} begrepp:fullySpecifiedName ?x"),
        )
        found["role groups"] = (
            sorted(
                (
                    f"{record.iri}#group-{group.number}",
                    record.properties[place].property,
                    record.properties[place].value,
                )
                for group in record.role_groups
                for place in group.places
            ),
            sorted((g, p, _split(o)[0]) for g, p, o in self.ask(f"{c} begrepp:roleGroup ?g . ?g ?p ?o", *"gpo")),
        )
        found["further properties"] = (
            sorted((p.property, p.value) for p in record.properties),
            sorted(
                (p, _split(o)[0]) for p, o in self.ask(f"{c} ?p ?o FILTER(!isBlank(?o))", *"po") if p not in _IN_FIELDS
            ),
        )
        return found

    def _relations(self, record: ConceptRecord, c: str) -> dict[str, tuple[object, object]]:
        found: dict[str, tuple[object, object]] = {}
        ends = f"{{ ?x owl:annotatedSource {c} }} UNION {{ ?x owl:annotatedTarget {c} }}"
        recorded = [mapping for mapping in record.mappings if mapping.iri]
        found["mapping records"] = sorted(m.iri for m in recorded), _iris(self.ask(ends))
        for mapping in recorded:
            own = f"<{mapping.iri}>"
            for name, prefixed in _MAPPING.items():
                queried = min((_split(x)[0] for (x,) in self.ask(f"{own} {prefixed} ?x")), default="")
                found[f"{mapping.iri} {name}"] = getattr(mapping, name), queried
            for name, prefixed in _MAPPING_LISTS.items():
                rows = sorted(_split(x)[0] for (x,) in self.ask(f"{own} {prefixed} ?x"))
                found[f"{mapping.iri} {name}"] = [*getattr(mapping, name)], rows
            found[f"{mapping.iri} set"] = (
                [mapping.set] if mapping.set else [],
                _iris(self.ask(f"?x sssom:mappings {own}")),
            )
            found[f"{mapping.iri} negated"] = mapping.negated, bool(self.ask(f"{own} sssom:predicate_modifier ?x"))
            comments = [(text.value, text.lang) for text in mapping.comments]
            found[f"{mapping.iri} comments"] = comments, self._texts(f"{own} rdfs:comment ?x")
        matches = f"VALUES ?p {{ {' '.join(_MATCHES)} }}"
        direct = self.ask(f"{matches} {{ {c} ?p ?o BIND({c} AS ?s) }} UNION {{ ?s ?p {c} BIND({c} AS ?o) }}", *"spo")
        stated = {(m.source, m.predicate, m.target) for m in recorded}
        found["matches without record"] = (
            sorted((m.source, m.predicate, m.target) for m in record.mappings if not m.iri),
            [row for row in direct if row not in stated],
        )
        found["measurements"] = (
            [(m.variable, m.dataset) for m in record.measurements],
            self.ask(
                f"?v begrepp:measures {c} . ?d a dcat:Dataset ; health:hasVariables/csvw:table/csvw:column ?v", *"vd"
            ),
        )
        found["changes"] = (
            [(ch.difference, ch.type, ch.rule, ch.source, ch.target) for ch in record.changes],
            self.ask(
                f"{{ ?a xkos:sourceConcept {c} }} UNION {{ ?a xkos:targetConcept {c} }} ?d xkos:madeOf ?a ."
                " ?a begrepp:changeType ?t ; begrepp:changeRule ?r"
                " OPTIONAL { ?a xkos:sourceConcept ?s } OPTIONAL { ?a xkos:targetConcept ?o }",
                *"dtrso",
            ),
        )
        listed = {graph for graph, _ in self.ask(f"GRAPH ?g {{ {c} skos:notation|skos:prefLabel ?x }}", *"gx")}
        found["editions"] = sorted(each.graph for each in record.editions), sorted(listed & self._editions)
        labels = self.ask(f"GRAPH ?g {{ {c} skos:prefLabel ?x }}", *"gx")
        found["labels of editions"] = (
            sorted((each.graph, text.value, text.lang.lower()) for each in record.editions for text in each.labels),
            sorted((graph, *_split(x)) for graph, x in labels if graph in {each.graph for each in record.editions}),
        )
        return found

    def _hierarchy(self, system: CodeSystem, concept: int, c: str) -> dict[str, tuple[object, object]]:
        if not system.description.iri:
            return {}
        hierarchy, own = system.hierarchy, f"FILTER EXISTS {{ ?x skos:inScheme <{system.description.iri}> }}"
        patterns: dict[str, tuple[Iterable[int], str]] = {
            "parents": (hierarchy.parents(concept), f"{c} skos:broader ?x"),
            "children": (hierarchy.children(concept), f"?x skos:broader {c}"),
            "ancestors": (hierarchy.ancestors(concept), f"{c} skos:broader+ ?x"),
            "descendants": (hierarchy.descendants(concept), f"?x skos:broader+ {c}"),
        }
        found: dict[str, tuple[object, object]] = {
            f"hierarchy {name}": (
                sorted(system.iri(each) for each in numbers),
                [iri for iri in _iris(self.ask(f"{pattern} {own}")) if iri != c[1:-1]],
            )
            for name, (numbers, pattern) in patterns.items()
        }
        found["active"] = concept in system.active, not self.ask(f"{c} begrepp:status begrepp:inactive, ?x")
        found["subsumed by its ancestors"] = (
            all(hierarchy.subsumes(a, concept) for a in hierarchy.ancestors(concept)),
            True,
        )
        for relation in hierarchy.relation_types():
            targets = sorted(system.iri(each) for each in hierarchy.targets(relation, concept))
            found[f"targets {relation}"] = targets, _iris(self.ask(f"{c} <{relation}> ?x {own}"))
            sources = sorted(system.iri(each) for each in hierarchy.sources(relation, concept))
            found[f"sources {relation}"] = sources, _iris(self.ask(f"?x <{relation}> {c} {own}"))
        return found

    def _texts(self, pattern: str) -> list[tuple[str, str]]:
        return sorted(_split(x) for (x,) in self.ask(pattern))


def _iris(rows: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted(row[0] for row in rows)


def _cell(term: object) -> str:
    """A term as text: of a literal with its language, or `^` and its datatype, after a bar."""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, Literal):
        string = term.datatype.value.endswith("#string") or term.language
        return f"{term.value}|{term.language or ('' if string else '^' + term.datatype.value)}"
    return ""


def _split(cell: str) -> tuple[str, str]:
    text, bar, tag = cell.rpartition("|")
    return (text, tag) if bar else (tag, "")
