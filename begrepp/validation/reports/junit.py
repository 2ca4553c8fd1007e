"""Report as JUnit XML for CI systems: one test case per shape, which fails if it has violations."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.report import Severity
from begrepp.validation.reports.causes import CauseText, cause_texts, remark_texts
from begrepp.validation.reports.i18n import choose_text

_REPLACEMENT = "\ufffd"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(outcome: ValidationOutcome, language: str) -> str:
    """Return one test suite; warnings and information are in the output of their test case."""
    by_shape: dict[str, list[CauseText]] = {}
    for cause in cause_texts(outcome, language):
        by_shape.setdefault(cause.shape, []).append(cause)
    titles = {each.iri: (each.id, choose_text(each.label, language)) for each in outcome.shapes if each.targets}
    titles |= {shape: (causes[0].shape_id, causes[0].label) for shape, causes in by_shape.items()}
    failed = sum(any(cause.severity is Severity.VIOLATION for cause in causes) for causes in by_shape.values())
    name = outcome.rules.name or "shapes"
    counts = f'tests="{len(titles)}" failures="{failed}" errors="0" time="{outcome.seconds}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f"<testsuite name={_attribute(name)} {counts}>",
    ]
    for shape, (identifier, title) in titles.items():
        shape_causes = by_shape.get(shape, [])
        case_name = _attribute(f"{identifier}: {title or identifier}")
        lines.append(f"<testcase classname={_attribute(name)} name={case_name}>")
        violations = [cause for cause in shape_causes if cause.severity is Severity.VIOLATION]
        if violations:
            count = sum(cause.count for cause in violations)
            message = _attribute(f"{count} × {violations[0].message}")
            lines.append(f'<failure type="Violation" message={message}>{_cause_lines(violations)}</failure>')
        if others := [cause for cause in shape_causes if cause.severity is not Severity.VIOLATION]:
            lines.append(f"<system-out>{_cause_lines(others)}</system-out>")
        lines.append("</testcase>")
    if notes := remark_texts(outcome, language):
        lines.append(f"<system-out>{_content(chr(10).join(notes))}</system-out>")
    lines += ["</testsuite>", "</testsuites>"]
    return "\n".join(lines) + "\n"


def _cause_lines(texts: list[CauseText]) -> str:
    lines = [
        f"{cause.severity_name or cause.severity} {cause.count} × {cause.message} {cause.path}\n"
        + "".join(f"    {example}\n" for example in cause.examples)
        + f"  → {cause.hint} {cause.link}"
        for cause in texts
    ]
    return _content("\n".join(lines))


def _content(text: str) -> str:
    """Return text as the content of an element; a reader of XML would read a literal carriage return as a line feed."""
    return escape(_NOT_XML.sub(_REPLACEMENT, text), {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub(_REPLACEMENT, text))
