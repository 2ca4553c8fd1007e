"""Years and coding of variables, and years, subjects and access of datasets; read once per build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property

from msgspec import Struct

from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact
from begrepp.store import Store

_SHORTEST_SCALE, _LONGEST_SCALE = 10, 80
"""Years of the scale of bars, at least and at most."""
_CODING = ("begrepp:codingSystem", "begrepp:codeList", "begrepp:valueSet")


class VariableFacts(Struct, frozen=True, kw_only=True):
    """A variable: its dataset and code lists (IRIs), and its years as dates, months or years; empty if unknown."""

    dataset: str
    since: str = ""
    until: str = ""
    codes: tuple[str, ...] = ()


class DatasetFacts(Struct, frozen=True, kw_only=True):
    """A dataset: its period, its access right as `RESTRICTED`, and the concepts that it is about (IRIs)."""

    since: str = ""
    until: str = ""
    access: str = ""
    subjects: tuple[str, ...] = ()
    is_specification: bool = False
    """Whether it only specifies variables, so that nobody has data for it."""


class VariableIndex:
    """Facts about all variables with a code list or years, and about all datasets, by IRI, read on first use."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def variables(self) -> Mapping[str, VariableFacts]:
        """The variables with a code list or with years of their own."""
        datasets: dict[str, str] = {}
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in select(self._store, "variable-facts"):
            variable = value(row, "variable")
            datasets[variable] = value(row, "dataset")
            found[variable][compact(value(row, "property"))].append(value(row, "value"))
        return {
            variable: VariableFacts(
                dataset=datasets[variable],
                since=min(facts.get("begrepp:validFrom", ()), default=""),
                until=max(facts.get("begrepp:validTo", ()), default=""),
                codes=tuple(sorted({iri for name in _CODING for iri in facts.get(name, ())})),
            )
            for variable, facts in found.items()
        }

    @cached_property
    def datasets(self) -> Mapping[str, DatasetFacts]:
        """The datasets with a period, an access right or a subject, and all specifications."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in select(self._store, "dataset-facts"):
            found[value(row, "dataset")][compact(value(row, "property"))].append(value(row, "value"))
        return {
            dataset: DatasetFacts(
                since=min(facts.get("dcat:startDate", ()), default=""),
                until=max(facts.get("dcat:endDate", ()), default=""),
                access=min(facts.get("dct:accessRights", ()), default="").rpartition("/")[2],
                is_specification="rdf:type" in facts,
                subjects=tuple(sorted(facts.get("dct:subject", ()))),
            )
            for dataset, facts in found.items()
        }

    @cached_property
    def coded(self) -> Mapping[str, list[str]]:
        """The variables that are coded in a code system or code list, by its IRI."""
        found: dict[str, list[str]] = defaultdict(list)
        for variable, facts in sorted(self.variables.items()):
            for iri in facts.codes:
                found[iri].append(variable)
        return dict(found)

    @cached_property
    def year_range(self) -> tuple[int, int]:
        """The years of the scale on which all bars are drawn: from the first of any dataset, at most 80 years ago."""
        now = datetime.now(UTC).year
        since = [int(facts.since[:4]) for facts in self.datasets.values() if facts.since[:4].isdecimal()]
        return max(min([*since, now - _SHORTEST_SCALE]), now - _LONGEST_SCALE), now
