"""Baseline of accepted results: a file with the number of results per cause.

A cause with at most the accepted number of results is removed from the report; with one result more, all its
results count. The file is sorted JSON, for version control with the data; `--write-baseline` writes it.

IRIs of files, which relative IRIs in shapes become, are written without the folder: below the common folder of the
user's own shapes as `shapes.ttl#S`, and below the folder of a profile as `profile/shapes.ttl#S`. So a baseline remains
valid where the files are moved to another folder or another machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from urllib.parse import urljoin

from begrepp.errors import InputError
from begrepp.validation.outcome import RuleSet, ValidationOutcome
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
    counts = _counts(outcome, _Folders(outcome.rules))
    rows = [
        {"shape": shape, "path": path_text, "component": component, "severity": severity, "count": count}
        for (shape, path_text, component, severity), count in sorted(counts.items())
    ]
    document = {"format": _FORMAT, "profile": outcome.rules.name, "version": outcome.rules.version, "accepted": rows}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return len(rows)


def apply_baseline(outcome: ValidationOutcome, path: Path) -> BaselineResult:
    """Remove the accepted results. Raises `InputError` if the file is not a baseline."""
    folders = _Folders(outcome.rules)
    accepted = _read(path, folders)
    counts = _counts(outcome, folders)
    accepted_causes = {key for key, count in counts.items() if count <= accepted.get(key, 0)}
    report = outcome.report
    remaining = replace(
        report,
        groups=tuple(group for group in report.groups if _key(group, folders) not in accepted_causes),
        results=tuple(result for result in report.results if _key(result, folders) not in accepted_causes),
    )
    return BaselineResult(
        outcome=replace(outcome, report=remaining),
        accepted=sum(counts[key] for key in accepted_causes),
        can_shrink=any(counts.get(key, 0) < count for key, count in accepted.items()),
    )


_Key = tuple[str, str, str, str]


class _Folders:
    """The folders of the shapes, as IRIs that end with `/`, the longest first."""

    def __init__(self, rules: RuleSet) -> None:
        own = [urljoin(each.base, ".") for each in rules.own_shapes]
        parts = [part[0] for part in takewhile(_are_equal, zip(*(each[:-1].split("/") for each in own), strict=False))]
        folders = {urljoin(path.absolute().as_uri(), "..") for path in rules.files}
        folders |= {"/".join([*parts, ""])} if parts else {*own}
        self._folders = sorted(folders, key=len, reverse=True)

    def remove(self, text: str) -> str:
        """Return an IRI, or a path of IRIs, without the folders."""
        for folder in self._folders:
            text = text.replace(f"<{folder}", "<").removeprefix(folder)
        return text


def _are_equal(parts: Sequence[str]) -> bool:
    return len({*parts}) == 1


def _key(result: ResultGroup | Result, folders: _Folders) -> _Key:
    shape, path, component = map(folders.remove, (result.shape, result.path or "", result.component))
    return (shape, path, component, str(result.severity))


def _counts(outcome: ValidationOutcome, folders: _Folders) -> dict[_Key, int]:
    counts: dict[_Key, int] = {}
    for group in outcome.report.groups:
        key = _key(group, folders)
        counts[key] = counts.get(key, 0) + group.count
    return counts


def _read(path: Path, folders: _Folders) -> Mapping[_Key, int]:
    """Read the accepted causes; a baseline of an earlier version may name the folders."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != _FORMAT:
            raise KeyError(document["format"])
        accepted: dict[_Key, int] = {}
        for row in document["accepted"]:
            shape, path_text, component = (folders.remove(str(row[name])) for name in ("shape", "path", "component"))
            accepted[shape, path_text, component, str(row["severity"])] = int(row["count"])
        return accepted
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(path, f"is not a baseline: {error}", "Create one with --write-baseline.") from error
