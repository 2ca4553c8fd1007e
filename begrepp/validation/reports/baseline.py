"""What was accepted before: a file of counts per cause, so that a team can take on a profile and only ever improve.

A cause that has no more results than the file says is forgiven; one result more, and all of that cause count. The
file is sorted JSON, to be kept with the data; `--write-baseline` writes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from begrepp.errors import InputError
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.report import Group, Result

_FORMAT = "begrepp-baseline-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineResult:
    """A judgement without what was accepted before; how much that was; whether there is less of it now."""

    judgement: ValidationOutcome
    count: int
    shrunk: bool


def write_baseline(judgement: ValidationOutcome, path: Path) -> int:
    """Write what is wrong now as accepted. The number of causes."""
    counts = _counts(judgement)
    rows = [
        {"shape": shape, "path": trail, "component": component, "severity": severity, "count": count}
        for (shape, trail, component, severity), count in sorted(counts.items())
    ]
    said = {"format": _FORMAT, "profile": judgement.rules.name, "version": judgement.rules.version, "accepted": rows}
    path.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return len(rows)


def apply_baseline(judgement: ValidationOutcome, path: Path) -> BaselineResult:
    """Take away what was accepted before. Raises `InputError` where the file is no baseline."""
    accepted = _read(path)
    counts = _counts(judgement)
    forgiven = {key for key, count in counts.items() if count <= accepted.get(key, 0)}
    report = judgement.report
    kept = replace(
        report,
        groups=tuple(group for group in report.groups if _key(group) not in forgiven),
        results=tuple(result for result in report.results if _key(result) not in forgiven),
    )
    return BaselineResult(
        judgement=replace(judgement, report=kept),
        count=sum(counts[key] for key in forgiven),
        shrunk=any(counts.get(key, 0) < count for key, count in accepted.items()),
    )


_Key = tuple[str, str, str, str]


def _key(found: Group | Result) -> _Key:
    return (found.shape, found.path or "", found.component, str(found.severity))


def _counts(judgement: ValidationOutcome) -> dict[_Key, int]:
    counts: dict[_Key, int] = {}
    for group in judgement.report.groups:
        counts[_key(group)] = counts.get(_key(group), 0) + group.count
    return counts


def _read(path: Path) -> Mapping[_Key, int]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != _FORMAT:
            raise KeyError(said["format"])
        return {
            (str(row["shape"]), str(row["path"]), str(row["component"]), str(row["severity"])): int(row["count"])
            for row in said["accepted"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(path, f"is not a baseline: {error}", "Create one with --write-baseline.") from error
