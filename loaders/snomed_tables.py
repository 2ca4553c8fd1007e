"""A Snomed CT release in RF2 as a temporary database on disk, so that memory does not grow with millions of rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import Skipped
from begrepp.rows import read_exact
from loaders.snomed_files import COLUMNS, Rf2File, check_modules, check_packages

_ROOT = 138875005
_STATED = "900000000000010007"
# Standing in a language reference set as one bit each, so that a description's standing is one number.
_SV, _US, _GB = "46011000052107", "900000000000509007", "900000000000508004"
_PREFERRED, _ACCEPTABLE = "900000000000548007", "900000000000549004"
_STANDING = {
    (_SV, _PREFERRED): 1,
    (_SV, _ACCEPTABLE): 2,
    (_US, _PREFERRED): 4,
    (_US, _ACCEPTABLE): 8,
    (_GB, _PREFERRED): 16,
    (_GB, _ACCEPTABLE): 32,
}
_SORTED_ON_DISK = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; PRAGMA temp_store=FILE"
_TABLES = """
CREATE TABLE concept(id, time, active, file, line);
CREATE TABLE description(id, time, active, concept, lang, type, term);
CREATE TABLE relationship(id, time, active, concept, type, target, value);
CREATE TABLE language(id, time, active, description, standing);
CREATE TABLE association(id, time, active, concept, refset, target);
CREATE TABLE map(id, time, active, refset, concept, place, priority, rule, advice, target, correlation, file, line);
"""

Values = tuple[Any, ...]


def database() -> sqlite3.Connection:
    """An empty database that is gone when it is closed."""
    joined = sqlite3.connect("")
    joined.executescript(_SORTED_ON_DISK)
    joined.executescript(_TABLES)
    return joined


def fill(joined: sqlite3.Connection, files: Sequence[Rf2File], until: date) -> Iterator[Skipped]:
    """All rows up to a day; then the latest of each component. Reference sets that are not known are told."""
    modules: dict[str, set[str]] = {}
    dependencies: list[tuple[str, ...]] = []
    several: set[str] = set()
    unknown: dict[str, Origin] = {}
    day = until.isoformat().replace("-", "")
    for number, file in enumerate(files):
        found: set[str] = set()
        rows = _rows(file, day, found)
        table = _TABLE[file.content]
        if file.content == "ModuleDependency":
            # Only the rows of this release: the snapshot keeps those of older ones too.
            dependencies += [
                (file.path.name, str(line), cells[3], cells[5], cells[7]) for line, cells in rows if cells[2] == "1"
            ]
            continue
        values = _values(file.content, number, rows, unknown, file.path.name)
        width = len(joined.execute(f"SELECT * FROM {table}").description)
        joined.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * width)})", values)
        check_modules(file, found)
        modules.setdefault(file.owner, set()).update(found)
        same = [f for f in files if _TABLE[f.content] == table]
        if file.state == "Full" or len({f.owner for f in same}) > 1:
            several.add(table)
    check_packages({file.owner: file.day for file in files}, modules, dependencies)
    joined.execute("CREATE TABLE began AS SELECT id, min(time) AS first FROM concept WHERE active GROUP BY id")
    for table in sorted(several):
        # With max(), SQLite takes the other columns of the row that has the maximum (lang_select.html, "Bare columns").
        joined.executescript(
            f"CREATE TABLE latest AS SELECT *, max(time) AS newest FROM {table} GROUP BY id;"
            f"DROP TABLE {table}; ALTER TABLE latest RENAME TO {table}"
        )
    if not joined.execute("SELECT 1 FROM concept WHERE id = ?", (_ROOT,)).fetchone():
        raise InputError(
            files[0].path,
            "the root of Snomed CT (138875005) is not there: this is an extension without what it builds on.",
            "Add the international release together with the extension.",
        )
    for refset, origin in unknown.items():
        yield Skipped(origin=origin, reason=f"the reference set {refset} is none that begrepp reads.")


_TABLE = {
    "Concept": "concept",
    "Description": "description",
    "TextDefinition": "description",
    "Relationship": "relationship",
    "RelationshipConcreteValues": "relationship",
    "Language": "language",
    "Association": "association",
    "ExtendedMap": "map",
    "ComplexMap": "map",
    "SimpleMap": "map",
    "ModuleDependency": "",
}


def _rows(file: Rf2File, day: str, modules: set[str]) -> Iterator[tuple[int, list[str]]]:
    columns = COLUMNS[file.content]
    words = [column for column in ("term", "value", "mapRule", "mapAdvice", "mapTarget") if column in columns]
    for line, cells in read_exact(file.path, columns, texts=words):
        time, active = cells[1], cells[2]
        if active not in ("0", "1") or len(time) != 8 or not time.isdigit():
            raise InputError(
                Origin(file.path.name, line),
                f"active is '{active}' and effectiveTime '{time}'.",
                "They are 0 or 1, and a date without hyphens; fetch the file again.",
            )
        if time > day:
            if file.state == "Full":
                continue
            raise InputError(
                Origin(file.path.name, line),
                f"the row is of {time}, after the release of {day}.",
                "Files of two releases are mixed; fetch the release again.",
            )
        modules.add(cells[3])
        yield line, cells


def _values(
    content: str, file: int, rows: Iterator[tuple[int, list[str]]], unknown: dict[str, Origin], name: str
) -> Iterator[Values]:
    """What the database holds of each row."""
    try:
        for line, row in rows:
            id_, time, active = row[0], row[1], int(row[2])
            match content:
                case "Concept":
                    yield int(id_), time, active, file, line
                case "Description" | "TextDefinition":
                    yield int(id_), time, active, int(row[4]), row[5], int(row[6]), row[7].strip()
                case "Relationship":
                    if row[8] != _STATED:
                        yield int(id_), time, active, int(row[4]), int(row[7]), int(row[5]), None
                case "RelationshipConcreteValues":
                    if row[8] != _STATED:
                        yield int(id_), time, active, int(row[4]), int(row[7]), None, row[5]
                case "Language":
                    if standing := _STANDING.get((row[4], row[6])):
                        yield _member(id_), time, active, int(row[5]), standing
                    else:
                        unknown.setdefault(row[4], Origin(name, line))
                case "Association":
                    yield _member(id_), time, active, int(row[5]), int(row[4]), int(row[6])
                case "SimpleMap":
                    yield _member(id_), time, active, int(row[4]), int(row[5]), *(None,) * 4, row[6], "", file, line
                case _:
                    place, priority, *words = row[6:12]
                    rule, advice, target, correlation = words
                    where = (int(row[4]), int(row[5]), int(place), int(priority))
                    yield _member(id_), time, active, *where, rule, advice, target, correlation, file, line
    except ValueError as error:
        raise InputError(
            Origin(name, line), f"a cell that should be a number is none ({error}).", "Fetch the file again."
        ) from None


def _member(uuid: str) -> bytes:
    return bytes.fromhex(uuid.replace("-", ""))
