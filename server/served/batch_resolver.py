"""Resolution of several codes in one request: the concept of each code, or the reason why it has none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, structs

from begrepp.errors import UsageError
from begrepp.search import Hit
from begrepp.terminology.concept_record import ConceptRecord
from server.http.query_parameters import find_unknown, unknown_parameter_error
from server.served.as_of import DatedState, find_dated_state, find_meaning_on, get_dated_build, parse_day
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref
from server.served.resolver import Ambiguous, Missing, Resolved, find_scheme, resolve_system_code

_Item = tuple[str, str, date | None]
MAX_CODES = 1000
MAX_CODE_LENGTH = 400
_FIELDS = frozenset({"asOf", "code", "system"})
_MAX_STEPS = 10
"""Largest number of successors of successors that are followed."""
MAX_NEAR_MISSES = 5
"""Unknown codes of a request for which similar codes are searched for."""


class SuccessorBody(Struct, frozen=True, kw_only=True):
    """A concept that replaces another; a retired one is followed by its own successors."""

    iri: str
    notation: str | None
    label: str | None
    lang: str | None
    status: Literal["active", "inactive"]


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
    consider: list[SuccessorBody] | UnsetType = UNSET
    """Concepts that the publisher suggests instead of a retired one, to be judged in each case."""
    error: Literal["unknown-system", "unknown-code", "ambiguous-code"] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    near: list[NearBody] | UnsetType = UNSET


class _Unresolved(Struct, frozen=True, kw_only=True):
    """The reason why a code was not resolved."""

    error: Literal["unknown-system", "unknown-code", "ambiguous-code"]
    reason: str
    near: tuple[Hit, ...] | None = None
    """Hits with a similar code; None if none were searched for."""


class _Concept(Struct, frozen=True, kw_only=True):
    """A resolved concept as `view`, the build or the build as of a day, has it."""

    view: ServedBuild
    iri: str
    status: str
    successors: tuple[str, ...]
    suggested: tuple[str, ...] = ()


def resolve_codes(build: ServedBuild, items: object, language: str) -> list[ResolvedBody]:
    """Resolve a JSON list of `{system, code, asOf?}` in its order; with `asOf`, to the concept as of that day.

    Raises `UsageError` if the request is not such a list, or is longer than `MAX_CODES`.
    """
    parsed = _parse_items(items)
    resolved: dict[_Item, _Concept | _Unresolved] = {}
    near_left = MAX_NEAR_MISSES
    for item in parsed:
        if item not in resolved:
            result = resolved[item] = _resolve_item(build, *item, near_misses=near_left > 0)
            near_left -= isinstance(result, _Unresolved) and result.near is not None
    shown: dict[str, dict[str, ServedBuild]] = defaultdict(dict)
    for result in resolved.values():
        if isinstance(result, _Concept):
            shown[result.view.view] |= dict.fromkeys((result.iri, *result.successors, *result.suggested), result.view)
    names = {key: find_refs(next(iter(found.values())), found, language) for key, found in shown.items()}
    return [_body(item, resolved[item], names) for item in parsed]


def _body(item: _Item, result: _Concept | _Unresolved, names: Mapping[str, Mapping[str, Ref]]) -> ResolvedBody:
    system, code, day = item
    as_of = day.isoformat() if day else UNSET
    if isinstance(result, _Unresolved):
        near = UNSET if result.near is None else [NearBody(iri=h.iri, notation=h.notation) for h in result.near]
        return ResolvedBody(system=system, code=code, as_of=as_of, error=result.error, reason=result.reason, near=near)
    known = names[result.view.view]
    return ResolvedBody(
        system=system,
        code=code,
        as_of=as_of,
        **_concept_fields(known[result.iri]),
        status=result.status or None,
        successors=[_successor_body(known[iri]) for iri in result.successors],
        consider=[_successor_body(known[iri]) for iri in result.suggested],
    )


def _successor_body(ref: Ref) -> SuccessorBody:
    return SuccessorBody(**_concept_fields(ref), status="active" if ref.active else "inactive")


def _successors(record: ConceptRecord, find: Callable[[str], ConceptRecord | None]) -> tuple[str, ...]:
    """Return the successors of a concept, followed by those that its retired successors lead to."""
    reached: dict[str, None] = {}
    queue = [(iri, 1) for iri in record.successors]
    while queue:
        iri, steps = queue.pop(0)
        if iri in reached or iri == record.iri:
            continue
        reached[iri] = None
        if steps < _MAX_STEPS and (found := find(iri)):
            queue += [(each, steps + 1) for each in found.successors]
    return tuple(reached)


def _parse_items(items: object) -> list[_Item]:
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
        if not isinstance(system, str) or not isinstance(code, str):
            raise UsageError(f"Number {number} lacks system or code as a string.", f"Send {example}.")
        if len(system) > MAX_CODE_LENGTH or len(code) > MAX_CODE_LENGTH:
            raise UsageError(f"Number {number} is too long.", f"Send {example}.")
        if unknown := find_unknown(item, _FIELDS):
            error = unknown_parameter_error(unknown, _FIELDS)
            raise UsageError(f"Number {number}: {error.reason}", error.next_step)
        day = item.get("asOf", "")
        if not isinstance(day, str):
            raise UsageError(f"Number {number} has an asOf that is not a string.", 'Write it as "2019-06-30".')
        try:
            parsed.append((system.strip(), code.strip(), parse_day(day)))
        except UsageError as error:
            raise UsageError(f"Number {number}: {error.reason}", error.next_step) from None
    return parsed


def _resolve_item(
    build: ServedBuild, system: str, code: str, day: date | None, *, near_misses: bool
) -> _Concept | _Unresolved:
    if not system:
        return _Unresolved(error="unknown-system", reason="The system is empty.")
    if find_scheme(build, system) is None:
        return _Unresolved(error="unknown-system", reason=f"There is no code system with the identifier {system}.")
    if not code:
        return _Unresolved(error="unknown-code", reason="The code is empty.")
    try:
        concept = resolve_system_code(build, system, code, near_misses=near_misses)
        return _concept_on(build, concept, day) if day else _concept_in(build, concept.iri)
    except Missing as error:
        kind: Literal["ambiguous-code", "unknown-code"] = (
            "ambiguous-code" if isinstance(error, Ambiguous) else "unknown-code"
        )
        searched = near_misses or isinstance(error, Ambiguous)
        return _Unresolved(error=kind, reason=error.reason, near=error.near if searched else None)


def _concept_on(build: ServedBuild, concept: Resolved, day: date) -> _Concept:
    """Return a concept as of a day; raises `Missing` if no edition in force that day lists it."""
    meaning = find_meaning_on(build, concept, day)
    state = find_dated_state(build, meaning, day)
    if _is_unchanged(build, meaning, state):
        return _concept_in(build, meaning.iri)
    found = _concept_in(get_dated_build(build, state), meaning.iri)
    return structs.replace(found, status="inactive") if state.retired else found


def _is_unchanged(build: ServedBuild, meaning: Resolved, state: DatedState) -> bool:
    """Return whether the state of a concept on a day is also its state today."""
    try:
        return structs.replace(find_dated_state(build, meaning, date.today()), day=state.day) == state
    except Missing:  # its edition has ended since
        return False


def _concept_in(view: ServedBuild, iri: str) -> _Concept:
    record = view.concepts.record(iri)
    if record is None:
        return _Concept(view=view, iri=iri, status="", successors=())
    successors = _successors(record, view.concepts.record)
    return _Concept(view=view, iri=iri, status=record.status, successors=successors, suggested=record.suggested)


def _concept_fields(ref: Ref) -> dict[str, Any]:
    label = {"label": ref.label.value, "lang": ref.label.lang} if ref.label.lang else {"label": None, "lang": None}
    return {"iri": ref.iri, "notation": ref.notation or None, **label}
