"""Translation of codes from one list to another through mappings and the hierarchy.

A path has at most `MAX_MAPPINGS` mappings and `MAX_STEPS` steps, of which the others go up in the hierarchy. The match
of a path is combined from those of its steps. A broader and a narrower step have no combined match: such a path is
discarded. So is a step, or a whole path, whose match a mapping denies (`sssom:predicate_modifier`): to deny a close
match denies an exact one too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from pyoxigraph import QuerySolution

from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.store import Store

MAX_MAPPINGS = 2
MAX_STEPS = 4
_BATCH = 500


class Match(IntEnum):
    """Match between a code of one list and a code of another, the closest first."""

    SAME = 0
    CLOSE = 1
    BROAD = 2
    """The target is broader."""
    NARROW = 3
    """The target is narrower: the data do not determine which of several it is."""

    @property
    def predicate(self) -> str:
        """The SKOS property, with prefix."""
        return ("skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch")[self]


_MATCHES = {expand(match.predicate): match for match in Match} | {expand("skos:broader"): Match.BROAD}
_DENIED = {Match.SAME: {Match.SAME}, Match.CLOSE: {Match.SAME, Match.CLOSE}}
"""Matches that do not hold where a match is denied; for the others, only that match."""
_INVERSE = {Match.BROAD: Match.NARROW, Match.NARROW: Match.BROAD}


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a path: target concept, match, IRI of the mapping (empty for a step in the hierarchy), confidence."""

    to: str
    match: Match
    mapping: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class TranslationPath:
    """A path from a code to a code, and the combined match."""

    steps: tuple[PathStep, ...]
    match: Match

    @property
    def confidence(self) -> float | None:
        """The product of the confidences of its mappings; None if none has one."""
        confidences = [step.confidence for step in self.steps if step.confidence is not None]
        return round(math.prod(confidences), 4) if confidences else None

    @property
    def rank(self) -> tuple[int, float, int]:
        """Sort key, the best path first: match, confidence, length."""
        return self.match, -(1.0 if self.confidence is None else self.confidence), len(self.steps)


def combine_matches(first: Match, second: Match) -> Match | None:
    """Return the combined match of two steps; None for a broader and a narrower one."""
    if Match.BROAD in (first, second) and Match.NARROW in (first, second):
        return None
    return max(first, second)


def find_paths(store: Store, sources: Iterable[str], targets: Iterable[str]) -> dict[str, dict[str, TranslationPath]]:
    """Return a mapping source → target → best path between them (all IRIs)."""
    target_set = set(targets)
    found: dict[str, dict[str, TranslationPath]] = defaultdict(dict)
    frontier: dict[str, dict[str, TranslationPath]] = {
        source: {source: TranslationPath((), Match.SAME)} for source in dict.fromkeys(sources)
    }
    steps_from: dict[str, list[PathStep]] = {}
    denied: dict[tuple[str, str], set[Match]] = {}
    best_paths: dict[str, dict[str, TranslationPath]] = {source: dict(reached) for source, reached in frontier.items()}
    for _ in range(MAX_STEPS):
        _read_steps(
            store,
            {concept for reached in frontier.values() for concept in reached} - set(steps_from),
            steps_from,
            denied,
        )
        next_frontier: dict[str, dict[str, TranslationPath]] = defaultdict(dict)
        for source, reached in frontier.items():
            for concept, path in reached.items():
                for step in steps_from.get(concept, ()):
                    extended = _extend_path(path, step)
                    if extended is None or step.to == source or extended.match in denied.get((source, step.to), ()):
                        continue
                    previous = best_paths[source].get(step.to)
                    if previous is None or extended.rank < previous.rank:
                        best_paths[source][step.to] = extended
                        if step.to in target_set:
                            found[source][step.to] = extended
                        # Continue from target codes too: their broader concepts may be targets.
                        next_frontier[source][step.to] = extended
        frontier = next_frontier
        if not frontier:
            break
    return found


def _extend_path(path: TranslationPath, step: PathStep) -> TranslationPath | None:
    if step.mapping and sum(bool(each.mapping) for each in path.steps) >= MAX_MAPPINGS:
        return None
    match = combine_matches(path.match, step.match)
    return None if match is None else TranslationPath((*path.steps, step), match)


def _read_steps(
    store: Store,
    concepts: set[str],
    steps_from: dict[str, list[PathStep]],
    denied: dict[tuple[str, str], set[Match]],
) -> None:
    """Read the steps from concepts, and the matches that are denied between each of them and another concept."""
    ordered = sorted(concepts)
    for concept in ordered:
        steps_from[concept] = []
    for start in range(0, len(ordered), _BATCH):
        batch = named_nodes(ordered[start : start + _BATCH])
        for row in select(store, "negated-matches", concept=batch):
            if (match := _row_match(row)) is not None:
                denied.setdefault((value(row, "concept"), value(row, "next")), set()).update(
                    _DENIED.get(match, {match})
                )
        for row in select(store, "steps-between-codes", concept=batch):
            match = _row_match(row)
            if match is None or match in denied.get((value(row, "concept"), value(row, "next")), ()):
                continue
            confidence = value(row, "confidence")
            steps_from[value(row, "concept")].append(
                PathStep(value(row, "next"), match, value(row, "mapping"), float(confidence) if confidence else None)
            )


def _row_match(row: QuerySolution) -> Match | None:
    """Return the match from the concept of a row to the next one; None if the property is no match."""
    match = _MATCHES.get(value(row, "predicate"))
    return _INVERSE.get(match, match) if match is not None and value(row, "inverse") == "true" else match


def select_best_targets(paths_by_target: Mapping[str, TranslationPath]) -> Sequence[tuple[str, TranslationPath]]:
    """Return the targets with the closest match; of broader targets, only those of the best rank."""
    if not paths_by_target:
        return ()
    ordered = sorted(paths_by_target.items(), key=lambda item: (item[1].rank, item[0]))
    closest = ordered[0][1].match
    selected = [item for item in ordered if item[1].match == closest]
    if closest is Match.BROAD:
        best_rank = selected[0][1].rank
        selected = [item for item in selected if item[1].rank == best_rank]
    return tuple(selected)


def format_path(path: TranslationPath) -> str:
    """Return the predicates of a path: `skos:exactMatch > skos:broadMatch`."""
    return " > ".join(step.match.predicate if step.mapping else compact(expand("skos:broader")) for step in path.steps)
