"""Data of a difference page: changes between two editions by class and rule, and their impact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from markupsafe import Markup
from msgspec import Struct
from pyroaring import BitMap

from begrepp.artefact.manifest import DifferenceEntry, LevelCoverage
from begrepp.history.change_lists import labels_in
from begrepp.history.changes import FORMAL_RULES, RULES, TYPES, Change, ChangedCode
from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.terminology.difference_file import DifferenceFile, difference_file
from server.http.i18n import Translator
from server.http.urls import document_path
from server.pages.marked_words import mark_words
from server.pages.paging import Paged
from server.pages.schemes.difference_impact import Impact, difference_impact
from server.pages.schemes.difference_picture import ChapterRow, chapter_flow, chapter_rows
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref

PAGE = 50


class CodeLink(Struct, frozen=True, kw_only=True):
    """A source or target code of a change."""

    notation: str
    href: str
    label: Text | None = None


class ChangeRow(Struct, frozen=True, kw_only=True):
    """Row of a change."""

    type: str
    rule: str
    sources: Sequence[CodeLink]
    targets: Sequence[CodeLink]
    old_labels: Sequence[Text]
    new_labels: Sequence[Text]
    old_parents: Sequence[CodeLink]
    new_parents: Sequence[CodeLink]
    old_text: Text | None
    new_text: Text | None
    marked: tuple[Markup, Markup] | None
    """The labels with the changed words marked, if each side has one label."""
    marked_texts: tuple[Markup, Markup] | None
    """The same of the definitions or notes."""


class RuleCount(Struct, frozen=True, kw_only=True):
    """A rule and the number of changes it classified."""

    id: str
    words: Text
    definition: Text | None
    count: int


class TypeCount(Struct, frozen=True, kw_only=True):
    """A class of change with its number of changes and rules."""

    id: str
    count: int
    rules: Sequence[RuleCount]


class LevelCoverageRow(Struct, frozen=True, kw_only=True):
    """A level, and whether both editions cover it."""

    words: Text
    old: int
    new: int
    why: str


class DifferencePage(Paged, frozen=True, kw_only=True):
    """Data of a difference page."""

    size: ClassVar[int] = PAGE
    said: DifferenceEntry
    title: Text
    scheme: Ref
    old: Ref
    new: Ref
    types: Sequence[TypeCount]
    all: int
    levels: Sequence[LevelCoverageRow]
    uncovered: bool
    rows: Sequence[ChangeRow]
    total: int
    """Changes that match the filters, without formal ones unless their rule is chosen."""
    formal: Sequence[ChangeRow]
    """The first of the formal changes that match the filters, which are shown folded."""
    formal_total: int
    chapters: Sequence[ChapterRow]
    chapter: Ref | None
    flow: Markup
    impact: Impact
    withheld: bool

    @property
    def formal_rules(self) -> list[RuleCount]:
        """The rules of the formal changes."""
        return [rule for type_ in self.types for rule in type_.rules if rule.id in FORMAL_RULES]


def title_of(build: ServedBuild, said: DifferenceEntry, translate: Translator) -> Text:
    """Return the title, such as `ICD-10-SE: from 2020 to 2021`, in the page's language."""
    scheme = build.schemes.by_id.get(said.scheme)
    chosen = choose_text(scheme.titles, translate.language) if scheme else None
    name = chosen.value.partition(",")[0] if chosen else said.scheme
    return Text(translate("difference.heading", scheme=name, old=said.old, new=said.new), translate.language)


def changes_of(build: ServedBuild, graph: str) -> DifferenceFile:
    """Return the changes of a difference."""
    return DifferenceFile(difference_file(build.folder, graph))


class ChangeFilter(Struct, frozen=True, kw_only=True):
    """Filters of changes: class, rule, words or the beginning of a code, and chapter by its id; empty matches all."""

    kind: str = ""
    rule: str = ""
    query: str = ""
    chapter: str = ""

    def find(self, build: ServedBuild, said: DifferenceEntry, changes: DifferenceFile) -> BitMap:
        """Return the changes that match."""
        return changes.find(self.kind, self.rule, self.query, self.chapter_iri(build, said))

    def chapter_iri(self, build: ServedBuild, said: DifferenceEntry) -> str:
        """Return the IRI of the chapter, or an empty one."""
        return f"{build.schemes.by_id[said.scheme].iri}/{self.chapter}" if self.chapter else ""


def filtered_changes(build: ServedBuild, said: DifferenceEntry, chosen: ChangeFilter) -> list[Change]:
    """Return the changes that match the filters, formal ones included."""
    changes = changes_of(build, said.graph)
    return [changes[number] for number in chosen.find(build, said, changes)]


def difference_page(
    build: ServedBuild, said: DifferenceEntry, translate: Translator, chosen: ChangeFilter, offset: int
) -> DifferencePage:
    """Return the data of a difference page with one page of changes."""
    iris = build.iris
    scheme = build.schemes.by_id[said.scheme].iri
    old, new = (iris.edition(said.scheme, version) for version in (said.old, said.new))
    changes = changes_of(build, said.graph)
    matching = chosen.find(build, said, changes)
    formal = BitMap() if chosen.rule else matching & changes.formal()
    matching -= formal
    flows, title = changes.flows(), title_of(build, said, translate)
    rules = {expand(f"begrepp:{name}") for name in said.rules}
    levels = {row.level for row in said.levels if "://" in row.level}
    chapter = chosen.chapter_iri(build, said)
    known = find_refs(build, {scheme, old, new, *rules, *levels, chapter} - {""}, translate.language)
    definitions = _definitions(build, rules, translate.language)
    counted = {
        name: RuleCount(
            id=name,
            words=known[expand(f"begrepp:{name}")].label,
            definition=definitions.get(expand(f"begrepp:{name}")),
            count=n,
        )
        for name, n in said.rules.items()
    }
    shown = [changes[number] for number in matching[offset : offset + PAGE]]
    return DifferencePage(
        said=said,
        title=title,
        scheme=known[scheme],
        old=_edition(known[old], said.old),
        new=_edition(known[new], said.new),
        types=[
            TypeCount(
                id=name,
                count=said.counts[name],
                rules=[row for row in counted.values() if RULES.get(row.id) == name],
            )
            for name in TYPES
            if name in said.counts
        ],
        all=sum(said.counts.values()),
        levels=[_level(row, known, translate) for row in said.levels if row.level],
        uncovered=any(not (row.old_covers and row.new_covers) for row in said.levels),
        rows=[_row(build, said.scheme, change, translate) for change in shown],
        total=len(matching),
        offset=offset,
        formal=[_row(build, said.scheme, changes[number], translate) for number in formal[:PAGE]],
        formal_total=len(formal),
        chapters=chapter_rows(build, scheme, flows, translate.language),
        chapter=known.get(chapter),
        flow=chapter_flow(build, flows, translate("difference.flow", title=title.value), translate),
        impact=difference_impact(build, changes.impact(), translate),
        withheld=build.manifest.public and said.redistribution != "allowed",
    )


def _edition(ref: Ref, version: str) -> Ref:
    return Ref(iri=ref.iri, href=ref.href, label=Text(version, ""))


def _definitions(build: ServedBuild, iris: set[str], language: str) -> dict[str, Text]:
    found = {}
    for row in select(build.store, "thing", thing=named_nodes(sorted(iris))) if iris else ():
        term = row["value"]
        if value(row, "property") == expand("skos:definition") and getattr(term, "language", "") == language:
            found[value(row, "thing")] = Text(value(row, "value"), language)
    return found


def _level(row: LevelCoverage, known: dict[str, Ref], translate: Translator) -> LevelCoverageRow:
    level = row.level
    if level in known:
        words = known[level].label
    else:
        words = Text(translate("difference.length", n=int(level.removeprefix("length "))), translate.language)
    why = "oldlacks" if not row.old_covers else "compared" if row.new_covers else "newlacks"
    return LevelCoverageRow(words=words, old=row.old, new=row.new, why=why)


def _row(build: ServedBuild, scheme: str, change: Change, translate: Translator) -> ChangeRow:
    def links(codes: Sequence[ChangedCode]) -> list[CodeLink]:
        return [
            CodeLink(
                notation=c.notation,
                href=document_path(build.iris, c.iri, scheme, c.notation),
                label=labels_in(c.labels, translate.language)[0] if c.labels else None,
            )
            for c in codes
        ]

    old_labels, new_labels = (labels_in(each, translate.language) for each in (change.old_labels, change.new_labels))
    one = len(change.sources) == len(change.targets) == len(old_labels) == len(new_labels) == 1
    texts = change.old_text and change.new_text and mark_words(change.old_text, change.new_text)
    return ChangeRow(
        type=change.type,
        rule=change.rule,
        sources=links(change.sources),
        targets=links(change.targets),
        old_labels=old_labels,
        new_labels=new_labels,
        old_parents=links(change.old_parents),
        new_parents=links(change.new_parents),
        old_text=change.old_text,
        new_text=change.new_text,
        marked=mark_words(old_labels[0], new_labels[0]) if one else None,
        marked_texts=texts or None,
    )
