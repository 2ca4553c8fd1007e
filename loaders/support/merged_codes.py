"""Merged codes: codes that became part of another concept and have no entry of their own, such as `alt_id` of OBO."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, Skipped, Status, Text
from begrepp.sources.row_faults import Fault, add_fault
from loaders.support.editions import last_day_of_retired
from loaders.support.successors import usable_successors


@dataclass(frozen=True, kw_only=True)
class MergedCodes:
    """The merged codes of an ontology, and the successors of all retired codes.

    `alternatives` holds the merged codes by the code that lists them, `origins` the place of each code with an entry,
    and `active` those in use.
    """

    alternatives: Mapping[str, Collection[str]]
    replaced_by: Mapping[str, Collection[str]]
    origins: Mapping[str, Origin]
    active: Collection[str]

    @cached_property
    def successors(self) -> dict[str, tuple[str, ...]]:
        """The usable successors of each retired or merged code."""
        steps = {code: dict.fromkeys(targets) for code, targets in self.replaced_by.items() if targets}
        for merged, codes in self._targets.items():
            steps.setdefault(merged, {}).update(dict.fromkeys(codes))
        return usable_successors(steps, self.active)

    @cached_property
    def _targets(self) -> dict[str, list[str]]:
        targets: dict[str, list[str]] = defaultdict(list)
        for code, others in self.alternatives.items():
            for merged in dict.fromkeys(others):
                if merged != code and merged not in self.active:
                    targets[merged].append(code)
        return targets

    def check_targets(self, suggested: Mapping[str, Collection[str]], prefix_of: Callable[[str], str]) -> None:
        """Collect the replacements and suggestions that should be in the file and are not.

        A code is expected in the file if a code with an entry has its prefix; another one is of another ontology.
        """
        known = {*self.origins, *(merged for others in self.alternatives.values() for merged in others)}
        prefixes = {prefix_of(code) for code in self.origins}
        for words, targets_by_code in (("replaced by", self.replaced_by), ("to be considered as", suggested)):
            for code, targets in targets_by_code.items():
                for target in dict.fromkeys(targets):
                    if target not in known and prefix_of(target) in prefixes:
                        error = InputError(
                            self.origins[code],
                            f"'{code}' is {words} '{target}', which does not exist in the file.",
                            'The file may be truncated; download it again. For a part set coverage = "partial".',
                        )
                        add_fault(Fault.DANGLING, error)

    def records(
        self, scheme: str, edition_start: date, name_of: Callable[[str], tuple[str, str]]
    ) -> Iterator[Concept | Skipped]:
        """Yield a retired concept for each merged code without an entry, and what the file states wrongly.

        `name_of` returns the notation and the IRI of a code.
        """
        yield from self._faults()
        for merged, codes in self._targets.items():
            if merged not in self.origins:
                notation, iri = name_of(merged)
                yield Concept(
                    scheme=scheme,
                    notation=notation,
                    iri=iri,
                    origin=self.origins[codes[0]],
                    pref_labels=(Text(notation, "zxx"),),
                    status=Status.INACTIVE,
                    valid_to=last_day_of_retired(edition_start),
                    replaced_by=tuple(name_of(code)[1] for code in self.successors.get(merged, ())),
                )

    def _faults(self) -> Iterator[Skipped]:
        """Yield codes that are listed as merged although they are in use, and codes merged into several."""
        for code, others in self.alternatives.items():
            for merged in dict.fromkeys(others):
                if merged in self.active and merged != code:
                    reason = f"'{code}' lists '{merged}' as merged into it, but '{merged}' is in use."
                    yield Skipped(origin=self.origins[code], reason=reason)
        for merged, codes in self._targets.items():
            everything = dict.fromkeys((*self.replaced_by.get(merged, ()), *codes))
            if len(everything) > 1:
                reason = f"'{merged}' became several: {', '.join(everything)}."
                yield Skipped(origin=self.origins[codes[0]], reason=reason)
