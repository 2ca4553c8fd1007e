"""Validation results of the current build per load, and the shapes."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from begrepp.artefact.manifest import WarningGroup
from begrepp.records import Text
from begrepp.text.version_order import version_key
from server.http.urls import document_path
from server.pages.schemes.editions import LoadRow, load_row
from server.served.build import ServedBuild
from server.served.labels import choose_text

EXAMPLES_SHOWN = 5
ExampleParts = Sequence[tuple[str, str]]
"""The parts of an example, each with the address of its page or an empty string."""


class FindingRow(Struct, frozen=True, kw_only=True):
    """Results with one cause in one load."""

    shape: str
    severity: str
    count: int
    message: Text | None
    examples: Sequence[ExampleParts]


class LoadResults(Struct, frozen=True, kw_only=True):
    """Validation results of one load."""

    load: LoadRow
    violations: int
    warnings: int
    findings: Sequence[FindingRow]


class CheckRow(Struct, frozen=True, kw_only=True):
    """Results of a check across all sources."""

    name: str
    title: str
    severity: str
    count: int
    examples: Sequence[ExampleParts]


class ValidationPage(Struct, frozen=True, kw_only=True):
    """Data of the page with the validation results of the build."""

    loads: Sequence[LoadResults]
    checks: Sequence[CheckRow]
    failed: Sequence[dict[str, str]]
    public: bool


def validation_page(build: ServedBuild, language: str) -> ValidationPage:
    """Return the page from the manifest and the shapes; loads with most results first."""
    loads = []
    for said in build.manifest.loads:
        row = load_row(build, said.load_iri)
        assert row is not None
        findings = [_finding(build, group, language) for group in said.warning_groups]
        loads.append(LoadResults(load=row, violations=said.violations, warnings=said.warnings, findings=findings))
    public = build.manifest.public
    return ValidationPage(
        loads=sorted(
            loads, key=lambda row: (-row.violations, -row.warnings, row.load.source, version_key(row.load.version))
        ),
        checks=[
            CheckRow(
                name=said.check,
                title=said.title,
                severity=said.severity,
                count=said.count,
                examples=_links(build, said.examples),
            )
            for said in build.manifest.checks
        ],
        failed=[{"source": f.source, "reason": "" if public else f.reason} for f in build.manifest.failed],
        public=public,
    )


def _finding(build: ServedBuild, group: WarningGroup, language: str) -> FindingRow:
    return FindingRow(
        shape=group.shape.rpartition("#")[2],
        severity=group.severity,
        count=group.count,
        message=choose_text([Text(words, lang) for lang, words in group.messages.items()], language),
        examples=_links(build, group.examples),
    )


def _links(build: ServedBuild, examples: Sequence[str]) -> list[ExampleParts]:
    """Return examples with links to their pages; those of several IRIs have a link for each."""
    return [
        [(part, document_path(build.iris, part) if "://" in part else "") for part in example.split(" ")]
        for example in examples[:EXAMPLES_SHOWN]
    ]
