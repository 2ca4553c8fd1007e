"""The outcome of validating files against a rule set, with all that a report format needs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, urljoin

from begrepp.validation.profiles.profile import Profile
from begrepp.validation.profiles.shape_doc import ShapeDoc
from begrepp.validation.report import Report, Result, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """An input file: its path, its name in messages, and its media type if the sender states one.

    `root` is the IRI that stands for the working folder in the addresses of files; "" is the folder's own.
    """

    path: Path
    name: str = ""
    media_type: str = ""
    root: str = ""

    @property
    def base(self) -> str:
        """The IRI that relative IRIs in the file refer to: its address (RFC 3986, 5.1.3).

        For a file that was sent under a name it is `file:///name`, not the path of its temporary copy.
        """
        if self.root:
            return urljoin(self.root, quote(Path(os.path.relpath(self.path)).as_posix()))
        if self.name.startswith(("http://", "https://")):
            return self.name
        if self.name in ("", str(self.path)):
            return self.path.absolute().as_uri()
        return f"file:///{quote(Path(self.name).name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A remark on the validation as a whole; `kind` is a key under `note` in the translations of reports."""

    kind: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Shapes to validate against, background graphs, and the name, version and source of the set.

    `own_shapes` and `own_background` are files of the user that still have to be prepared. If `subject_class` is an
    IRI, the outcome lists the results of each instance of the class. `main_classes` are the classes that the set is
    about.
    """

    files: tuple[Path, ...]
    background: tuple[Path, ...] = ()
    name: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    source: str = ""
    subject_class: str = ""
    main_classes: tuple[str, ...] = ()
    own_shapes: tuple[InputFile, ...] = ()
    own_background: tuple[InputFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An instance of the subject class, such as a dataset, with its results.

    `conditional` are the warnings and information: properties that are required on a condition only.
    """

    iri: str
    labels: Mapping[str, str]
    violations: tuple[Result, ...]
    conditional: tuple[Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationOutcome:
    """A report with its rule set, the validated files, remarks, and the duration in seconds."""

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
        """`conforms` without results, `passes` without violations, `fails`, or `unjudged`.

        Data without violations are `unjudged` if no rule applies to them, or if no node is of a main class.
        """
        if not self.report.violations and any(remark.kind in ("nothing", "main") for remark in self.remarks):
            return "unjudged"
        if self.report.conforms:
            return "conforms"
        return "fails" if self.report.violations else "passes"

    def filter_by_severity(self, least: Severity) -> ValidationOutcome:
        """Return the outcome with the results of this severity or higher, and a remark on how many are left out."""
        severities = list(Severity)
        included = severities[: severities.index(least) + 1]
        groups = tuple(group for group in self.report.groups if group.severity in included)
        results = tuple(result for result in self.report.results if result.severity in included)
        report = replace(self.report, groups=groups, results=results)
        left_out = self.report.total - report.total
        remarks = (Remark(kind="filtered", value=str(left_out)),) if left_out else ()
        return replace(self, report=report, remarks=(*self.remarks, *remarks))


def rule_set_from_profile(profile: Profile) -> RuleSet:
    """Return the rule set of a profile. Raises `InputError` if its files do not match the pinned checksums."""
    profile.verify_checksums()
    return RuleSet(
        files=profile.files,
        background=profile.background,
        name=profile.name,
        title=profile.title,
        version=profile.version,
        source=profile.source,
        subject_class=profile.subject_class,
        main_classes=profile.main_classes,
    )
