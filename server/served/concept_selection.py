"""Selection of concepts by an ECL expression on a code system of the build."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from begrepp.ecl.concept_sets import SystemSets
from begrepp.ecl.expression import evaluate_ecl
from begrepp.ecl.terminology_substrate import TerminologySubstrate
from begrepp.terminology.interface import CodeSystem
from server.served.build import ServedBuild
from server.served.resolver import Missing


@dataclass(frozen=True)
class ConceptSelection:
    """The concepts of an expression: those of its own code system first, in the order of their codes."""

    system: CodeSystem
    sets: SystemSets
    substrate: TerminologySubstrate

    def page(self, offset: int, limit: int) -> Iterator[tuple[CodeSystem, int]]:
        """Yield some of the concepts."""
        order = sorted(self.sets.items(), key=lambda part: (part[0] is not self.system, part[0].description.id))
        left = limit
        for system, bitmap in order:
            if offset < len(bitmap):
                for concept in bitmap[offset : offset + left]:
                    left -= 1
                    yield system, concept
            offset = max(0, offset - len(bitmap))
            if not left:
                return


def find_system(build: ServedBuild, scheme: str, version: str = "", day: date | None = None) -> CodeSystem:
    """Return an edition of a code system by id, IRI or other identifier; raises `Missing`."""
    found = build.terminology.scheme(scheme, version=version, as_of=day)
    if found is None and build.terminology.scheme(scheme) is not None:
        wanted = f"version {version}" if version else f"edition on {day}"
        known = ", ".join(dict.fromkeys(each.description.version for each in build.terminology.editions(scheme)))
        raise Missing(f"There is no {wanted} of {scheme}.", f"The versions are: {known}.")
    if found is None:
        raise Missing(f"There is no code system {scheme}.", "See /api/v1/schemes.")
    return found


def substrate_of(build: ServedBuild, system: CodeSystem, day: date | None = None) -> TerminologySubstrate:
    """Return the surroundings of expressions on a code system."""
    return TerminologySubstrate(build.terminology, system, day)


def select_concepts(
    build: ServedBuild, scheme: str, expression: str, *, version: str = "", day: date | None = None
) -> ConceptSelection:
    """Return the concepts of an expression. Raises `EclError`, and `Missing` for an unknown code system or edition."""
    system = find_system(build, scheme, version, day)
    substrate = substrate_of(build, system, day)
    return ConceptSelection(system, evaluate_ecl(expression, system, substrate), substrate)
