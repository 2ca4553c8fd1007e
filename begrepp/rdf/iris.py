"""Every IRI of the project is minted here, and here only (docs/decisions/iris.md).

Concepts are version-less and never deleted; a release is its own named graph. `notation` is
percent-encoded, so that `8500/3` is one path segment: `…/id/cs/icd-o-3/8500%2F3`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import quote

from begrepp.settings import DEFAULT_BASE


def segment(text: str) -> str:
    """Text as one path segment of an IRI."""
    return text if text.isascii() and text.isalnum() else quote(text, safe="")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Iris:
    """The IRIs under one base."""

    base: str = DEFAULT_BASE

    @property
    def root(self) -> str:
        """What every thing's IRI begins with."""
        return f"{self.base}id/"

    def scheme(self, scheme: str) -> str:
        """A concept scheme."""
        return f"{self.root}cs/{scheme}"

    def release(self, scheme: str, version: str) -> str:
        """A release of a scheme, which is also the name of its graph."""
        return f"{self.scheme(scheme)}/release/{segment(version)}"

    def difference(self, scheme: str, old: str, new: str) -> str:
        """The difference between two releases of a scheme, which is also the name of its graph."""
        return f"{self.scheme(scheme)}/difference/{segment(old)}..{segment(new)}"

    def level(self, scheme: str, level: str) -> str:
        """A classification level."""
        return f"{self.scheme(scheme)}/level/{segment(level)}"

    def concept(self, scheme: str, notation: str, template: str = "") -> str:
        """A concept: the publisher's own IRI where the scheme has a template for it, else ours."""
        if template:
            return template.replace("{notation}", segment(notation))
        return f"{self.scheme(scheme)}/{segment(notation)}"

    def meaning(self, scheme: str, notation: str, year: str) -> str:
        """A concept whose code had another meaning before: `C50.9~2022`."""
        return f"{self.concept(scheme, notation)}~{year}"

    def term(self, scheme: str, notation: str, form: str, lang: str) -> str:
        """A term of a concept (`skosxl:Label`)."""
        return f"{self.root}term/{scheme}/{segment(notation)}/{lang}/{segment(form)}"

    def value_set(self, value_set: str, version: str) -> str:
        """A value set in one version."""
        return f"{self.root}vs/{segment(value_set)}/{segment(version)}"

    def mapping_set(self, mapping_set: str) -> str:
        """A set of mappings."""
        return f"{self.root}mapping/{mapping_set}"

    def mapping(self, mapping_set: str, *parts: str) -> str:
        """One mapping, named by what it says."""
        return f"{self.mapping_set(mapping_set)}/{_digest(*parts)}"

    def dataset(self, dataset: str) -> str:
        """A dataset."""
        return f"{self.root}dataset/{dataset}"

    def catalogue(self, catalogue: str) -> str:
        """A catalogue of datasets that somebody else publishes."""
        return f"{self.root}catalogue/{catalogue}"

    def series(self, series: str) -> str:
        """A series of datasets."""
        return f"{self.root}series/{series}"

    def structure(self, structure: str) -> str:
        """A technical structure: a FHIR profile, an openEHR archetype, an ODM form."""
        return f"{self.root}structure/{structure}"

    def model(self, model: str, version: str) -> str:
        """An information model, whose classes and attributes differ from version to version."""
        return f"{self.root}model/{model}/{segment(version)}"

    def code_list(self, home: str, code_list: str) -> str:
        """A list of values that a dataset or a structure uses; its codes are parts of it."""
        return f"{home}/list/{segment(code_list)}"

    def link(self, thing: str, concept: str) -> str:
        """The link from a thing to the concept that it stands for, named by the two."""
        return f"{thing}/link/{_digest(concept)}"

    def conceptual(self, *parts: str) -> str:
        """A conceptual variable, named by what it measures, so that all sources agree on it."""
        return f"{self.root}cv/{_digest(*parts)}"

    def represented(self, *parts: str) -> str:
        """A represented variable, named by its conceptual variable and its values."""
        return f"{self.root}rv/{_digest(*parts)}"

    def unit(self, code: str) -> str:
        """A unit of measure, by its UCUM code."""
        return f"{self.root}unit/{segment(code)}"

    def part(self, thing: str, *path: str) -> str:
        """A part that has no life apart from its thing: a contact, a period, a table."""
        return "/".join((thing, *map(segment, path)))

    def agent(self, agent: str) -> str:
        """An organisation."""
        return f"{self.root}agent/{segment(agent)}"

    def load(self, source: str, version: str) -> str:
        """The act of loading one edition of one source."""
        return f"{self.root}load/{segment(source)}/{segment(version)}"

    def file(self, sha256: str) -> str:
        """A publisher's file, named by its content."""
        return f"{self.root}file/{sha256}"

    def query(self, name: str) -> str:
        """A question of the cookbook."""
        return f"{self.root}query/{segment(name)}"

    def graph(self, name: str) -> str:
        """A graph of the build's own: the catalogue, the provenance."""
        return f"{self.root}graph/{name}"
