"""Data of a concept page: definitions, terms, hierarchy, mappings, and where it is measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct
from pyoxigraph import Literal, NamedNode

from begrepp.records import Text, language_rank
from begrepp.terminology.concept_record import ConceptProperty, ConceptRecord, StatedGroup
from begrepp.text.swedish import sort_key
from server.http.i18n import Translator
from server.http.urls import document_path
from server.pages.concepts.concept_history import HistoryPoint, concept_history, is_replaced, other_meanings
from server.pages.concepts.concept_notes import NoteGroup, note_groups, note_texts
from server.pages.concepts.concept_variables import MeasuredVariables, measured_variables
from server.pages.concepts.mapping_groups import MappingGroup, mapping_drawing, mapping_groups
from server.pages.concepts.mapping_rows import MappingRow, mapping_rows
from server.pages.concepts.resource import Property, properties
from server.pages.concepts.same_code import SameCode, same_code
from server.pages.concepts.tree import children, paths_to, tree_around
from server.pages.pictures.system_picture import SystemPicture, branch_icicle
from server.pages.schemes.editions import LoadRow, load_row
from server.served.build import ServedBuild
from server.served.dated_build import DatedBuild
from server.served.labels import Statements, find_refs, sort_texts
from server.served.refs import Ref, TreeNode

_STATUS_OF_USE = {"preferred": "rekommenderad", "synonym": "tillaten", "hidden": "avradd"}
"""Status of a term with an IRI of its own that states none."""
_STATUSES = ("rekommenderad", "tillaten", "avradd")
_LABEL_GROUPS = {"preferred": "rekommenderad", "synonym": "tillaten", "hidden": "sokord"}
"""Group of a label without a term of its own."""
_LEVEL = "/level/"
"""Part of the IRI of a level of a classification; another collection is a value set."""
DEMARCATING = ("xkos:coreContentNote", "xkos:inclusionNote", "xkos:additionalContentNote", "xkos:exclusionNote")
"""Notes on what a concept includes and excludes."""
_SHOWN_OTHERWISE = (
    "owl:deprecated",
    "begrepp:status",
    "begrepp:inRelease",
    "begrepp:validFrom",
    "begrepp:validTo",
    "begrepp:daggerAsterisk",
    "begrepp:checked",
    "dct:dateAccepted",
)


class TermRow(Struct, frozen=True, kw_only=True):
    """A term of the concept, with its page and source."""

    text: Text
    href: str = ""
    source: str = ""


class LanguageTerms(Struct, frozen=True, kw_only=True):
    """The terms in one language by status."""

    language: str
    terms: Mapping[str, Sequence[TermRow]]


class ConceptEdition(Struct, frozen=True, kw_only=True):
    """The edition that the page shows."""

    version: str
    valid_from: str
    current: bool
    href: str


class ConceptPage(Struct, frozen=True, kw_only=True):
    """Data of a concept page."""

    ref: Ref
    scheme: Ref | None
    other_labels: Sequence[Text]
    status: str
    valid_from: str
    valid_to: str
    accepted: str
    successors: Sequence[Ref]
    suggested: Sequence[Ref]
    became: Sequence[Ref]
    meanings: Sequence[Ref]
    replaces: Sequence[Ref]
    definitions: Sequence[Text]
    terms: Sequence[LanguageTerms]
    notes: Sequence[NoteGroup]
    domains: Sequence[Text]
    marker: str
    pairs: Sequence[Ref]
    related: Sequence[Ref]
    levels: Sequence[Ref]
    edition: ConceptEdition | None
    also_in: Sequence[Ref]
    same_code: Sequence[SameCode]
    paths: Sequence[Sequence[Ref]]
    tree: TreeNode
    below: int
    mappings: Sequence[MappingRow]
    mapping_groups: Sequence[MappingGroup]
    flow: Markup
    picture: SystemPicture | None
    measured: MeasuredVariables
    history: Sequence[HistoryPoint]
    load: LoadRow | None
    load_key: tuple[str, ...]
    """Key of the part of the page about the load."""
    publisher: Ref | None
    licence: str
    withheld: bool
    sources: Sequence[str]
    checked: str
    others: Sequence[Property]
    role_groups: Sequence[tuple[int, Sequence[Property]]]
    """Number and statements of each role group; `others` holds the rest."""

    @property
    def term_statuses(self) -> list[str]:
        """The statuses of the terms; empty if the heading shows them all."""
        found = [status for status in (*_STATUSES, "sokord") if any(status in row.terms for row in self.terms)]
        number = sum(len(terms) for row in self.terms for terms in row.terms.values())
        return found if number > 1 + len(self.other_labels) or len(found) > 1 else []

    @property
    def demarcation(self) -> Sequence[NoteGroup]:
        """The notes on what the concept includes and excludes."""
        return [group for group in self.notes if group.kind in DEMARCATING]


def concept_page(
    build: ServedBuild, record: ConceptRecord, translate: Translator, *, everything: bool = False
) -> ConceptPage:
    """Return the data of a concept page from the record of the concept."""
    language = translate.language
    mappings = mapping_rows(build, record, language)
    groups = mapping_groups(build, mappings, language)
    edition = build.terminology.edition(record.release)
    others = other_meanings(build, record)
    became = {change.target for change in record.changes if is_replaced(change, record.iri)}
    near = {*record.related, *record.related_from}
    linked = {
        record.iri,
        *others,
        *became,
        *near,
        *record.suggested,
        *record.schemes,
        *record.parents,
        *record.successors,
        *record.predecessors,
        *record.paired_with,
        *record.members_of,
        *(change.rule for change in record.changes),
        *([edition.publisher] if edition and edition.publisher else ()),
    }
    known = find_refs(build, linked, language)

    def named(iris: Collection[str]) -> list[Ref]:
        return sorted([known[iri] for iri in iris], key=lambda ref: ref.sort_key) if iris else []

    here = known[record.iri]
    ways = paths_to(build, record.iri, language)
    tree = tree_around(build, here, ways[0] if ways else [], language, everything=everything)
    is_dated = isinstance(build, DatedBuild)  # pictures link to the current pages
    collections, below = named(record.members_of), len(children(build, record.iri, language))
    labels = sort_texts((Text(d.text, d.language) for d in record.designations if d.use == "preferred"), language)
    return ConceptPage(
        ref=here,
        scheme=next((known[iri] for iri in record.schemes), None),
        other_labels=[label for label in labels if label != here.label],
        status=record.status,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        accepted=record.accepted,
        successors=named(record.successors),
        suggested=named(record.suggested),
        became=named(became.difference(record.successors)),
        meanings=named({*others}),
        replaces=named(record.predecessors),
        definitions=note_texts(record.definitions, language),
        terms=_terms(build, record, language),
        notes=note_groups(build, record.notes, language),
        domains=sort_texts(record.domains, language),
        marker=record.marker,
        pairs=named(record.paired_with),
        related=named(near),
        levels=[ref for ref in collections if _LEVEL in ref.iri],
        edition=ConceptEdition(
            version=edition.version,
            valid_from=edition.valid_from,
            current=edition.current,
            href=document_path(build.iris, record.release),
        )
        if edition
        else None,
        also_in=[ref for ref in collections if _LEVEL not in ref.iri],
        same_code=same_code(build, record, language),
        paths=ways,
        tree=tree,
        below=below,
        mappings=mappings,
        mapping_groups=groups,
        flow=Markup("") if is_dated or len(mappings) < 2 else mapping_drawing(here, groups, translate),
        picture=None if is_dated or below < 2 else branch_icicle(build, record.iri, translate),
        measured=measured_variables(build, record, mappings, language),
        history=concept_history(build, record, known, here.label),
        load=next(filter(None, (load_row(build, iri) for iri in edition.loads)), None) if edition else None,
        load_key=(build.view, record.release),
        publisher=known[edition.publisher] if edition and edition.publisher else None,
        licence=edition.licence if edition else "",
        withheld=edition is not None and edition.withheld,
        sources=record.sources,
        checked=record.checked,
        others=properties(build, _further_statements(_ungrouped(record)), translate, _SHOWN_OTHERWISE),
        role_groups=[
            (group.number, properties(build, _further_statements(_grouped(record, group)), translate))
            for group in record.role_groups
        ],
    )


def _grouped(record: ConceptRecord, group: StatedGroup) -> list[ConceptProperty]:
    return [record.properties[place] for place in group.places]


def _ungrouped(record: ConceptRecord) -> list[ConceptProperty]:
    grouped = {place for group in record.role_groups for place in group.places}
    return [each for place, each in enumerate(record.properties) if place not in grouped]


def _further_statements(stated: Iterable[ConceptProperty]) -> Statements:
    statements: Statements = defaultdict(list)
    for each in stated:
        datatype = NamedNode(each.datatype) if each.datatype else None
        statements[each.property].append(
            NamedNode(each.value)
            if each.is_iri
            else Literal(each.value, language=each.language)
            if each.language
            else Literal(each.value, datatype=datatype)
        )
    return statements


def _terms(build: ServedBuild, record: ConceptRecord, language: str) -> list[LanguageTerms]:
    """Return the terms by language and status; a label without a term record is grouped by its label property."""
    rows: dict[tuple[str, Text], TermRow] = {}
    known = find_refs(build, [term.iri for term in record.terms], language)
    for term in record.terms:
        for form in term.forms:
            status = term.status or _STATUS_OF_USE[term.use]
            rows[status, form] = TermRow(text=form, href=known[term.iri].href, source=term.source)
    graded = {form for _, form in rows}
    for each in record.designations:
        form = Text(each.text, each.language)
        if form not in graded:
            rows[_LABEL_GROUPS[each.use], form] = TermRow(text=form)
    found: dict[str, dict[str, list[TermRow]]] = defaultdict(lambda: defaultdict(list))
    for (status, form), row in sorted(rows.items(), key=lambda item: sort_key(item[0][1].value)):
        found[form.lang][status].append(row)
    order = sorted(found, key=lambda tag: (language_rank(tag, (language,)), not tag, tag))
    return [LanguageTerms(language=tag, terms=found[tag]) for tag in order]
