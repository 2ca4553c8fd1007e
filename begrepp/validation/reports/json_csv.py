"""Reports as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json

from begrepp.rdf.namespaces import compact
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.reports.causes import cause_texts, count_infos, format_path, remark_texts
from begrepp.validation.reports.i18n import choose_text
from begrepp.validation.shacl.vocabulary import SH

COLUMNS = ("severity", "shape", "component", "path", "focus", "value", "message")


def to_json(outcome: ValidationOutcome, language: str) -> str:
    """Return one JSON object: verdict, causes with counts, results, subjects and remarks."""
    report = outcome.report
    document = {
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
                "severityName": cause.severity_name,
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
                "severityIri": result.severity_iri,
                "shape": result.shape,
                "sourceShape": result.source_shape,
                "sourceConstraint": result.source_constraint,
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
                "iri": subject.iri,
                "labels": dict(subject.labels),
                "complete": not subject.violations,
                "missing": [result.path for result in subject.violations],
                "missingOnCondition": [result.path for result in subject.conditional],
            }
            for subject in outcome.subjects
        ],
        "notes": [
            {"kind": each.kind, "words": words}
            for each, words in zip(outcome.remarks, remark_texts(outcome, language), strict=True)
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def to_csv(outcome: ValidationOutcome, language: str) -> str:
    """Return one CSV row per result and remark; an apostrophe precedes what a spreadsheet would take for a formula."""
    shapes = {each.iri: each for each in outcome.shapes}
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for result in outcome.report.results:
        component = result.component.rpartition("#")[2]
        path = format_path(result.path, shapes)
        message = choose_text(result.messages, language)
        own = result.severity_iri != SH + result.severity
        severity = compact(result.severity_iri) if own else str(result.severity)
        row = (severity, result.shape, component, path, result.focus, result.value or "", message)
        rows.writerow(["'" + cell if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in row])
    rows.writerows(["Note", "", "", "", "", "", words] for words in remark_texts(outcome, language))
    return out.getvalue()
