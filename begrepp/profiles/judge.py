"""Holds files against a profile or against shapes of one's own, and gives back all that a report needs to say."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat

from begrepp.intake.prepare import prepare
from begrepp.profiles.imports import copies, with_imports
from begrepp.profiles.manifest import Profile
from begrepp.profiles.shapedoc import ShapeDoc, document
from begrepp.settings import Settings
from begrepp.shacl.reading import read
from begrepp.shacl.shapes import Shapes
from begrepp.shacl.words import RDF_TYPE
from begrepp.validate import KEPT_PER_SHAPE, Report, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that comes in: where it lies, what its sender calls it, and the syntax where the sender says so."""

    path: Path
    name: str = ""
    syntax: RdfFormat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the reader must know to read the report rightly; `kind` is a key among the words of reports."""

    kind: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What to judge by: shapes, graphs to look things up in, and what they are called."""

    files: tuple[Path, ...]
    background: tuple[Path, ...] = ()
    name: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    source: str = ""
    per: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A report, with the rules it was made by, the files it is about and what the reader must know."""

    report: Report
    rules: Rules
    shapes: tuple[ShapeDoc, ...]
    files: tuple[str, ...]
    notes: tuple[Note, ...]
    seconds: float


def rules_of(profile: Profile) -> Rules:
    """A profile as something to judge by. Raises `InputError` where its files are not those that were pinned."""
    profile.check()
    return Rules(
        files=profile.files,
        background=profile.background,
        name=profile.name,
        title=profile.title,
        version=profile.version,
        source=profile.source,
        per=profile.per,
    )


def judge(
    data: Sequence[Source],
    rules: Rules,
    settings: Settings,
    *,
    imports: Mapping[str, Path] | None = None,
    leave_out_imports: bool = False,
    limit: int = KEPT_PER_SHAPE,
) -> Judgement:
    """Judge the files as one graph. Raises `InputError` where a file, the shapes or an import cannot be used."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="begrepp-") as place:
        folder = Path(place)
        own = [prepare(each.path, folder, syntax=each.syntax, name=each.name) for each in rules.sources]
        shapes, left_out = with_imports(
            [*rules.files, *own], copies(settings, imports), leave_out=leave_out_imports
        )
        files = [prepare(each.path, folder, syntax=each.syntax, name=each.name) for each in data]
        report = validate(files, shapes, background=rules.background, limit=limit)
        documented = tuple(document(Shapes(shapes)))
        notes = [Note(kind="import", value=iri) for iri in left_out]
        if not report.groups and not _anything_judged(files, documented):
            notes.append(Note(kind="nothing"))
    return Judgement(
        report=report,
        rules=rules,
        shapes=documented,
        files=tuple(each.name or each.path.name for each in data),
        notes=tuple(notes),
        seconds=round(time.perf_counter() - began, 2),
    )


def _anything_judged(files: Sequence[Path], shapes: Sequence[ShapeDoc]) -> bool:
    """Whether something in the data is what a shape looks at; asked only where nothing was found wanting."""
    classes = {NamedNode(value) for each in shapes for name, value in each.targets if name == "targetClass"}
    predicates = {
        NamedNode(value) for each in shapes for name, value in each.targets if name.endswith("Of") and "://" in value
    }
    if any(name == "targetNode" for each in shapes for name, _ in each.targets):
        return True
    return any(
        quad.predicate in predicates or (quad.predicate == RDF_TYPE and quad.object in classes) for quad in read(files)
    )


def profile_documentation(profile: Profile) -> list[ShapeDoc]:
    """The shapes of a profile, described. Raises `InputError` where a file cannot be read."""
    files, _ = with_imports(profile.files, copies(Settings()), leave_out=True)
    return document(Shapes(files))


