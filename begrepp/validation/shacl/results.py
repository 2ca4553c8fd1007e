"""Validation results of an engine, grouped by cause; single results are made on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from begrepp import lazy_polars as pl
from begrepp.validation.shacl.data.id_columns import sorted_unique
from begrepp.validation.shacl.data.term_table import Ids, TermTable
from begrepp.validation.shacl.messages import fill_placeholders, solution_messages
from begrepp.validation.shacl.shapes import Shape
from begrepp.validation.shacl.vocabulary import Term, display_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The common part of results: shape, constraint component, path, messages, and the SPARQL constraint if any."""

    shape: Shape
    component: str
    path: str | None
    messages: Mapping[str, str]
    constraint: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShaclResult:
    """One result: focus node and value as display text, and the messages with their placeholders filled."""

    focus: str
    value: str | None
    messages: Mapping[str, str]


class ShaclResults(Protocol):
    """Results with one cause."""

    @property
    def cause(self) -> Cause:
        """The common part of the results."""

    def __len__(self) -> int:
        """Return the number of results."""

    def first(self, limit: int) -> list[ShaclResult]:
        """Return the first `limit` results in the order of focus node, value and messages."""

    def examples(self, limit: int) -> list[str]:
        """The first `limit` nodes at fault: the value, or the focus node if the value is a literal or missing."""


@dataclass(frozen=True, slots=True)
class ColumnResults:
    """Results as columns of term ids, one row per result.

    `root` has the focus nodes of the outermost shape; `bindings` are the values of the placeholders in messages.
    """

    cause: Cause
    terms: TermTable
    root: Ids
    focus: Ids
    values: Ids | None
    bindings: Mapping[str, Ids] | None = None

    def __len__(self) -> int:
        return len(self.focus)

    def select(self, rows: Ids, root: Ids) -> ColumnResults:
        """Return the given rows, with another `root` column."""
        return replace(
            self,
            root=root,
            focus=self.focus[rows],
            values=None if self.values is None else self.values[rows],
            bindings=None if self.bindings is None else {name: ids[rows] for name, ids in self.bindings.items()},
        )

    def first(self, limit: int) -> list[ShaclResult]:
        values = np.zeros_like(self.focus) if self.values is None else self.values
        texts = {"focus": self.terms.display_texts(self.focus), "value": self.terms.display_texts(values)}
        if len(self) <= limit:
            every: Iterable[tuple[int, str, str | None]] = zip(
                range(len(self)), texts["focus"], texts["value"], strict=True
            )
        else:
            order = pl.DataFrame(texts).with_row_index()
            order = order.sort("focus", "value", nulls_last=False)
            last = order.row(limit - 1)
            same = (pl.col("focus") == last[1]) & pl.col("value").eq_missing(last[2])
            every = pl.concat([order.head(limit), order.slice(limit).filter(same)]).iter_rows()
        results = [self._result(row, focus, value) for row, focus, value in every]
        return sorted(results, key=result_sort_key)[:limit]

    def _result(self, row: int, focus: str, value: str | None) -> ShaclResult:
        messages = self.cause.messages
        if self.bindings is not None:
            bound = {name: self.terms.term(int(ids[row])) for name, ids in self.bindings.items() if ids[row]}
            messages = solution_messages(messages, bound)
        return ShaclResult(focus=focus, value=value, messages=messages)

    def examples(self, limit: int) -> list[str]:
        nodes = self.focus
        if self.values is not None:
            nodes = np.where(self.terms.is_literal(self.values), self.focus, self.values)
        texts = self.terms.display_texts(sorted_unique(nodes))
        return sorted(texts if len(texts) <= limit else texts.bottom_k(limit))


@dataclass(frozen=True, slots=True)
class ReferenceResults:
    """Results that an engine returns one by one."""

    cause: Cause
    results: Sequence[ShaclResult]

    def __len__(self) -> int:
        return len(self.results)

    def first(self, limit: int) -> list[ShaclResult]:
        return sorted(self.results, key=result_sort_key)[:limit]

    def examples(self, limit: int) -> list[str]:
        nodes = ((f.value if f.value and not f.value.startswith('"') else f.focus) for f in self.results)
        return sorted(set(nodes))[:limit]


def result_sort_key(result: ShaclResult) -> tuple[str, ...]:
    """Return a sort key of results with one cause."""
    return (result.focus, result.value or "", *(message for _, message in sorted(result.messages.items())))


def group_results(
    results: Iterable[tuple[Cause, Term, Term | None, Mapping[str, Term] | None]],
) -> Iterator[ReferenceResults]:
    """Group results, each a tuple of cause, focus node, value and bindings, by cause."""
    by_cause: dict[tuple[object, ...], tuple[Cause, list[ShaclResult]]] = {}
    for cause, focus, value, bindings in results:
        key = (id(cause.shape), cause.component, cause.path, cause.constraint, *sorted(cause.messages.items()))
        result = ShaclResult(
            focus=display_text(focus),
            value=None if value is None else display_text(value),
            messages=fill_placeholders(cause.messages, bindings),
        )
        by_cause.setdefault(key, (cause, []))[1].append(result)
    for cause, cause_results in by_cause.values():
        yield ReferenceResults(cause, cause_results)
