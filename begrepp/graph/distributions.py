"""Distributions and legislation of datasets as DCAT-AP and HealthDCAT-AP."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.graph.context import LoadContext
from begrepp.rdf.ntriples import Triple, iri, iri_or_literal, name, plain, texts, typed_literal
from begrepp.records import Dataset, Distribution, Legislation


def distribution_triples(context: LoadContext, subject: str, own_iri: str, dataset: Dataset) -> Iterator[Triple]:
    if dataset.access_url or dataset.file_formats:
        node = iri(context.iris.part(own_iri, "distribution"))
        yield subject, name("dcat:distribution"), node
        yield node, name("rdf:type"), name("dcat:Distribution")
        if dataset.access_url:
            yield node, name("dcat:accessURL"), iri(dataset.access_url)
        for file_format in dataset.file_formats:
            yield node, name("begrepp:fileFormat"), plain(file_format)
        # HealthDCAT-AP requires the legislation of every distribution; the default one takes that of its dataset.
        for number, law in enumerate(dataset.legislation, start=1):
            yield node, name("dcatap:applicableLegislation"), iri(_legislation_iri(context, own_iri, number, law))
    for distribution in dataset.distributions:
        yield from _distribution_node_triples(
            context, subject, context.iris.part(own_iri, "distribution", distribution.id), distribution
        )


def _distribution_node_triples(
    context: LoadContext, subject: str, own_iri: str, distribution: Distribution
) -> Iterator[Triple]:
    node = iri(own_iri)
    yield subject, name(distribution.role), node
    yield node, name("rdf:type"), name("dcat:Distribution")
    yield from texts(node, "dct:title", distribution.titles)
    yield from texts(node, "dct:description", distribution.descriptions)
    for property_name, value in (
        ("dcat:accessURL", distribution.access_url),
        ("dcat:downloadURL", distribution.download_url),
        ("dct:license", distribution.licence),
    ):
        if value:
            yield node, name(property_name), iri(value)
    for property_name, value in (("dct:format", distribution.format), ("dcat:mediaType", distribution.media_type)):
        if value:
            yield node, name(property_name), iri_or_literal(value)
    for standard in distribution.conforms_to:
        yield node, name("dct:conformsTo"), iri(standard)
    if distribution.byte_size is not None:
        yield node, name("dcat:byteSize"), typed_literal(distribution.byte_size, "xsd:nonNegativeInteger")
    if distribution.rights:
        rights = iri(context.iris.part(own_iri, "rights"))
        yield node, name("dct:rights"), rights
        yield rights, name("rdf:type"), name("dct:RightsStatement")
        yield from texts(rights, "rdfs:label", distribution.rights)
    if distribution.service_titles or distribution.service_url:
        service = iri(context.iris.part(own_iri, "service"))
        yield node, name("dcat:accessService"), service
        yield service, name("rdf:type"), name("dcat:DataService")
        yield from texts(service, "dct:title", distribution.service_titles)
        if distribution.service_url:
            yield service, name("dcat:endpointURL"), iri(distribution.service_url)
    yield from legislation_triples(context, own_iri, distribution.legislation)


def _legislation_iri(context: LoadContext, own_iri: str, number: int, law: Legislation) -> str:
    return law.url or context.iris.part(own_iri, "legislation", str(number))


def legislation_triples(context: LoadContext, own_iri: str, laws: tuple[Legislation, ...]) -> Iterator[Triple]:
    for number, law in enumerate(laws, start=1):
        node = iri(_legislation_iri(context, own_iri, number, law))
        yield iri(own_iri), name("dcatap:applicableLegislation"), node
        yield node, name("rdf:type"), name("eli:LegalResource")
        yield from texts(node, "dct:title", law.titles)
