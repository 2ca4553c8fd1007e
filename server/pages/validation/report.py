"""Data of a validation report page: filtered causes with their first results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from begrepp.validation.reports.formats import FORMATS

_RESULTS_SHOWN = 25


class CauseRow(Struct, frozen=True, kw_only=True):
    """A cause as in the JSON report, and its first results."""

    said: Mapping[str, Any]
    results: Sequence[Mapping[str, Any]]


class ReportPage(Struct, frozen=True, kw_only=True):
    """Data of a report page."""

    name: str
    said: Mapping[str, Any]
    causes: Sequence[CauseRow]
    shown: int
    severities: Mapping[str, int]
    downloads: Sequence[tuple[str, str]]


def report_page(text: str, severity: str, words: str, name: str) -> ReportPage:
    """Return the page from the JSON report, with causes filtered by severity and text."""
    said = json.loads(text)
    by_cause: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for result in said["results"]:
        by_cause.setdefault(_key(result, "path"), []).append(result)
    wanted = [cause for cause in said["causes"] if _matches(cause, severity, words.casefold())]
    counts = said["counts"]
    return ReportPage(
        name=name,
        said=said,
        causes=[
            CauseRow(said=cause, results=by_cause.get(_key(cause, "resultPath"), [])[:_RESULTS_SHOWN])
            for cause in wanted
        ],
        shown=len(wanted),
        severities={"Violation": counts["violations"], "Warning": counts["warnings"], "Info": counts["infos"]},
        downloads=[(each.name, each.suffix) for each in FORMATS.values()],
    )


def _key(found: Mapping[str, Any], path: str) -> tuple[str, ...]:
    component = str(found["component"]).rpartition("#")[2].removesuffix("ConstraintComponent")
    return (str(found["severity"]), str(found["shape"]), component, str(found[path] or ""))


def _matches(cause: Mapping[str, Any], severity: str, words: str) -> bool:
    if severity and cause["severity"] != severity:
        return False
    text = " ".join([cause["label"], cause["path"], cause["message"], cause["shape"], *cause["examples"]])
    return words in text.casefold()
