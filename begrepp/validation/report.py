"""The validation report: results in a fixed order, and their counts by shape and cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from pyoxigraph import Literal, NamedNode

from begrepp.validation.shacl.results import Cause, ShaclResult, ShaclResults
from begrepp.validation.shacl.shapes import source_text
from begrepp.validation.shacl.vocabulary import RDFS_COMMENT, SH, Term, display_text

EXAMPLES_PER_GROUP = 5


class Severity(StrEnum):
    """Severity of a result, highest first; only a violation prevents the publication of a source."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One validation result (SHACL 3.6).

    `shape` is the IRI of the named shape that `source_shape`, which may be blank, is or is a part of;
    `source_constraint` is its SPARQL constraint. `severity` is that of `severity_iri`, and a violation for a severity
    of the shapes' own. `focus` and `value` are IRIs, `"literals"@sv` as in N-Triples or `_:blank`; `path` is a
    property's IRI, or a longer path as in Turtle; `messages` are by language.
    """

    shape: str
    source_shape: str
    source_constraint: str | None
    severity: Severity
    severity_iri: str
    focus: str
    value: str | None
    path: str | None
    component: str
    messages: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultGroup:
    """Results with one cause: their number, and the first nodes they are about."""

    shape: str
    severity: Severity
    severity_iri: str
    component: str
    path: str | None
    messages: Mapping[str, str]
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Validation report: the first results of each shape, and all results counted by cause, in a fixed order.

    `engine` is "fast", "reference", or "mixed" where both were used; `shapes` is the number of shapes with a target.
    """

    results: tuple[Result, ...]
    groups: tuple[ResultGroup, ...]
    engine: str
    shapes: int

    @property
    def conforms(self) -> bool:
        """Whether there are no results, as `sh:conforms` says; a warning is a result (SHACL 3.6.1.1)."""
        return not self.groups

    @property
    def total(self) -> int:
        """The number of results, also of those that are not in `results`."""
        return sum(group.count for group in self.groups)

    @property
    def violations(self) -> int:
        """The number of violations, also of those that are not in `results`."""
        return self._count(Severity.VIOLATION)

    @property
    def warnings(self) -> int:
        """The number of warnings, also of those that are not in `results`."""
        return self._count(Severity.WARNING)

    def _count(self, severity: Severity) -> int:
        return sum(group.count for group in self.groups if group.severity is severity)

    def to_turtle(self, remarks: Iterable[str] = ()) -> str:
        """Serialise `results` as a `sh:ValidationReport` in Turtle; deterministic. `remarks` become comments on it."""
        body = " ,\n".join(_result_turtle(result) for result in self.results)
        lines = [f"sh:conforms {'true' if self.conforms else 'false'}"]
        lines += [f"<{RDFS_COMMENT}> {Literal(remark)}" for remark in remarks]
        lines += [f"sh:result\n{body}"] if body else []
        return f"@prefix sh: <{SH}> .\n\n[] a sh:ValidationReport ;\n  " + " ;\n  ".join(lines) + " .\n"


def _result_turtle(result: Result) -> str:
    severity = result.severity_iri
    lines = [
        f"sh:focusNode {_as_turtle(result.focus)}",
        f"sh:resultSeverity {f'sh:{result.severity}' if severity == SH + result.severity else _as_turtle(severity)}",
        f"sh:sourceShape {_as_turtle(result.source_shape)}",
        f"sh:sourceConstraintComponent <{result.component}>",
    ]
    if result.source_constraint is not None:
        lines.append(f"sh:sourceConstraint {_as_turtle(result.source_constraint)}")
    if result.path:
        lines.append(f"sh:resultPath {result.path if result.path[0] in '([' else _as_turtle(result.path)}")
    if result.value is not None:
        lines.append(f"sh:value {_as_turtle(result.value)}")
    for language, message in sorted(result.messages.items()):
        lines.append(f"sh:resultMessage {Literal(message, language=language) if language else Literal(message)}")
    return "    [ a sh:ValidationResult ;\n      " + " ;\n      ".join(lines) + " ]"


def _as_turtle(text: str) -> str:
    return text if text.startswith(('"', "_:", "<<")) else f"<{text}>"


def make_report(results: Iterable[ShaclResults], engine: str, shapes: int, limit: int) -> Report:
    """Count all results by cause and collect the first `limit` of each shape, so that memory is bounded.

    Those of the highest severity come first, so that a limit never hides a violation behind warnings.
    """
    by_shape: dict[str, list[Result]] = {}
    groups: dict[tuple[object, ...], ResultGroup] = {}
    for batch in results:
        first = ResultGroup(
            shape=batch.cause.shape.name,
            severity=_SEVERITIES.get(batch.cause.shape.severity, Severity.VIOLATION),
            severity_iri=display_text(batch.cause.shape.severity or _VIOLATION),
            component=batch.cause.component,
            path=batch.cause.path,
            messages=batch.cause.messages,
            count=len(batch),
            examples=tuple(batch.examples(EXAMPLES_PER_GROUP)),
        )
        kind = (first.severity_iri, first.shape, first.component, first.path or "")
        cause = (first.severity, *kind, *sorted(first.messages.items()))
        groups[cause] = _merge_groups(groups[cause], first) if cause in groups else first
        bucket = by_shape.setdefault(first.shape, [])
        bucket += [_result(first, batch.cause, result) for result in batch.first(limit)]
        bucket.sort(key=lambda result: (_RANK[result.severity], *_sort_key(result)))
        del bucket[limit:]
    return Report(
        results=tuple(sorted((result for bucket in by_shape.values() for result in bucket), key=_sort_key)),
        groups=tuple(groups[cause] for cause in sorted(groups, key=lambda c: (_RANK[c[0]], *map(str, c[1:])))),
        engine=engine,
        shapes=shapes,
    )


def _merge_groups(one: ResultGroup, other: ResultGroup) -> ResultGroup:
    examples = tuple(sorted({*one.examples, *other.examples})[:EXAMPLES_PER_GROUP])
    return replace(one, count=one.count + other.count, examples=examples)


def _result(group: ResultGroup, cause: Cause, result: ShaclResult) -> Result:
    return Result(
        shape=group.shape,
        source_shape=source_text(cause.shape.node),
        source_constraint=None if cause.constraint is None else source_text(cause.constraint),
        severity=group.severity,
        severity_iri=group.severity_iri,
        focus=result.focus,
        value=result.value,
        path=group.path,
        component=group.component,
        messages=result.messages,
    )


_RANK: dict[object, int] = {severity: rank for rank, severity in enumerate(Severity)}


_VIOLATION = NamedNode(SH + Severity.VIOLATION)
_SEVERITIES: dict[Term | None, Severity] = {NamedNode(SH + severity): severity for severity in Severity}


def _sort_key(result: Result) -> tuple[str, ...]:
    messages = "".join(message for _, message in sorted(result.messages.items()))
    what = (result.shape, result.focus, result.value or "", result.path or "", result.component)
    return (*what, result.source_shape, result.source_constraint or "", messages)
