"""History supplements: retired concepts whose successors are in a set.

Snomed CT states the kind of each association, so a profile is a choice of association sets. Other code systems state
successors (`dct:isReplacedBy`) and suggestions: MIN takes retired concepts with one successor, MOD also those with
several, MAX also those with suggestions. A chain of retired concepts is followed to its beginning.
"""

from __future__ import annotations

import numpy as np
from pyroaring import BitMap

from begrepp.ecl.attribute_names import AttributeNames
from begrepp.ecl.concept_sets import Integers, SystemSets, to_bitmap, to_mask
from begrepp.ecl.snomed_system import is_snomed
from begrepp.ecl.syntax_tree import AnyConcept, HistorySupplement
from begrepp.ecl.system_tables import tables_of
from begrepp.ecl.work_budget import WorkBudget
from begrepp.rdf.namespaces import CONSIDER, expand, local_name
from begrepp.terminology.interface import CodeSystem

_SAME_AS = ("900000000000527005",)
_REPLACED = ("900000000000526001", "900000000000528000", "1186924009")
_OTHER = ("900000000000523009", "900000000000529008", "900000000000530003", "900000000000531004", "1186921001")
_SNOMED = {"MIN": _SAME_AS, "MOD": _SAME_AS + _REPLACED, "MAX": _SAME_AS + _REPLACED + _OTHER}
"""The association sets of the profiles, chapter 6.11 of the specification; MOVED TO and MOVED FROM are not used."""


class HistoryEvaluator:
    """Adds retired concepts to sets."""

    def __init__(self, names: AttributeNames, budget: WorkBudget) -> None:
        self._names, self._budget = names, budget

    def supplemented(self, node: HistorySupplement, concepts: SystemSets) -> SystemSets:
        """Return the concepts and the retired concepts that they replace."""
        return SystemSets({system: self._with_retired(node, system, focus) for system, focus in concepts.items()})

    def _with_retired(self, node: HistorySupplement, system: CodeSystem, focus: BitMap) -> BitMap:
        pairs = self._associations(node, system)
        self._budget.spend(50 + len(pairs) // 20)
        pairs = pairs[~to_mask(system.active, len(system))[pairs[:, 0]]]
        while True:
            reached = to_bitmap(pairs[to_mask(focus, len(system))[pairs[:, 1]], 0]) - focus
            if not reached:
                return focus
            focus = focus | reached

    def _associations(self, node: HistorySupplement, system: CodeSystem) -> Integers:
        """Pairs of a concept and its successor."""
        attributes = tables_of(system).statements.attributes
        profile = "MAX" if isinstance(node.sets, AnyConcept) else node.profile
        if node.sets is not None and not isinstance(node.sets, AnyConcept):
            chosen = self._names.attributes(node.sets, system)
        elif is_snomed(system):
            chosen = {iri for iri in attributes if local_name(iri) in _SNOMED[profile]}
        else:
            chosen = {expand("dct:isReplacedBy"), *([CONSIDER] if profile == "MAX" else [])}
        columns = [attributes[iri].concepts for iri in chosen if iri in attributes]
        pairs = [np.stack([column.subjects, column.values], axis=1) for column in columns]
        found = np.unique(np.concatenate([np.empty((0, 2), dtype=np.uint32), *pairs]), axis=0)
        if profile == "MIN" and node.sets is None and not is_snomed(system):
            _, place, number = np.unique(found[:, 0], return_inverse=True, return_counts=True)
            found = found[number[place] == 1]
        return found
