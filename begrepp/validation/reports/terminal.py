"""Report for a terminal in rich markup, grouped by cause, with counts, examples and hints."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from rich.markup import escape

from begrepp.rdf.namespaces import compact
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.report import Severity
from begrepp.validation.reports.causes import cause_texts, count_infos, remark_texts
from begrepp.validation.reports.i18n import choose_text, translate

_COLOURS = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_VERDICTS = {"conforms": "green", "passes": "green", "fails": "red", "unjudged": "yellow"}
_SHOWN = 3
_WIDTH = 80


def report_lines(outcome: ValidationOutcome, language: str) -> Iterator[str]:
    """Return the lines of the report, with the verdict last."""
    report = outcome.report
    for cause in cause_texts(outcome, language):
        where = f" [dim]{escape(shorten(cause.path, _WIDTH, placeholder=' …'))}[/]" if cause.path else ""
        colour = _COLOURS[cause.severity]
        severity = escape(cause.severity_name) or translate(language, f"severity.{cause.severity}")
        yield f"[{colour}]{severity}[/] [bold]{cause.count:,} ×[/] {escape(cause.message)}{where}"
        for example in cause.examples[:_SHOWN]:
            yield f"    {escape(compact(example))}"
        if cause.count > len(cause.examples[:_SHOWN]):
            more = cause.count - len(cause.examples[:_SHOWN])
            yield f"    [dim]{translate(language, 'report.more', n=more)}[/]"
        yield f"  [green]→[/] {escape(cause.hint)} [dim]{escape(cause.shape_id)} {escape(cause.link)}[/]"
    for subject in outcome.subjects:
        verdict = (
            f"[green]{translate(language, 'report.complete')}[/]"
            if not subject.violations
            else f"[red]{translate(language, 'report.lacks', n=len(subject.violations))}[/]"
        )
        yield f"{escape(choose_text(subject.labels, language) or compact(subject.iri))}: {verdict}"
        for result in subject.violations:
            yield f"    {escape(choose_text(result.messages, language))}"
    for words in remark_texts(outcome, language):
        yield f"[yellow]![/] {escape(words)}"
    profile = choose_text(outcome.rules.title, language) or outcome.rules.name
    verdict = translate(language, f"report.{outcome.verdict}", profile=profile)
    colour = _VERDICTS[outcome.verdict]
    counts = translate(
        language,
        "report.summary",
        violations=translate(language, "report.violations", n=report.violations),
        warnings=translate(language, "report.warnings", n=report.warnings),
        infos=translate(language, "report.infos", n=count_infos(outcome)),
    )
    yield f"[{colour}]{escape(verdict)}[/]: {counts} [dim]({report.engine}, {outcome.seconds} s)[/]"
