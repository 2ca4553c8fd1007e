"""A report for a terminal, as rich markup: grouped by cause, with counts, first examples and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from rich.markup import escape

from begrepp.rdf.namespaces import compact
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.report import Severity
from begrepp.validation.reports.causes import causes, infos
from begrepp.validation.reports.i18n import choose, translate

_COLOURS = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_VERDICTS = {"conforms": "green", "fails": "red", "unjudged": "yellow"}
_SHOWN = 3
_WIDTH = 80


def text_lines(judgement: ValidationOutcome, language: str) -> Iterator[str]:
    """The lines of the report, the verdict last, where a terminal shows it."""
    report = judgement.report
    for cause in causes(judgement, language):
        where = f" [dim]{escape(shorten(cause.path, _WIDTH, placeholder=' …'))}[/]" if cause.path else ""
        colour, severity = _COLOURS[cause.severity], translate(language, f"severity.{cause.severity}")
        yield f"[{colour}]{severity}[/] [bold]{cause.count:,} ×[/] {escape(cause.message)}{where}"
        for example in cause.examples[:_SHOWN]:
            yield f"    {escape(compact(example))}"
        if cause.count > len(cause.examples[:_SHOWN]):
            more = cause.count - len(cause.examples[:_SHOWN])
            yield f"    [dim]{translate(language, 'report.more', n=more)}[/]"
        yield f"  [green]→[/] {escape(cause.hint)} [dim]{escape(cause.shape_id)} {escape(cause.link)}[/]"
    for thing in judgement.things:
        verdict = (
            f"[green]{translate(language, 'report.complete')}[/]"
            if not thing.lacking
            else f"[red]{translate(language, 'report.lacks', n=len(thing.lacking))}[/]"
        )
        yield f"{escape(choose(thing.labels, language) or compact(thing.iri))}: {verdict}"
        for lack in thing.lacking:
            yield f"    {escape(choose(lack.messages, language))}"
    for note in judgement.notes:
        yield f"[yellow]![/] {escape(translate(language, f'note.{note.kind}', value=note.value))}"
    profile = choose(judgement.rules.title, language) or judgement.rules.name
    verdict = translate(language, f"report.{judgement.verdict}", profile=profile)
    colour = _VERDICTS[judgement.verdict]
    counts = translate(
        language,
        "report.summary",
        violations=translate(language, "report.violations", n=report.violations),
        warnings=translate(language, "report.warnings", n=report.warnings),
        infos=translate(language, "report.infos", n=infos(judgement)),
    )
    yield f"[{colour}]{escape(verdict)}[/]: {counts} [dim]({report.engine}, {judgement.seconds} s)[/]"
