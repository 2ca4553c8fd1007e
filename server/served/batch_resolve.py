"""Resolution of several codes in one request: the concept of each code, or the reason why it has none."""

from __future__ import annotations

from datetime import date
from typing import Any

from begrepp.errors import UsageError
from begrepp.rdf.namespaces import compact
from server.served.as_of import find_meaning_on, parse_day
from server.served.build import ServedBuild
from server.served.labels import find_all_statements, find_refs, property_iris, property_value
from server.served.refs import Ref
from server.served.resolve import Ambiguous, Missing, Resolved, find_scheme, resolve_system_code

MAX_CODES = 1000
MAX_CODE_LENGTH = 400


def resolve_codes(build: ServedBuild, items: object, language: str) -> list[dict[str, Any]]:
    """Resolve a JSON list of `{system, code, asOf?}` in its order; with `asOf`, to the concept on that day.

    Each result repeats the request and has either `iri`, `notation`, `label`, `status` and `successors`, or `error`
    (`unknown-system`, `unknown-code`, `ambiguous-code`) with `reason` and `near`. Raises `UsageError` if the request
    is not such a list, or is longer than `MAX_CODES`.
    """
    parsed = _parse_items(items)
    results = [_resolve_item(build, *pair) for pair in parsed]
    concepts = [result for result in results if isinstance(result, Resolved)]
    statements = find_all_statements(build, sorted({result.iri for result in concepts}))
    successors = {iri: property_iris(properties, "dct:isReplacedBy") for iri, properties in statements.items()}
    known = find_refs(build, {*statements, *(iri for iris in successors.values() for iri in iris)}, language)
    bodies = []
    for (system, code, day), result in zip(parsed, results, strict=True):
        body: dict[str, Any] = {"system": system, "code": code}
        if day:
            body["asOf"] = day.isoformat()
        if isinstance(result, Resolved):
            status = compact(property_value(statements[result.iri], "begrepp:status")).removeprefix("begrepp:")
            body |= {**_concept_fields(known[result.iri]), "status": status or None}
            body["successors"] = [_concept_fields(known[iri]) for iri in successors[result.iri]]
        else:
            body |= result
        bodies.append(body)
    return bodies


def _parse_items(items: object) -> list[tuple[str, str, date | None]]:
    example = '[{"system": "urn:oid:1.2.752.116.1.1.1", "code": "C509"}]'
    if not isinstance(items, list):
        raise UsageError("The request is no JSON list.", f"Send {example} with Content-Type: application/json.")
    if len(items) > MAX_CODES:
        raise UsageError(f"{len(items):,} codes are more than {MAX_CODES:,}.", "Send them in several requests.")
    parsed = []
    for number, item in enumerate(items, start=1):
        system, code = (item.get(key) if isinstance(item, dict) else None for key in ("system", "code"))
        if not isinstance(system, str) or not isinstance(code, str) or not system or not code:
            raise UsageError(f"Number {number} has no system and code as strings.", f"Send {example}.")
        if len(system) > MAX_CODE_LENGTH or len(code) > MAX_CODE_LENGTH:
            raise UsageError(f"Number {number} is too long for a system and a code.", f"Send {example}.")
        day = item.get("asOf", "")
        if not isinstance(day, str):
            raise UsageError(f"Number {number} has an asOf that is no text.", 'Write it as "2019-06-30".')
        parsed.append((system.strip(), code.strip(), parse_day(day)))
    return parsed


def _resolve_item(build: ServedBuild, system: str, code: str, day: date | None) -> Resolved | dict[str, Any]:
    if find_scheme(build, system) is None:
        return {"error": "unknown-system", "reason": f"No code system here is known as {system}.", "near": []}
    if not code:
        return {"error": "unknown-code", "reason": "There is nothing but space in the code.", "near": []}
    try:
        found = resolve_system_code(build, system, code)
        return find_meaning_on(build, found, day) if day else found
    except Missing as error:
        kind = "ambiguous-code" if isinstance(error, Ambiguous) else "unknown-code"
        near = [{"iri": hit.iri, "notation": hit.notation} for hit in error.near]
        return {"error": kind, "reason": error.reason, "near": near}


def _concept_fields(ref: Ref) -> dict[str, Any]:
    label = {"label": ref.label.value, "lang": ref.label.lang} if ref.label.lang else {"label": None, "lang": None}
    return {"iri": ref.iri, "notation": ref.notation or None, **label}
