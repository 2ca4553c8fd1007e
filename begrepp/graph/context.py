"""State of one load: IRIs of its records, and the triples that all kinds of records share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import Triple, date_literal, iri, name, plain, source_term, texts, typed_literal
from begrepp.records import (
    Agent,
    Dataset,
    Edition,
    Element,
    Link,
    ListOwner,
    Mapping,
    RdfTerm,
    Scheme,
    Structure,
    Variable,
    is_iri,
)

_DEFAULT_ROOT = Iris().root


@dataclass
class LoadContext:
    """Schemes, editions, datasets and structures seen so far in one load, and the IRIs derived from them."""

    iris: Iris
    load_iri: str = ""
    file_iris: tuple[str, ...] = ()
    schemes: dict[str, Scheme] = field(default_factory=dict)
    editions: dict[str, Edition] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    structures: dict[str, Structure] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """The publisher's IRI of a catalogue, a dataset or a column → the IRI that begrepp gives it."""

    def concept_iri(self, scheme: str, reference: str) -> str:
        """Return the IRI of a concept, given as an IRI or as a notation in the scheme."""
        if is_iri(reference):
            return reference
        known = self.schemes.get(scheme)
        return self.iris.concept(scheme, reference, known.iri_template if known else "")

    def scheme_iri(self, scheme: str) -> str:
        """Return the IRI of a scheme: the publisher's own if the loader gives one."""
        known = self.schemes.get(scheme)
        return known.iri if known and known.iri else self.iris.scheme(scheme)

    def external_iri(self, reference: str) -> str:
        """Return the IRI of a concept in another scheme, given as `scheme:notation`, or of a resource, given as an IRI.

        IRIs below the default base, with which mapping files are written, are moved to the configured base.
        """
        if is_iri(reference):
            is_default = reference.startswith(_DEFAULT_ROOT)
            return self.iris.root + reference.removeprefix(_DEFAULT_ROOT) if is_default else reference
        scheme, _, notation = reference.partition(":")
        return self.iris.concept(scheme, notation)

    def mapping_iri(self, mapping: Mapping) -> str:
        """Return the IRI of a mapping, derived from its ends, predicate and justification.

        If the mapping has a map rule, its group and priority are part of the IRI too.
        """
        ends = (self.external_iri(mapping.subject), mapping.predicate, self.external_iri(mapping.object))
        ruled = mapping.map_group is not None or mapping.map_rule
        place = (str(mapping.map_group), str(mapping.map_priority), mapping.map_rule) if ruled else ()
        return self.iris.mapping(mapping.mapping_set, *ends, str(mapping.negated), mapping.justification, *place)

    def resolve_iri(self, reference: str) -> str:
        """Return the IRI of `scheme:notation`, by the publisher's template if the scheme is in this load."""
        scheme, _, notation = reference.partition(":")
        if not is_iri(reference) and scheme in self.schemes:
            return self.concept_iri(scheme, notation)
        return self.external_iri(reference)

    def variable_iri(self, variable: Variable) -> str:
        """Return the IRI of a variable: `…/dataset/nkbc/var/er`, with the table before `var` if there are several."""
        own_iri = self.iris.dataset(variable.dataset)
        several = len(self.datasets[variable.dataset].tables) > 1
        path = (variable.table,) if several else ()
        since = (variable.part,) if variable.part else ()
        return self.iris.part(own_iri, *path, "var", variable.name, *since)

    def system_iri(self, reference: str) -> str:
        """Return the IRI of a scheme (`icd-10-se`) or an edition (`icd-10-se@2025`); return IRIs unchanged."""
        if is_iri(reference):
            return reference
        scheme, _, version = reference.partition("@")
        return self.iris.edition(scheme, version) if version else self.scheme_iri(scheme)

    def value_set_iri(self, reference: str) -> str:
        """Return the IRI of a value set in a version: `tumour-sites@2024`."""
        if is_iri(reference):
            return reference
        value_set, _, version = reference.rpartition("@")
        return self.iris.value_set(value_set, version)

    def owner_iri(self, owner: ListOwner) -> str:
        """Return the IRI of the dataset or structure that a list belongs to."""
        return self.iris.dataset(owner.dataset) if owner.dataset else self.structure_iri(owner.structure)

    def structure_iri(self, structure: str) -> str:
        """Return the IRI of a structure; an information model has one for each version."""
        known = self.structures[structure]
        return self.iris.model(known.id, known.version) if known.is_model else self.iris.structure(known.id)

    def element_iri(self, element: Element) -> str:
        """Return the IRI of an element, such as `…/structure/us-core-patient/element/Patient.name`."""
        below = () if self.structures[element.structure].is_model else ("element",)
        return self.iris.part(self.structure_iri(element.structure), *below, element.path)

    def attribute_iri(self, reference: str) -> str:
        """Return the IRI of an attribute of an information model, given as `ni@2021:1/Observation.kod`."""
        if is_iri(reference):
            return reference
        model, _, rest = reference.partition("@")
        version, _, path = rest.rpartition("/")
        return self.iris.part(self.iris.model(model, version), path)

    def link_triples(self, own_iri: str, links: Iterable[Link]) -> Iterator[Triple]:
        """Yield the concepts that a resource measures, each with a node of justification and confidence."""
        for link in links:
            concept = self.resolve_iri(link.concept)
            node = iri(self.iris.link(own_iri, concept))
            yield iri(own_iri), name("begrepp:measures"), iri(concept)
            yield iri(own_iri), name("begrepp:qualifiedMeasures"), node
            yield from self.link_node_triples(node, concept, link)

    def link_node_triples(self, node: str, concept: str, link: Link) -> Iterator[Triple]:
        """Yield the node that qualifies a link: justification, confidence, source and tool."""
        yield node, name("rdf:type"), name("begrepp:Link")
        yield node, name("begrepp:linksTo"), iri(concept)
        yield node, name("sssom:mapping_justification"), name(link.justification)
        if link.confidence is not None:
            yield node, name("sssom:confidence"), typed_literal(link.confidence, "xsd:double")
        if link.source:
            yield node, name("dct:source"), source_term(link.source)
        if link.tool:
            yield node, name("sssom:mapping_tool"), plain(link.tool)
        if link.checked:
            yield node, name("begrepp:checked"), date_literal(link.checked)

    def rights_triples(self, subject: str, licence: str, redistribution: str, publisher: Agent) -> Iterator[Triple]:
        """Yield licence, right of redistribution and publisher."""
        yield subject, name("dct:license"), iri(licence)
        yield subject, name("begrepp:redistribution"), name(f"begrepp:{redistribution}")
        yield from self.agent_triples(subject, "dct:publisher", publisher)

    def provenance_triples(self, subject: str) -> Iterator[Triple]:
        """Yield the load and the files that a resource was generated from."""
        yield subject, name("prov:wasGeneratedBy"), iri(self.load_iri)
        for file in self.file_iris:
            yield subject, name("prov:wasDerivedFrom"), iri(file)

    def agent_triples(self, subject: str, relation: str, agent: Agent) -> Iterator[Triple]:
        """Yield an organisation and the property that relates the subject to it."""
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

    def resolve_alias(self, term: RdfTerm) -> RdfTerm:
        """Return an IRI that the publisher uses for one of our resources as that of ours; another term unchanged."""
        alias = self.aliases.get(term.value) if self.aliases and term.kind == "iri" else None
        return term._replace(value=alias) if alias else term
