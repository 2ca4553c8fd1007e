"""Handler of the API operation `ecl`: the concepts of an expression, with an explanation in words."""

from __future__ import annotations

from typing import Any

from begrepp.ecl import parse_ecl
from begrepp.ecl.explanation import ExplainedPart
from begrepp.errors import UsageError
from server.api.schemas import EclBody, EclPartBody, RefBody
from server.api.serialisers import ref_body
from server.pages.concept_selection import explain_selection, selected_refs
from server.served.as_of import parse_day
from server.served.build import ServedBuild
from server.served.concept_selection import select_concepts


def select_by_expression(build: ServedBuild, call: dict[str, Any], language: str) -> EclBody:
    """Return one page of the concepts of an expression on a code system."""
    day = parse_day(call["asOf"])
    if day and call["version"].strip():
        raise UsageError("The request has version and asOf.", "Give one of them.")
    text = call["ecl"]
    selection = select_concepts(build, call["scheme"].strip(), text, version=call["version"].strip(), day=day)
    description = selection.system.description
    concepts: list[RefBody] = [
        ref_body(ref) for ref in selected_refs(build, selection, call["offset"], call["limit"], language)
    ]
    return EclBody(
        scheme=description.id,
        version=description.version or None,
        ecl=text,
        total=len(selection.sets),
        offset=call["offset"],
        limit=call["limit"],
        concepts=concepts,
        explanation=_part_body(explain_selection(selection, parse_ecl(text), language)),
    )


def _part_body(part: ExplainedPart) -> EclPartBody:
    return EclPartBody(
        words=part.words, start=part.start, end=part.end, parts=[_part_body(each) for each in part.parts]
    )
