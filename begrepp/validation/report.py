"""The validation report: results in a fixed order, and their counts by shape and cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from pyoxigraph import Literal, NamedNode

from begrepp.validation.shacl.results import ShaclResult, ShaclResults
from begrepp.validation.shacl.vocabulary import SH, Term

EXAMPLES_PER_GROUP = 5


class Severity(StrEnum):
    """Severity of a result, highest first; only a violation prevents the publication of a source."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One validation result (SHACL 3.6).

    `shape` is the IRI of the named shape; `focus` and `value` are IRIs, `"literals"@sv` as in N-Triples or
    `_:blank`; `path` is a property's IRI, or a longer path as in Turtle; `messages` are by language.
    """

    shape: str
    severity: Severity
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
    component: str
    path: str | None
    messages: Mapping[str, str]
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Validation report: the first results of each shape, and all results counted by cause, in a fixed order.

    `engine` is "fast" or "reference"; `shapes` is the number of shapes with a target.
    """

    results: tuple[Result, ...]
    groups: tuple[ResultGroup, ...]
    engine: str
    shapes: int

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and information are allowed."""
        return not self.violations

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

    def to_turtle(self) -> str:
        """Serialise `results` as a `sh:ValidationReport` in Turtle; deterministic."""
        body = " ,\n".join(_result_turtle(result) for result in self.results)
        conforms = "false" if self.groups else "true"
        results = f" ;\n  sh:result\n{body}" if body else ""
        return f"@prefix sh: <{SH}> .\n\n[] a sh:ValidationReport ;\n  sh:conforms {conforms}{results} .\n"


def _result_turtle(result: Result) -> str:
    lines = [
        f"sh:focusNode {_as_turtle(result.focus)}",
        f"sh:resultSeverity sh:{result.severity}",
        f"sh:sourceShape {_as_turtle(result.shape)}",
        f"sh:sourceConstraintComponent <{result.component}>",
    ]
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
    """Count all results by cause and collect the first `limit` of each shape, so that memory is bounded."""
    by_shape: dict[str, list[Result]] = {}
    groups: dict[tuple[object, ...], ResultGroup] = {}
    for batch in results:
        first = ResultGroup(
            shape=batch.cause.shape.name,
            severity=_SEVERITIES.get(batch.cause.shape.severity, Severity.VIOLATION),
            component=batch.cause.component,
            path=batch.cause.path,
            messages=batch.cause.messages,
            count=len(batch),
            examples=tuple(batch.examples(EXAMPLES_PER_GROUP)),
        )
        cause = (first.severity, first.shape, first.component, first.path or "", *sorted(first.messages.items()))
        groups[cause] = _merge_groups(groups[cause], first) if cause in groups else first
        bucket = by_shape.setdefault(first.shape, [])
        bucket += [_result(first, result) for result in batch.first(limit)]
        bucket.sort(key=_sort_key)
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


def _result(group: ResultGroup, result: ShaclResult) -> Result:
    return Result(
        shape=group.shape,
        severity=group.severity,
        focus=result.focus,
        value=result.value,
        path=group.path,
        component=group.component,
        messages=result.messages,
    )


_RANK: dict[object, int] = {severity: rank for rank, severity in enumerate(Severity)}


_SEVERITIES: dict[Term | None, Severity] = {NamedNode(SH + severity): severity for severity in Severity}


def _sort_key(result: Result) -> tuple[str, ...]:
    messages = "".join(message for _, message in sorted(result.messages.items()))
    return (result.shape, result.focus, result.value or "", result.path or "", result.component, messages)
