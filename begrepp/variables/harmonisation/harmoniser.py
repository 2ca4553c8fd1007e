"""Pairs of variables that measure the same concept in two datasets, with translated codes and named losses.

Two columns form a pair if they measure the same concept, one a broader concept than the other, or mapped concepts.
Their code lists are aligned code by code (`begrepp.variables.harmonisation.translation`), their units by UCUM.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.store import Store
from begrepp.text.swedish import sort_key
from begrepp.text.units import conversion_factor, parse_unit
from begrepp.variables.harmonisation.dataset_comparison import DatasetComparison, compare_columns
from begrepp.variables.harmonisation.translation import Match, TranslationPath, find_paths, select_best_targets
from begrepp.variables.harmonisation.variable_pairs import (
    CodeTranslation,
    DatasetColumn,
    ListedCode,
    Loss,
    Relation,
    VariablePair,
)

MAX_CODES = 5000
"""Code lists with more codes are not translated code by code."""


class Harmoniser:
    """Pairs columns of datasets in one build and translates their codes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lists: dict[str, list[ListedCode]] = {}
        self._sizes: dict[str, int] = {}

    def pair_datasets(self, a: str, b: str) -> list[VariablePair]:
        """Return the pairs of columns of two datasets (IRIs), sorted by the name of the first column."""
        columns = _linkable(self.read_columns([a, b]))
        return self._pair_columns([c for c in columns if c.dataset == a], [c for c in columns if c.dataset == b])

    def compare_datasets(self, datasets: Sequence[str], concept: str = "") -> DatasetComparison:
        """Return the comparison of all columns of datasets (IRIs), or of those that measure a concept or below it."""
        columns = self.read_columns(datasets)
        measured = {iri for column in columns for iri in column.measures}
        broader, matched = self._read_broader(measured), self._read_matched(measured)
        if concept:
            columns = _measuring(columns, concept, broader)
            datasets = [each for each in datasets if any(column.dataset == each for column in columns)]
        return compare_columns(datasets, columns, broader, matched, self._lists_agree)

    def pair_by_concept(self, concept: str, datasets: Iterable[str]) -> list[VariablePair]:
        """Return the pairs of columns of all datasets that measure a concept or a narrower one."""
        columns = _linkable(self.read_columns(datasets))
        broader = self._read_broader({iri for column in columns for iri in column.measures})
        related = _measuring(columns, concept, broader)
        datasets_in_order = sorted({column.dataset for column in related})
        pairs = []
        for position, a in enumerate(datasets_in_order):
            for b in datasets_in_order[position + 1 :]:
                pairs += self._pair_columns(
                    [c for c in related if c.dataset == a], [c for c in related if c.dataset == b]
                )
        return pairs

    def read_columns(self, datasets: Iterable[str]) -> list[DatasetColumn]:
        """Return the columns of datasets."""
        found: dict[str, DatasetColumn] = {}
        for row in select(self._store, "harmonise-columns", dataset=named_nodes(sorted({*datasets}))):
            iri = value(row, "variable")
            column = found.setdefault(iri, DatasetColumn(iri=iri, dataset=value(row, "dataset")))
            _set_property(column, value(row, "property"), row["value"])
        for column in found.values():
            column.measures = sorted({*column.measures})
            # A code list of the dataset takes precedence over the code system that it was taken from.
            column.code_lists = sorted({*column.code_lists}, key=lambda iri: (not _is_code_list(iri), iri))[:1]
        return [column for _, column in sorted(found.items())]

    def _pair_columns(self, left: Sequence[DatasetColumn], right: Sequence[DatasetColumn]) -> list[VariablePair]:
        measured = {iri for column in (*left, *right) for iri in column.measures}
        broader, matched = self._read_broader(measured), self._read_matched(measured)
        pairs = []
        for a in left:
            for b in right:
                if relation := _find_relation(a, b, broader, matched):
                    pairs.append(self._align_values(VariablePair(a=a, b=b, relation=relation[0], through=relation[1])))
        order = [*Relation]
        return sorted(pairs, key=lambda p: (sort_key(p.a.name), order.index(p.relation), sort_key(p.b.name)))

    def _align_values(self, pair: VariablePair) -> VariablePair:
        if pair.units_differ:
            unit_a, unit_b = parse_unit(pair.a.unit), parse_unit(pair.b.unit)
            pair = replace(pair, unit_factor=conversion_factor(unit_a, unit_b) if unit_a and unit_b else None)
        if not pair.enumerated:
            return pair
        left, right = self.read_codes(pair.a.code_lists[0]), self.read_codes(pair.b.code_lists[0])
        if max(len(left), len(right)) > MAX_CODES:
            return replace(pair, too_long=max(len(left), len(right)))
        same = pair.a.code_lists == pair.b.code_lists or _same_codes(left, right)
        rows = _match_notations(left, right) if same else self._translate_codes(left, right)
        reached = {code.iri for row in rows for code, _ in row.targets}
        unreached = tuple(code for code in right if code.iri not in reached and code.active)
        return replace(pair, codes=rows, unreached=unreached, same_list=same)

    def _translate_codes(self, left: Sequence[ListedCode], right: Sequence[ListedCode]) -> tuple[CodeTranslation, ...]:
        targets_by_iri = {code.iri: code for code in right}
        found = find_paths(self._store, (code.iri for code in left), targets_by_iri)
        best_targets = {code.iri: select_best_targets(found.get(code.iri, {})) for code in left}
        source_counts: dict[str, int] = defaultdict(int)
        for options in best_targets.values():
            if len(options) == 1:
                source_counts[options[0][0]] += 1
        rows = []
        for code in left:
            targets = tuple((targets_by_iri[target], path) for target, path in best_targets[code.iri])
            rows.append(CodeTranslation(code=code, targets=targets, loss=_find_loss(targets, source_counts)))
        return tuple(rows)

    def _lists_agree(self, first: str, second: str) -> bool:
        """Return whether two lists are the same, or have the same codes and labels."""
        if first == second:
            return True
        sizes = {self._read_size(first), self._read_size(second)}
        if len(sizes) > 1 or max(sizes) > MAX_CODES:
            return False
        return _same_codes(self.read_codes(first), self.read_codes(second))

    def _read_size(self, code_list: str) -> int:
        if code_list not in self._sizes:
            rows = select(self._store, "list-sizes", list=NamedNode(code_list))
            self._sizes[code_list] = max((int(value(row, "n")) for row in rows), default=0)
        return self._sizes[code_list]

    def read_codes(self, code_list: str) -> list[ListedCode]:
        """Return the codes of a list, active and retired, sorted by notation."""
        if code_list not in self._lists:
            labels: dict[str, list[Text]] = defaultdict(list)
            facts: dict[str, tuple[str, bool]] = {}
            for row in select(self._store, "list-codes", list=NamedNode(code_list)):
                iri = value(row, "concept")
                facts[iri] = (value(row, "notation"), value(row, "status") != expand("begrepp:inactive"))
                if isinstance(label := row["label"], Literal):
                    labels[iri].append(Text(label.value, label.language or ""))
            self._lists[code_list] = sorted(
                (
                    ListedCode(iri=iri, notation=n, labels=tuple(sorted({*labels[iri]})), active=a)
                    for iri, (n, a) in facts.items()
                ),
                key=lambda code: sort_key(code.notation),
            )
        return self._lists[code_list]

    def _read_broader(self, concepts: set[str]) -> dict[str, set[str]]:
        return self._read_related("concepts-above", "above", concepts)

    def _read_matched(self, concepts: set[str]) -> dict[str, set[str]]:
        return self._read_related("concepts-alike", "alike", concepts)

    def _read_related(self, query: str, variable: str, concepts: set[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        if concepts:
            for row in select(self._store, query, concept=named_nodes(sorted(concepts))):
                found[value(row, "concept")].add(value(row, variable))
        return found


def _set_property(column: DatasetColumn, property_iri: str, term: object) -> None:
    text = str(getattr(term, "value", ""))
    if property_iri == expand("csvw:name"):
        column.name = text
    elif property_iri == expand("csvw:title"):
        column.titles.append(Text(text, getattr(term, "language", "") or ""))
    elif property_iri == expand("begrepp:measures"):
        column.measures.append(text)
    elif property_iri in (expand("begrepp:codeList"), expand("begrepp:codingSystem")):
        column.code_lists.append(text)
    elif property_iri in (expand("begrepp:unit"), expand("begrepp:unitText")):
        column.unit = column.unit or text
    elif property_iri == expand("csvw:datatype"):
        column.datatype = text
    elif property_iri == expand("begrepp:validFrom"):
        column.valid_from = text
    elif property_iri == expand("begrepp:validTo"):
        column.valid_to = text
    elif property_iri == expand("begrepp:atEvent"):
        column.event = text
    elif property_iri == expand("begrepp:linkageKeyFor"):
        column.is_key = True


def _same_codes(left: Sequence[ListedCode], right: Sequence[ListedCode]) -> bool:
    """Return whether two lists have the same codes and labels; False for empty lists."""
    return bool(left) and [(c.notation, c.labels) for c in left] == [(c.notation, c.labels) for c in right]


def _linkable(columns: Iterable[DatasetColumn]) -> list[DatasetColumn]:
    """Return the columns that measure a concept, without linkage keys."""
    return [column for column in columns if column.measures and not column.is_key]


def _measuring(columns: Iterable[DatasetColumn], concept: str, broader: Mapping[str, set[str]]) -> list[DatasetColumn]:
    """Return the columns that measure a concept or a narrower one; `broader` maps concepts to those above them."""
    return [c for c in columns if any(concept == iri or concept in broader[iri] for iri in c.measures)]


def _is_code_list(iri: str) -> bool:
    return "/list/" in iri


def _find_relation(
    a: DatasetColumn, b: DatasetColumn, broader: Mapping[str, set[str]], matched: Mapping[str, set[str]]
) -> tuple[Relation, str] | None:
    """Return the closest relation between the concepts of two columns, and the concept of A; None if unrelated."""
    pairs = [(x, y) for x in a.measures for y in b.measures]
    tests = (
        (Relation.SAME, lambda x, y: x == y),
        (Relation.BROADER, lambda x, y: y in broader[x]),
        (Relation.NARROWER, lambda x, y: x in broader[y]),
        (Relation.MATCHED, lambda x, y: y in matched[x]),
    )
    for relation, is_related in tests:
        for x, y in pairs:
            if is_related(x, y):
                return relation, x
    return None


def _match_notations(left: Sequence[ListedCode], right: Sequence[ListedCode]) -> tuple[CodeTranslation, ...]:
    by_notation = {code.notation: code for code in right}
    return tuple(
        CodeTranslation(
            code=code,
            targets=((by_notation[code.notation], TranslationPath((), Match.SAME)),)
            if code.notation in by_notation
            else (),
            loss=Loss.NOTHING if code.notation in by_notation else Loss.NONE,
        )
        for code in left
    )


def _find_loss(targets: Sequence[tuple[ListedCode, TranslationPath]], source_counts: Mapping[str, int]) -> Loss:
    if not targets:
        return Loss.NONE
    code, path = targets[0]
    if len(targets) > 1 or path.match is Match.NARROW:
        return Loss.UNDECIDED
    if path.match is Match.BROAD:
        return Loss.COARSER
    if path.match is Match.CLOSE:
        return Loss.NEAR
    return Loss.MERGED if source_counts[code.iri] > 1 else Loss.NOTHING
