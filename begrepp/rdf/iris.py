"""IRI patterns: the only module that mints IRIs of the project (docs/decisions/iris.md).

Concept IRIs have no version and are never deleted; an edition is its own named graph. `notation` is
percent-encoded, so that `8500/3` is one path segment: `…/id/cs/icd-o-3/8500%2F3`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import quote, unquote

from begrepp.settings import DEFAULT_BASE

_ROLE_GROUP = "#group-"
_DOT_SEGMENTS = {".": ".~", "..": "..~"}
_OF_DOT_SEGMENTS = {written: text for text, written in _DOT_SEGMENTS.items()}


def role_group_owner(term: str) -> str:
    """Return the concept of a role group, both as N-Triples terms; empty for another resource.

    In a sorted file the role groups of a concept come just before it.
    """
    owner, mark, number = term.rpartition(_ROLE_GROUP)
    return f"{owner}>" if mark and number[:-1].isdecimal() else ""


def role_group_number(iri: str) -> int:
    """Return the number of a role group by its IRI; 0 for an IRI of another form."""
    number = iri.rpartition(_ROLE_GROUP)[2]
    return int(number) if number.isdecimal() else 0


def segment(text: str) -> str:
    """Return text as one path segment of an IRI: percent-encoded, and `.` and `..` with a `~`.

    A client removes the segments `.` and `..`, also percent-encoded (RFC 3986, section 5.2.4; WHATWG URL).
    """
    if text.isascii() and text.isalnum():
        return text
    return quote(text, safe="") if text not in _DOT_SEGMENTS else _DOT_SEGMENTS[text]


def read_segment(part: str) -> str:
    """Return the text of one path segment of an IRI."""
    return _OF_DOT_SEGMENTS.get(part) or unquote(part)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Iris:
    """IRI patterns under one base."""

    base: str = DEFAULT_BASE

    @property
    def root(self) -> str:
        """The prefix of all resource IRIs."""
        return f"{self.base}id/"

    def scheme(self, scheme: str) -> str:
        """A concept scheme."""
        return f"{self.root}cs/{scheme}"

    def edition(self, scheme: str, version: str) -> str:
        """An edition of a scheme; also the name of its graph."""
        return f"{self.scheme(scheme)}/release/{segment(version)}"

    def difference(self, scheme: str, old: str, new: str) -> str:
        """The difference between two editions of a scheme; also the name of its graph."""
        return f"{self.scheme(scheme)}/difference/{segment(old)}..{segment(new)}"

    def level(self, scheme: str, level: str) -> str:
        """A classification level."""
        return f"{self.scheme(scheme)}/level/{segment(level)}"

    def concept(self, scheme: str, notation: str, template: str = "") -> str:
        """A concept: the publisher's IRI if the scheme has a template for it, otherwise one under the base."""
        if template:
            return template.replace("{notation}", segment(notation))
        return f"{self.scheme(scheme)}/{segment(notation)}"

    def meaning(self, scheme: str, notation: str, year: str) -> str:
        """A former concept of a reused code, distinguished by a year: `C50.9~2022`."""
        return f"{self.concept(scheme, notation)}~{year}"

    def term(self, scheme: str, notation: str, form: str, lang: str) -> str:
        """A term of a concept (`skosxl:Label`)."""
        return f"{self.root}term/{scheme}/{segment(notation)}/{lang}/{segment(form)}"

    def role_group(self, concept: str, number: int) -> str:
        """A role group of a concept, given by its IRI."""
        return f"{concept}{_ROLE_GROUP}{number}"

    def value_set(self, value_set: str, version: str) -> str:
        """A value set in one version."""
        return f"{self.root}vs/{segment(value_set)}/{segment(version)}"

    def mapping_set(self, mapping_set: str) -> str:
        """A set of mappings."""
        return f"{self.root}mapping/{mapping_set}"

    def mapping(self, mapping_set: str, *parts: str) -> str:
        """One mapping, identified by a digest of its subject, predicate and object."""
        return f"{self.mapping_set(mapping_set)}/{_digest(*parts)}"

    def dataset(self, dataset: str) -> str:
        """A dataset."""
        return f"{self.root}dataset/{dataset}"

    def catalogue(self, catalogue: str) -> str:
        """A dataset catalogue of another publisher."""
        return f"{self.root}catalogue/{catalogue}"

    def series(self, series: str) -> str:
        """A series of datasets."""
        return f"{self.root}series/{series}"

    def structure(self, structure: str) -> str:
        """A technical structure: a FHIR profile, an openEHR archetype, an ODM form."""
        return f"{self.root}structure/{structure}"

    def model(self, model: str, version: str) -> str:
        """One version of an information model; its classes and attributes are parts of it."""
        return f"{self.root}model/{model}/{segment(version)}"

    def code_list(self, owner: str, code_list: str) -> str:
        """A code list of a dataset or a structure; its codes are parts of it."""
        return f"{owner}/list/{segment(code_list)}"

    def link(self, resource: str, concept: str) -> str:
        """The link from a resource to the concept that it stands for, identified by a digest of the concept."""
        return f"{resource}/link/{_digest(concept)}"

    def conceptual_variable(self, *parts: str) -> str:
        """A conceptual variable, identified by a digest of what it measures, so that all sources share it."""
        return f"{self.root}cv/{_digest(*parts)}"

    def represented_variable(self, *parts: str) -> str:
        """A represented variable, identified by a digest of its conceptual variable and its value domain."""
        return f"{self.root}rv/{_digest(*parts)}"

    def unit(self, code: str) -> str:
        """A unit of measure, by its UCUM code."""
        return f"{self.root}unit/{segment(code)}"

    def part(self, resource: str, *path: str) -> str:
        """A dependent part of a resource: a contact, a period, a table."""
        return "/".join((resource, *map(segment, path)))

    def agent(self, agent: str) -> str:
        """An organisation."""
        return f"{self.root}agent/{segment(agent)}"

    def load(self, source: str, version: str) -> str:
        """The activity of loading one edition of one source (`prov:Activity`)."""
        return f"{self.root}load/{segment(source)}/{segment(version)}"

    def file(self, sha256: str) -> str:
        """A publisher's file, identified by its SHA-256."""
        return f"{self.root}file/{sha256}"

    def query(self, name: str) -> str:
        """A query of the cookbook."""
        return f"{self.root}query/{segment(name)}"

    def graph(self, name: str) -> str:
        """A graph that the build generates: the catalogue, the provenance."""
        return f"{self.root}graph/{name}"
