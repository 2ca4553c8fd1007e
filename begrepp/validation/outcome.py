"""The outcome of validating files against a rule set, with all that a report format needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from begrepp.validation.profiles.profile import Profile
from begrepp.validation.profiles.shape_doc import ShapeDoc
from begrepp.validation.report import Report, Result, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that comes in: where it lies, what its sender calls it, and the media type where the sender says so."""

    path: Path
    name: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something the reader must know to read the report rightly; `kind` is a key among the words of reports."""

    kind: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """What to judge by: shapes, graphs to look things up in, and what they are called."""

    files: tuple[Path, ...]
    background: tuple[Path, ...] = ()
    name: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    source: str = ""
    subject_class: str = ""
    own_shapes: tuple[InputFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing that a report speaks of by itself, such as a dataset, and the violations it has."""

    iri: str
    labels: Mapping[str, str]
    violations: tuple[Result, ...]
    conditional: tuple[Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationOutcome:
    """A report, with the rules it was made by, the files it is about and what the reader must know."""

    report: Report
    rules: RuleSet
    shapes: tuple[ShapeDoc, ...]
    files: tuple[str, ...]
    paths: tuple[Path, ...]
    remarks: tuple[Remark, ...]
    subjects: tuple[Subject, ...]
    seconds: float

    @property
    def verdict(self) -> str:
        """`conforms`, `fails`, or `unjudged` where nothing in the data is what the rules look at."""
        if any(note.kind == "nothing" for note in self.remarks):
            return "unjudged"
        return "conforms" if self.report.conforms else "fails"

    def filter_by_severity(self, least: Severity) -> ValidationOutcome:
        """The outcome with results of this severity and graver."""
        ranks = list(Severity)
        kept = ranks[: ranks.index(least) + 1]
        groups = tuple(group for group in self.report.groups if group.severity in kept)
        results = tuple(result for result in self.report.results if result.severity in kept)
        return replace(self, report=replace(self.report, groups=groups, results=results))


def rule_set_from_profile(profile: Profile) -> RuleSet:
    """A profile as something to judge by. Raises `InputError` where its files are not those that were pinned."""
    profile.verify_checksums()
    return RuleSet(
        files=profile.files,
        background=profile.background,
        name=profile.name,
        title=profile.title,
        version=profile.version,
        source=profile.source,
        subject_class=profile.subject_class,
    )
