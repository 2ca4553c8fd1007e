"""Data of the harmonisation page: pairs of variables with aligned codes and information loss."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from begrepp.records import choose_label
from begrepp.text.swedish import sort_key
from begrepp.variables.harmonisation.crosswalk import Crosswalk
from begrepp.variables.harmonisation.dataset_comparison import DatasetComparison
from begrepp.variables.harmonisation.translation import TranslationPath
from begrepp.variables.harmonisation.variable_pairs import DatasetColumn, ListedCode, Loss, VariablePair
from server.http.i18n import Translator
from server.pages.datasets.code_flow import LOSSES, code_flow
from server.pages.datasets.comparison import ComparisonTable, comparison_table
from server.pages.datasets.segments import segments
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref


class TranslationStep(Struct, frozen=True, kw_only=True):
    """A step of a code translation: mapping relation and target concept."""

    how: str
    to: Ref


class CodeRow(Struct, frozen=True, kw_only=True):
    """A code of A, a code of B, and the information loss."""

    code: str
    label: str
    match: str
    target: str
    target_label: str
    loss: str
    confidence: float | None
    steps: Sequence[TranslationStep]


class Bar(Struct, frozen=True, kw_only=True):
    """A segment of the loss bar: left edge and width in per cent, and the number of codes."""

    loss: str
    x: float
    width: float
    count: int


class PairRow(Struct, frozen=True, kw_only=True):
    """A pair of variables."""

    id: str
    a: Ref
    b: Ref
    list_a: Ref | None
    list_b: Ref | None
    dataset_a: Ref
    dataset_b: Ref
    relation: str
    through: Ref
    name: str
    years: tuple[str, str]
    events: tuple[str, str]
    units: tuple[str, str]
    factor: float | None
    units_differ: bool
    coded_otherwise: bool
    same_list: bool
    too_long: int
    bars: Sequence[Bar]
    codes: Sequence[CodeRow]
    flow: Markup
    """Drawing of the translation of the codes; empty without codes."""
    unreached: Sequence[str]

    @property
    def exports(self) -> bool:
        """Whether the pair has codes to translate."""
        return bool(self.codes) or self.factor is not None


class HarmonisePage(Struct, frozen=True, kw_only=True):
    """The dataset selection, the comparison of all variables, and the pairs whose codes are translated."""

    datasets: Sequence[Ref]
    comparison: ComparisonTable | None
    pairs: Sequence[PairRow]
    counts: dict[str, int]


def harmonise_page(
    build: ServedBuild, walk: Crosswalk | None, comparison: DatasetComparison | None, translate: Translator
) -> HarmonisePage:
    """Return the data of the page; without a comparison only the dataset selection."""
    language = translate.language
    datasets = find_refs(build, [build.iris.dataset(g.id) for g in build.manifest.current_graphs("dataset")], language)
    pairs = walk.pairs if walk else ()
    iris = {iri for pair in pairs for iri in _iris(pair)}
    known = find_refs(build, iris, language)
    rows = [_pair(pair, known, translate) for pair in pairs]
    counts = {loss.value: sum(pair.count(loss) for pair in pairs) for loss in LOSSES}
    return HarmonisePage(
        datasets=sorted(datasets.values(), key=lambda r: sort_key(r.label.value)),
        comparison=comparison_table(build, comparison, language) if comparison else None,
        pairs=rows,
        counts=counts,
    )


def _iris(pair: VariablePair) -> set[str]:
    found = {pair.through, *pair.a.code_lists, *pair.b.code_lists}
    for column in (pair.a, pair.b):
        found |= {column.iri, column.dataset}
    return found | {step.to for row in pair.codes for _, path in row.targets for step in path.steps}


def _pair(pair: VariablePair, known: dict[str, Ref], translate: Translator) -> PairRow:
    language = translate.language
    codes = [
        row_
        for row in pair.codes
        for row_ in (
            [_code(row.code, row.loss, code, path, known, language) for code, path in row.targets]
            or [_code(row.code, row.loss, None, None, known, language)]
        )
    ]
    return PairRow(
        id=f"{pair.a.name}-{pair.b.name}",
        a=known[pair.a.iri],
        b=known[pair.b.iri],
        list_a=_list(pair.a, known),
        list_b=_list(pair.b, known),
        dataset_a=known[pair.a.dataset],
        dataset_b=known[pair.b.dataset],
        relation=pair.relation,
        through=known[pair.through],
        name=f"{pair.a.name}={pair.b.name}",
        years=(pair.a.years, pair.b.years),
        events=(pair.a.event, pair.b.event),
        units=(pair.a.unit, pair.b.unit),
        factor=pair.unit_factor,
        units_differ=pair.units_differ,
        coded_otherwise=pair.coded_differently,
        same_list=pair.same_list,
        too_long=pair.too_long,
        bars=_bars(pair),
        codes=codes,
        flow=code_flow(pair, translate),
        unreached=[code.notation for code in pair.unreached],
    )


def _list(column: DatasetColumn, known: dict[str, Ref]) -> Ref | None:
    return known[column.code_lists[0]] if column.code_lists else None


def _code(
    code: ListedCode,
    loss: Loss,
    target: ListedCode | None,
    path: TranslationPath | None,
    known: dict[str, Ref],
    language: str,
) -> CodeRow:
    steps = path.steps if path else ()
    return CodeRow(
        code=code.notation,
        label=choose_label(code.labels, language),
        match=path.match.predicate if path else "",
        target=target.notation if target else "",
        target_label=choose_label(target.labels, language) if target else "",
        loss=loss,
        confidence=path.confidence if path else None,
        steps=[
            TranslationStep(how=step.match.predicate if step.mapping else "skos:broader", to=known[step.to])
            for step in steps
        ],
    )


def _bars(pair: VariablePair) -> list[Bar]:
    """Return the segments of the bar, ordered by loss."""
    counts = [pair.count(loss) for loss in LOSSES]
    places = zip(LOSSES, counts, segments(counts), strict=True)
    return [Bar(loss=loss, x=x, width=width, count=count) for loss, count, (x, width) in places if count]
