"""Search documents: the concepts, code systems, datasets and variables of the current view, with their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import group_by_subject, literal_datatype, parse_literal, read_subjects
from begrepp.records import Text, preferred_notation

SEARCH_KINDS = ("concept", "scheme", "dataset", "variable")

_KINDS = {
    name("skos:Concept"): "concept",
    name("skos:ConceptScheme"): "scheme",
    name("dcat:Dataset"): "dataset",
    name("begrepp:Specification"): "dataset",
    name("csvw:Column"): "variable",
}
_ROLES = {
    name("skos:prefLabel"): "pref",
    name("dct:title"): "pref",
    name("csvw:title"): "pref",
    name("skos:altLabel"): "alt",
    name("dcat:keyword"): "keyword",
    name("skos:hiddenLabel"): "hidden",
    name("skos:definition"): "text",
    name("dct:description"): "text",
    name("xkos:inclusionNote"): "text",
    name("rdf:type"): "type",
    name("skos:notation"): "code",
    name("csvw:name"): "code",
    name("skos:inScheme"): "scheme",
    name("begrepp:status"): "status",
    name("skos:topConceptOf"): "top",
    name("dct:identifier"): "identifier",
    name("skos:exactMatch"): "same",
    name("skos:closeMatch"): "same",
    name("skos:broader"): "broader",
    name("dct:isPartOf"): "part_of",
    name("begrepp:measures"): "measures",
    name("begrepp:inRelease"): "release",
}
# The values in a dataset's own code lists are found by its variables; thousands of hits for "ja" are of no use.
_EXCLUDED_TYPES = {name("begrepp:CodedValue"), name("begrepp:CodeList")}
_INACTIVE = name("begrepp:inactive")
# The version of a demonstration list ends so; the starter holds a few codes of lists that must be loaded.
_DEMONSTRATION = "-demo>"
LABEL_ROLES = ("pref", "alt", "hidden")
"""The roles of names: recommended, alternative, and those for searching only."""


@dataclass(slots=True)
class SearchDocument:
    """A searchable resource: its IRI, kind, notation and texts; `notations` are all codes of a concept.

    `texts` are by role: `pref`, `alt` and `hidden` labels, `keyword`, and `text` for definitions and notes. `matches`
    are the IRIs of exact and close matches, `measures` those of the concepts that a variable measures, `part_of` is
    the code system that a code system is part of. `is_demonstration` marks a few codes of a list, made for the
    starter. `kind` is empty if the resource is not searchable.
    """

    iri: str
    kind: str = ""
    scheme: str = ""
    notation: str = ""
    notations: list[str] = field(default_factory=list)
    active: bool = True
    is_top_concept: bool = False
    is_demonstration: bool = False
    part_of: str = ""
    texts: dict[str, list[Text]] = field(default_factory=dict)
    identifiers: list[str] = field(default_factory=list)
    matches: list[str] = field(default_factory=list)
    broader: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)

    def labels(self, *roles: str) -> Iterator[Text]:
        """Yield the texts of the given roles."""
        for role in roles:
            yield from self.texts.get(role, ())


def read_documents(current: Path) -> Iterator[SearchDocument]:
    """Yield the searchable resources of a file of sorted N-Triples, in its order."""
    for subject, lines in group_by_subject(current):
        if subject[0] == "<" and (document := _parse_document(subject[1:-1], lines)).kind:
            yield document


def read_selected_documents(current: Path, iris: Iterable[str]) -> Iterator[SearchDocument]:
    """Yield the searchable resources with the given IRIs; those not in the file are left out."""
    for subject, lines in read_subjects(current, (f"<{iri}>" for iri in iris)):
        if (document := _parse_document(subject[1:-1], lines)).kind:
            yield document


def _parse_document(iri: str, lines: list[str]) -> SearchDocument:
    document = SearchDocument(iri)
    codes: list[tuple[str, str]] = []
    for line in lines:
        _, predicate, rest = line.split(" ", 2)
        role = _ROLES.get(predicate)
        if not role:
            continue
        value = rest[:-3]
        match role:
            case "type":
                if value in _EXCLUDED_TYPES:
                    return SearchDocument(iri)
                document.kind = _KINDS.get(value) or document.kind
            case "code":
                codes.append((parse_literal(value).value, literal_datatype(value)))
            case "scheme":
                document.scheme = value[1:-1]
            case "status":
                document.active = value != _INACTIVE
            case "top":
                document.is_top_concept = True
            case "identifier":
                if value[0] == '"':
                    document.identifiers.append(parse_literal(value).value)
            case "same":
                document.matches.append(value[1:-1])
            case "broader":
                document.broader.append(value[1:-1])
            case "measures":
                document.measures.append(value[1:-1])
            case "part_of":
                document.part_of = value[1:-1]
            case "release":
                document.is_demonstration = value.endswith(_DEMONSTRATION)
            case _:
                document.texts.setdefault(role, []).append(parse_literal(value))
    document.notation = preferred_notation(codes)
    document.notations = sorted({code for code, _ in codes})
    return document
