"""Pairs of variables that measure the same concept in two datasets, with translated codes and named losses.

Two columns form a pair if they measure the same concept, one a broader concept than the other, or mapped concepts.
Their code lists are aligned code by code (`begrepp.variables.harmonisation.translation`), their units by UCUM.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from begrepp.queries.pages import select, value
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.store import Store
from begrepp.text.swedish import sort_key
from begrepp.text.units import factor, unit
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
"""A list longer than this is not laid out code by code."""


class Harmoniser:
    """Finds and aligns columns in one build."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lists: dict[str, list[ListedCode]] = {}

    def pair_datasets(self, a: str, b: str) -> list[VariablePair]:
        """The columns of two datasets that belong together, by the name of A's."""
        columns = self.read_columns([a, b])
        return self._pair_columns([c for c in columns if c.dataset == a], [c for c in columns if c.dataset == b])

    def pair_by_concept(self, concept: str, datasets: Iterable[str]) -> list[VariablePair]:
        """The columns of all datasets that measure a concept or what lies below it, pair by pair of datasets."""
        columns = self.read_columns(datasets)
        above = self._read_broader({iri for column in columns for iri in column.measures})
        own = [c for c in columns if any(concept == iri or concept in above[iri] for iri in c.measures)]
        order = sorted({column.dataset for column in own})
        pairs = []
        for place, a in enumerate(order):
            for b in order[place + 1 :]:
                pairs += self._pair_columns([c for c in own if c.dataset == a], [c for c in own if c.dataset == b])
        return pairs

    def read_columns(self, datasets: Iterable[str]) -> list[DatasetColumn]:
        """The columns of datasets that measure something, keys of persons and the like left out."""
        found: dict[str, DatasetColumn] = {}
        for row in select(self._store, "harmonise-columns", dataset=[NamedNode(iri) for iri in sorted({*datasets})]):
            iri = value(row, "variable")
            column = found.setdefault(iri, DatasetColumn(iri=iri, dataset=value(row, "dataset")))
            _set_property(column, value(row, "property"), row["value"])
        for column in found.values():
            column.measures = sorted({*column.measures})
            # A list of values is what the column holds; a code system beside it is where the list was taken from.
            column.code_lists = sorted({*column.code_lists}, key=lambda iri: (not _is_code_list(iri), iri))[:1]
        return [column for _, column in sorted(found.items()) if not column.is_key]

    def _pair_columns(self, left: Sequence[DatasetColumn], right: Sequence[DatasetColumn]) -> list[VariablePair]:
        measured = {iri for column in (*left, *right) for iri in column.measures}
        above, alike = self._read_broader(measured), self._read_matched(measured)
        pairs = []
        for a in left:
            for b in right:
                if related := _find_relation(a, b, above, alike):
                    pairs.append(self._align_values(VariablePair(a=a, b=b, relation=related[0], through=related[1])))
        order = [*Relation]
        return sorted(pairs, key=lambda p: (sort_key(p.a.name), order.index(p.relation), sort_key(p.b.name)))

    def _align_values(self, pair: VariablePair) -> VariablePair:
        if pair.units_differ:
            here, there = unit(pair.a.unit), unit(pair.b.unit)
            pair = replace(pair, unit_factor=factor(here, there) if here and there else None)
        if not pair.enumerated:
            return pair
        left, right = self.read_codes(pair.a.code_lists[0]), self.read_codes(pair.b.code_lists[0])
        if max(len(left), len(right)) > MAX_CODES:
            return replace(pair, too_long=max(len(left), len(right)))
        same = pair.a.code_lists == pair.b.code_lists or (
            bool(left) and [(c.notation, c.labels) for c in left] == [(c.notation, c.labels) for c in right]
        )
        rows = _match_notations(left, right) if same else self._translate_codes(left, right)
        reached = {code.iri for row in rows for code, _ in row.targets}
        unreached = tuple(code for code in right if code.iri not in reached and code.active)
        return replace(pair, codes=rows, unreached=unreached, same_list=same)

    def _translate_codes(self, left: Sequence[ListedCode], right: Sequence[ListedCode]) -> tuple[CodeTranslation, ...]:
        there = {code.iri: code for code in right}
        found = find_paths(self._store, (code.iri for code in left), there)
        chosen = {code.iri: select_best_targets(found.get(code.iri, {})) for code in left}
        times: dict[str, int] = defaultdict(int)
        for options in chosen.values():
            if len(options) == 1:
                times[options[0][0]] += 1
        rows = []
        for code in left:
            targets = tuple((there[target], path) for target, path in chosen[code.iri])
            rows.append(CodeTranslation(code=code, targets=targets, loss=_find_loss(targets, times)))
        return tuple(rows)

    def read_codes(self, code_list: str) -> list[ListedCode]:
        """The codes of a list in the order of its codes; those in use, and those that are retired."""
        if code_list not in self._lists:
            labels: dict[str, list[Text]] = defaultdict(list)
            said: dict[str, tuple[str, bool]] = {}
            for row in select(self._store, "list-codes", list=NamedNode(code_list)):
                iri = value(row, "concept")
                said[iri] = (value(row, "notation"), value(row, "status") != expand("begrepp:inactive"))
                if isinstance(label := row["label"], Literal):
                    labels[iri].append(Text(label.value, label.language or ""))
            self._lists[code_list] = sorted(
                (
                    ListedCode(iri=iri, notation=n, labels=tuple(sorted({*labels[iri]})), active=a)
                    for iri, (n, a) in said.items()
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
            for row in select(self._store, query, concept=[NamedNode(iri) for iri in sorted(concepts)]):
                found[value(row, "concept")].add(value(row, variable))
        return found


def _set_property(column: DatasetColumn, prop: str, term: object) -> None:
    words = str(getattr(term, "value", ""))
    if prop == expand("csvw:name"):
        column.name = words
    elif prop == expand("csvw:title"):
        column.titles.append(Text(words, getattr(term, "language", "") or ""))
    elif prop == expand("begrepp:measures"):
        column.measures.append(words)
    elif prop in (expand("begrepp:codeList"), expand("begrepp:codingSystem")):
        column.code_lists.append(words)
    elif prop in (expand("begrepp:unit"), expand("begrepp:unitText")):
        column.unit = column.unit or words
    elif prop == expand("csvw:datatype"):
        column.datatype = words
    elif prop == expand("begrepp:validFrom"):
        column.valid_from = words
    elif prop == expand("begrepp:validTo"):
        column.valid_to = words
    elif prop == expand("begrepp:atEvent"):
        column.event = words
    elif prop == expand("begrepp:linkageKeyFor"):
        column.is_key = True


def _is_code_list(iri: str) -> bool:
    return "/list/" in iri


def _find_relation(
    a: DatasetColumn, b: DatasetColumn, above: Mapping[str, set[str]], alike: Mapping[str, set[str]]
) -> tuple[Relation, str] | None:
    """The closest relation of what two columns measure."""
    pairs = [(x, y) for x in a.measures for y in b.measures]
    tests = (
        (Relation.SAME, lambda x, y: x == y),
        (Relation.BROADER, lambda x, y: y in above[x]),
        (Relation.NARROWER, lambda x, y: x in above[y]),
        (Relation.MATCHED, lambda x, y: y in alike[x]),
    )
    for relation, holds in tests:
        for x, y in pairs:
            if holds(x, y):
                return relation, x
    return None


def _match_notations(left: Sequence[ListedCode], right: Sequence[ListedCode]) -> tuple[CodeTranslation, ...]:
    there = {code.notation: code for code in right}
    return tuple(
        CodeTranslation(
            code=code,
            targets=((there[code.notation], TranslationPath((), Match.SAME)),) if code.notation in there else (),
            loss=Loss.NOTHING if code.notation in there else Loss.NONE,
        )
        for code in left
    )


def _find_loss(targets: Sequence[tuple[ListedCode, TranslationPath]], times: Mapping[str, int]) -> Loss:
    if not targets:
        return Loss.NONE
    code, path = targets[0]
    if len(targets) > 1 or path.match is Match.NARROW:
        return Loss.UNDECIDED
    if path.match is Match.BROAD:
        return Loss.COARSER
    if path.match is Match.CLOSE:
        return Loss.NEAR
    return Loss.MERGED if times[code.iri] > 1 else Loss.NOTHING
