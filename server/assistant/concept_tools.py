"""Tools about code systems and concepts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from begrepp.search.query_operators import MAX_QUERY_LENGTH
from begrepp.terminology.concept_record import ConceptNote
from begrepp.terminology.record_composition import NOTES
from begrepp.variables.list_entries import BuildContents
from begrepp.variables.value_check import CheckedValue, Verdict, check_values
from server.assistant.tool_answers import (
    CheckAnswer,
    CodeVerdict,
    ConceptAnswer,
    ConceptDetail,
    FoundThing,
    HierarchyAnswer,
    SearchAnswer,
)
from server.assistant.tool_context import ToolContext, concept_name, read_day
from server.http.work_limit import COMPARISONS
from server.pages.concepts.tree import children, paths_to
from server.pages.hit_rows import results
from server.served.labels import find_refs
from server.served.resolver import Missing

MAX_CODES = 1000
MAX_HITS = 50
Language = Annotated[Literal["sv", "en"], Field(description="Language of labels and titles")]
Ids = Annotated[list[str], Field(description="IRIs, or system|code such as icd-10-se|C50.9; several at a time")]
System = Annotated[str, Field(description="Id, OID or URI of a code system, such as icd-10-se")]
AsOf = Annotated[str, Field(description="A day as 2019-06-30, to get what was in force then; empty for now")]
Limit = Annotated[int, Field(ge=1, le=200, description="Most results")]


class ConceptTools:
    """Search, look-up, hierarchy and check of codes."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context

    def search(
        self,
        query: Annotated[str, Field(description="Words or a code, in Swedish or English", max_length=MAX_QUERY_LENGTH)],
        systems: Annotated[list[str] | None, Field(description="Only these code systems")] = None,
        kind: Literal["concept", "variable", "dataset", "scheme", "any"] = "concept",
        status: Literal["active", "inactive", "any"] = "any",
        language: Language = "sv",
        limit: Annotated[int, Field(ge=1, le=MAX_HITS)] = 10,
    ) -> SearchAnswer:
        """Search by words, synonyms, abbreviations or the beginning of a code, and find the code for a text.

        Use it first when you have words and need a code: a diagnosis, procedure, drug, laboratory analysis, phenotype.
        It tolerates misspelling and compounds. It also finds variables and datasets by name.
        """
        build = self._context.build
        schemes = [self._context.scheme(each).iri for each in systems or ()]
        filters: dict[str, str] = {"kind": kind, "status": status}
        filters = {name: "" if wanted == "any" else wanted for name, wanted in filters.items()}
        total, hits = build.index.search(
            query, limit=limit, offset=0, user_language=language, scheme=schemes, **filters
        )
        rows = results(build, hits, language)
        return SearchAnswer(
            total=total,
            truncated=total > len(rows),
            results=[
                FoundThing(
                    iri=row.iri,
                    code=row.notation or None,
                    system=row.scheme or None,
                    status="active" if row.active else "retired",
                    label=row.label.value,
                    language=row.label.lang or None,
                    kind=row.kind,
                    matched=row.matched.value if row.matched else None,
                    within=row.within.value if row.within else None,
                )
                for row in rows
            ],
            corrections=[f"{old} → {new}" for old, new in build.index.corrections(query)],
            sources=self._context.sources((row.scheme for row in rows), language),
        )

    def concept(self, ids: Ids, as_of: AsOf = "", language: Language = "sv") -> ConceptAnswer:
        """Look up what codes mean: labels, synonyms, definition, inclusion and exclusion notes, successors, validity.

        Use it when you have a code or an IRI and need its meaning, also what it meant on an earlier day.
        """
        day = read_day(as_of)
        found, missing = self._context.each(ids, lambda id_: self._detail(id_, day, language))
        sources = self._context.sources((each.system for each in found), language, day)
        return ConceptAnswer(concepts=found, not_found=missing, sources=sources)

    def _detail(self, id_: str, day: date | None, language: str) -> ConceptDetail:
        concept = self._context.find_concept(id_, day)
        view = self._context.view_of(concept, day)
        record = view.concepts.record(concept.iri)
        if record is None:
            raise Missing(f"{id_} is no concept.", "Give a concept as system|code or by its IRI.")
        linked = (record.parents, record.related, record.successors, record.suggested)
        known = self._context.names({record.iri, *(iri for iris in linked for iri in iris)}, language, view)
        broader, related, replaced_by, consider = ([known[iri] for iri in iris] for iris in linked)
        graph = next((g for g in view.manifest.graphs if g.graph == record.release), None)
        notes = {name.partition(":")[2]: _note_texts(record.notes, name) for name in NOTES}
        return ConceptDetail(
            **known[record.iri].model_dump(),
            edition=graph.version if graph else None,
            as_of=day.isoformat() if day else None,
            labels={each.language or "und": each.text for each in record.designations if each.use == "preferred"},
            synonyms=_by_language((d.language, d.text) for d in record.designations if d.use == "synonym"),
            definitions=_note_texts(record.definitions, "skos:definition"),
            notes={name: texts for name, texts in notes.items() if texts},
            valid_from=record.valid_from or None,
            valid_to=record.valid_to or None,
            broader=broader,
            related=related,
            replaced_by=replaced_by,
            consider=consider,
        )

    def hierarchy(
        self,
        id: Annotated[str, Field(description="IRI, or system|code")],
        direction: Annotated[
            Literal["children", "descendants", "ancestors", "path"],
            Field(description="Directly narrower, all narrower, all broader, or the path from the top"),
        ] = "children",
        as_of: AsOf = "",
        language: Language = "sv",
        limit: Limit = 50,
    ) -> HierarchyAnswer:
        """Walk the hierarchy: children, all descendants, ancestors, or the path from the chapter down to a code.

        Use it to see which codes belong under a group, or which chapter and block a code is in.
        """
        day = read_day(as_of)
        concept = self._context.find_concept(id, day)
        view = self._context.view_of(concept, day)
        if direction == "children":
            iris = [each.ref.iri for each in children(view, concept.iri, language)]
        elif direction == "path":
            paths = paths_to(view, concept.iri, language)
            iris = [step.iri for step in paths[0]] if paths else []
        else:
            iris = self._above_or_below(concept.iri, direction == "ancestors", day)
        total, iris = len(iris), iris[:limit]
        known = find_refs(view, [*iris, concept.iri], language)
        shown = [known[iri] for iri in iris]
        return HierarchyAnswer(
            concept=concept_name(known[concept.iri]),
            direction=direction,
            total=total,
            truncated=total > len(shown),
            results=[concept_name(ref) for ref in shown],
            sources=self._context.sources((ref.scheme for ref in [known[concept.iri], *shown]), language, day),
        )

    def _above_or_below(self, iri: str, is_above: bool, day: date | None) -> list[str]:
        """Return all broader or all narrower concepts, in the order of their codes."""
        located = self._context.build.terminology.locate_in_edition(iri, day)
        if located is None:
            return []
        system, number = located
        found = system.hierarchy.ancestors(number) if is_above else system.hierarchy.descendants(number)
        return [system.iri(each) for each in found]

    def check_codes(
        self,
        codes: Annotated[list[str], Field(min_length=1, max_length=MAX_CODES, description="Codes as they are written")],
        system: Annotated[
            str, Field(description="Code system, code system@edition, or the list of a variable as nkbc/a_tnm_tklass")
        ],
        as_of: AsOf = "",
        language: Language = "sv",
    ) -> CheckAnswer:
        """Validate a list of codes: which exist, are retired and replaced, are written otherwise, or are unknown.

        Always call it before you give codes in an answer. Also for a column of data.
        """
        against, day = system.strip(), read_day(as_of)
        if day and "/" not in against:
            scheme = self._context.scheme(against.partition("@")[0])
            if (edition := self._context.edition(scheme.id, day)) is None:
                raise Missing(
                    f"No edition of {scheme.id} was in force on {day}.", "The tool changes lists the editions."
                )
            against = f"{scheme.id}@{edition.version}"
        elif "/" not in against:
            name, at, version = against.partition("@")
            scheme = self._context.scheme(name)
            if parts := [part.id for part in self._context.build.schemes.parts(scheme)]:
                raise Missing(f"{scheme.id} has parts with codes of their own.", f"Give one of: {', '.join(parts)}.")
            against = f"{scheme.id}{at}{version}"
        build = self._context.build
        contents = BuildContents(build.store, build.iris, build.folder, lambda: build.index)
        with COMPARISONS.slot():
            checked = check_values(against, codes, contents, language)
        counts = {verdict.value: number for verdict in Verdict if (number := checked.count(verdict))}
        own = build.schemes.by_iri.get(checked.list_iri)
        return CheckAnswer(
            list_iri=checked.list_iri,
            title=checked.title,
            edition=checked.edition or None,
            counts=counts,
            values=[_verdict(each) for each in checked.values],
            sources=self._context.sources([own.id] if own else [], language, day),
        )


def _verdict(checked: CheckedValue) -> CodeVerdict:
    instead = [" ".join(pair) for pair in checked.instead]
    is_unknown = checked.verdict is Verdict.UNKNOWN
    return CodeVerdict(
        value=checked.value,
        verdict=checked.verdict.value,
        code=checked.code or None,
        label=checked.label or None,
        valid_until=checked.until or None,
        successors=[] if is_unknown else instead,
        consider=[" ".join(pair) for pair in checked.consider],
        similar=instead if is_unknown else [],
        editions=[*checked.editions],
    )


def _note_texts(notes: Iterable[ConceptNote], kind: str) -> dict[str, list[str]]:
    return _by_language((note.language, note.text) for note in notes if note.kind == kind and note.text)


def _by_language(texts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for lang, text in sorted(texts):
        values.setdefault(lang or "und", []).append(text)
    return values
