"""The ranking of suggestions stays as good as it is, measured on judged rows of dictionaries against the starter."""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import pytest

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.queries.page_queries import select, value
from begrepp.rdf.iris import Iris
from begrepp.records import Text
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.variables.suggestion.candidates import concept_targets, linked_variables
from begrepp.variables.suggestion.entries import ConceptTarget, LinkedVariable, Suggestion, VariableEntry
from begrepp.variables.suggestion.suggester import Suggester
from begrepp.variables.suggestion.weights import DEFAULT_WEIGHTS, Weights

HERE = Path(__file__).parent
JUDGED = HERE / "judged.tsv"
BASELINE = tomllib.loads((HERE / "suggestion_baseline.toml").read_text(encoding="utf-8"))
STARTER = (
    *("biobank-sverige", "cancerregistret", "dodsorsaksregistret", "gms-ngp", "ichom-brostcancer"),
    *("lakemedelsregistret", "nkbc", "nlcr", "npcr", "patientregistret", "scapis"),
)
NARROW = {
    "same_label": "labels of linked variables",
    "same_name": "names of linked variables",
    "shared_values": "values of linked variables",
    "date_and_other_concept": "dates of events without a concept of a date",
    "other_and_date_concept": "dates stored as numbers",
    "matching_unit": "units of linked variables",
}
"""Weights that act on few rows, and the group of rows that notices a change. The others change most groups."""
RANK_TOLERANCE = 0.01
SCORE_TOLERANCE = 0.003


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A variable and the IRIs of the concepts that it measures."""

    group: str
    entry: VariableEntry
    concepts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Collection:
    """The judged rows, and the concepts and linked variables of the starter."""

    judged: Sequence[JudgedRow]
    targets: Sequence[ConceptTarget]
    linked: Sequence[LinkedVariable]


@dataclass(frozen=True, slots=True)
class Figures:
    """Mean reciprocal rank, share of rows with a right concept in the first five, mean score of the right ones shown.

    `shown` are those of the first five that users see: where the best concept has a low confidence, none is shown.
    """

    mrr: float
    recall: float
    shown_mrr: float
    shown_recall: float
    scores: dict[str, float]


@pytest.fixture(scope="module")
def collection(built: Settings) -> Collection:
    build = current_build(built)
    store, iris = DiskStore(build / "store"), Iris(read_manifest(build).base)
    return Collection(
        [*read_judged(iris)],
        concept_targets(store, [value(row, "scheme") for row in select(store, "schemes-measured")]),
        linked_variables(store, [iris.dataset(id_) for id_ in STARTER]),
    )


def read_judged(iris: Iris) -> list[JudgedRow]:
    rows, group = [], ""
    for cells in csv.reader(JUDGED.read_text(encoding="utf-8").splitlines(), delimiter="\t"):
        if cells[0].startswith("#"):
            group = cells[0].removeprefix("## ")
            continue
        name, label, description, datatype, unit, values, concepts = cells
        entry = VariableEntry(
            iri=f"urn:judged:{name}",
            name=name,
            labels=(Text(label, "sv"),) if label else (),
            descriptions=(Text(description, "sv"),) if description else (),
            datatype=datatype,
            unit=unit,
            values=tuple(
                (each.partition("=")[0].strip(), each.partition("=")[2]) for each in values.split(";") if each.strip()
            ),
        )
        rows.append(JudgedRow(group, entry, frozenset(iris.concept("onkologi", key) for key in concepts.split())))
    return rows


def evaluate(collection: Collection, weights: Weights = DEFAULT_WEIGHTS) -> tuple[Figures, str]:
    """Return the figures, and the rows without a right concept in the first place."""
    suggester = Suggester(collection.targets, collection.linked, weights)
    ranks: list[float] = []
    shown_ranks: list[float] = []
    scores: dict[str, list[float]] = defaultdict(list)
    missed = []
    for row in collection.judged:
        found = suggester.suggest(row.entry, limit=5)
        right = _right_places(found, row)
        shown_ranks.append(1 / right[0] if right else 0.0)
        ranked = _right_places(suggester.suggest(row.entry, limit=5, min_score=0.0), row)
        ranks.append(1 / ranked[0] if ranked else 0.0)
        scores[row.group].append(found[right[0] - 1].score if right else 0.0)
        if right[:1] != [1]:
            missed.append(f"{row.entry.name}: {', '.join(each.target.notation for each in found)}")
    by_group = {group: mean(each) for group, each in scores.items()}
    figures = Figures(mean(ranks), mean(map(bool, ranks)), mean(shown_ranks), mean(map(bool, shown_ranks)), by_group)
    return figures, "\n".join(missed)


def _right_places(found: Sequence[Suggestion], row: JudgedRow) -> list[int]:
    return [place for place, each in enumerate(found, start=1) if each.target.iri in row.concepts]


def rank_differences(figures: Figures) -> list[str]:
    """Return the figures of ranks that are worse than the baseline."""
    return [
        f"{name}: {after:.4f}, not {BASELINE[name]:.4f}"
        for name in ("mrr", "recall", "shown_mrr", "shown_recall")
        if (after := getattr(figures, name)) < BASELINE[name] - RANK_TOLERANCE
    ]


def score_differences(figures: Figures) -> list[str]:
    """Return the mean scores that differ from the baseline in either direction."""
    return [
        f"score of {group}: {after:.4f}, not {BASELINE['scores'][group]:.4f}"
        for group, after in figures.scores.items()
        if abs(after - BASELINE["scores"][group]) > SCORE_TOLERANCE
    ]


def test_suggestions_are_as_good_as_they_were(collection: Collection) -> None:
    figures, missed = evaluate(collection)
    assert not rank_differences(figures) + score_differences(figures), missed


@pytest.mark.parametrize("factor", [0.5, 2])
@pytest.mark.parametrize(("weight", "group"), NARROW.items())
def test_a_change_of_a_weight_that_acts_on_few_rows_is_noticed(
    collection: Collection, weight: str, group: str, factor: float
) -> None:
    rows = replace(collection, judged=[row for row in collection.judged if row.group == group])
    changed = replace(DEFAULT_WEIGHTS, **{weight: getattr(DEFAULT_WEIGHTS, weight) * factor})
    assert not score_differences(evaluate(rows)[0])
    assert score_differences(evaluate(rows, changed)[0])


def test_there_are_enough_judged_rows_and_each_has_a_concept_of_the_starter(collection: Collection) -> None:
    known = {target.iri for target in collection.targets}
    assert len(collection.judged) >= 100 and len({row.entry.iri for row in collection.judged}) == len(collection.judged)
    assert all(row.concepts and row.concepts <= known for row in collection.judged)
