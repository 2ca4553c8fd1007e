"""What the shapes said of each load of the current build, and what the shapes are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from begrepp.records import Text
from server.http.urls import document_path
from server.pages.editions import LoadRow, load_row
from server.served.build import ServedBuild
from server.served.labels import choose_text

EXAMPLES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """Results of one kind in one load."""

    shape: str
    severity: str
    count: int
    message: Text | None
    examples: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFindings:
    """What the shapes said of one load."""

    load: LoadRow
    violations: int
    warnings: int
    findings: Sequence[FindingRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a check found across all sources."""

    name: str
    title: str
    severity: str
    count: int
    examples: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationPage:
    """All loads of the build, and the shapes."""

    loads: Sequence[LoadFindings]
    checks: Sequence[Check]
    failed: Sequence[dict[str, str]]
    public: bool


def validation_page(build: ServedBuild, language: str) -> ValidationPage:
    """From the manifest and the shapes' own files; the loads with most to say first."""
    loads = []
    for said in build.manifest.loads:
        row = load_row(build, said["load"])
        assert row is not None
        findings = [_finding(build, group, language) for group in said["warning_groups"]]
        loads.append(
            LoadFindings(load=row, violations=said["violations"], warnings=said["warnings"], findings=findings)
        )
    public = build.manifest.public
    return ValidationPage(
        loads=sorted(loads, key=lambda row: (-row.violations, -row.warnings, row.load.source, row.load.version)),
        checks=[
            Check(
                name=said["check"],
                title=said["title"],
                severity=said["severity"],
                count=said["count"],
                examples=_links(build, said["examples"]),
            )
            for said in build.manifest.checks
        ],
        failed=[{"source": f["source"], "reason": "" if public else f["reason"]} for f in build.manifest.failed],
        public=public,
    )


def _finding(build: ServedBuild, group: dict[str, object], language: str) -> FindingRow:
    messages = group["messages"]
    examples = group["examples"]
    assert isinstance(messages, dict) and isinstance(examples, list)
    return FindingRow(
        shape=str(group["shape"]).rpartition("#")[2],
        severity=str(group["severity"]),
        count=int(str(group["count"])),
        message=choose_text([Text(words, lang) for lang, words in messages.items()], language),
        examples=_links(build, examples),
    )


def _links(build: ServedBuild, examples: Sequence[str]) -> list[tuple[str, str]]:
    """Examples with the addresses of their pages, where they have one."""
    return [
        (example, document_path(build.iris, example) if "://" in example and " " not in example else "")
        for example in examples[:EXAMPLES_SHOWN]
    ]
