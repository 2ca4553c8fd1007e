"""Variables and code lists as CSVW, DDI-CDI and SKOS.

A column is both a `csvw:Column`, which HealthDCAT-AP requires, and a `cdi:InstanceVariable`. Its represented and
conceptual variables are derived by `begrepp.build.variable_cascade` after all sources are loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from begrepp.graph.context import LoadContext
from begrepp.rdf.ntriples import (
    Triple,
    date_literal,
    iri,
    iri_or_literal,
    name,
    partial_date_literal,
    plain,
    source_term,
    texts,
    typed_literal,
)
from begrepp.records import CodeList, ConceptualVariable, RepresentedVariable, Status, Variable
from begrepp.text.units import parse_unit


def variable_triples(context: LoadContext, variable: Variable) -> Iterator[Triple]:
    """Yield a column: name, measured concepts, value domain, unit, period, quality and source."""
    home = context.iris.dataset(variable.dataset)
    own_iri = context.variable_iri(variable)
    subject = iri(own_iri)
    yield iri(context.iris.part(home, "table", variable.table)), name("csvw:column"), subject
    yield subject, name("rdf:type"), name("csvw:Column")
    yield subject, name("rdf:type"), name("cdi:InstanceVariable")
    yield subject, name("csvw:name"), plain(variable.name)
    yield from texts(subject, "csvw:title", variable.titles)
    yield from texts(subject, "dct:description", variable.descriptions)
    yield from context.link_triples(own_iri, variable.measures)
    yield from _value_domain_triples(context, subject, home, variable)
    yield from unit_triples(context, subject, variable.unit)
    for property_name, words in (
        ("begrepp:questionText", variable.questions),
        ("skos:note", variable.notes),
        ("begrepp:section", variable.section),
    ):
        yield from texts(subject, property_name, words)
    for property_name, value in (
        ("begrepp:condition", variable.condition),
        ("begrepp:calculation", variable.calculation),
        ("begrepp:unitTypeName", variable.unit_type),
        ("begrepp:atEvent", variable.at_event),
        ("begrepp:certainty", variable.certainty),
    ):
        if value:
            yield subject, name(property_name), plain(value)
    if variable.order is not None:
        yield subject, name("begrepp:order"), typed_literal(variable.order, "xsd:integer")
    if variable.represented:
        yield subject, name("begrepp:representedVariable"), iri(context.iris.part(home, "rv", variable.represented))
    if variable.linkage_key:
        yield subject, name("begrepp:linkageKeyFor"), iri(context.external_iri(variable.linkage_key))
    if variable.iri:
        yield subject, name("owl:sameAs"), iri(variable.iri)
    if variable.property_url:
        yield subject, name("csvw:propertyUrl"), iri(variable.property_url)
    if variable.ni_attribute:
        yield subject, name("begrepp:niAttribute"), iri(context.attribute_iri(variable.ni_attribute))
    for other in variable.references:
        yield subject, name("dct:references"), plain(other)
    if variable.valid_from:
        yield subject, name("begrepp:validFrom"), partial_date_literal(variable.valid_from)
    if variable.valid_to:
        yield subject, name("begrepp:validTo"), partial_date_literal(variable.valid_to)
    yield from _quality_triples(context, own_iri, variable)
    if variable.source:
        yield subject, name("dct:source"), source_term(variable.source)
    if variable.checked:
        yield subject, name("begrepp:checked"), date_literal(variable.checked)


def _value_domain_triples(context: LoadContext, subject: str, home: str, variable: Variable) -> Iterator[Triple]:
    """Yield the value domain: the lists that enumerate it, or the datatype and bounds that describe it."""
    yield subject, name("csvw:datatype"), plain(variable.datatype)
    for system in variable.code_systems:
        yield subject, name("begrepp:codingSystem"), iri(context.system_iri(system))
    if variable.value_list:
        scheme, _, version = variable.value_list.partition("@")
        yield subject, name("begrepp:codeList"), iri(context.scheme_iri(scheme))
        if version:
            yield subject, name("begrepp:codingSystem"), iri(context.system_iri(variable.value_list))
    if variable.code_list:
        yield subject, name("begrepp:codeList"), iri(context.iris.code_list(home, variable.code_list))
    if variable.missing_list:
        yield subject, name("begrepp:missingValues"), iri(context.iris.code_list(home, variable.missing_list))
    if variable.value_set:
        yield subject, name("begrepp:valueSet"), iri(context.value_set_iri(variable.value_set))
    for property_name, value in (
        ("begrepp:minimum", variable.minimum),
        ("begrepp:maximum", variable.maximum),
        ("begrepp:valuePattern", variable.pattern),
    ):
        if value:
            yield subject, name(property_name), plain(value)
    if variable.required is not None:
        yield subject, name("csvw:required"), typed_literal(str(variable.required).lower(), "xsd:boolean")
    if variable.multiple:
        yield subject, name("begrepp:multiple"), typed_literal("true", "xsd:boolean")


def unit_triples(context: LoadContext, subject: str, words: str) -> Iterator[Triple]:
    """Yield the unit in UCUM with its dimension and conversion factor; `begrepp:unitText` if the unit is unknown."""
    if not words:
        return
    known = parse_unit(words)
    if known is None:
        yield subject, name("begrepp:unitText"), plain(words)
        return
    yield subject, name("begrepp:unit"), plain(known.code)
    node = iri(context.iris.unit(known.code))
    yield subject, name("qudt:hasUnit"), node
    yield node, name("rdf:type"), name("qudt:Unit")
    yield node, name("qudt:ucumCode"), plain(known.code)
    if known.dimension:
        yield node, name("qudt:hasDimensionVector"), iri(known.dimension)
        yield node, name("qudt:conversionMultiplier"), typed_literal(known.factor, "xsd:double")
        if known.offset:
            yield node, name("qudt:conversionOffset"), typed_literal(known.offset, "xsd:double")


def _quality_triples(context: LoadContext, own_iri: str, variable: Variable) -> Iterator[Triple]:
    for number, quality in enumerate(variable.quality, start=1):
        node = iri(context.iris.part(own_iri, "quality", str(number)))
        yield iri(own_iri), name("dqv:hasQualityMeasurement"), node
        yield node, name("rdf:type"), name("dqv:QualityMeasurement")
        yield node, name("dqv:isMeasurementOf"), iri_or_literal(quality.metric)
        yield node, name("dqv:value"), plain(quality.value)
        yield from texts(node, "skos:note", quality.note)
        if quality.year:
            period = iri(context.iris.part(own_iri, "quality", str(number), "temporal"))
            yield node, name("dct:temporal"), period
            yield period, name("rdf:type"), name("dct:PeriodOfTime")
            yield period, name("dcat:startDate"), partial_date_literal(quality.year)


def code_list_triples(context: LoadContext, code_list: CodeList) -> Iterator[Triple]:
    """Yield a code list of a dataset or a structure as a concept scheme, and its codes as concepts."""
    home = context.owner_iri(code_list.owner)
    own_iri = context.iris.code_list(home, code_list.id)
    subject = iri(own_iri)
    yield subject, name("rdf:type"), name("skos:ConceptScheme")
    yield subject, name("rdf:type"), name("begrepp:CodeList")
    yield from texts(subject, "skos:prefLabel", code_list.titles)
    yield subject, name("dct:isPartOf"), iri(home)
    for identifier in code_list.identifiers:
        yield subject, name("dct:identifier"), plain(identifier)
    for rule in code_list.intension:
        yield subject, name("begrepp:intension"), plain(rule)
    yield subject, name("begrepp:contentDigest"), plain(content_digest(code_list))
    for value in code_list.values:
        code = context.iris.part(own_iri, value.code)
        node = iri(code)
        yield node, name("rdf:type"), name("skos:Concept")
        yield node, name("rdf:type"), name("begrepp:CodedValue")
        yield node, name("skos:inScheme"), subject
        yield node, name("skos:notation"), plain(value.code)
        yield from texts(node, "skos:prefLabel", value.labels)
        yield from texts(node, "skos:definition", value.definitions)
        yield node, name("begrepp:status"), name(f"begrepp:{Status.ACTIVE}")
        if value.number:
            yield node, name("rdf:value"), typed_literal(value.number, "xsd:decimal")
        if value.broader:
            yield node, name("skos:broader"), iri(context.iris.part(own_iri, value.broader))
        if value.valid_from:
            yield node, name("begrepp:validFrom"), partial_date_literal(value.valid_from)
        if value.valid_to:
            yield node, name("begrepp:validTo"), partial_date_literal(value.valid_to)
        for link in value.matches:
            concept = context.resolve_iri(link.concept)
            yield node, name("skos:exactMatch"), iri(concept)
            qualified = iri(context.iris.link(code, concept))
            yield node, name("begrepp:qualifiedMatch"), qualified
            yield from context.link_node_triples(qualified, concept, link)


def content_digest(code_list: CodeList) -> str:
    """Return a digest of the codes, labels and rules: equal for lists with the same content."""
    lines = [
        f"{value.code}\t" + "\t".join(f"{label.lang} {label.value}" for label in sorted(value.labels))
        for value in code_list.values
    ]
    lines = sorted([*lines, *code_list.intension])
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def conceptual_triples(context: LoadContext, variable: ConceptualVariable) -> Iterator[Triple]:
    """Yield a conceptual variable that the source declares."""
    own_iri = context.iris.part(context.iris.dataset(variable.dataset), "cv", variable.id)
    subject = iri(own_iri)
    yield subject, name("rdf:type"), name("cdi:ConceptualVariable")
    yield from texts(subject, "rdfs:label", variable.titles)
    yield from texts(subject, "dct:description", variable.descriptions)
    yield from context.link_triples(own_iri, variable.measures)
    if variable.unit_type:
        yield subject, name("begrepp:unitTypeName"), plain(variable.unit_type)


def represented_triples(context: LoadContext, variable: RepresentedVariable) -> Iterator[Triple]:
    """Yield a represented variable that the source declares."""
    home = context.iris.dataset(variable.dataset)
    subject = iri(context.iris.part(home, "rv", variable.id))
    yield subject, name("rdf:type"), name("cdi:RepresentedVariable")
    yield subject, name("begrepp:conceptualVariable"), iri(context.iris.part(home, "cv", variable.conceptual))
    yield from texts(subject, "rdfs:label", variable.titles)
    yield from texts(subject, "dct:description", variable.descriptions)
    if variable.datatype:
        yield subject, name("csvw:datatype"), plain(variable.datatype)
    if variable.code_list:
        yield subject, name("begrepp:codeList"), iri(context.iris.code_list(home, variable.code_list))
    if variable.value_list:
        yield subject, name("begrepp:codeList"), iri(context.system_iri(variable.value_list.partition("@")[0]))
    if variable.value_set:
        yield subject, name("begrepp:valueSet"), iri(context.value_set_iri(variable.value_set))
    yield from unit_triples(context, subject, variable.unit)
