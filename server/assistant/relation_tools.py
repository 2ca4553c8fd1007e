"""Tools about relations between code systems and between editions: mappings and changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from begrepp.history.changes import TYPES, Change
from begrepp.records import Text
from begrepp.terminology.record_composition import MATCHES
from server.assistant.concept_tools import AsOf, Ids, Language, Limit, System
from server.assistant.tool_answers import (
    ChangesAnswer,
    EditionChange,
    MapAnswer,
    MappedConcept,
    MappingStep,
)
from server.assistant.tool_context import ToolContext, concept_name, read_day, shorten
from server.pages.concepts.mapping_rows import MappingRow, mapping_rows
from server.pages.schemes.difference import ChangeFilter, filtered_changes
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref

_MAX_STEPS = 3
"""Mappings of a path: each further one makes a wrong result more probable."""
_EXACT = "skos:exactMatch"
_TRANSITIVE = ("skos:broadMatch", "skos:narrowMatch")
_DENIED = {"skos:closeMatch": (_EXACT, "skos:closeMatch"), "skos:relatedMatch": MATCHES}
"""Relations that do not hold where a mapping denies one; for the others, only that one."""
_MAX_VISITED = 200
_Denials = frozenset[tuple[str, str]]
"""Relations of a concept that are denied, with the IRIs of their ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    """A chain of mappings from a concept: the relation that follows from it, and the code systems that it visits."""

    end: Ref
    relation: str
    steps: tuple[tuple[Ref, MappingRow], ...]
    systems: frozenset[str]


class RelationTools:
    """Mappings between code systems, and changes between editions."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context

    def map(
        self,
        ids: Ids,
        target_system: Annotated[str, Field(description="Only to this code system; empty for all")] = "",
        as_of: AsOf = "",
        language: Language = "sv",
        limit: Limit = 50,
    ) -> MapAnswer:
        """Translate codes from one code system to another by mappings, with the relation and who asserted it.

        With a target system that has no direct mapping, it follows a chain of mappings; such a relation is marked as
        not asserted, and its path is given. With a day, the mappings are those of the sets in force then, between
        the codes of that day.
        """
        day = read_day(as_of)
        target = self._context.scheme(target_system).id if target_system.strip() else ""
        found, missing = self._context.each(ids, lambda id_: self._mapped(id_, target, day, language))
        mappings = [mapping for direct, _ in found for mapping in direct]
        shown, truncated = shorten(mappings, limit)
        systems = [name.system for mapping in shown for name in (mapping.source, mapping.target)]
        return MapAnswer(
            total=len(mappings),
            truncated=truncated,
            mappings=shown,
            denied=[step for _, denied in found for step in denied],
            not_found=missing,
            as_of=day.isoformat() if day else None,
            note=self._no_sets(day) if day else None,
            sources=self._context.sources(systems, language, day),
        )

    def _no_sets(self, day: date) -> str | None:
        """Return a sentence if no mapping set was in force on a day."""
        sets = [graph for graph in self._context.build.manifest.graphs if graph.kind == "mapping"]
        if not sets or any(graph.valid_from <= day for graph in sets):
            return None
        return f"No mapping set was in force on {day}; the first is in force from {min(g.valid_from for g in sets)}."

    def _mapped(
        self, id_: str, target: str, day: date | None, language: str
    ) -> tuple[list[MappedConcept], list[MappingStep]]:
        concept = self._context.find_concept(id_, day)
        view = self._context.view_of(concept, day)
        source = find_refs(view, [concept.iri], language)[concept.iri]
        rows = _rows(view, concept.iri, language)
        denied = [_step(source, row) for row in rows if row.negated]
        start, denials = _start(source), _denials(rows)
        paths = [path for path in _extend(start, rows, denials) if not target or path.end.scheme == target]
        if target and not paths:
            paths = _chains(view, start, target, denials, language)
        return [_mapped_concept(source, path) for path in paths], denied

    def changes(
        self,
        system: System,
        code: Annotated[str, Field(description="Only changes of this code, or with these words; empty for all")] = "",
        change: Annotated[Literal["", *TYPES], Field(description="Only this class of change")] = "",  # type: ignore[valid-type]
        editions: Annotated[str, Field(description="Only one pair, as old..new; empty for all pairs")] = "",
        language: Language = "sv",
        limit: Limit = 50,
    ) -> ChangesAnswer:
        """Compare editions: which codes were added, retired, retitled, moved, split, merged or reused between years.

        Use it for the history of a code, and for what is new in an edition.
        """
        build = self._context.build
        scheme = self._context.scheme(system)
        compared = build.manifest.differences_of(scheme.id)
        found: list[EditionChange] = []
        counts: dict[str, int] = {}
        for entry in compared:
            if editions.strip() in ("", f"{entry.old}..{entry.new}"):
                for each in filtered_changes(build, entry, ChangeFilter(kind=change, query=code)):
                    counts[each.type] = counts.get(each.type, 0) + 1
                    found.append(_changed_code(scheme.id, entry.old, entry.new, each, language))
        shown, truncated = shorten(found, limit)
        return ChangesAnswer(
            system=scheme.id,
            editions=self._context.versions(scheme.id),
            compared=[f"{entry.old}..{entry.new}" for entry in compared],
            counts=counts,
            total=len(found),
            truncated=truncated,
            changes=shown,
            sources=[self._context.source(scheme, language)],
        )


def _chains(view: ServedBuild, start: _Path, target: str, denials: _Denials, language: str) -> list[_Path]:
    """Return the shortest chains of mappings to a code system; none visits a code system twice."""
    frontier, visited = [start], {start.end.iri}
    for _ in range(_MAX_STEPS):
        reached = []
        for path in frontier:
            for longer in _extend(path, _rows(view, path.end.iri, language), denials):
                if longer.end.iri not in visited and len(visited) < _MAX_VISITED:
                    reached.append(longer)
        if found := [path for path in reached if path.end.scheme == target]:
            return found
        visited |= {path.end.iri for path in reached}
        frontier = reached
    return []


def _rows(view: ServedBuild, iri: str, language: str) -> list[MappingRow]:
    record = view.concepts.record(iri)
    return mapping_rows(view, record, language) if record else []


def _start(source: Ref) -> _Path:
    return _Path(end=source, relation=_EXACT, steps=(), systems=frozenset((source.scheme,)))


def _denials(rows: list[MappingRow]) -> _Denials:
    """Return the relations of a concept that mappings deny. The others may hold: what is not equal may be narrower."""
    return frozenset(
        (relation, row.other.iri)
        for row in rows
        if row.negated
        for relation in _DENIED.get(row.predicate, (row.predicate,))
    )


def _extend(path: _Path, rows: list[MappingRow], source_denials: _Denials) -> Iterator[_Path]:
    """Yield the path with each mapping of its end that a relation follows from (SSSOM 1.1, rules of chaining).

    A denied relation cuts a path where it is a step, and where it is what follows for the first concept.
    """
    denials = _denials(rows)
    for row in rows:
        relation = _compose(path.relation, row.predicate) if path.steps else row.predicate
        if row.negated or not relation or row.other.scheme in path.systems:
            continue
        if (row.predicate, row.other.iri) in denials or (relation, row.other.iri) in source_denials:
            continue
        yield _Path(
            end=row.other,
            relation=relation,
            steps=(*path.steps, (path.end, row)),
            systems=path.systems | {row.other.scheme},
        )


def _compose(first: str, second: str) -> str:
    """Return the relation that follows from two; exact changes nothing, broad and narrow are transitive."""
    if first == _EXACT:
        return second
    return first if second == _EXACT or (second == first and first in _TRANSITIVE) else ""


def _mapped_concept(source: Ref, path: _Path) -> MappedConcept:
    return MappedConcept(
        source=concept_name(source),
        relation=path.relation,
        target=concept_name(path.end),
        asserted=len(path.steps) == 1,
        path=[_step(start, row) for start, row in path.steps],
    )


def _step(source: Ref, row: MappingRow) -> MappingStep:
    return MappingStep(
        source=concept_name(source),
        relation=row.predicate,
        target=concept_name(row.other),
        justification=row.justification or None,
        confidence=row.confidence,
        author=row.author or row.creator or None,
        comment=row.comment.value if row.comment else None,
    )


def _changed_code(system: str, old: str, new: str, change: Change, language: str) -> EditionChange:
    return EditionChange(
        system=system,
        old_edition=old,
        new_edition=new,
        change=change.type,
        old_codes=[code.notation for code in change.sources],
        new_codes=[code.notation for code in change.targets],
        old_label=_text(change.old_labels, language),
        new_label=_text(change.new_labels, language),
    )


def _text(texts: tuple[Text, ...], language: str) -> str | None:
    chosen = choose_text(texts, language)
    return chosen.value if chosen else None
