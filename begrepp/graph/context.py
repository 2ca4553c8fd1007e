"""What things are called within one load: IRIs of concepts, mappings and variables, and what is said of all alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import Triple, day, iri, name, plain, source, texts, typed
from begrepp.records import (
    Agent,
    Dataset,
    Edition,
    Element,
    Link,
    ListOwner,
    Mapping,
    Scheme,
    Structure,
    Variable,
    is_iri,
)


@dataclass
class LoadContext:
    """The names of one load, which learns its schemes, releases and datasets as they pass."""

    iris: Iris
    load_iri: str = ""
    file_iris: tuple[str, ...] = ()
    schemes: dict[str, Scheme] = field(default_factory=dict)
    editions: dict[str, Edition] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    structures: dict[str, Structure] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """A publisher's own address of a catalogue, a dataset or a column, and the IRI that it has here."""

    def concept_iri(self, scheme: str, reference: str) -> str:
        """The IRI behind a reference: an IRI, or a notation in the scheme."""
        if is_iri(reference):
            return reference
        known = self.schemes.get(scheme)
        return self.iris.concept(scheme, reference, known.iri_template if known else "")

    def scheme_iri(self, scheme: str) -> str:
        """The scheme's IRI, the publisher's own where the loader knows one."""
        known = self.schemes.get(scheme)
        return known.iri if known and known.iri else self.iris.scheme(scheme)

    def external_iri(self, reference: str) -> str:
        """The IRI of a concept in another scheme, written `scheme:notation`."""
        if is_iri(reference):
            return reference
        scheme, _, notation = reference.partition(":")
        return self.iris.concept(scheme, notation)

    def mapping_iri(self, mapping: Mapping) -> str:
        """The mapping's IRI, named by what it says and on what ground; where it holds by a rule, by its place too."""
        ends = (self.external_iri(mapping.subject), mapping.predicate, self.external_iri(mapping.object))
        ruled = mapping.map_group is not None or mapping.map_rule
        place = (str(mapping.map_group), str(mapping.map_priority), mapping.map_rule) if ruled else ()
        return self.iris.mapping(mapping.mapping_set, *ends, str(mapping.negated), mapping.justification, *place)

    def resolve_iri(self, reference: str) -> str:
        """The IRI of a `scheme:notation` whose scheme may be in this load, with the publisher's template."""
        scheme, _, notation = reference.partition(":")
        if not is_iri(reference) and scheme in self.schemes:
            return self.concept_iri(scheme, notation)
        return self.external_iri(reference)

    def variable_iri(self, variable: Variable) -> str:
        """`…/dataset/nkbc/var/er`, with the table before it where the dataset has several."""
        own = self.iris.dataset(variable.dataset)
        several = len(self.datasets[variable.dataset].tables) > 1
        path = (variable.table,) if several else ()
        since = (variable.part,) if variable.part else ()
        return self.iris.part(own, *path, "var", variable.name, *since)

    def system_iri(self, reference: str) -> str:
        """The IRI of a scheme, or of a release of it: `icd-10-se`, `icd-10-se@2025`. IRIs are as they are."""
        if is_iri(reference):
            return reference
        scheme, _, version = reference.partition("@")
        return self.iris.release(scheme, version) if version else self.scheme_iri(scheme)

    def value_set_iri(self, reference: str) -> str:
        """The IRI of a value set in a version: `tumour-sites@2024`."""
        if is_iri(reference):
            return reference
        value_set, _, version = reference.rpartition("@")
        return self.iris.value_set(value_set, version)

    def owner_iri(self, home: ListOwner) -> str:
        """The IRI of what a list belongs to."""
        return self.iris.dataset(home.dataset) if home.dataset else self.structure_iri(home.structure)

    def structure_iri(self, structure: str) -> str:
        """The IRI of a structure; an information model has one for each version."""
        known = self.structures[structure]
        return self.iris.model(known.id, known.version) if known.is_model else self.iris.structure(known.id)

    def element_iri(self, element: Element) -> str:
        """`…/structure/us-core-patient/element/Patient.name`, or `…/model/ni/2022/Patient.namn`."""
        below = () if self.structures[element.structure].is_model else ("element",)
        return self.iris.part(self.structure_iri(element.structure), *below, element.path)

    def attribute_iri(self, reference: str) -> str:
        """The IRI of an attribute of an information model, written `ni@2021:1/Observation.kod`."""
        if is_iri(reference):
            return reference
        model, _, rest = reference.partition("@")
        version, _, path = rest.rpartition("/")
        return self.iris.part(self.iris.model(model, version), path)

    def link_triples(self, own: str, links: Iterable[Link]) -> Iterator[Triple]:
        """That a thing measures concepts, and for each of them on what ground and how sure."""
        for link in links:
            concept = self.resolve_iri(link.concept)
            node = iri(self.iris.link(own, concept))
            yield iri(own), name("begrepp:measures"), iri(concept)
            yield iri(own), name("begrepp:qualifiedMeasures"), node
            yield from self.link_node_triples(node, concept, link)

    def link_node_triples(self, node: str, concept: str, link: Link) -> Iterator[Triple]:
        """The node that says why a link holds."""
        yield node, name("rdf:type"), name("begrepp:Link")
        yield node, name("begrepp:linksTo"), iri(concept)
        yield node, name("sssom:mapping_justification"), name(link.justification)
        if link.confidence is not None:
            yield node, name("sssom:confidence"), typed(link.confidence, "xsd:double")
        if link.source:
            yield node, name("dct:source"), source(link.source)
        if link.tool:
            yield node, name("sssom:mapping_tool"), plain(link.tool)
        if link.checked:
            yield node, name("begrepp:checked"), day(link.checked)

    def rights_triples(self, subject: str, licence: str, redistribution: str, publisher: Agent) -> Iterator[Triple]:
        """Licence, right of redistribution and publisher."""
        yield subject, name("dct:license"), iri(licence)
        yield subject, name("begrepp:redistribution"), name(f"begrepp:{redistribution}")
        yield from self.agent_triples(subject, "dct:publisher", publisher)

    def provenance_triples(self, subject: str) -> Iterator[Triple]:
        """Which load made it, from which files."""
        yield subject, name("prov:wasGeneratedBy"), iri(self.load_iri)
        for file in self.file_iris:
            yield subject, name("prov:wasDerivedFrom"), iri(file)

    def agent_triples(self, subject: str, relation: str, agent: Agent) -> Iterator[Triple]:
        """An organisation, and the relation to it."""
        node = iri(self.iris.agent(agent.id))
        yield subject, name(relation), node
        yield node, name("rdf:type"), name("foaf:Agent")
        yield from texts(node, "foaf:name", agent.names)
        if agent.homepage:
            yield node, name("foaf:homepage"), iri(agent.homepage)
        if agent.type:
            yield node, name("dct:type"), iri(agent.type)
        if agent.email or agent.contact_page:
            contact = iri(self.iris.part(self.iris.agent(agent.id), "contact"))
            yield node, name("cv:contactPoint"), contact
            yield contact, name("rdf:type"), name("cv:ContactPoint")
            if agent.email:
                yield contact, name("cv:email"), plain(agent.email)
            if agent.contact_page:
                yield contact, name("cv:contactPage"), iri(agent.contact_page)
