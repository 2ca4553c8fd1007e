"""Search documents: the concepts, code systems, datasets and variables of the current view, with their texts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

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
_TEXT_ROLES = {"pref", "alt", "keyword", "hidden", "text"}
_TYPE = name("rdf:type")
# The values in a dataset's own code lists are found by its variables; thousands of hits for "ja" are of no use.
_EXCLUDED_TYPES = {name("begrepp:CodedValue"), name("begrepp:CodeList")}
_INACTIVE = name("begrepp:inactive")
# The version of a demonstration list ends so; the starter holds a few codes of lists that must be loaded.
_DEMONSTRATION = "-demo>"
LABEL_ROLES = ("pref", "alt", "hidden")
"""The roles of names: recommended, alternative, and those for searching only."""


class SearchDocument(msgspec.Struct, array_like=True, gc=False):
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
    notations: list[str] = []
    active: bool = True
    is_top_concept: bool = False
    is_demonstration: bool = False
    part_of: str = ""
    texts: dict[str, list[Text]] = {}
    identifiers: list[str] = []
    matches: list[str] = []
    broader: list[str] = []
    measures: list[str] = []

    def labels(self, *roles: str) -> list[Text]:
        """Return the texts of the given roles."""
        return [text for role in roles for text in self.texts.get(role, ())]


def read_documents(current: Path) -> Iterator[SearchDocument]:
    """Yield the searchable resources of a file of sorted N-Triples, in its order."""
    for subject, lines in group_by_subject(current):
        if subject[0] == "<" and (kind := _kind(subject, lines)):
            yield _parse_document(subject, kind, lines)


def read_selected_documents(current: Path, iris: Iterable[str]) -> Iterator[SearchDocument]:
    """Yield the searchable resources with the given IRIs; those not in the file are left out."""
    for subject, lines in read_subjects(current, (f"<{iri}>" for iri in iris)):
        if kind := _kind(subject, lines):
            yield _parse_document(subject, kind, lines)


def _kind(subject: str, lines: Sequence[str]) -> str:
    """Return the kind of a resource by its types, empty if it is not searchable; the lines are sorted."""
    start, kind = f"{subject} {_TYPE} ", ""
    for line in islice(lines, bisect_left(lines, start), None):
        if not line.startswith(start):
            break
        type_ = line[len(start) : -3]
        if type_ in _EXCLUDED_TYPES:
            return ""
        kind = _KINDS.get(type_) or kind
    return kind


def _parse_document(subject: str, kind: str, lines: Iterable[str]) -> SearchDocument:
    document = SearchDocument(subject[1:-1], kind)
    codes: list[tuple[str, str]] = []
    start = len(subject) + 1
    for line in lines:
        end = line.index(" ", start)
        role = _ROLES.get(line[start:end])
        if not role:
            continue
        value = line[end + 1 : -3]
        if role in _TEXT_ROLES:
            document.texts.setdefault(role, []).append(parse_literal(value))
            continue
        match role:
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
    document.notation = preferred_notation(codes)
    document.notations = sorted({code for code, _ in codes})
    return document
