"""A report for programs and for spreadsheets: JSON with everything, CSV with one row per result."""

from __future__ import annotations

import csv
import io
import json

from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.reports.causes import cause_texts, count_infos, format_path
from begrepp.validation.reports.i18n import choose_text, translate

COLUMNS = ("severity", "shape", "component", "path", "focus", "value", "message")


def to_json(outcome: ValidationOutcome, language: str) -> str:
    """One object: the verdict, the causes with counts, the results that were kept, and notes."""
    report = outcome.report
    found = {
        "conforms": report.conforms,
        "verdict": outcome.verdict,
        "profile": {
            "name": outcome.rules.name,
            "title": choose_text(outcome.rules.title, language),
            "version": outcome.rules.version,
            "source": outcome.rules.source,
        },
        "files": list(outcome.files),
        "engine": report.engine,
        "seconds": outcome.seconds,
        "counts": {"violations": report.violations, "warnings": report.warnings, "infos": count_infos(outcome)},
        "causes": [
            {
                "severity": str(cause.severity),
                "count": cause.count,
                "shape": cause.shape,
                "shapeId": cause.shape_id,
                "label": cause.label,
                "component": cause.component,
                "path": cause.path,
                "resultPath": cause.result_path,
                "message": cause.message,
                "hint": cause.hint,
                "documentation": cause.link,
                "examples": list(cause.examples),
            }
            for cause in cause_texts(outcome, language)
        ],
        "results": [
            {
                "severity": str(result.severity),
                "shape": result.shape,
                "component": result.component,
                "path": result.path,
                "focus": result.focus,
                "value": result.value,
                "messages": dict(result.messages),
            }
            for result in report.results
        ],
        "things": [
            {
                "iri": thing.iri,
                "labels": dict(thing.labels),
                "complete": not thing.violations,
                "missing": [result.path for result in thing.violations],
                "missingOnCondition": [result.path for result in thing.conditional],
            }
            for thing in outcome.subjects
        ],
        "notes": [
            {"kind": n.kind, "words": translate(language, f"note.{n.kind}", value=n.value)} for n in outcome.remarks
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def to_csv(outcome: ValidationOutcome, language: str) -> str:
    """One row per result kept; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    shapes = {each.iri: each for each in outcome.shapes}
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for result in outcome.report.results:
        component = result.component.rpartition("#")[2]
        path = format_path(result.path, shapes)
        message = choose_text(result.messages, language)
        row = (str(result.severity), result.shape, component, path, result.focus, result.value or "", message)
        rows.writerow(["'" + cell if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in row])
    return out.getvalue()
