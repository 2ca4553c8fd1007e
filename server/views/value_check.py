"""`/check`: validates the distinct values of a text or file against a code list; stores nothing."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from begrepp.errors import BegreppError, UsageError
from begrepp.text.swedish import sort_key
from begrepp.variables.list_entries import BuildContents, find_lists
from begrepp.variables.value_check import CheckedList, Verdict, check_values
from begrepp.variables.value_column import distinct_values
from begrepp.variables.value_report import decode_values, format_result
from server.http.negotiation import CSV, HTML, Format, choose_format
from server.http.work_limit import COMPARISONS
from server.pages.templating import render, translator
from server.served.labels import choose_text
from server.state import served_build

blueprint = Blueprint("valuecheck", __name__)
_OFFERS = (HTML, CSV, Format("json", "application/json"))


@blueprint.route("/check", methods=["GET", "POST"])
def check() -> Response:
    """Validate `values`, or a `column` of `file`, against `list`: SCHEME, SCHEME@EDITION or DATASET/VARIABLE."""
    against, column = (request.values.get(name, "").strip() for name in ("list", "column"))
    format_ = choose_format(request, _OFFERS)
    result, error = None, None
    try:
        lines, found = _lines(), served_build()
        known = BuildContents(found.store, found.iris, found.folder, lambda: found.index)
        if lines:
            if not against:
                raise UsageError("No list is given.", "Choose the list to check against.")
            with COMPARISONS.slot():
                result = check_values(against, distinct_values(lines, column), known, translator().language)
        elif format_ != HTML:
            raise UsageError("There are no values.", "Send them in `values`, one per line, or as `file`.")
        elif against:
            find_lists(against.partition("@")[0], known)
    except BegreppError as problem:
        if format_ != HTML:
            raise
        error = problem
    if result and format_ != HTML:
        return Response(format_result(result, format_.suffix), content_type=f"{format_.media_type}; charset=utf-8")
    return _page(result, error, against, column)


def _lines() -> list[str]:
    if (sent := request.files.get("file")) and sent.filename:
        return list(decode_values(sent.stream, sent.filename))
    return request.values.get("values", "").splitlines(keepends=True)


def _page(result: CheckedList | None, error: BegreppError | None, against: str, column: str) -> Response:
    language = translator().language
    titles = [(scheme.id, choose_text(scheme.titles, language)) for scheme in served_build().schemes.by_iri.values()]
    lists = sorted(((id_, title.value if title else id_) for id_, title in titles), key=lambda pair: sort_key(pair[1]))
    order = [*Verdict]
    rows = sorted(result.values, key=lambda each: -order.index(each.verdict)) if result else []
    html = render(
        "check.html",
        lists=lists,
        result=result,
        rows=rows,
        verdicts=order,
        error=error,
        against=against,
        column=column,
        values=request.values.get("values", ""),
    )
    return make_response(html, error.status if error else 200)
