"""Selection of the files of a Snomed CT release in RF2, and checks that they are of the same release."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles, Skipped
from begrepp.sources.editions import data_files
from begrepp.sources.rows import parse_date

_FILE = re.compile(
    r"x?(?:sct2|der2)_(?P<content>\w+?)_?(?P<state>Snapshot|Full|Delta)(?:-[A-Za-z-]+)?"
    r"_(?P<owner>[A-Z]{2,3}(?P<namespace>\d*))_(?P<day>\d{8})\.txt"
)
_MEMBER_COLUMNS = ("id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId")
_MAP_COLUMNS = (*_MEMBER_COLUMNS, "mapGroup", "mapPriority", "mapRule", "mapAdvice", "mapTarget", "correlationId")
_DESCRIPTION_COLUMNS = ("conceptId", "languageCode", "typeId", "term", "caseSignificanceId")
_RELATIONSHIP_COLUMNS = ("relationshipGroup", "typeId", "characteristicTypeId", "modifierId")
COLUMNS = {
    "Concept": (*_MEMBER_COLUMNS[:4], "definitionStatusId"),
    "Description": (*_MEMBER_COLUMNS[:4], *_DESCRIPTION_COLUMNS),
    "TextDefinition": (*_MEMBER_COLUMNS[:4], *_DESCRIPTION_COLUMNS),
    "Relationship": (*_MEMBER_COLUMNS[:4], "sourceId", "destinationId", *_RELATIONSHIP_COLUMNS),
    "RelationshipConcreteValues": (*_MEMBER_COLUMNS[:4], "sourceId", "value", *_RELATIONSHIP_COLUMNS),
    "Language": (*_MEMBER_COLUMNS, "acceptabilityId"),
    "Association": (*_MEMBER_COLUMNS, "targetComponentId"),
    "ExtendedMap": (*_MAP_COLUMNS, "mapCategoryId"),
    "ComplexMap": _MAP_COLUMNS,
    "SimpleMap": (*_MEMBER_COLUMNS, "mapTarget"),
    "Simple": _MEMBER_COLUMNS,
    "ModuleDependency": (*_MEMBER_COLUMNS, "sourceEffectiveTime", "targetEffectiveTime"),
}
_REQUIRED = ("Concept", "Description", "Relationship", "Language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rf2File:
    """An RF2 file with the parts of its name."""

    path: Path
    content: str
    state: str
    owner: str
    namespace: str
    day: date


def is_map(file: Rf2File) -> bool:
    """Return whether a file is a map reference set."""
    return file.content.endswith("Map")


def choose_files(edition: EditionFiles) -> tuple[list[Rf2File], list[Skipped]]:
    """Return the Snapshot files, or the Full ones if there are none, and the skipped files.

    Raises `InputError` if a required file is missing or two releases are mixed.
    """
    parsed, skipped = [], []
    for path in data_files(edition):
        if file := _parse_name(path):
            parsed.append(file)
        else:
            skipped.append(Skipped(origin=Origin(path.name), reason="its name is not that of an RF2 data file."))
    origin = Origin(f"{edition.source}/{edition.version}")
    state = next((state for state in ("Snapshot", "Full") if any(file.state == state for file in parsed)), "")
    if not state:
        problem = "only Delta files, which hold no more than the latest changes" if parsed else "no RF2 files"
        raise InputError(origin, f"there are {problem}.", "Unpack the release package and add its folder Snapshot.")
    chosen = [file for file in parsed if file.state == state and file.content in COLUMNS]
    for file in parsed:
        if file.state != state:
            skipped.append(Skipped(origin=Origin(file.path.name), reason=f"{state} is read, not {file.state}."))
        elif file.content not in COLUMNS:
            skipped.append(Skipped(origin=Origin(file.path.name), reason=f"'{file.content}' is not imported."))
    for content in _REQUIRED:
        if all(file.content != content for file in chosen):
            others = sorted({file.state for file in parsed if file.content == content})
            raise InputError(
                origin,
                f"there is no {content} {state} file" + (f", only {' and '.join(others)}." if others else "."),
                "Add all files of the release together: the whole folder Snapshot.",
            )
    _check_days(chosen)
    return chosen, skipped


def _parse_name(path: Path) -> Rf2File | None:
    match = _FILE.fullmatch(path.name)
    if not match:
        return None
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        raise InputError(
            path, f"'{match['day']}' in the file's name is not a date.", "Check the file's name."
        ) from None
    content = re.sub(r"^[a-z]*Refset_|(Reference|Refset)$", "", match["content"])
    return Rf2File(
        path=path,
        content=content,
        state=match["state"],
        owner=match["owner"],
        namespace=match["namespace"],
        day=day,
    )


def _check_days(files: Iterable[Rf2File]) -> None:
    """Raise `InputError` if files of one package have different dates."""
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
    """Raise `InputError` if the date of the international release differs from an extension's module dependencies."""
    package_of = {module: owner for owner, module_ids in modules.items() for module in module_ids}
    for name, line, source, target, required in dependencies:
        owner, other = package_of.get(source, ""), package_of.get(target, "")
        if not (owner and other) or owner == other:
            continue
        day = parse_date(required, Origin(name, int(line)), "targetEffectiveTime")
        if day != days[other]:
            raise InputError(
                Origin(name, int(line)),
                f"{owner} builds on the release of {day}, but {other} is of {days[other]}.",
                "Download the release that the extension builds on, and add both together.",
            )


def check_modules(file: Rf2File, modules: set[str]) -> None:
    """Raise `InputError` if a file has modules of another package: long identifiers contain a namespace."""
    spaces = {module[-10:-3] if module[-3:-2] == "1" else "" for module in modules}
    # The release of an edition names its extension, and holds the international rows too.
    if modules and file.namespace not in spaces and spaces != {""}:
        raise InputError(
            file.path,
            f"the file name has {file.owner}, but all rows are of other modules ({', '.join(sorted(modules))}).",
            "Files of two packages are mixed up; download the release again.",
        )
    if not file.namespace and len(spaces) > 1:
        strange = next(module for module in sorted(modules) if module[-3:-2] == "1")
        raise InputError(
            file.path,
            f"the international file holds rows of the extension module {strange}.",
            "Files of two packages are mixed up; download the release again.",
        )
