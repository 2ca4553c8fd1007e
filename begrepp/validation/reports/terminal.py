"""A report for a terminal, as rich markup: grouped by cause, with counts, first examples and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from rich.markup import escape

from begrepp.rdf.namespaces import compact
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.report import Severity
from begrepp.validation.reports.causes import cause_texts, count_infos
from begrepp.validation.reports.i18n import choose_text, translate

_COLOURS = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_VERDICTS = {"conforms": "green", "fails": "red", "unjudged": "yellow"}
_SHOWN = 3
_WIDTH = 80


def report_lines(outcome: ValidationOutcome, language: str) -> Iterator[str]:
    """The lines of the report, the verdict last, where a terminal shows it."""
    report = outcome.report
    for cause in cause_texts(outcome, language):
        where = f" [dim]{escape(shorten(cause.path, _WIDTH, placeholder=' …'))}[/]" if cause.path else ""
        colour, severity = _COLOURS[cause.severity], translate(language, f"severity.{cause.severity}")
        yield f"[{colour}]{severity}[/] [bold]{cause.count:,} ×[/] {escape(cause.message)}{where}"
        for example in cause.examples[:_SHOWN]:
            yield f"    {escape(compact(example))}"
        if cause.count > len(cause.examples[:_SHOWN]):
            more = f"{cause.count - len(cause.examples[:_SHOWN]):,}"
            yield f"    [dim]{translate(language, 'report.more', n=more)}[/]"
        yield f"  [green]→[/] {escape(cause.hint)} [dim]{escape(cause.shape_id)} {escape(cause.link)}[/]"
    for thing in outcome.subjects:
        verdict = (
            f"[green]{translate(language, 'report.complete')}[/]"
            if not thing.violations
            else f"[red]{translate(language, 'report.lacks', n=len(thing.violations))}[/]"
        )
        yield f"{escape(choose_text(thing.labels, language) or compact(thing.iri))}: {verdict}"
        for lack in thing.violations:
            yield f"    {escape(choose_text(lack.messages, language))}"
    for note in outcome.remarks:
        yield f"[yellow]![/] {escape(translate(language, f'note.{note.kind}', value=note.value))}"
    profile = choose_text(outcome.rules.title, language) or outcome.rules.name
    verdict = translate(language, f"report.{outcome.verdict}", profile=profile)
    colour = _VERDICTS[outcome.verdict]
    counts = translate(
        language,
        "report.summary",
        violations=f"{report.violations:,}",
        warnings=f"{report.warnings:,}",
        infos=f"{count_infos(outcome):,}",
    )
    yield f"[{colour}]{escape(verdict)}[/]: {counts} [dim]({report.engine}, {outcome.seconds} s)[/]"
