"""Baseline of accepted results: a file with the number of results per cause.

A cause with at most the accepted number of results is removed from the report; with one result more, all its
results count. The file is sorted JSON, for version control with the data; `--write-baseline` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from begrepp.errors import InputError
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.report import Result, ResultGroup

_FORMAT = "begrepp-baseline-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineResult:
    """An outcome without the accepted results, their number, and whether the baseline accepts more than there is."""

    outcome: ValidationOutcome
    accepted: int
    can_shrink: bool


def write_baseline(outcome: ValidationOutcome, path: Path) -> int:
    """Write the results of an outcome as a baseline; returns the number of causes."""
    counts = _counts(outcome)
    rows = [
        {"shape": shape, "path": path_text, "component": component, "severity": severity, "count": count}
        for (shape, path_text, component, severity), count in sorted(counts.items())
    ]
    document = {"format": _FORMAT, "profile": outcome.rules.name, "version": outcome.rules.version, "accepted": rows}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return len(rows)


def apply_baseline(outcome: ValidationOutcome, path: Path) -> BaselineResult:
    """Remove the accepted results. Raises `InputError` if the file is not a baseline."""
    accepted = _read(path)
    counts = _counts(outcome)
    accepted_causes = {key for key, count in counts.items() if count <= accepted.get(key, 0)}
    report = outcome.report
    remaining = replace(
        report,
        groups=tuple(group for group in report.groups if _key(group) not in accepted_causes),
        results=tuple(result for result in report.results if _key(result) not in accepted_causes),
    )
    return BaselineResult(
        outcome=replace(outcome, report=remaining),
        accepted=sum(counts[key] for key in accepted_causes),
        can_shrink=any(counts.get(key, 0) < count for key, count in accepted.items()),
    )


_Key = tuple[str, str, str, str]


def _key(result: ResultGroup | Result) -> _Key:
    return (result.shape, result.path or "", result.component, str(result.severity))


def _counts(outcome: ValidationOutcome) -> dict[_Key, int]:
    counts: dict[_Key, int] = {}
    for group in outcome.report.groups:
        counts[_key(group)] = counts.get(_key(group), 0) + group.count
    return counts


def _read(path: Path) -> Mapping[_Key, int]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != _FORMAT:
            raise KeyError(document["format"])
        return {
            (str(row["shape"]), str(row["path"]), str(row["component"]), str(row["severity"])): int(row["count"])
            for row in document["accepted"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(path, f"is not a baseline: {error}", "Create one with --write-baseline.") from error
