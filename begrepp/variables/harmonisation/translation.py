"""How the codes of one list translate to another: through mappings and the hierarchy, with every step kept.

A path is at most two mappings, with any number of steps up in the hierarchy; what two steps say together follows
from what each says (the same, close, part of the broader, covers the narrower). Part of the broader and then covers
the narrower says nothing, and such a path is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from pyoxigraph import NamedNode

from begrepp.queries.pages import select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.store import Store

MAX_MAPPINGS = 2
MAX_STEPS = 4
_BATCH = 500


class Match(IntEnum):
    """What a code of one list is to a code of the other, the surest first."""

    SAME = 0
    CLOSE = 1
    BROAD = 2
    """Part of the broader: the other says less."""
    NARROW = 3
    """Covers the narrower: which of several it is, the data do not tell."""

    @property
    def predicate(self) -> str:
        """As SKOS writes it."""
        return ("skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch")[self]


_MATCHES = {expand(match.predicate): match for match in Match} | {expand("skos:broader"): Match.BROAD}
_INVERSE = {Match.BROAD: Match.NARROW, Match.NARROW: Match.BROAD}


@dataclass(frozen=True, slots=True)
class TranslationStep:
    """One step of a path: to which concept, as what, by which mapping (none: the hierarchy), how sure."""

    to: str
    match: Match
    mapping: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class TranslationPath:
    """A way from a code to a code, and what the one is to the other in sum."""

    steps: tuple[TranslationStep, ...]
    match: Match

    @property
    def confidence(self) -> float | None:
        """The product of what its mappings say; None where none says."""
        said = [step.confidence for step in self.steps if step.confidence is not None]
        product = 1.0
        for each in said:
            product *= each
        return round(product, 4) if said else None

    @property
    def rank(self) -> tuple[int, float, int]:
        """The surest path first: by match, then confidence, then length."""
        return self.match, -(1.0 if self.confidence is None else self.confidence), len(self.steps)


def combine_matches(first: Match, second: Match) -> Match | None:
    """What two steps say in sum; None where they say nothing."""
    if Match.BROAD in (first, second) and Match.NARROW in (first, second):
        return None
    return max(first, second)


def find_paths(store: Store, sources: Iterable[str], targets: Iterable[str]) -> dict[str, dict[str, TranslationPath]]:
    """Source → target → the surest path between them."""
    wanted = set(targets)
    found: dict[str, dict[str, TranslationPath]] = defaultdict(dict)
    front: dict[str, dict[str, TranslationPath]] = {
        source: {source: TranslationPath((), Match.SAME)} for source in dict.fromkeys(sources)
    }
    known: dict[str, list[TranslationStep]] = {}
    seen: dict[str, dict[str, TranslationPath]] = {source: dict(reached) for source, reached in front.items()}
    for _ in range(MAX_STEPS):
        _read_steps(store, {here for reached in front.values() for here in reached} - set(known), known)
        after: dict[str, dict[str, TranslationPath]] = defaultdict(dict)
        for source, reached in front.items():
            for here, path in reached.items():
                for step in known.get(here, ()):
                    longer = _extend_path(path, step)
                    if longer is None or step.to == source:
                        continue
                    before = seen[source].get(step.to)
                    if before is None or longer.rank < before.rank:
                        seen[source][step.to] = longer
                        if step.to in wanted:
                            found[source][step.to] = longer
                        # A code of the other list is where one wanted to get; only its own broader ones lie beyond.
                        after[source][step.to] = longer
        front = after
        if not front:
            break
    return found


def _extend_path(path: TranslationPath, step: TranslationStep) -> TranslationPath | None:
    if step.mapping and sum(bool(each.mapping) for each in path.steps) >= MAX_MAPPINGS:
        return None
    match = combine_matches(path.match, step.match)
    return None if match is None else TranslationPath((*path.steps, step), match)


def _read_steps(store: Store, concepts: set[str], known: dict[str, list[TranslationStep]]) -> None:
    ordered = sorted(concepts)
    for concept in ordered:
        known[concept] = []
    for start in range(0, len(ordered), _BATCH):
        batch = [NamedNode(iri) for iri in ordered[start : start + _BATCH]]
        for row in select(store, "steps-between-codes", concept=batch):
            match = _MATCHES.get(value(row, "predicate"))
            if match is None:
                continue
            if value(row, "inverse") == "true":
                match = _INVERSE.get(match, match)
            sure = value(row, "confidence")
            known[value(row, "concept")].append(
                TranslationStep(value(row, "next"), match, value(row, "mapping"), float(sure) if sure else None)
            )


def select_best_targets(paths_: Mapping[str, TranslationPath]) -> Sequence[tuple[str, TranslationPath]]:
    """The targets of a code worth showing: all of its surest kind, or else of the next.

    A broader one above another that is shown says less than that and is left out by its rank.
    """
    if not paths_:
        return ()
    ordered = sorted(paths_.items(), key=lambda item: (item[1].rank, item[0]))
    surest = ordered[0][1].match
    kept = [item for item in ordered if item[1].match == surest]
    if surest in (Match.SAME, Match.BROAD):
        length = kept[0][1].rank
        kept = [item for item in kept if item[1].rank == length] if surest is Match.BROAD else kept
    return tuple(kept)


def format_path(path: TranslationPath) -> str:
    """The predicates of a path, for machines: `skos:exactMatch > skos:broadMatch`."""
    return " > ".join(step.match.predicate if step.mapping else compact(expand("skos:broader")) for step in path.steps)
