"""Report of the load of an edition: rows, skipped rows, parts, and the validation report."""

from __future__ import annotations

from dataclasses import dataclass, field

from begrepp.artefact.parts import Claim, FileUsed, Part
from begrepp.validation.report import Report


@dataclass(slots=True, kw_only=True)
class LoadReport:
    """Report of loading one edition: files, rows, skipped rows with reasons, parts, and the validation report."""

    source: str
    version: str
    load_iri: str
    files: tuple[FileUsed, ...]
    loaded_at: str
    rows_read: int = 0
    skipped: int = 0
    skips: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    """Place and text of the remarks on rows that are loaded (`begrepp.records.LoadRemark`)."""
    parts: list[Part] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """Decisions of the build about the edition, in sentences for its user."""
    validation: Report | None = None
    entry: str = ""
    """Key in the part cache."""
    reused: bool = False
    """Whether the edition came from the part cache."""
