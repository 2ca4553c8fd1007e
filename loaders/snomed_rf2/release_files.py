"""The files of a Snomed CT release in RF2: which of them to read, and whether they belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles, Skipped
from begrepp.sources.editions import data_files

_FILE = re.compile(
    r"x?(?:sct2|der2)_(?P<content>\w+?)_?(?P<state>Snapshot|Full|Delta)(?:-[A-Za-z-]+)?"
    r"_(?P<owner>[A-Z]{2,3}(?P<namespace>\d*))_(?P<day>\d{8})\.txt"
)
_MEMBER = ("id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId")
_MAP = (*_MEMBER, "mapGroup", "mapPriority", "mapRule", "mapAdvice", "mapTarget", "correlationId")
_DESCRIBED = ("conceptId", "languageCode", "typeId", "term", "caseSignificanceId")
_RELATED = ("relationshipGroup", "typeId", "characteristicTypeId", "modifierId")
COLUMNS = {
    "Concept": (*_MEMBER[:4], "definitionStatusId"),
    "Description": (*_MEMBER[:4], *_DESCRIBED),
    "TextDefinition": (*_MEMBER[:4], *_DESCRIBED),
    "Relationship": (*_MEMBER[:4], "sourceId", "destinationId", *_RELATED),
    "RelationshipConcreteValues": (*_MEMBER[:4], "sourceId", "value", *_RELATED),
    "Language": (*_MEMBER, "acceptabilityId"),
    "Association": (*_MEMBER, "targetComponentId"),
    "ExtendedMap": (*_MAP, "mapCategoryId"),
    "ComplexMap": _MAP,
    "SimpleMap": (*_MEMBER, "mapTarget"),
    "ModuleDependency": (*_MEMBER, "sourceEffectiveTime", "targetEffectiveTime"),
}
_REQUIRED = ("Concept", "Description", "Relationship", "Language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rf2File:
    """An RF2 file and what its name says."""

    path: Path
    content: str
    state: str
    owner: str
    namespace: str
    day: date


def is_map(file: Rf2File) -> bool:
    """Whether it maps concepts to another code system."""
    return file.content.endswith("Map")


def choose_files(edition: EditionFiles) -> tuple[list[Rf2File], list[Skipped]]:
    """The Snapshot files, or where there are none the Full ones; what is left out, and why."""
    named, left_out = [], []
    for path in data_files(edition):
        if file := _named(path):
            named.append(file)
        else:
            left_out.append(Skipped(origin=Origin(path.name), reason="it has no name of an RF2 data file."))
    here = Origin(f"{edition.source}/{edition.version}")
    state = next((state for state in ("Snapshot", "Full") if any(file.state == state for file in named)), "")
    if not state:
        what = "only Delta files, which hold no more than the latest changes" if named else "no RF2 files"
        raise InputError(here, f"there are {what}.", "Unpack the release package and add its folder Snapshot.")
    chosen = [file for file in named if file.state == state and file.content in COLUMNS]
    for file in named:
        if file.state != state:
            left_out.append(Skipped(origin=Origin(file.path.name), reason=f"{state} is read, not {file.state}."))
        elif file.content not in COLUMNS:
            left_out.append(Skipped(origin=Origin(file.path.name), reason=f"'{file.content}' is not kept."))
    for content in _REQUIRED:
        if all(file.content != content for file in chosen):
            others = sorted({file.state for file in named if file.content == content})
            raise InputError(
                here,
                f"there is no {content} {state} file" + (f", only {' and '.join(others)}." if others else "."),
                "Add all files of the release together: the whole folder Snapshot.",
            )
    _check_days(chosen)
    return chosen, left_out


def _named(path: Path) -> Rf2File | None:
    match = _FILE.fullmatch(path.name)
    if not match:
        return None
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        raise InputError(path, f"'{match['day']}' in the file's name is no date.", "Check the file's name.") from None
    content = re.sub(r"^[a-z]*Refset_|Reference$", "", match["content"])
    return Rf2File(
        path=path,
        content=content,
        state=match["state"],
        owner=match["owner"],
        namespace=match["namespace"],
        day=day,
    )


def _check_days(files: Iterable[Rf2File]) -> None:
    """The files of one package are of one day."""
    first: dict[str, Rf2File] = {}
    for file in files:
        other = first.setdefault(file.owner, file)
        if other.day != file.day:
            raise InputError(
                file.path,
                f"the file is of {file.day}, but {other.path.name} is of {other.day}: two releases are mixed.",
                "Add the files of one release only; begin with an empty folder.",
            )


def check_packages(days: dict[str, date], modules: dict[str, set[str]], dependencies: list[tuple[str, ...]]) -> None:
    """An extension builds on the international release of one day, which its module dependencies name."""
    home = {module: owner for owner, found in modules.items() for module in found}
    for name, line, source, target, wanted in dependencies:
        owner, other = home.get(source, ""), home.get(target, "")
        if owner and other and owner != other and date.fromisoformat(wanted) != days[other]:
            raise InputError(
                Origin(name, int(line)),
                f"{owner} builds on the release of {date.fromisoformat(wanted)}, but {other} is of {days[other]}.",
                "Fetch the release that the extension builds on, and add both together.",
            )


def check_modules(file: Rf2File, modules: set[str]) -> None:
    """A long identifier carries the namespace of the extension that made it; a package holds modules of its own."""
    spaces = {module[-10:-3] if module[-3:-2] == "1" else "" for module in modules}
    if modules and file.namespace not in spaces:
        raise InputError(
            file.path,
            f"its name says {file.owner}, but it holds rows of other modules only ({', '.join(sorted(modules))}).",
            "Files of two packages are mixed up; fetch the release again.",
        )
    if not file.namespace and len(spaces) > 1:
        strange = next(module for module in sorted(modules) if module[-3:-2] == "1")
        raise InputError(
            file.path,
            f"the international file holds rows of the extension module {strange}.",
            "Files of two packages are mixed up; fetch the release again.",
        )
