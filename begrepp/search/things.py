"""What can be found: each concept, code system, register and variable of the current view with all its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.lines import literal, subjects
from begrepp.records import Text
from begrepp.terms import name

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
}
# The values that a dataset's own dictionary lists are found through its variables: a thousand "ja" help nobody.
_LEFT_OUT = {name("begrepp:CodedValue"), name("begrepp:CodeList")}
_CODES = {name("skos:notation"), name("csvw:name")}
_TYPE, _SCHEME = name("rdf:type"), name("skos:inScheme")
_STATUS, _INACTIVE = name("begrepp:status"), name("begrepp:inactive")
_IDENTIFIER, _TOP = name("dct:identifier"), name("skos:topConceptOf")
_SAME = {name("skos:exactMatch"), name("skos:closeMatch")}


@dataclass(slots=True)
class Thing:
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


def things(current: Path) -> Iterator[Thing]:
    """The things in a file of sorted N-Triples, in its order."""
    for subject, lines in subjects(current):
        if subject[0] == "<" and (thing := _thing(subject[1:-1], lines)).kind:
            yield thing


def _thing(iri: str, lines: list[str]) -> Thing:
    thing = Thing(iri)
    for line in lines:
        _, predicate, rest = line.split(" ", 2)
        value = rest[:-3]
        if role := _ROLES.get(predicate):
            thing.texts.setdefault(role, []).append(literal(value))
        elif predicate == _TYPE:
            if value in _LEFT_OUT:
                return Thing(iri)
            thing.kind = _KINDS.get(value) or thing.kind
        elif predicate in _CODES:
            thing.notation = literal(value).value
        elif predicate == _SCHEME:
            thing.scheme = value[1:-1]
        elif predicate == _STATUS:
            thing.active = value != _INACTIVE
        elif predicate == _TOP:
            thing.top = True
        elif predicate == _IDENTIFIER and value[0] == '"':
            thing.identifiers.append(literal(value).value)
        elif predicate in _SAME:
            thing.same.append(value[1:-1])
    return thing
