"""Data of a concept page: definitions, terms, hierarchy, mappings, and where it is measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from server.http.i18n import Translator
from server.pages.concepts.concept_diagram import Drawing, neighbour_drawing
from server.pages.concepts.concept_history import (
    ConceptChange,
    concept_changes,
    concept_editions,
    is_replaced,
    other_meanings,
)
from server.pages.concepts.concept_notes import NoteGroup, note_groups
from server.pages.concepts.concept_variables import MeasuredVariables, measured_variables
from server.pages.concepts.mapping_rows import MappingRow, mapping_rows
from server.pages.concepts.resource import Property, properties
from server.pages.concepts.tree import paths_to, tree_around
from server.pages.schemes.editions import EditionRow, LoadRow, loads_of
from server.served.build import ServedBuild
from server.served.labels import (
    Statements,
    find_all_statements,
    find_refs,
    find_statements,
    property_iris,
    property_texts,
    property_value,
    sort_texts,
    suggestions,
)
from server.served.refs import Ref, TreeNode
from server.served.resolver import Resolved

NOTES = (
    "xkos:coreContentNote",
    "xkos:inclusionNote",
    "xkos:additionalContentNote",
    "xkos:exclusionNote",
    "skos:scopeNote",
    "begrepp:codingNote",
    "skos:example",
    "skos:note",
    "skos:editorialNote",
    "skos:changeNote",
    "skos:historyNote",
)
_TERMS = {"skosxl:prefLabel": "rekommenderad", "skosxl:altLabel": "tillaten", "skosxl:hiddenLabel": "avradd"}
_STATUSES = ("rekommenderad", "tillaten", "avradd")
_SHOWN_OTHERWISE = [
    "rdf:type",
    "skos:prefLabel",
    "skos:altLabel",
    "skos:hiddenLabel",
    "skos:notation",
    "skos:definition",
    "skos:inScheme",
    "skos:broader",
    "skos:topConceptOf",
    "skos:related",
    "dct:isReplacedBy",
    "begrepp:inRelease",
    "begrepp:status",
    "owl:deprecated",
    "begrepp:validFrom",
    "begrepp:validTo",
    "begrepp:daggerAsterisk",
    "begrepp:etiologyOf",
    "begrepp:manifestationOf",
    "begrepp:domain",
    "dct:source",
    "begrepp:checked",
    "dct:dateAccepted",
    "skos:exactMatch",
    "skos:closeMatch",
    "skos:broadMatch",
    "skos:narrowMatch",
    "skos:relatedMatch",
]


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
    build: ServedBuild, found: Resolved, translate: Translator, *, everything: bool = False
) -> ConceptPage:
    """Return the data of a concept page, from a few queries with the concept bound."""
    language = translate.language
    statements = find_statements(build, found.iri)
    incoming = _incoming(build, found.iri)
    mappings = mapping_rows(build, found.iri, statements, incoming, language)
    release = next(iter(property_iris(statements, "begrepp:inRelease")), "")
    told = find_statements(build, release) if release else {}
    history = list(select(build.store, "concept-changes", concept=NamedNode(found.iri)))
    others = other_meanings(build, statements, found.iri)
    became = {value(row, "target") for row in history if is_replaced(row, found.iri)}
    linked = {
        found.iri,
        *others,
        *became,
        *suggestions(statements),
        *(value(row, "rule") for row in history),
        *property_iris(statements, "skos:inScheme"),
        *property_iris(statements, "skos:broader"),
        *property_iris(told, "dct:publisher"),
        *(iri for name in _LINKS for iri in property_iris(statements, name)),
        *(iri for iris in incoming.values() for iri in iris),
    }
    known = find_refs(build, linked, language)

    def named(iris: Sequence[str] | set[str]) -> list[Ref]:
        return sorted((known[iri] for iri in set(iris)), key=lambda ref: ref.sort_key)

    here = known[found.iri]
    ways = paths_to(build, found.iri, language)
    tree = tree_around(build, here, ways[0] if ways else [], language, everything=everything)
    above = named(property_iris(statements, "skos:broader"))
    near = named({*property_iris(statements, "skos:related"), *incoming["skos:related"]})
    labels = sort_texts(property_texts(statements, "skos:prefLabel"), language)
    return ConceptPage(
        ref=here,
        scheme=next((known[iri] for iri in property_iris(statements, "skos:inScheme")), None),
        other_labels=[label for label in labels if label != here.label],
        status=compact(property_value(statements, "begrepp:status")).removeprefix("begrepp:"),
        valid_from=property_value(statements, "begrepp:validFrom"),
        valid_to=property_value(statements, "begrepp:validTo"),
        accepted=property_value(statements, "dct:dateAccepted"),
        successors=named(property_iris(statements, "dct:isReplacedBy")),
        suggested=named(suggestions(statements)),
        became=named(became - {*property_iris(statements, "dct:isReplacedBy")}),
        meanings=named(others),
        changes=concept_changes(build, history, known, here.notation),
        replaces=named(incoming["dct:isReplacedBy"]),
        definitions=[t for g in note_groups(build, statements, ["skos:definition"], language) for t in g.texts],
        terms=_terms(build, statements, language),
        notes=note_groups(build, statements, NOTES, language),
        domains=sort_texts(property_texts(statements, "begrepp:domain"), language),
        marker=compact(property_value(statements, "begrepp:daggerAsterisk")).removeprefix("begrepp:"),
        pairs=named(
            {
                *property_iris(statements, "begrepp:etiologyOf"),
                *property_iris(statements, "begrepp:manifestationOf"),
                *incoming["begrepp:etiologyOf"],
                *incoming["begrepp:manifestationOf"],
            }
        ),
        related=near,
        members_of=named(incoming["skos:member"]),
        paths=ways,
        tree=tree,
        drawing=neighbour_drawing(here, above, tree, near, mappings)
        if above or near or mappings or tree.children
        else None,
        citation=_citation(here, release, found.iri),
        mappings=mappings,
        measured=measured_variables(build, found.iri, mappings, language),
        releases=concept_editions(build, found.iri, here.label),
        load=loads_of(build, told),
        publisher=next((known[iri] for iri in property_iris(told, "dct:publisher")), None),
        licence=property_value(told, "dct:license"),
        withheld=build.manifest.public
        and property_value(told, "begrepp:redistribution") == expand("begrepp:notAllowed"),
        sources=sorted(t.value for t in statements.get(expand("dct:source"), [])),
        checked=property_value(statements, "begrepp:checked"),
        others=properties(build, statements, translate, [*_SHOWN_OTHERWISE, *NOTES, *_TERMS]),
    )


def _citation(here: Ref, release: str, iri: str) -> str:
    """Return a citation of the concept with the edition it comes from."""
    within = f" ({here.scheme} {release.rpartition('/')[2]})" if release else ""
    return f"{here.code} {here.label.value}{within}. {iri}".strip()


_LINKS = ("dct:isReplacedBy", "begrepp:etiologyOf", "begrepp:manifestationOf", "skos:related")


def _incoming(build: ServedBuild, iri: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in select(build.store, "concept-incoming", concept=NamedNode(iri)):
        found[compact(value(row, "property"))].append(value(row, "subject"))
    return found


def _terms(build: ServedBuild, statements: Statements, language: str) -> list[TermGroup]:
    """Return the terms by status; a label without a term record is grouped by its label property."""
    groups: dict[str, dict[Text, TermRow]] = defaultdict(dict)
    nodes = {iri: status for name, status in _TERMS.items() for iri in property_iris(statements, name)}
    known = find_refs(build, nodes, language)
    for iri, about in find_all_statements(build, nodes).items():
        status = compact(property_value(about, "begrepp:termStatus")).removeprefix("begrepp:") or nodes[iri]
        for form in property_texts(about, "skosxl:literalForm"):
            source = property_value(about, "dct:source")
            groups[status][form] = TermRow(text=form, href=known[iri].href, source=source)
    graded = {form for rows in groups.values() for form in rows}
    for name, status in (
        ("skos:prefLabel", "rekommenderad"),
        ("skos:altLabel", "tillaten"),
        ("skos:hiddenLabel", "sokord"),
    ):
        for form in property_texts(statements, name):
            if form not in graded:
                groups[status][form] = TermRow(text=form)
    for rows in groups.values():
        mine = {form.value for form in rows if form.lang == language}
        for form in [form for form in rows if form.lang != language and form.value in mine and not rows[form].href]:
            del rows[form]
    return [
        TermGroup(status=status, terms=[groups[status][form] for form in sort_texts(groups[status], language)])
        for status in (*_STATUSES, "sokord")
        if groups[status]
    ]
