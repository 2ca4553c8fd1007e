"""The page of a dataset and of its variables: who holds what, since when, for whom, and how it is coded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from begrepp.namespaces import expand
from begrepp.records import Text
from begrepp.swedish import sort_key
from server.names import Ref, Said, choose, in_order, iris_of, one, refs, statements, statements_of, texts
from server.pages.releases import LoadRow, loads_of
from server.pages.thing import Property, properties
from server.questions import select, value
from server.resolve import Found
from server.state import Build
from server.translate import Speaker

SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """Which source says a fact, when somebody looked, and how certain it is."""

    about: str
    source: str
    checked: str
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableRow:
    """A variable in the table of a dataset."""

    ref: Ref
    name: str
    description: Text | None
    concepts: Sequence[Ref]
    codes: Sequence[Ref]
    datatype: str
    unit: str
    valid_from: str
    valid_to: str
    event: str
    source: str
    checked: str
    certainty: str
    key_for: Ref | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOf:
    """A table of a dataset with its variables."""

    ref: Ref
    variables: Sequence[VariableRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPage:
    """A dataset."""

    ref: Ref
    other_titles: Sequence[Text]
    descriptions: Sequence[Text]
    publisher: Ref | None
    custodian: Ref | None
    described_by: Ref | None
    is_sketch: bool
    is_specification: bool
    years: tuple[str, str]
    population: Text | None
    excludes: Text | None
    access: Text | None
    access_rights: str
    access_url: str
    landing_page: str
    contacts: Sequence[Text]
    contact_url: str
    laws: Sequence[tuple[Text, str]]
    subjects: Sequence[Ref]
    specimens: Sequence[Ref]
    keywords: Sequence[Text]
    ages: tuple[str, str]
    individuals: str
    tables: Sequence[TableOf]
    total: int
    hidden: int
    evidence: Sequence[EvidenceRow]
    load: LoadRow | None
    licence: str
    others: Sequence[Property]


_SHOWN_OTHERWISE = [
    "rdf:type",
    "dct:identifier",
    "dct:title",
    "dct:description",
    "dct:publisher",
    "geodcatap:custodian",
    "begrepp:describedBy",
    "dct:temporal",
    "health:populationCoverage",
    "begrepp:coverageExcludes",
    "begrepp:accessProcedure",
    "dct:accessRights",
    "dcat:distribution",
    "dcat:landingPage",
    "dcat:contactPoint",
    "dcatap:applicableLegislation",
    "dct:subject",
    "dcat:keyword",
    "begrepp:specimenType",
    "health:minTypicalAge",
    "health:maxTypicalAge",
    "health:numberOfUniqueIndividuals",
    "begrepp:evidence",
    "health:hasVariables",
    "prov:wasGeneratedBy",
    "prov:wasDerivedFrom",
    "begrepp:descriptionLicence",
]


def dataset_page(build: Build, found: Found, say: Speaker, *, everything: bool = False) -> DatasetPage:
    """A dataset with its variables."""
    language = say.language
    said = statements(build, found.iri)
    linked = (
        "dct:temporal",
        "dcat:contactPoint",
        "dcat:distribution",
        "dcatap:applicableLegislation",
        "begrepp:evidence",
    )
    parts = statements_of(build, {iri for name in linked for iri in iris_of(said, name)})

    def part(name: str) -> list[Said]:
        return [parts[iri] for iri in iris_of(said, name)]

    shown = ("dct:publisher", "geodcatap:custodian", "begrepp:describedBy", "dct:subject", "begrepp:specimenType")
    known = refs(build, [found.iri, *(iri for name in shown for iri in iris_of(said, name))], language)

    def named(name: str) -> list[Ref]:
        return sorted((known[iri] for iri in iris_of(said, name)), key=lambda r: sort_key(r.label.value))

    tables, total, hidden = _tables(build, found.iri, language, everything=everything)
    period = next(iter(part("dct:temporal")), {})
    contact = next(iter(part("dcat:contactPoint")), {})
    distribution = next(iter(part("dcat:distribution")), {})
    here = known[found.iri]
    return DatasetPage(
        ref=here,
        other_titles=[text for text in in_order(texts(said, "dct:title"), language) if text != here.label],
        descriptions=in_order(texts(said, "dct:description"), language),
        publisher=next(iter(named("dct:publisher")), None),
        custodian=next(iter(named("geodcatap:custodian")), None),
        described_by=next(iter(named("begrepp:describedBy")), None),
        is_specification=expand("begrepp:Specification") in iris_of(said, "rdf:type"),
        is_sketch=not set(iris_of(said, "begrepp:describedBy"))
        <= {*iris_of(said, "dct:publisher"), *iris_of(said, "geodcatap:custodian")},
        years=(one(period, "dcat:startDate"), one(period, "dcat:endDate")),
        population=choose(texts(said, "health:populationCoverage"), language),
        excludes=choose(texts(said, "begrepp:coverageExcludes"), language),
        access=choose(texts(said, "begrepp:accessProcedure"), language),
        access_rights=one(said, "dct:accessRights").rpartition("/")[2],
        access_url=one(distribution, "dcat:accessURL"),
        landing_page=one(said, "dcat:landingPage"),
        contacts=in_order(texts(contact, "vcard:fn"), language),
        contact_url=one(contact, "vcard:hasURL"),
        laws=[
            (choose(texts(law, "dct:title"), language) or Text(iri, ""), iri if iri.startswith("http") else "")
            for iri in iris_of(said, "dcatap:applicableLegislation")
            for law in [parts[iri]]
        ],
        subjects=named("dct:subject"),
        specimens=named("begrepp:specimenType"),
        keywords=[text for text in in_order(texts(said, "dcat:keyword"), language) if text.lang == language],
        ages=(one(said, "health:minTypicalAge"), one(said, "health:maxTypicalAge")),
        individuals=one(said, "health:numberOfUniqueIndividuals"),
        tables=tables,
        total=total,
        hidden=hidden,
        evidence=sorted((_evidence(fact) for fact in part("begrepp:evidence")), key=lambda e: e.about),
        load=loads_of(build, said),
        licence=one(said, "begrepp:descriptionLicence"),
        others=properties(build, said, say, _SHOWN_OTHERWISE),
    )


def _evidence(fact: Said) -> EvidenceRow:
    return EvidenceRow(
        about=one(fact, "begrepp:about"),
        source=one(fact, "dct:source"),
        checked=one(fact, "begrepp:checked"),
        certainty=one(fact, "begrepp:certainty"),
    )


def _tables(build: Build, dataset: str, language: str, *, everything: bool) -> tuple[list[TableOf], int, int]:
    found: dict[str, dict[str, Said]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in select(build.store, "dataset-variables", dataset=NamedNode(dataset)):
        if isinstance(term := row["value"], NamedNode | Literal):
            found[value(row, "table")][value(row, "variable")][value(row, "property")].append(term)
    total = sum(len(variables) for variables in found.values())
    left = total if everything else SHOWN
    iris = {iri for variables in found.values() for said in variables.values() for iri in _linked(said)}
    known = refs(build, iris | set(found) | {iri for variables in found.values() for iri in variables}, language)
    tables = []
    for table in sorted(found, key=lambda iri: sort_key(known[iri].label.value)):
        rows = sorted((_variable(said, known[iri], known, language) for iri, said in found[table].items()), key=_order)
        if rows[:left]:
            tables.append(TableOf(ref=known[table], variables=rows[:left]))
        left = max(0, left - len(rows))
    return tables, total, total - sum(len(table.variables) for table in tables)


def _order(row: VariableRow) -> str:
    return sort_key(row.name)


_CODED = ("begrepp:codeList", "begrepp:codingSystem", "begrepp:valueSet")


def _linked(said: Said) -> set[str]:
    return {iri for name in ("begrepp:measures", "begrepp:linkageKeyFor", *_CODED) for iri in iris_of(said, name)}


def _variable(said: Said, ref: Ref, known: dict[str, Ref], language: str) -> VariableRow:
    return VariableRow(
        ref=ref,
        name=one(said, "csvw:name"),
        description=choose(texts(said, "dct:description"), language),
        concepts=[known[iri] for iri in iris_of(said, "begrepp:measures")],
        codes=[known[iri] for name in _CODED for iri in iris_of(said, name)],
        datatype=one(said, "csvw:datatype"),
        unit=one(said, "begrepp:unit"),
        valid_from=one(said, "begrepp:validFrom"),
        valid_to=one(said, "begrepp:validTo"),
        event=one(said, "begrepp:atEvent"),
        source=one(said, "dct:source"),
        checked=one(said, "begrepp:checked"),
        certainty=one(said, "begrepp:certainty"),
        key_for=next((known[iri] for iri in iris_of(said, "begrepp:linkageKeyFor")), None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablePage:
    """A variable."""

    row: VariableRow
    titles: Sequence[Text]
    descriptions: Sequence[Text]
    dataset: Ref | None
    table: Ref | None
    values: Sequence[Ref]
    more_values: Ref | None
    same: Sequence[tuple[Ref, Sequence[Ref]]]
    others: Sequence[Property]


_VARIABLE_SHOWN = [
    "rdf:type",
    "csvw:name",
    "csvw:title",
    "csvw:datatype",
    "dct:description",
    "begrepp:measures",
    "begrepp:codeList",
    "begrepp:codingSystem",
    "begrepp:valueSet",
    "begrepp:unit",
    "begrepp:validFrom",
    "begrepp:validTo",
    "begrepp:atEvent",
    "begrepp:linkageKeyFor",
    "dct:source",
    "begrepp:checked",
    "begrepp:certainty",
]
_VALUES_SHOWN = 40


def variable_page(build: Build, found: Found, say: Speaker) -> VariablePage:
    """A variable: what it measures, its codes, and the variables elsewhere that measure the same."""
    language = say.language
    said = statements(build, found.iri)
    place = next(iter(select(build.store, "variable-place", variable=NamedNode(found.iri))), None)
    table, dataset = (value(place, "table"), value(place, "dataset")) if place else ("", "")
    known = refs(build, {found.iri, table, dataset, *_linked(said)} - {""}, language)
    row = _variable(said, known[found.iri], known, language)
    code_list = next((known[iri] for iri in iris_of(said, "begrepp:codeList")), None)
    values = _values(build, code_list, language)
    return VariablePage(
        row=row,
        titles=[t for t in in_order(texts(said, "csvw:title"), language) if t != row.ref.label],
        descriptions=in_order(texts(said, "dct:description"), language),
        dataset=known.get(dataset),
        table=known.get(table),
        values=values[:_VALUES_SHOWN],
        more_values=code_list if len(values) > _VALUES_SHOWN else None,
        same=_same(build, found.iri, [c.iri for c in row.concepts], language),
        others=properties(build, said, say, _VARIABLE_SHOWN),
    )


def _values(build: Build, code_list: Ref | None, language: str) -> list[Ref]:
    """The codes of a variable's code list, where it is short enough to show."""
    graph = next(
        (g for g in build.manifest.current("scheme") if code_list and build.iris.scheme(g["id"]) == code_list.iri), None
    )
    if code_list is None or (graph and graph["concepts"] > 500):
        return []
    listed = [item for item in build.catalogue.concepts(code_list.iri) if item.active]
    return sorted(refs(build, [item.iri for item in listed], language).values(), key=lambda r: r.sort_key)


def _same(build: Build, own: str, concepts: list[str], language: str) -> list[tuple[Ref, Sequence[Ref]]]:
    if not concepts:
        return []
    found: dict[str, set[str]] = defaultdict(set)
    for row in select(build.store, "same-measured", concept=[NamedNode(iri) for iri in concepts]):
        if value(row, "variable") != own:
            found[value(row, "dataset")].add(value(row, "variable"))
    known = refs(build, {*found, *(v for variables in found.values() for v in variables)}, language)
    pairs = [(known[d], sorted((known[v] for v in vs), key=lambda r: r.sort_key)) for d, vs in found.items()]
    return sorted(pairs, key=lambda pair: sort_key(pair[0].label.value))
