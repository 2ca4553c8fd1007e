"""The data graph: one `IdColumn` per predicate, targets, property paths, and a store for queries.

Term ids stand for lexical forms. A store normalises "01" to 1 and xsd:nonNegativeInteger to xsd:integer, so it
cannot test datatypes. It is filled only for a query that columns cannot evaluate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from pyoxigraph import RdfFormat, Store, parse

from begrepp.validation.shacl.data.id_columns import (
    IdColumn,
    distinct_pairs,
    is_in,
    pack_pairs,
    sorted_unique,
    union_of,
    unpack_pairs,
)
from begrepp.validation.shacl.data.term_encoder import TermEncoder, TripleColumns
from begrepp.validation.shacl.data.term_table import Ids, Mask, TermTable
from begrepp.validation.shacl.paths import PropertyPath, invert_path
from begrepp.validation.shacl.vocabulary import RDF_TYPE, SUB_CLASS_OF, Term

_EMPTY = np.zeros(0, dtype=np.int64)
_STORE_BATCH = 200_000


@dataclass(frozen=True, slots=True)
class ValueNodes:
    """Distinct focus nodes and their value nodes: `nodes[i]` is a value of `focus[at[i]]`; `at` is sorted."""

    focus: Ids
    at: Ids
    nodes: Ids

    def distinct_nodes(self) -> Ids:
        """Return the distinct value nodes, sorted."""
        return sorted_unique(self.nodes)

    def count_by_focus(self, mask: Mask | None = None) -> Ids:
        """Return the number of value nodes of each focus node; only those in `mask`, if given."""
        return np.bincount(self.at if mask is None else self.at[mask], minlength=len(self.focus))


class DataGraph:
    """The data graph of some files; `vocabulary` has the terms of the shapes and queries.

    It has a column for each predicate in the vocabulary, or for every predicate if `everything`. The triples of the
    `background` files are part of the graph, but their subjects are no targets.
    """

    def __init__(
        self, files: Sequence[Path], background: Sequence[Path], vocabulary: Iterable[Term], *, everything: bool
    ) -> None:
        encoder = TermEncoder()
        vocabulary_terms = list(dict.fromkeys([RDF_TYPE, SUB_CLASS_OF, *vocabulary]))
        ids = encoder.encode(pl.Series([str(term) for term in vocabulary_terms], dtype=pl.String))
        self._term_ids: dict[Term, int] = dict(zip(vocabulary_terms, ids.tolist(), strict=True))
        predicates = None if everything else ids
        self._own = _by_predicate(encoder.encode_files(files, predicates))
        self._background = _by_predicate(encoder.encode_files(background, predicates))
        self.terms = TermTable(_number_blank_nodes(encoder.texts()))
        self._columns: dict[int, IdColumn] = {}
        self._instances: dict[Term, Mask] = {}

    def term_id(self, term: Term) -> int:
        """Return the id of a term of the vocabulary."""
        return self._term_ids[term]

    def term_ids(self, terms: Iterable[Term]) -> Ids:
        """Return the ids of terms of the vocabulary."""
        return np.array([self._term_ids[term] for term in terms], dtype=np.int64)

    def mask(self, ids: Ids) -> Mask:
        """Return a mask over all terms, true for these ids."""
        mask = np.zeros(len(self.terms), dtype=np.bool_)
        mask[ids] = True
        return mask

    def column(self, predicate: Term) -> IdColumn:
        """Return the subjects and objects of a predicate of the vocabulary."""
        return self._column(self.term_id(predicate))

    def _column(self, predicate: int) -> IdColumn:
        if predicate not in self._columns:
            parts = [part[predicate] for part in (self._own, self._background) if predicate in part]
            subjects = np.concatenate([_EMPTY, *(subjects for subjects, _ in parts)])
            self._columns[predicate] = IdColumn(subjects, np.concatenate([_EMPTY, *(objects for _, objects in parts)]))
        return self._columns[predicate]

    def columns(self) -> Iterable[tuple[int, IdColumn]]:
        """Return the columns by predicate id."""
        for predicate in sorted({*self._own, *self._background}):
            yield predicate, self._column(predicate)

    def instance_mask(self, class_: Term) -> Mask:
        """Return a mask over all terms, true for the instances of a class and of its subclasses in the data."""
        if class_ not in self._instances:
            types = self.column(RDF_TYPE)
            self._instances[class_] = self.mask(types.inverse.objects_of(self._with_subclasses(class_))[1])
        return self._instances[class_]

    def _with_subclasses(self, class_: Term) -> Ids:
        classes = np.array([self.term_id(class_)], dtype=np.int64)
        return union_of(classes, self._closure(PropertyPath("inverse", predicate=SUB_CLASS_OF), classes)[1])

    def target_nodes(self, name: str, target: Term) -> Ids:
        """Return the nodes of a target, given the name of its property and the value (SHACL 2.1.3)."""
        if name == "targetNode":
            return np.array([self.term_id(target)], dtype=np.int64)
        predicate = RDF_TYPE if name == "targetClass" else target
        subjects, objects = self._own.get(self.term_id(predicate), (_EMPTY, _EMPTY))
        match name:
            case "targetClass":
                return subjects[self.mask(self._with_subclasses(target))[objects]]
            case "targetSubjectsOf":
                return subjects
        return objects

    def value_nodes(self, path: PropertyPath | None, focus: Ids) -> ValueNodes:
        """Return the value nodes of each focus node: itself, or the nodes that the path leads to."""
        if path is None:
            return ValueNodes(focus, np.arange(len(focus)), focus)
        return ValueNodes(focus, *self.follow_path(path, focus))

    def follow_path(self, path: PropertyPath, nodes: Ids) -> tuple[Ids, Ids]:
        """Evaluate a path from each node: sorted indices into `nodes`, and the distinct nodes reached from them."""
        match path.kind:
            case "predicate" if path.predicate:
                return self.column(path.predicate).objects_of(nodes)
            case "inverse" if path.predicate:
                return self.column(path.predicate).inverse.objects_of(nodes)
            case "inverse":
                return self.follow_path(invert_path(path.parts[0]), nodes)
            case "sequence":
                at, reached = np.arange(len(nodes)), nodes
                for part in path.parts:
                    further, reached = self.follow_path(part, reached)
                    at, reached = distinct_pairs(at[further], reached)
                return at, reached
            case "alternative":
                parts = [self.follow_path(part, nodes) for part in path.parts]
                return distinct_pairs(
                    np.concatenate([at for at, _ in parts]), np.concatenate([node for _, node in parts])
                )
            case "?":
                at, reached = self.follow_path(path.parts[0], nodes)
                return distinct_pairs(np.append(np.arange(len(nodes)), at), np.append(nodes, reached))
            case "*":
                at, reached = self._closure(path.parts[0], nodes)
                return distinct_pairs(np.append(np.arange(len(nodes)), at), np.append(nodes, reached))
        return self._closure(path.parts[0], nodes)

    def _closure(self, step: PropertyPath, nodes: Ids) -> tuple[Ids, Ids]:
        """Evaluate one or more steps from each node; the result is as in `follow_path`."""
        visited = _EMPTY
        at, frontier = np.arange(len(nodes)), nodes
        while len(frontier):
            further, reached = self.follow_path(step, frontier)
            keys = sorted_unique(pack_pairs(at[further], reached))
            new = keys[~is_in(keys, visited)]
            visited = np.sort(np.concatenate([visited, new]))
            at, frontier = unpack_pairs(new)
        return unpack_pairs(visited)

    @cached_property
    def store(self) -> Store:
        """A store with the triples of all columns, for SPARQL queries. It normalises literals."""
        store = Store()
        for predicate, column in self.columns():
            middle = f" {self.terms.texts[predicate]} "
            for start in range(0, len(column.subjects), _STORE_BATCH):
                rows = slice(start, start + _STORE_BATCH)
                subjects = self.terms.texts.gather(column.subjects[rows])
                lines = subjects + middle + self.terms.texts.gather(column.objects[rows]) + " ."
                store.bulk_extend(parse("\n".join(lines), format=RdfFormat.N_TRIPLES))
        return store


def _number_blank_nodes(texts: pl.Series) -> pl.Series:
    """Return the terms with the id of each blank node as its label, so that the same files give the same report."""
    is_blank = texts.str.starts_with("_:")
    if not is_blank.any():
        return texts
    labels = pl.select(pl.format("_:b{}", pl.int_range(len(texts)))).to_series()
    return texts.zip_with(~is_blank, labels)


def _by_predicate(statements: TripleColumns) -> dict[int, tuple[Ids, Ids]]:
    """Return the subjects and objects by predicate id."""
    predicates, counts = np.unique(statements.predicates, return_counts=True)
    indices = np.searchsorted(predicates, statements.predicates)
    order = np.argsort(indices.astype(np.uint16 if len(predicates) < 1 << 16 else np.int64), kind="stable")
    ends = np.cumsum(counts)
    subjects, objects = statements.subjects[order], statements.objects[order]
    return {
        int(predicate): (subjects[end - count : end].astype(np.int64), objects[end - count : end].astype(np.int64))
        for predicate, count, end in zip(predicates, counts, ends, strict=True)
    }
