"""Data of a concept page: definitions, terms, hierarchy, mappings, and where it is measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from begrepp.records import Text
from begrepp.terminology.concept_record import ConceptRecord
from server.http.i18n import Translator
from server.pages.concepts.concept_diagram import Drawing, neighbour_drawing
from server.pages.concepts.concept_history import (
    ConceptChange,
    concept_changes,
    concept_editions,
    is_replaced,
    other_meanings,
)
from server.pages.concepts.concept_notes import NoteGroup, note_groups, note_texts
from server.pages.concepts.concept_variables import MeasuredVariables, measured_variables
from server.pages.concepts.mapping_rows import MappingRow, mapping_rows
from server.pages.concepts.resource import Property, properties
from server.pages.concepts.tree import paths_to, tree_around
from server.pages.schemes.editions import EditionRow, LoadRow, load_row
from server.served.build import ServedBuild
from server.served.labels import Statements, find_refs, sort_texts
from server.served.refs import Ref, TreeNode

_STATUS_OF_USE = {"preferred": "rekommenderad", "synonym": "tillaten", "hidden": "avradd"}
"""Status of a term with an IRI of its own that states none."""
_STATUSES = ("rekommenderad", "tillaten", "avradd")
_LABEL_GROUPS = {"preferred": "rekommenderad", "synonym": "tillaten", "hidden": "sokord"}
"""Group of a label without a term of its own."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A term of the concept, with its page and source."""

    text: Text
    href: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermGroup:
    """Terms with one status."""

    status: str
    terms: Sequence[TermRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptPage:
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
    changes: Sequence[ConceptChange]
    replaces: Sequence[Ref]
    definitions: Sequence[Text]
    terms: Sequence[TermGroup]
    notes: Sequence[NoteGroup]
    domains: Sequence[Text]
    marker: str
    pairs: Sequence[Ref]
    related: Sequence[Ref]
    members_of: Sequence[Ref]
    paths: Sequence[Sequence[Ref]]
    tree: TreeNode
    drawing: Drawing | None
    citation: str
    mappings: Sequence[MappingRow]
    measured: MeasuredVariables
    releases: Sequence[EditionRow]
    load: LoadRow | None
    publisher: Ref | None
    licence: str
    withheld: bool
    sources: Sequence[str]
    checked: str
    others: Sequence[Property]

    @property
    def shows_terms(self) -> bool:
        """Whether there are terms besides those in the heading."""
        return len(self.terms) > 1 or any(len(group.terms) > 1 + len(self.other_labels) for group in self.terms)

    @property
    def is_bare(self) -> bool:
        """Whether the concept has neither a definition nor further terms, as most codes."""
        return not (self.definitions or self.shows_terms)


def concept_page(
    build: ServedBuild, record: ConceptRecord, translate: Translator, *, everything: bool = False
) -> ConceptPage:
    """Return the data of a concept page from the record of the concept."""
    language = translate.language
    mappings = mapping_rows(build, record, language)
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

    def named(iris: Iterable[str]) -> list[Ref]:
        return sorted((known[iri] for iri in iris), key=lambda ref: ref.sort_key)

    here = known[record.iri]
    ways = paths_to(build, record.iri, language)
    tree = tree_around(build, here, ways[0] if ways else [], language, everything=everything)
    above, related = named(record.parents), named(near)
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
        changes=concept_changes(build, record, known),
        replaces=named(record.predecessors),
        definitions=note_texts(record.definitions, language),
        terms=_terms(build, record, language),
        notes=note_groups(build, record.notes, language),
        domains=sort_texts(record.domains, language),
        marker=record.marker,
        pairs=named(record.paired_with),
        related=related,
        members_of=named(record.members_of),
        paths=ways,
        tree=tree,
        drawing=neighbour_drawing(here, above, tree, related, mappings)
        if above or related or mappings or tree.children
        else None,
        citation=_citation(here, record),
        mappings=mappings,
        measured=measured_variables(build, record, mappings, language),
        releases=concept_editions(build, record, here.label),
        load=next(filter(None, (load_row(build, iri) for iri in edition.loads)), None) if edition else None,
        publisher=known[edition.publisher] if edition and edition.publisher else None,
        licence=edition.licence if edition else "",
        withheld=edition is not None and edition.withheld,
        sources=record.sources,
        checked=record.checked,
        others=properties(build, _further_statements(record), translate, _SHOWN_OTHERWISE),
    )


def _citation(here: Ref, record: ConceptRecord) -> str:
    """Return a citation of the concept with the edition it comes from."""
    within = f" ({here.scheme} {record.release.rpartition('/')[2]})" if record.release else ""
    return f"{here.code} {here.label.value}{within}. {record.iri}".strip()


def _further_statements(record: ConceptRecord) -> Statements:
    statements: Statements = defaultdict(list)
    for each in record.properties:
        datatype = NamedNode(each.datatype) if each.datatype else None
        statements[each.property].append(
            NamedNode(each.value)
            if each.is_iri
            else Literal(each.value, language=each.language)
            if each.language
            else Literal(each.value, datatype=datatype)
        )
    return statements


def _terms(build: ServedBuild, record: ConceptRecord, language: str) -> list[TermGroup]:
    """Return the terms by status; a label without a term record is grouped by its label property."""
    groups: dict[str, dict[Text, TermRow]] = defaultdict(dict)
    known = find_refs(build, [term.iri for term in record.terms], language)
    for term in record.terms:
        for form in term.forms:
            status = term.status or _STATUS_OF_USE[term.use]
            groups[status][form] = TermRow(text=form, href=known[term.iri].href, source=term.source)
    graded = {form for rows in groups.values() for form in rows}
    for each in record.designations:
        form = Text(each.text, each.language)
        if form not in graded:
            groups[_LABEL_GROUPS[each.use]][form] = TermRow(text=form)
    for rows in groups.values():
        mine = {form.value for form in rows if form.lang == language}
        for form in [form for form in rows if form.lang != language and form.value in mine and not rows[form].href]:
            del rows[form]
    return [
        TermGroup(status=status, terms=[groups[status][form] for form in sort_texts(groups[status], language)])
        for status in (*_STATUSES, "sokord")
        if groups[status]
    ]
