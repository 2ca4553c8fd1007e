"""Resolution of several codes in one request: the concept of each code, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from begrepp.errors import UsageError
from begrepp.search import Hit
from server.served.as_of import find_meaning_on, parse_day
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref
from server.served.resolver import Ambiguous, Missing, Resolved, find_scheme, resolve_system_code

MAX_CODES = 1000
MAX_CODE_LENGTH = 400
_MAX_STEPS = 10
"""Largest number of successors of successors that are followed."""
MAX_NEAR_MISSES = 5
"""Unknown codes of a request for which similar codes are searched for."""


class SuccessorBody(Struct, frozen=True, kw_only=True):
    """A concept that replaces another."""

    iri: str
    notation: str | None
    label: str | None
    lang: str | None


class NearBody(Struct, frozen=True, kw_only=True):
    """A concept with a similar code."""

    iri: str
    notation: str


class ResolvedBody(Struct, frozen=True, kw_only=True, rename="camel"):
    """Either the concept, or `error` with `reason`, and `near` for the first unknown codes of a request."""

    system: str
    code: str
    as_of: str | UnsetType = UNSET
    iri: str | UnsetType = UNSET
    notation: str | UnsetType | None = UNSET
    label: str | UnsetType | None = UNSET
    lang: str | UnsetType | None = UNSET
    status: str | UnsetType | None = UNSET
    successors: list[SuccessorBody] | UnsetType = UNSET
    error: Literal["unknown-system", "unknown-code", "ambiguous-code"] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    near: list[NearBody] | UnsetType = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unresolved:
    """The reason why a code was not resolved."""

    error: Literal["unknown-system", "unknown-code", "ambiguous-code"]
    reason: str
    near: tuple[Hit, ...] | None = None
    """Hits with a similar code; None if none were searched for."""


def resolve_codes(build: ServedBuild, items: object, language: str) -> list[ResolvedBody]:
    """Resolve a JSON list of `{system, code, asOf?}` in its order; with `asOf`, to the concept on that day.

    Raises `UsageError` if the request is not such a list, or is longer than `MAX_CODES`.
    """
    parsed = _parse_items(items)
    resolved: dict[tuple[str, str, date | None], Resolved | _Unresolved] = {}
    near_left = MAX_NEAR_MISSES
    for item in parsed:
        if item not in resolved:
            result = resolved[item] = _resolve_item(build, *item, near_misses=near_left > 0)
            near_left -= isinstance(result, _Unresolved) and result.near is not None
    results = [resolved[item] for item in parsed]
    records = {hit.iri: build.stored.record(hit.iri) for hit in results if isinstance(hit, Resolved)}
    successors = _follow(build, {iri: record.successors for iri, record in records.items() if record})
    known = find_refs(build, {*records, *(iri for iris in successors.values() for iri in iris)}, language)
    bodies = []
    for (system, code, day), result in zip(parsed, results, strict=True):
        as_of = day.isoformat() if day else UNSET
        if isinstance(result, Resolved):
            record = records[result.iri]
            body = ResolvedBody(
                system=system,
                code=code,
                as_of=as_of,
                **_concept_fields(known[result.iri]),
                status=(record.status if record else "") or None,
                successors=[SuccessorBody(**_concept_fields(known[iri])) for iri in successors.get(result.iri, ())],
            )
        else:
            near = UNSET if result.near is None else [NearBody(iri=h.iri, notation=h.notation) for h in result.near]
            body = ResolvedBody(
                system=system, code=code, as_of=as_of, error=result.error, reason=result.reason, near=near
            )
        bodies.append(body)
    return bodies


def _follow(build: ServedBuild, successors: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the successors of each concept, followed by those that its retired successors lead to."""
    steps = dict(successors)
    for _ in range(_MAX_STEPS):
        unknown = {target for targets in steps.values() for target in targets if target not in steps}
        if not unknown:
            break
        steps |= {iri: record.successors if (record := build.stored.record(iri)) else () for iri in unknown}
    found = {}
    for iri, targets in successors.items():
        reached: dict[str, None] = {}
        queue = [*targets]
        while queue:
            if (target := queue.pop(0)) not in reached and target != iri:
                reached[target] = None
                queue += steps.get(target, ())
        found[iri] = [*reached]
    return found


def _parse_items(items: object) -> list[tuple[str, str, date | None]]:
    example = '[{"system": "urn:oid:1.2.752.116.1.1.1", "code": "C509"}]'
    if not isinstance(items, list):
        raise UsageError(
            "The request body is not a JSON array.", f"Send {example} with Content-Type: application/json."
        )
    if len(items) > MAX_CODES:
        raise UsageError(f"{len(items):,} codes exceed the limit of {MAX_CODES:,}.", "Send them in several requests.")
    parsed = []
    for number, item in enumerate(items, start=1):
        system, code = (item.get(key) if isinstance(item, dict) else None for key in ("system", "code"))
        if not isinstance(system, str) or not isinstance(code, str) or not system or not code:
            raise UsageError(f"Number {number} lacks system or code as a string.", f"Send {example}.")
        if len(system) > MAX_CODE_LENGTH or len(code) > MAX_CODE_LENGTH:
            raise UsageError(f"Number {number} is too long.", f"Send {example}.")
        day = item.get("asOf", "")
        if not isinstance(day, str):
            raise UsageError(f"Number {number} has an asOf that is not a string.", 'Write it as "2019-06-30".')
        parsed.append((system.strip(), code.strip(), parse_day(day)))
    return parsed


def _resolve_item(
    build: ServedBuild, system: str, code: str, day: date | None, *, near_misses: bool
) -> Resolved | _Unresolved:
    if find_scheme(build, system) is None:
        return _Unresolved(error="unknown-system", reason=f"There is no code system with the identifier {system}.")
    if not code:
        return _Unresolved(error="unknown-code", reason="There is nothing but space in the code.")
    try:
        concept = resolve_system_code(build, system, code, near_misses=near_misses)
        return find_meaning_on(build, concept, day) if day else concept
    except Missing as error:
        kind: Literal["ambiguous-code", "unknown-code"] = (
            "ambiguous-code" if isinstance(error, Ambiguous) else "unknown-code"
        )
        searched = near_misses or isinstance(error, Ambiguous)
        return _Unresolved(error=kind, reason=error.reason, near=error.near if searched else None)


def _concept_fields(ref: Ref) -> dict[str, Any]:
    label = {"label": ref.label.value, "lang": ref.label.lang} if ref.label.lang else {"label": None, "lang": None}
    return {"iri": ref.iri, "notation": ref.notation or None, **label}
