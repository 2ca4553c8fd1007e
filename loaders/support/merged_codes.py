"""Merged codes: codes that became part of another concept and have no entry of their own, such as `alt_id` of OBO."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from begrepp.errors import Origin
from begrepp.records import Concept, Skipped, Status, Text
from loaders.support.successors import usable_successors


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCodes:
    """The merged codes of an ontology, and the successors of all retired codes.

    `alternatives` holds the merged codes by the code that lists them, `origins` the place of each code with an entry,
    and `active` those in use.
    """

    alternatives: Mapping[str, Collection[str]]
    replaced_by: Mapping[str, Collection[str]]
    origins: Mapping[str, Origin]
    active: Collection[str]

    def successors(self) -> dict[str, tuple[str, ...]]:
        """Return the usable successors of each retired or merged code."""
        steps = {code: dict.fromkeys(targets) for code, targets in self.replaced_by.items() if targets}
        for merged, codes in self._targets().items():
            steps.setdefault(merged, {}).update(dict.fromkeys(codes))
        return usable_successors(steps, self.active)

    def _targets(self) -> dict[str, list[str]]:
        targets: dict[str, list[str]] = defaultdict(list)
        for code, others in self.alternatives.items():
            for merged in dict.fromkeys(others):
                if merged != code and merged not in self.active:
                    targets[merged].append(code)
        return targets

    def records(
        self, scheme: str, edition_start: date, name_of: Callable[[str], tuple[str, str]]
    ) -> Iterator[Concept | Skipped]:
        """Yield a retired concept for each merged code without an entry, and what the file states wrongly.

        `name_of` returns the notation and the IRI of a code.
        """
        yield from self._faults()
        successors = self.successors()
        for merged, codes in self._targets().items():
            if merged not in self.origins:
                notation, iri = name_of(merged)
                yield Concept(
                    scheme=scheme,
                    notation=notation,
                    iri=iri,
                    origin=self.origins[codes[0]],
                    pref_labels=(Text(notation, "zxx"),),
                    status=Status.INACTIVE,
                    # The file gives no date; the end date is the day before this edition.
                    valid_to=edition_start - timedelta(days=1),
                    replaced_by=tuple(name_of(code)[1] for code in successors.get(merged, ())),
                )

    def _faults(self) -> Iterator[Skipped]:
        """Yield codes that are listed as merged although they are in use, and codes merged into several."""
        for code, others in self.alternatives.items():
            for merged in dict.fromkeys(others):
                if merged in self.active and merged != code:
                    reason = f"'{code}' lists '{merged}' as merged into it, but '{merged}' is in use."
                    yield Skipped(origin=self.origins[code], reason=reason)
        for merged, codes in self._targets().items():
            everything = dict.fromkeys((*self.replaced_by.get(merged, ()), *codes))
            if len(everything) > 1:
                reason = f"'{merged}' became several: {', '.join(everything)}."
                yield Skipped(origin=self.origins[codes[0]], reason=reason)
