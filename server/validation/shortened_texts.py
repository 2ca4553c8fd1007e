"""Shortened texts of reports on the web: a long literal is cut, with its length, so that a report stays small."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from begrepp.validation.outcome import Remark, ValidationOutcome
from begrepp.validation.report import Result, ResultGroup

MAX_CHARACTERS = 2000
"""Characters of a literal or a message in a report."""
_CUT_ESCAPE = re.compile(r"(?<!\\)(\\\\)*\\(u[0-9A-Fa-f]{0,3}|U[0-9A-Fa-f]{0,7})?$")


def shorten_texts(outcome: ValidationOutcome) -> ValidationOutcome:
    """Return the outcome with long literals and messages cut, and a remark with their number if there are any."""
    shortened: set[str] = set()

    def text(value: str) -> str:
        if len(value) <= MAX_CHARACTERS:
            return value
        shortened.add(value)
        return _cut(value)

    def messages(values: Mapping[str, str]) -> dict[str, str]:
        return {language: text(message) for language, message in values.items()}

    def result(each: Result) -> Result:
        return replace(each, value=text(each.value) if each.value else each.value, messages=messages(each.messages))

    def group(each: ResultGroup) -> ResultGroup:
        return replace(each, messages=messages(each.messages), examples=tuple(map(text, each.examples)))

    report = replace(
        outcome.report,
        results=tuple(map(result, outcome.report.results)),
        groups=tuple(map(group, outcome.report.groups)),
    )
    subjects = tuple(
        replace(
            each,
            violations=tuple(map(result, each.violations)),
            conditional=tuple(map(result, each.conditional)),
            labels=messages(each.labels),
        )
        for each in outcome.subjects
    )
    if not shortened:
        return outcome
    remark = Remark(kind="shortened", value=str(len(shortened)))
    return replace(outcome, report=report, subjects=subjects, remarks=(*outcome.remarks, remark))


def _cut(value: str) -> str:
    """Return the first characters and the length of a literal as in N-Triples, or of another text."""
    if not value.startswith('"'):
        return f"{value[:MAX_CHARACTERS]}… [{len(value)}]" if " " in value else value
    end = value.rindex('"')
    kept = value[1 : 1 + MAX_CHARACTERS]
    kept = _CUT_ESCAPE.sub(lambda escape: escape[1] or "", kept) if "\\" in kept else kept
    return f'"{kept}… [{end - 1}]{value[end:]}'
