"""Data of the impact of a difference: the mappings, value sets and variables that use a changed code."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from begrepp.terminology.difference_file import DifferenceImpact
from begrepp.text.swedish import sort_key
from server.http.i18n import Translator
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

IMPACT_LIMIT = 100


class AffectedResource(Struct, frozen=True, kw_only=True):
    """A mapping, value set or variable that uses a changed code."""

    thing: Ref
    within: Ref | None
    codes: Sequence[str]


class Impact(Struct, frozen=True, kw_only=True):
    """Mappings, value sets and variables affected by a difference, and all variables coded in the scheme."""

    groups: Sequence[tuple[str, int, Sequence[AffectedResource]]]
    coded: Sequence[tuple[Ref, Sequence[Ref]]]


def difference_impact(build: ServedBuild, impact: DifferenceImpact, translate: Translator) -> Impact:
    """Return what a difference affects, with the first `IMPACT_LIMIT` of each kind."""
    found: dict[str, dict[tuple[str, str], set[str]]] = {"mapping": {}, "valueSet": {}, "variable": {}}
    for each in impact.affected:
        found[each.kind].setdefault((each.thing, each.within), set()).add(each.notation)
    coded: dict[str, list[str]] = {}
    for dataset, variable in impact.coded:
        coded.setdefault(dataset, []).append(variable)
    named = {iri for group in found.values() for key in [*group][:IMPACT_LIMIT] for iri in key if iri}
    known = find_refs(
        build, named | {*coded} | {v for variables in coded.values() for v in variables}, translate.language
    )
    groups = [
        (
            kind,
            len(group),
            [
                AffectedResource(thing=known[thing], within=known.get(within), codes=sorted(codes, key=sort_key))
                for (thing, within), codes in [*group.items()][:IMPACT_LIMIT]
            ],
        )
        for kind, group in found.items()
        if group
    ]
    return Impact(groups=groups, coded=[(known[d], [known[v] for v in variables]) for d, variables in coded.items()])
