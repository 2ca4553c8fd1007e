"""What can be found: each concept, code system, register and variable of the current view with all its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import literal, subjects, subjects_at
from begrepp.records import Text

KINDS = ("concept", "scheme", "dataset", "variable")

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
    name("dcat:keyword"): "alt",
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
}
# The values that a dataset's own dictionary lists are found through its variables: a thousand "ja" help nobody.
_LEFT_OUT = {name("begrepp:CodedValue"), name("begrepp:CodeList")}
_INACTIVE = name("begrepp:inactive")


@dataclass(slots=True)
class SearchDocument:
    """One thing: its IRI, codes and texts. `texts` are by role: pref, alt, hidden, text."""

    iri: str
    kind: str = ""
    scheme: str = ""
    notation: str = ""
    active: bool = True
    top: bool = False
    texts: dict[str, list[Text]] = field(default_factory=dict)
    identifiers: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)

    def labels(self, *roles: str) -> Iterator[Text]:
        """The texts of these roles."""
        for role in roles:
            yield from self.texts.get(role, ())


def things(current: Path) -> Iterator[SearchDocument]:
    """The things in a file of sorted N-Triples, in its order."""
    for subject, lines in subjects(current):
        if subject[0] == "<" and (thing := _thing(subject[1:-1], lines)).kind:
            yield thing


def things_of(current: Path, iris: Iterable[str]) -> Iterator[SearchDocument]:
    """Some of the things in a file of sorted N-Triples; what is not there, or can not be found, is left out."""
    for subject, lines in subjects_at(current, (f"<{iri}>" for iri in iris)):
        if (thing := _thing(subject[1:-1], lines)).kind:
            yield thing


def _thing(iri: str, lines: list[str]) -> SearchDocument:
    thing = SearchDocument(iri)
    for line in lines:
        _, predicate, rest = line.split(" ", 2)
        role = _ROLES.get(predicate)
        if not role:
            continue
        value = rest[:-3]
        match role:
            case "type":
                if value in _LEFT_OUT:
                    return SearchDocument(iri)
                thing.kind = _KINDS.get(value) or thing.kind
            case "code":
                thing.notation = literal(value).value
            case "scheme":
                thing.scheme = value[1:-1]
            case "status":
                thing.active = value != _INACTIVE
            case "top":
                thing.top = True
            case "identifier":
                if value[0] == '"':
                    thing.identifiers.append(literal(value).value)
            case "same":
                thing.same.append(value[1:-1])
            case _:
                thing.texts.setdefault(role, []).append(literal(value))
    return thing
