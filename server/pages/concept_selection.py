"""Page of an ECL expression: its concepts, and the outline of its parts in words with their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from msgspec import Struct

from begrepp.ecl import parse_ecl
from begrepp.ecl.completion import EclProposal, complete
from begrepp.ecl.evaluation import Evaluation
from begrepp.ecl.explanation import ExplainedPart, Explanation, code_names
from begrepp.ecl.syntax_errors import EclError
from begrepp.ecl.syntax_tree import EclNode
from begrepp.ecl.work_budget import WorkBudget
from begrepp.records import Text
from begrepp.terminology.interface import CodeSystem
from server.http.urls import document_path
from server.pages.paging import Paged
from server.served.build import ServedBuild
from server.served.concept_selection import ConceptSelection, substrate_of
from server.served.labels import choose_text
from server.served.refs import Ref

_OUTLINE_STEPS = 300_000
"""Bound on the work for the numbers of the parts."""
EXAMPLES = (
    ("onkologi", "<< cancer MINUS << lungcancer"),
    ("onkologi", '<! cancer {{ term = "lung" }}'),
    ("onkologi", "* : exactMatch = *"),
    ("onkologi", "<< lungcancer . exactMatch"),
)
"""Expressions on the bundled content, as code system and text."""


class OutlineLine(Struct, frozen=True, kw_only=True):
    """A part of an expression: its text, its meaning, its depth, and the number of its concepts if it is a set."""

    source: str
    words: str
    depth: int
    total: int | None


class SelectionPage(Paged, frozen=True, kw_only=True):
    """One page of the concepts of an expression, and the outline of its parts."""

    size: ClassVar[int] = 100
    concepts: list[Ref]
    lines: list[OutlineLine]


def selection_page(
    build: ServedBuild, selection: ConceptSelection, text: str, offset: int, language: str
) -> SelectionPage:
    """Return the page of an expression."""
    return SelectionPage(
        total=len(selection.sets),
        offset=offset,
        concepts=selected_refs(build, selection, offset, SelectionPage.size, language),
        lines=_outline(selection, text, language),
    )


def propose(build: ServedBuild, system: CodeSystem, text: str, cursor: int, language: str) -> list[EclProposal]:
    """Return what may be inserted at the cursor of an expression."""

    def find_codes(words: str) -> list[int]:
        hits = build.index.suggest(words, limit=8, user_language=language, scheme=system.description.iri)
        found = [system.index_of_iri(hit.iri) for hit in hits]
        exact = system.index(words)
        return [*dict.fromkeys(each for each in (exact, *found) if each is not None)]

    return complete(text, cursor, system, substrate_of(build, system), find_codes, language)


def selected_refs(build: ServedBuild, selection: ConceptSelection, offset: int, limit: int, language: str) -> list[Ref]:
    """Return links to some of the concepts, in order."""
    return [_ref(build, system, concept, language) for system, concept in selection.page(offset, limit)]


def _ref(build: ServedBuild, system: CodeSystem, concept: int, language: str) -> Ref:
    name = system.name(concept)
    scheme = system.description.id
    return Ref(
        iri=name.iri,
        href=document_path(build.iris, name.iri, scheme, name.notation),
        label=choose_text(name.texts, language) or Text("", ""),
        notation=name.notation,
        scheme=scheme,
        active=name.active,
    )


def explain_selection(selection: ConceptSelection, tree: EclNode, language: str) -> ExplainedPart:
    """Return the outline of an expression in words."""
    system = selection.system
    title = choose_text(system.description.titles, language)
    names = code_names(system, selection.substrate.system, language)
    return Explanation(language, names, title.value if title else system.description.id).explain(tree)


def _outline(selection: ConceptSelection, text: str, language: str) -> list[OutlineLine]:
    """Return the lines of the outline of an expression; parts that need too much work have no number."""
    budget = WorkBudget(_OUTLINE_STEPS)

    def total(node: EclNode | None) -> int | None:
        try:
            return len(Evaluation(selection.system, selection.substrate, budget).concepts(node)) if node else None
        except EclError:
            return None

    def lines(part: ExplainedPart, depth: int) -> Iterator[OutlineLine]:
        source = text[part.start : part.end].strip()
        yield OutlineLine(source=source, words=part.words, depth=depth, total=total(part.node))
        for each in part.parts:
            yield from lines(each, depth + 1)

    return [*lines(explain_selection(selection, parse_ecl(text), language), 0)]
