"""A Snomed CT release in RF2 as a temporary database on disk, so that memory does not grow with millions of rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import repeat
from typing import Any

from begrepp.columns import Batch, read_columns
from begrepp.errors import InputError, Origin
from begrepp.records import Skipped
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


def fill(
    joined: sqlite3.Connection,
    files: Sequence[Rf2File],
    until: date,
    counted: Callable[[Rf2File], bool] = lambda file: True,
) -> Iterator[Skipped]:
    """All rows up to a day; then the latest of each component. Reference sets that are not known are told.

    The rows of a file that is not `counted` are read, and counted elsewhere.
    """
    modules: dict[str, set[str]] = {}
    dependencies: list[tuple[str, ...]] = []
    several: set[str] = set()
    unknown: dict[str, Origin] = {}
    day = until.isoformat().replace("-", "")
    for number, file in enumerate(files):
        found: set[str] = set()
        batches = _batches(file, day, found, counted(file))
        table = _TABLE[file.content]
        if file.content == "ModuleDependency":
            # Only the rows of this release: the snapshot keeps those of older ones too.
            for batch in batches:
                active = batch.where([cell == "1" for cell in batch.columns[2]])
                _, _, _, module, _, target, _, wanted = active.columns
                dependencies += _rows(repeat(file.path.name), map(str, active.numbers), module, target, wanted)
            continue
        width = len(joined.execute(f"SELECT * FROM {table}").description)
        for batch in batches:
            values = _values(file.content, number, batch, unknown, file.path.name)
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


def _batches(file: Rf2File, day: str, modules: set[str], counted: bool) -> Iterator[Batch]:
    """The rows of a file up to a day; the modules that they are of are noted."""
    columns = COLUMNS[file.content]
    words = [column for column in ("term", "value", "mapRule", "mapAdvice", "mapTarget") if column in columns]
    for read in read_columns(file.path, columns, texts=words, counted=counted):
        batch = read
        times = set(batch.columns[1])
        if not {*batch.columns[2]} <= {"0", "1"} or any(len(time) != 8 or not time.isdigit() for time in times):
            _refuse_states(file.path.name, batch)
        if any(time > day for time in times):
            if file.state != "Full":
                _refuse_later(file.path.name, batch, day)
            batch = batch.where([time <= day for time in batch.columns[1]])
        modules.update(batch.columns[3])
        yield batch


def _refuse_states(name: str, batch: Batch) -> None:
    for line, time, active in zip(batch.numbers, batch.columns[1], batch.columns[2], strict=True):
        if active not in ("0", "1") or len(time) != 8 or not time.isdigit():
            raise InputError(
                Origin(name, line),
                f"active is '{active}' and effectiveTime '{time}'.",
                "They are 0 or 1, and a date without hyphens; fetch the file again.",
            )


def _refuse_later(name: str, batch: Batch, day: str) -> None:
    for line, time in zip(batch.numbers, batch.columns[1], strict=True):
        if time > day:
            raise InputError(
                Origin(name, line),
                f"the row is of {time}, after the release of {day}.",
                "Files of two releases are mixed; fetch the release again.",
            )


def _values(content: str, file: int, batch: Batch, unknown: dict[str, Origin], name: str) -> list[Values]:
    """What the database holds of each row."""
    try:
        return [*_converted(content, file, batch, unknown, name)]
    except ValueError:
        for place, line in enumerate(batch.numbers):
            try:
                [*_converted(content, file, batch.row(place), unknown, name)]
            except ValueError as error:
                raise InputError(
                    Origin(name, line), f"a cell that should be a number is none ({error}).", "Fetch the file again."
                ) from None
        raise


def _converted(content: str, file: int, batch: Batch, unknown: dict[str, Origin], name: str) -> Iterator[Values]:
    if content in ("Relationship", "RelationshipConcreteValues"):
        batch = batch.where([kind != _STATED for kind in batch.columns[8]])
    cells = batch.columns
    component, member = map(int, cells[0]), map(_member, cells[0])
    state = (cells[1], map(int, cells[2]))
    nothing = repeat(None)
    match content:
        case "Concept":
            return _rows(component, *state, repeat(file), batch.numbers)
        case "Description" | "TextDefinition":
            words = (cells[5], map(int, cells[6]), map(str.strip, cells[7]))
            return _rows(component, *state, map(int, cells[4]), *words)
        case "Relationship":
            return _rows(component, *state, map(int, cells[4]), map(int, cells[7]), map(int, cells[5]), nothing)
        case "RelationshipConcreteValues":
            return _rows(component, *state, map(int, cells[4]), map(int, cells[7]), nothing, cells[5])
        case "Language":
            standings = [_STANDING.get(pair) for pair in zip(cells[4], cells[6], strict=True)]
            for place in (place for place, standing in enumerate(standings) if standing is None):
                unknown.setdefault(cells[4][place], Origin(name, batch.numbers[place]))
            rows = _rows(member, *state, map(int, cells[5]), standings)
            return (row for row in rows if row[-1] is not None)
        case "Association":
            return _rows(member, *state, map(int, cells[5]), map(int, cells[4]), map(int, cells[6]))
        case "SimpleMap":
            ends = (map(int, cells[4]), map(int, cells[5]))
            where = (repeat(file), batch.numbers)
            return _rows(member, *state, *ends, *(nothing,) * 4, cells[6], repeat(""), *where)
        case _:
            places = (map(int, column) for column in cells[4:8])
            return _rows(member, *state, *places, *cells[8:12], repeat(file), batch.numbers)


def _rows(*columns: Iterable[Any]) -> Iterator[Values]:
    """Columns as rows; what is repeated has no end."""
    return zip(*columns, strict=False)


def _member(uuid: str) -> bytes:
    return bytes.fromhex(uuid.replace("-", ""))
