"""Several codes resolved in one request: each with its concept, or the reason why it has none."""

from __future__ import annotations

from datetime import date
from typing import Any

from begrepp.errors import UsageError
from begrepp.rdf.namespaces import compact
from server.served.as_of import day_asked, meant_on
from server.served.build import ServedBuild
from server.served.labels import iris_of, one, refs, statements_of
from server.served.refs import Ref
from server.served.resolve import Ambiguous, Missing, Resolved, by_system, known_as

MOST = 1000
LONGEST = 400


def resolve_codes(build: ServedBuild, asked: object, language: str) -> list[dict[str, Any]]:
    """The answers to a JSON list of `{system, code}`, in its order; with `asOf`, what the code stood for that day.

    An answer repeats the question and has either `iri`, `notation`, `label`, `status` and `successors`, or
    `error` (`unknown-system`, `unknown-code`, `ambiguous-code`) with `reason` and `near`. Raises `UsageError`
    where the request is not such a list, or longer than `MOST`.
    """
    pairs = _pairs(asked)
    found = [_find(build, *pair) for pair in pairs]
    concepts = [hit for hit in found if isinstance(hit, Resolved)]
    said = statements_of(build, sorted({hit.iri for hit in concepts}))
    successors = {iri: iris_of(about, "dct:isReplacedBy") for iri, about in said.items()}
    known = refs(build, {*said, *(iri for iris in successors.values() for iri in iris)}, language)
    answers = []
    for (system, code, day), hit in zip(pairs, found, strict=True):
        answer: dict[str, Any] = {"system": system, "code": code}
        if day:
            answer["asOf"] = day.isoformat()
        if isinstance(hit, Resolved):
            status = compact(one(said[hit.iri], "begrepp:status")).removeprefix("begrepp:")
            answer |= {**_described(known[hit.iri]), "status": status or None}
            answer["successors"] = [_described(known[iri]) for iri in successors[hit.iri]]
        else:
            answer |= hit
        answers.append(answer)
    return answers


def _pairs(asked: object) -> list[tuple[str, str, date | None]]:
    example = '[{"system": "urn:oid:1.2.752.116.1.1.1", "code": "C509"}]'
    if not isinstance(asked, list):
        raise UsageError(
            "The request body is not a JSON array.", f"Send {example} with Content-Type: application/json."
        )
    if len(asked) > MOST:
        raise UsageError(f"{len(asked):,} codes exceed the limit of {MOST:,}.", "Send them in several requests.")
    pairs = []
    for place, one_asked in enumerate(asked, start=1):
        system, code = (one_asked.get(key) if isinstance(one_asked, dict) else None for key in ("system", "code"))
        if not isinstance(system, str) or not isinstance(code, str) or not system or not code:
            raise UsageError(f"Number {place} lacks system or code as a string.", f"Send {example}.")
        if len(system) > LONGEST or len(code) > LONGEST:
            raise UsageError(f"Number {place} is too long.", f"Send {example}.")
        day = one_asked.get("asOf", "")
        if not isinstance(day, str):
            raise UsageError(f"Number {place} has an asOf that is not a string.", 'Write it as "2019-06-30".')
        pairs.append((system.strip(), code.strip(), day_asked(day)))
    return pairs


def _find(build: ServedBuild, system: str, code: str, day: date | None) -> Resolved | dict[str, Any]:
    if known_as(build, system) is None:
        return {
            "error": "unknown-system",
            "reason": f"There is no code system with the identifier {system}.",
            "near": [],
        }
    if not code:
        return {"error": "unknown-code", "reason": "There is nothing but space in the code.", "near": []}
    try:
        found = by_system(build, system, code)
        return meant_on(build, found, day) if day else found
    except Missing as error:
        kind = "ambiguous-code" if isinstance(error, Ambiguous) else "unknown-code"
        near = [{"iri": hit.iri, "notation": hit.notation} for hit in error.near]
        return {"error": kind, "reason": error.reason, "near": near}


def _described(ref: Ref) -> dict[str, Any]:
    label = {"label": ref.label.value, "lang": ref.label.lang} if ref.label.lang else {"label": None, "lang": None}
    return {"iri": ref.iri, "notation": ref.notation or None, **label}
