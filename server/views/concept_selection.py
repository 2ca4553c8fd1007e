"""`/ecl`: the concepts of an ECL expression, explained in words, with completion while it is typed."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, make_response, request

from begrepp.ecl import EclError
from begrepp.errors import BegreppError, UsageError
from begrepp.text.swedish import sort_key
from server.pages.concept_selection import EXAMPLES, SelectionPage, propose, selection_page
from server.pages.templating import render, translator
from server.served.as_of import parse_day
from server.served.concept_selection import find_system, select_concepts
from server.served.labels import choose_text
from server.state import served_build

blueprint = Blueprint("concept_selection", __name__)
_PROPOSED = "onkologi"
"""The code system that the form shows first."""


@blueprint.get("/ecl")
def select() -> Response:
    """Show the concepts of the expression `ecl` on the code system `scheme`, in its edition `asOf` a day."""
    build, language = served_build(), translator().language
    text, scheme = request.args.get("ecl", ""), request.args.get("scheme", "").strip() or _PROPOSED
    page: SelectionPage | None = None
    error: BegreppError | None = None
    if text.strip():
        try:
            day = parse_day(request.args.get("asOf", "").strip())
            selection = select_concepts(build, scheme, text, day=day)
            page = selection_page(build, selection, text, _offset(), language)
        except BegreppError as problem:
            error = problem
    html = render(
        "ecl.html",
        schemes=_schemes(language),
        scheme=scheme,
        ecl=text,
        as_of_day=request.args.get("asOf", ""),
        result=page,
        error=error,
        fault=_fault(text, error),
        examples=EXAMPLES,
    )
    return make_response(html, error.status if error else 200)


@blueprint.get("/ecl/complete")
def complete_expression() -> Response:
    """Return what may be inserted at the character `at` of the expression `ecl`."""
    build = served_build()
    system = find_system(build, request.args.get("scheme", "").strip() or _PROPOSED)
    cursor = request.args.get("at", "")
    if not cursor.isascii() or not cursor.isdecimal():
        raise UsageError(f"at is '{cursor}'.", "Give the number of characters before the cursor.")
    found = propose(build, system, request.args.get("ecl", ""), int(cursor[:9]), translator().language)
    return jsonify(
        results=[{"text": each.text, "start": each.start, "kind": each.kind, "label": each.label} for each in found]
    )


def _offset() -> int:
    offset = request.args.get("offset", "0")
    if not offset.isascii() or not offset.isdecimal():
        raise UsageError(f"offset is '{offset}'.", "Give a whole number.")
    return int(offset[:9]) // SelectionPage.size * SelectionPage.size


def _schemes(language: str) -> list[tuple[str, str]]:
    titles = [(each.id, choose_text(each.titles, language)) for each in served_build().schemes.by_iri.values()]
    return sorted(((id_, title.value if title else id_) for id_, title in titles), key=lambda pair: sort_key(pair[1]))


def _fault(text: str, error: BegreppError | None) -> Mapping[str, str] | None:
    """Return the text before, in and after the offending part of an expression."""
    if not isinstance(error, EclError) or not error.end:
        return None
    return {"before": text[: error.start], "part": text[error.start : error.end] or " ", "after": text[error.end :]}
