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
    cases = [each for each in outcome.shapes if each.targets or each.iri in by_shape]
    failed = sum(any(c.severity is Severity.VIOLATION for c in by_shape.get(each.iri, ())) for each in cases)
    name = outcome.rules.name or "shapes"
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0" time="{outcome.seconds}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f"<testsuite name={_attribute(name)} {counts}>",
    ]
    for each in cases:
        shape_causes = by_shape.get(each.iri, [])
        title = choose_text(each.label, language) or each.id
        lines.append(f"<testcase classname={_attribute(name)} name={_attribute(f'{each.id}: {title}')}>")
        violations = [cause for cause in shape_causes if cause.severity is Severity.VIOLATION]
        if violations:
            count = sum(cause.count for cause in violations)
            message = _attribute(f"{count} × {violations[0].message}")
            lines.append(f'<failure type="Violation" message={message}>{_cause_lines(violations)}</failure>')
        if others := [cause for cause in shape_causes if cause.severity is not Severity.VIOLATION]:
            lines.append(f"<system-out>{_cause_lines(others)}</system-out>")
        lines.append("</testcase>")
    if notes := remark_texts(outcome, language):
        lines.append(f"<system-out>{escape(_NOT_XML.sub(_REPLACEMENT, chr(10).join(notes)))}</system-out>")
    lines += ["</testsuite>", "</testsuites>"]
    return "\n".join(lines) + "\n"


def _cause_lines(texts: list[CauseText]) -> str:
    lines = [
        f"{cause.severity_name or cause.severity} {cause.count} × {cause.message} {cause.path}\n"
        + "".join(f"    {example}\n" for example in cause.examples)
        + f"  → {cause.hint} {cause.link}"
        for cause in texts
    ]
    return escape(_NOT_XML.sub(_REPLACEMENT, "\n".join(lines)))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub(_REPLACEMENT, text))
