"""Causes of results in a language: message, count, examples and hint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from begrepp.rdf.namespaces import compact
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.profiles.shape_doc import ShapeDoc
from begrepp.validation.report import ResultGroup, Severity
from begrepp.validation.reports.i18n import blank_placeholders, choose_text, has_translation, translate
from begrepp.validation.shacl.vocabulary import SH

_ORDER = {severity: rank for rank, severity in enumerate(Severity)}
_COMPONENT = re.compile(r"#(\w+)ConstraintComponent$")
_IRI = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseText:
    """A group of results with one cause, in one language; `severity_name` is that of a severity of the shapes' own."""

    severity: Severity
    severity_name: str
    count: int
    shape: str
    shape_id: str
    label: str
    path: str
    result_path: str
    message: str
    hint: str
    link: str
    examples: tuple[str, ...]
    component: str


def cause_texts(outcome: ValidationOutcome, language: str) -> list[CauseText]:
    """Return the causes of an outcome, by severity and count, highest first."""
    shapes = {each.iri: each for each in outcome.shapes}
    texts = [_cause_text(group, shapes, outcome, language) for group in outcome.report.groups]
    return sorted(
        texts, key=lambda cause: (_ORDER[cause.severity], -cause.count, cause.label, cause.path, cause.message)
    )


def format_path(path: str | None, shapes: Mapping[str, ShapeDoc] | None = None) -> str:
    """Return the path of a result for display: a prefixed name, or the path as its shape is documented."""
    if not path:
        return ""
    if "://" in path and path[0] not in "([":
        return compact(path)
    for shape in (shapes or {}).values():
        for each in shape.properties:
            if each.path_id == path:
                return each.path
    return re.sub(r"<([^<>]+)>", lambda match: compact(match[1]), path)


def _cause_text(
    group: ResultGroup, shapes: Mapping[str, ShapeDoc], outcome: ValidationOutcome, language: str
) -> CauseText:
    shape = shapes.get(group.shape)
    component = match[1] if (match := _COMPONENT.search(group.component)) else ""
    path = format_path(group.path, shapes)
    hint = choose_text(shape.hint, language) if shape else ""
    if not hint:
        key = f"hint.{component}" if has_translation(language, f"hint.{component}") else "hint.other"
        hint = translate(language, key, path=path)
    see_also = next((link for link in shape.see_also if "://" in link), "") if shape else ""
    label = choose_text(shape.label, language) if shape else ""
    short = compact(group.shape)
    shape_id = shape.id if shape else group.shape.rpartition("#")[2]
    return CauseText(
        severity=group.severity,
        severity_name="" if group.severity_iri == SH + group.severity else compact(group.severity_iri),
        count=group.count,
        shape=group.shape,
        shape_id=shape_id,
        label=label or (short if short != group.shape else shape_id),
        path=path,
        result_path=group.path or "",
        message=_replace_iris(blank_placeholders(choose_text(group.messages, language)), shapes, language),
        hint=hint,
        link=see_also or outcome.rules.source,
        examples=group.examples,
        component=component,
    )


def _replace_iris(message: str, shapes: Mapping[str, ShapeDoc], language: str) -> str:
    """Replace IRIs in a message: shapes by their labels, node kinds by words, others by prefixed names."""

    def name(match: re.Match[str]) -> str:
        iri = match[0].rstrip(".,;:")
        shape = shapes.get(iri)
        kind = f"kind.{iri.removeprefix(SH)}"
        if iri.startswith(SH) and has_translation(language, kind):
            return translate(language, kind) + match[0][len(iri) :]
        short = (choose_text(shape.label, language) or shape.id) if shape else compact(iri)
        return short + match[0][len(iri) :]

    return _IRI.sub(name, message)


def count_infos(outcome: ValidationOutcome) -> int:
    """Return the number of results with severity Info."""
    return sum(group.count for group in outcome.report.groups if group.severity is Severity.INFO)


def remark_texts(outcome: ValidationOutcome, language: str) -> list[str]:
    """Return the remarks of an outcome in a language."""
    return [translate(language, f"note.{remark.kind}", value=remark.value) for remark in outcome.remarks]
