"""Crosswalk between two datasets, or between all datasets with variables that measure one concept."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import NamedNode

from begrepp.artefact.manifest import Manifest
from begrepp.errors import NotFound, UsageError
from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.queries.parameters import QueryContext, parse_value
from begrepp.queries.query_files import QueryParameter
from begrepp.records import Text, choose_label
from begrepp.store import Store
from begrepp.variables.harmonisation.crosswalk import Crosswalk
from begrepp.variables.harmonisation.dataset_comparison import ComparedConcept, DatasetComparison
from begrepp.variables.harmonisation.harmoniser import Harmoniser
from begrepp.variables.harmonisation.variable_pairs import VariablePair


def dataset_ids(manifest: Manifest) -> list[str]:
    """Return the ids of all datasets."""
    return sorted(graph.id for graph in manifest.current_graphs("dataset"))


def harmonise_datasets(
    first: str,
    second: str,
    context: QueryContext,
    manifest: Manifest,
    *,
    pair: str = "",
    language: str = "sv",
    comparison: DatasetComparison | None = None,
) -> Crosswalk:
    """Return the crosswalk of two datasets, or of one concept (`first`, if `second` is empty) over all datasets.

    `pair` restricts it to one pair of variables, `a_tnm_tklass=t`. `comparison` is that of the two datasets, if the
    caller has it. Raises `NotFound` and `UsageError`.
    """
    harmoniser = Harmoniser(context.store)
    if second:
        a, b = (_resource_iri("dataset", each, context) for each in (first, second))
        if a == b:
            raise UsageError("The two datasets are the same.", "Give two different datasets.")
        pairs = harmoniser.pair_datasets(a, b)
    else:
        pairs = harmoniser.pair_by_concept(
            _resource_iri("concept", first, context), [context.iris.dataset(id_) for id_ in dataset_ids(manifest)]
        )
    if pair:
        left, _, right = pair.partition("=")
        pairs = [each for each in pairs if each.a.name == left and each.b.name == right]
    if not pairs:
        if second:
            _require_links([a, b], harmoniser, context)
        raise NotFound(
            "The datasets have no variables that measure the same concept."
            if second
            else "Fewer than two datasets measure that concept.",
            "See the dataset pages for what each measures, or link their variables to concepts first.",
        )
    iris = {iri for each in pairs for iri in (each.a.dataset, each.b.dataset, each.through)}
    lists = {iri for each in pairs for iri in (*each.a.code_lists, *each.b.code_lists)}
    systems = {
        value(row, "list"): value(row, "uri") for row in select(context.store, "system-uris", list=_nodes(lists))
    }
    rest = []
    if second and not pair:
        rest = _without_pairs(comparison or harmoniser.compare_datasets([a, b]), pairs)
    iris |= {row.concept for row in rest if row.concept}
    return Crosswalk(pairs, read_labels(context.store, iris, language), context.iris, systems, rest)


def _without_pairs(comparison: DatasetComparison, pairs: Sequence[VariablePair]) -> list[ComparedConcept]:
    """Return the rows with variables that are in no pair."""
    paired = {column.iri for pair in pairs for column in (pair.a, pair.b)}
    return [row for row in comparison.rows if not paired.issuperset(column.iri for column in row.all_columns)]


def compare_all(names: Sequence[str], concept: str, context: QueryContext, manifest: Manifest) -> DatasetComparison:
    """Return the comparison of all variables of datasets.

    `names` are ids or titles; without names all datasets are compared. With `concept`, only the variables that measure
    it or a narrower concept. Raises `NotFound` and `UsageError`.
    """
    datasets = [_resource_iri("dataset", name, context) for name in names]
    datasets = [*dict.fromkeys(datasets)] or [context.iris.dataset(id_) for id_ in dataset_ids(manifest)]
    if len(datasets) < 2:
        raise UsageError("The two datasets are the same.", "Give two different datasets.")
    concept_iri = _resource_iri("concept", concept, context) if concept else ""
    return Harmoniser(context.store).compare_datasets(datasets, concept_iri)


def comparison_labels(comparison: DatasetComparison, store: Store, language: str) -> dict[str, str]:
    """Return the labels of the datasets, concepts and code lists of a comparison by IRI."""
    iris = {*comparison.datasets, *(row.concept for row in comparison.rows if row.concept)}
    iris |= {iri for row in comparison.rows for column in row.all_columns for iri in column.code_lists}
    return read_labels(store, iris, language)


def _require_links(datasets: Sequence[str], harmoniser: Harmoniser, context: QueryContext) -> None:
    """Raise `NotFound` for the first dataset (IRI) without variables, or without a variable linked to a concept."""
    for iri in datasets:
        columns = harmoniser.read_columns([iri])
        if any(column.measures for column in columns):
            continue
        name, count = iri.removeprefix(context.iris.dataset("")), len(columns)
        if not count:
            raise NotFound(f"{name} has no variables.", "Add a data dictionary that describes its variables.")
        raise NotFound(
            f"{name} has {count} variables, and none is linked to a concept.",
            f"Run `begrepp suggest {name}`, and add the links that you accept.",
        )


def _nodes(iris: set[str]) -> list[NamedNode]:
    return named_nodes(sorted(iris))


def _resource_iri(kind: str, name: str, context: QueryContext) -> str:
    """Return the IRI of a dataset or concept by its id, title, label or code."""
    return parse_value(QueryParameter(name=kind, kind=kind, titles={"en": ""}, default="x"), name, context)[1:-1]


def read_labels(store: Store, iris: set[str], language: str = "sv") -> dict[str, str]:
    """Return the labels of datasets and concepts by IRI."""
    found: dict[str, list[Text]] = {}
    for row in select(store, "names", thing=_nodes(iris)):
        if value(row, "property").endswith(("title", "prefLabel")):
            term = row["value"]
            found.setdefault(value(row, "thing"), []).append(
                Text(value(row, "value"), getattr(term, "language", "") or "")
            )
    return {iri: choose_label(found.get(iri, ()), language) or iri for iri in iris}
