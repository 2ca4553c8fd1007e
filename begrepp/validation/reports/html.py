"""Report as a single self-contained HTML page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from begrepp.rdf.namespaces import compact
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.reports.causes import cause_texts, count_infos
from begrepp.validation.reports.i18n import choose_text, translate

FOLDER = Path(__file__).parent


def to_html(outcome: ValidationOutcome, language: str) -> str:
    """Render an outcome as HTML."""
    return (
        _environment()
        .get_template("report.html")
        .render(
            outcome=outcome,
            causes=cause_texts(outcome, language),
            infos=count_infos(outcome),
            language=language,
            title=choose_text(outcome.rules.title, language) or outcome.rules.name,
            t=lambda key, **values: translate(language, key, **values),
            choose=lambda texts: choose_text(texts, language),
            short=compact,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
