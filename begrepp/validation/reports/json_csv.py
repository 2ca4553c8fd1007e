"""A report for programs and for spreadsheets: JSON with everything, CSV with one row per result."""

from __future__ import annotations

import csv
import io
import json

from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.reports.causes import causes, infos, readable_path
from begrepp.validation.reports.i18n import choose, translate

COLUMNS = ("severity", "shape", "component", "path", "focus", "value", "message")


def as_json(judgement: ValidationOutcome, language: str) -> str:
    """One object: the verdict, the causes with counts, the results that were kept, and notes."""
    report = judgement.report
    found = {
        "conforms": report.conforms,
        "verdict": judgement.verdict,
        "profile": {
            "name": judgement.rules.name,
            "title": choose(judgement.rules.title, language),
            "version": judgement.rules.version,
            "source": judgement.rules.source,
        },
        "files": list(judgement.files),
        "engine": report.engine,
        "seconds": judgement.seconds,
        "counts": {"violations": report.violations, "warnings": report.warnings, "infos": infos(judgement)},
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
            for cause in causes(judgement, language)
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
                "complete": not thing.lacking,
                "missing": [result.path for result in thing.lacking],
                "missingOnCondition": [result.path for result in thing.on_condition],
            }
            for thing in judgement.things
        ],
        "notes": [
            {"kind": n.kind, "words": translate(language, f"note.{n.kind}", value=n.value)} for n in judgement.notes
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def as_csv(judgement: ValidationOutcome, language: str) -> str:
    """One row per result kept; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    shapes = {each.iri: each for each in judgement.shapes}
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for result in judgement.report.results:
        component = result.component.rpartition("#")[2]
        path = readable_path(result.path, shapes)
        message = choose(result.messages, language)
        row = (str(result.severity), result.shape, component, path, result.focus, result.value or "", message)
        rows.writerow(["'" + cell if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in row])
    return out.getvalue()
