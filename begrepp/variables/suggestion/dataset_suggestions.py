"""Concept and code suggestions for all variables of a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from begrepp.artefact.manifest import Manifest
from begrepp.errors import UsageError
from begrepp.queries.page_queries import select, value
from begrepp.rdf.iris import Iris
from begrepp.records import Record
from begrepp.store import Store
from begrepp.variables.suggestion.borrowed_names import borrow_names
from begrepp.variables.suggestion.candidates import (
    all_entries,
    concept_targets,
    denied_links,
    linked_variables,
    unlinked_entries,
)
from begrepp.variables.suggestion.code_suggester import CodeSuggester, suggest_list_codes
from begrepp.variables.suggestion.entries import Suggestion, VariableEntry
from begrepp.variables.suggestion.record_entries import entries_from_records
from begrepp.variables.suggestion.suggester import Suggester


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionRun:
    """All suggestions for the variables of a dataset and for the codes of their lists."""

    dataset: str
    title: str
    entries: Sequence[VariableEntry]
    suggestions: Sequence[Suggestion]
    values: Sequence[Suggestion]
    iris: Iris

    def rows(self) -> Iterable[tuple[Suggestion, str]]:
        """Yield every suggestion with its predicate."""
        for suggestion in self.suggestions:
            yield suggestion, "begrepp:measures"
        for suggestion in self.values:
            yield suggestion, "skos:exactMatch" if suggestion.complete else "skos:closeMatch"


def suggest_for_dataset(
    dictionary: str,
    records: Iterable[Record] | None,
    store: Store,
    manifest: Manifest,
    *,
    schemes: Sequence[str] = (),
    limit: int = 5,
    include_linked: bool = False,
) -> SuggestionRun:
    """Suggest concepts for the variables of a dataset in the build, or of `records` of a dictionary.

    `schemes` are ids of the schemes to search (default: all that variables measure). `include_linked` adds variables
    that are linked already. Raises `UsageError` for an unknown dataset.
    """
    iris = Iris(manifest.base)
    if records is not None:
        dataset, entries = entries_from_records(records, iris)
    else:
        dataset = iris.dataset(dictionary)
        if manifest.find_graph("dataset", dictionary) is None:
            known = ", ".join(sorted(graph.id for graph in manifest.current_graphs("dataset")))
            raise UsageError(
                f"The build has no dataset {dictionary}.", f"It has: {known}. Alternatively give files and --loader."
            )
        entries = all_entries(store, dataset) if include_linked else unlinked_entries(store, dataset)
    linked = linked_variables(store, [iris.dataset(graph.id) for graph in manifest.current_graphs("dataset")])
    scheme_iris = [iris.scheme(id_) for id_ in schemes] or [
        value(row, "scheme") for row in select(store, "schemes-measured")
    ]
    if not scheme_iris:
        raise UsageError(
            "No code system is given, and no variable is linked to a concept yet.", "Name schemes with --scheme."
        )
    denied = denied_links(store)
    suggester = Suggester(borrow_names(concept_targets(store, scheme_iris), store, iris), linked)
    suggestions = [
        suggestion
        for entry in entries
        for suggestion in suggester.suggest(entry, dataset=dataset, limit=limit, denied=denied[entry.iri])
    ]
    return SuggestionRun(
        dataset=dataset,
        title=dictionary,
        entries=entries,
        suggestions=suggestions,
        values=[*_suggest_codes(entries, suggestions, read_concept_lists(store), store, iris)],
        iris=iris,
    )


def read_concept_lists(store: Store) -> dict[str, list[str]]:
    """Return a mapping concept → published lists that code variables measuring it, and lists mapped to those."""
    found: dict[str, list[str]] = {}
    for row in select(store, "lists-of-concepts"):
        found.setdefault(value(row, "concept"), []).append(value(row, "list"))
    return found


def _suggest_codes(
    entries: Sequence[VariableEntry],
    suggestions: Sequence[Suggestion],
    lists: dict[str, list[str]],
    store: Store,
    iris: Iris,
) -> Iterable[Suggestion]:
    """Yield codes for the values of each entry, from one of the lists that code its best concept elsewhere."""
    best: dict[str, str] = {}
    for suggestion in suggestions:
        best.setdefault(suggestion.entry.iri, suggestion.target.iri)
    suggesters: dict[str, CodeSuggester] = {}
    for entry in entries:
        candidates = []
        for list_iri in sorted({*lists.get(best.get(entry.iri, ""), ())}) if entry.values else ():
            if list_iri not in suggesters:
                suggesters[list_iri] = CodeSuggester(borrow_names(concept_targets(store, [list_iri]), store, iris))
            candidates.append(suggesters[list_iri])
        yield from suggest_list_codes(entry, candidates)
