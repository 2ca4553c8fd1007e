"""The page of a dataset and of its variables: who holds what, since when, for whom, and how it is coded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode

from begrepp.ehds import elements, present
from begrepp.namespaces import compact, expand
from begrepp.records import Text
from begrepp.swedish import sort_key
from server.names import Ref, Said, choose, in_order, iris_of, one, refs, statements, statements_of, texts
from server.pages.releases import LoadRow, loads_of
from server.pages.thing import Property, properties
from server.pages.timeline import Timeline, Years, timeline
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
class ElementRow:
    """An element of EHDS's minimum metadata, and whether the description has it."""

    name: Text
    conditional: bool
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRow:
    """A measured quality."""

    metric: str
    value: str
    years: str
    note: Text | None
    source: str


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
    elements: Sequence[ElementRow]
    qualities: Sequence[QualityRow]
    timeline: Timeline | None
    others: Sequence[Property]

    @property
    def missing(self) -> list[ElementRow]:
        """The elements of EHDS that the description lacks."""
        return [row for row in self.elements if not row.present]


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
    "dqv:hasQualityMeasurement",
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
        "dqv:hasQualityMeasurement",
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
        # A harvested description is the publisher's own, whoever runs the catalogue.
        is_sketch=not iris_of(said, "owl:sameAs")
        and not set(iris_of(said, "begrepp:describedBy"))
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
        elements=_elements(build, said, language),
        qualities=[_quality(build, measured, language) for measured in part("dqv:hasQualityMeasurement")],
        timeline=timeline(_years(tables), date.today().year),
        others=properties(build, said, say, _SHOWN_OTHERWISE),
    )


def _elements(build: Build, said: Said, language: str) -> list[ElementRow]:
    found = present(said.keys(), iris_of(said, "prov:wasGeneratedBy"), build.iris.load("", "").rstrip("/"))
    return [
        ElementRow(
            name=choose(element.names, language) or Text(element.property, ""),
            conditional=element.conditional,
            present=element.property in found,
        )
        for element in elements()
    ]


def _quality(build: Build, measured: Said, language: str) -> QualityRow:
    periods = statements_of(build, set(iris_of(measured, "dct:temporal")))
    period = next(iter(periods.values()), {})
    start, end = one(period, "dcat:startDate"), one(period, "dcat:endDate")
    return QualityRow(
        metric=one(measured, "dqv:isMeasurementOf"),
        value=one(measured, "dqv:value"),
        years=start if end in ("", start) else f"{start}–{end}",
        note=choose(texts(measured, "skos:note"), language),
        source=one(measured, "dct:source"),
    )


def _years(tables: Sequence[TableOf]) -> list[Years]:
    rows = [row for table in tables for row in table.variables if row.valid_from]
    return [
        Years(href=r.ref.href, code=r.name, label=r.ref.label, since=r.valid_from, until=r.valid_to)
        for r in sorted(rows, key=lambda r: (r.valid_from, sort_key(r.name)))
    ]


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
class Ground:
    """On what ground a variable measures a concept, and how surely."""

    justification: str
    confidence: float | None
    source: str
    tool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """A variable elsewhere that measures the same: its dataset, list, unit and years."""

    dataset: Ref
    variable: Ref
    code_list: Ref | None
    unit: str
    years: tuple[str, str]
    event: str
    same_list: bool


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
    grounds: dict[str, Ground]
    siblings: Sequence[Sibling]
    timeline: Timeline | None
    releases: Sequence[Ref]
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
    "begrepp:qualifiedMeasures",
    "begrepp:representedVariable",
    "qudt:hasUnit",
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
    siblings = _siblings(build, found.iri, row, language)
    return VariablePage(
        row=row,
        titles=[t for t in in_order(texts(said, "csvw:title"), language) if t != row.ref.label],
        descriptions=in_order(texts(said, "dct:description"), language),
        dataset=known.get(dataset),
        table=known.get(table),
        values=values[:_VALUES_SHOWN],
        more_values=code_list if len(values) > _VALUES_SHOWN else None,
        grounds=_grounds(build, said),
        siblings=siblings,
        timeline=_sibling_years(build, row, known.get(dataset), siblings),
        releases=_releases(build, row.codes, language),
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


def _grounds(build: Build, said: Said) -> dict[str, Ground]:
    """Concept → why the variable is said to measure it."""
    found = {}
    for link in statements_of(build, set(iris_of(said, "begrepp:qualifiedMeasures"))).values():
        sure = one(link, "sssom:confidence")
        found[one(link, "begrepp:linksTo")] = Ground(
            justification=compact(one(link, "sssom:mapping_justification")),
            confidence=float(sure) if sure else None,
            source=one(link, "dct:source"),
            tool=one(link, "sssom:mapping_tool"),
        )
    return found


def _siblings(build: Build, own: str, row: VariableRow, language: str) -> list[Sibling]:
    """The variables of all datasets that measure one of the concepts, by the title of their dataset."""
    homes: dict[str, str] = {}
    if row.concepts:
        concepts = [NamedNode(concept.iri) for concept in row.concepts]
        for found in select(build.store, "same-measured", concept=concepts):
            if value(found, "variable") != own:
                homes[value(found, "variable")] = value(found, "dataset")
    said = statements_of(build, homes)
    lists = {iri: next(iter(iris_of(each, "begrepp:codeList")), "") for iri, each in said.items()}
    known = refs(build, {*homes, *homes.values(), *lists.values()} - {""}, language)
    mine = {code.iri for code in row.codes}
    siblings = [
        Sibling(
            dataset=known[dataset],
            variable=known[iri],
            code_list=known.get(lists[iri]),
            unit=one(said[iri], "begrepp:unit"),
            years=(one(said[iri], "begrepp:validFrom"), one(said[iri], "begrepp:validTo")),
            event=one(said[iri], "begrepp:atEvent"),
            same_list=lists[iri] in mine,
        )
        for iri, dataset in homes.items()
    ]
    return sorted(siblings, key=lambda s: (sort_key(s.dataset.label.value), s.variable.sort_key))


def _sibling_years(build: Build, row: VariableRow, home: Ref | None, siblings: Sequence[Sibling]) -> Timeline | None:
    """The years of a variable and its siblings; where a variable states none, those of its dataset."""
    datasets = {s.dataset.iri: s.dataset for s in siblings} | ({home.iri: home} if home else {})
    periods = {
        iri: next(iter(statements_of(build, set(iris_of(said, "dct:temporal"))).values()), {})
        for iri, said in statements_of(build, datasets).items()
    }

    def line(ref: Ref, dataset: Ref, years: tuple[str, str]) -> Years:
        if any(years):
            return Years(href=ref.href, code=ref.notation, label=dataset.label, since=years[0], until=years[1])
        period = periods[dataset.iri]
        since, until = one(period, "dcat:startDate"), one(period, "dcat:endDate")
        return Years(href=ref.href, code=ref.notation, label=dataset.label, since=since, until=until, own=False)

    lines = [line(row.ref, home, (row.valid_from, row.valid_to))] if home else []
    lines += [line(s.variable, s.dataset, s.years) for s in siblings]
    return timeline(lines, date.today().year)


def _releases(build: Build, codes: Sequence[Ref], language: str) -> list[Ref]:
    """The editions in force of the code lists of a variable."""
    found = [
        build.iris.release(graph["id"], graph["version"])
        for graph in build.manifest.current("scheme")
        if build.iris.scheme(graph["id"]) in {code.iri for code in codes}
    ]
    return sorted(refs(build, found, language).values(), key=lambda r: sort_key(r.label.value))
