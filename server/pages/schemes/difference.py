"""Data of a difference page: changes between two editions by class and rule, and their impact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from begrepp.artefact.manifest import DifferenceEntry, LevelCoverage
from begrepp.history.change_lists import labels_in
from begrepp.history.changes import RULES, TYPES, Change, ChangedCode
from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.terminology.difference_file import DifferenceFile, DifferenceImpact, difference_file
from begrepp.text.swedish import sort_key
from server.http.i18n import Translator
from server.http.urls import document_path
from server.pages.paging import Paged
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref

PAGE = 100
IMPACT_LIMIT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLink:
    """A source or target code of a change."""

    notation: str
    href: str
    label: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """A rule and the number of changes it classified."""

    id: str
    words: Text
    definition: Text | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCount:
    """A class of change with its number of changes and rules."""

    id: str
    count: int
    rules: Sequence[RuleCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCoverageRow:
    """A level, and whether both editions cover it."""

    words: Text
    old: int
    new: int
    common: int
    compared: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedResource:
    """A mapping, value set or variable that uses a changed code."""

    thing: Ref
    within: Ref | None
    codes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Mappings, value sets and variables affected by a difference, and all variables coded in the scheme."""

    groups: Sequence[tuple[str, int, Sequence[AffectedResource]]]
    coded: Sequence[tuple[Ref, Sequence[Ref]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferencePage(Paged):
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
    offset: int
    impact: Impact
    withheld: bool


def title_of(build: ServedBuild, said: DifferenceEntry, translate: Translator) -> Text:
    """Return the title, such as `ICD-10-SE: from 2020 to 2021`, in the page's language."""
    scheme = build.schemes.by_id.get(said.scheme)
    chosen = choose_text(scheme.titles, translate.language) if scheme else None
    name = chosen.value.partition(",")[0] if chosen else said.scheme
    return Text(translate("difference.heading", scheme=name, old=said.old, new=said.new), translate.language)


def changes_of(build: ServedBuild, graph: str) -> DifferenceFile:
    """Return the changes of a difference."""
    return DifferenceFile(difference_file(build.folder, graph))


def filtered_changes(build: ServedBuild, graph: str, kind: str = "", rule: str = "", query: str = "") -> list[Change]:
    """Return the changes that match the filter."""
    changes = changes_of(build, graph)
    return [changes[number] for number in changes.find(kind, rule, query)]


def difference_page(
    build: ServedBuild, said: DifferenceEntry, translate: Translator, *, kind: str, rule: str, query: str, offset: int
) -> DifferencePage:
    """Return the data of a difference page with one page of changes."""
    iris = build.iris
    scheme = build.schemes.by_id[said.scheme].iri
    old, new = (iris.edition(said.scheme, version) for version in (said.old, said.new))
    changes = changes_of(build, said.graph)
    matching = changes.find(kind, rule, query)
    rules = {expand(f"begrepp:{name}") for name in said.rules}
    levels = {row.level for row in said.levels if "://" in row.level}
    known = find_refs(build, {scheme, old, new, *rules, *levels}, translate.language)
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
        title=title_of(build, said, translate),
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
        impact=_impact(build, changes.impact(), translate),
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
    compared = row.old_covers and row.new_covers
    why = "compared" if compared else "oldlacks" if not row.old_covers else "newlacks"
    return LevelCoverageRow(words=words, old=row.old, new=row.new, common=row.common, compared=compared, why=why)


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

    return ChangeRow(
        type=change.type,
        rule=change.rule,
        sources=links(change.sources),
        targets=links(change.targets),
        old_labels=labels_in(change.old_labels, translate.language),
        new_labels=labels_in(change.new_labels, translate.language),
        old_parents=links(change.old_parents),
        new_parents=links(change.new_parents),
        old_text=change.old_text,
        new_text=change.new_text,
    )


def _impact(build: ServedBuild, impact: DifferenceImpact, translate: Translator) -> Impact:
    found: dict[str, dict[tuple[str, str], set[str]]] = {"mapping": {}, "valueSet": {}, "variable": {}}
    for each in impact.affected:
        found[each.kind].setdefault((each.thing, each.within), set()).add(each.notation)
    coded: dict[str, list[str]] = {}
    for dataset, variable in impact.coded:
        coded.setdefault(dataset, []).append(variable)
    named = {iri for group in found.values() for key in [*group][:IMPACT_LIMIT] for iri in key if iri}
    known = find_refs(
        build, named | {*coded} | {v for variables in coded.values() for v in variables}, translate.language
    )
    groups = [
        (
            kind,
            len(group),
            [
                AffectedResource(thing=known[thing], within=known.get(within), codes=sorted(codes, key=sort_key))
                for (thing, within), codes in [*group.items()][:IMPACT_LIMIT]
            ],
        )
        for kind, group in found.items()
        if group
    ]
    return Impact(groups=groups, coded=[(known[d], [known[v] for v in variables]) for d, variables in coded.items()])
