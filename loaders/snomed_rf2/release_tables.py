"""Tables of a Snomed CT release in a temporary database, so that memory use does not grow with the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from duckdb import DuckDBPyConnection

from begrepp.errors import InputError, Origin
from begrepp.records import LoadRemark, Skipped
from begrepp.sources.bulk_tables import STAGED_TABLE, fetch_rows, first_line, stage_table
from loaders.snomed_rf2.release_files import COLUMNS, Rf2File, check_modules, check_packages
from loaders.snomed_rf2.row_checks import remove_repeated_rows

_ROOT = 138875005
_STATED = 900000000000010007
# Acceptability in each language reference set as a bit, so that a description's acceptabilities are one number.
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
_STATE = "time VARCHAR, active BOOLEAN"
_ROW = "file USMALLINT, line UINTEGER, content UINTEGER"
_MAP = "place BIGINT, priority BIGINT, rule VARCHAR, advice VARCHAR, target VARCHAR, correlation VARCHAR"
_TABLES = f"""
CREATE TABLE concept(id BIGINT, {_STATE}, module BIGINT, definition BIGINT, {_ROW});
CREATE TABLE description(id BIGINT, {_STATE}, concept BIGINT, lang VARCHAR, type BIGINT, term VARCHAR, {_ROW});
CREATE TABLE relationship(id BIGINT, {_STATE}, concept BIGINT, type BIGINT, target BIGINT, value VARCHAR,
 place INTEGER, {_ROW});
CREATE TABLE language(id UUID, {_STATE}, description BIGINT, standing INTEGER, {_ROW});
CREATE TABLE association(id UUID, {_STATE}, concept BIGINT, refset BIGINT, target BIGINT, {_ROW});
CREATE TABLE member(id UUID, {_STATE}, refset BIGINT, concept BIGINT, {_ROW});
CREATE TABLE mapped(id UUID, {_STATE}, refset BIGINT, concept BIGINT, {_ROW});
CREATE TABLE map(id UUID, {_STATE}, refset BIGINT, concept BIGINT, {_MAP}, {_ROW});
CREATE TABLE standing(refset VARCHAR, acceptability VARCHAR, standing INTEGER);
"""
# The characters that `str.strip` removes.
_SPACES = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
_NUMBER_COLUMNS = {
    *("id", "conceptId", "typeId", "sourceId", "destinationId", "refsetId", "referencedComponentId"),
    *("moduleId", "definitionStatusId"),
    *("targetComponentId", "mapGroup", "mapPriority", "relationshipGroup"),
}


def fill_tables(
    joined: DuckDBPyConnection,
    files: Sequence[Rf2File],
    last_day: date,
    counted: Callable[[Rf2File], bool] = lambda file: True,
) -> Iterator[Skipped | LoadRemark]:
    """Load all rows up to a day, keep the latest of each component, and report repeated rows and unknown refsets.

    The rows of files for which `counted` is false do not add to the row count.
    """
    joined.execute(_TABLES)
    joined.executemany("INSERT INTO standing VALUES (?, ?, ?)", [(*pair, bit) for pair, bit in _STANDING.items()])
    modules: dict[str, set[str]] = {}
    dependencies: list[tuple[str, ...]] = []
    tables: dict[str, bool] = {}
    unknown: dict[str, Origin] = {}
    day = last_day.isoformat().replace("-", "")
    for number, file in enumerate(files):
        columns = COLUMNS[file.content]
        stage_table(joined, file.path, columns, counted=counted(file))
        _check(joined, file, day)
        if file.content == "ModuleDependency":
            # A snapshot also has the dependencies of older releases.
            dependencies += (
                (file.path.name, *map(str, row))
                for row in fetch_rows(
                    joined,
                    f"SELECT line, moduleId, referencedComponentId, targetEffectiveTime FROM {STAGED_TABLE}"
                    " WHERE active = '1' ORDER BY line",
                )
            )
            continue
        found = {module for (module,) in fetch_rows(joined, f"SELECT DISTINCT moduleId FROM {STAGED_TABLE}")}
        check_modules(file, found)
        modules.setdefault(file.owner, set()).update(found)
        table, query = _INSERTS[file.content]
        # A hash of 32 bits tells repeated rows from rows of one component with other contents.
        content = f"(hash({', '.join(column for column in columns if column != 'id')}) >> 32)::UINTEGER"
        joined.execute(f"INSERT INTO {table} {query}".replace("ROW", f"{number}, line, {content}"))
        if file.content == "Language":
            for refset, line in fetch_rows(joined, _UNKNOWN_REFSETS):
                unknown.setdefault(refset, Origin(file.path.name, line))
        tables.setdefault(table, counted(file))
    joined.execute(f"DROP TABLE IF EXISTS {STAGED_TABLE}")
    check_packages({file.owner: file.day for file in files}, modules, dependencies)
    for table, is_counted in sorted(tables.items()):
        for remark in remove_repeated_rows(joined, table, files):
            if is_counted:
                yield remark
    joined.execute("CREATE TABLE began AS SELECT id, min(time) AS first FROM concept WHERE active GROUP BY id")
    for table in sorted(tables) if files[0].state == "Full" else ():
        joined.execute(
            f"CREATE TABLE latest AS SELECT * FROM {table}"
            " QUALIFY row_number() OVER (PARTITION BY id ORDER BY time DESC) = 1;"
            f"DROP TABLE {table}; ALTER TABLE latest RENAME TO {table}"
        )
    if not [*fetch_rows(joined, "SELECT 1 FROM concept WHERE id = ?", _ROOT)]:
        raise InputError(
            files[0].path,
            "the root of Snomed CT (138875005) is not there: this is an extension without what it builds on.",
            "Add the international release together with the extension.",
        )
    for refset, origin in unknown.items():
        yield Skipped(origin=origin, reason=f"the reference set {refset} is not supported.")


def add_map_members(joined: DuckDBPyConnection, files: Sequence[Rf2File], last_day: date, number: int) -> None:
    """Load the members of map reference sets into the table `mapped`, the latest row of each up to a day.

    The files are numbered from `number`. Their rows are checked where the maps themselves are read.
    """
    day = last_day.isoformat().replace("-", "")
    for place, file in enumerate(files, number):
        stage_table(joined, file.path, COLUMNS[file.content], counted=False)
        joined.execute(f"INSERT INTO mapped {_MAP_MEMBERS}".replace("ROW", f"{place}, line, NULL"), [day])
    joined.execute(
        f"DROP TABLE IF EXISTS {STAGED_TABLE}; CREATE TABLE latest AS SELECT * FROM mapped"
        " QUALIFY row_number() OVER (PARTITION BY id ORDER BY time DESC, file, line) = 1;"
        "DROP TABLE mapped; ALTER TABLE latest RENAME TO mapped"
    )


def _component(*columns: str, where: str = "true") -> str:
    return (
        f"SELECT id::BIGINT, effectiveTime, active = '1', {', '.join(columns)}, ROW FROM {STAGED_TABLE} WHERE {where}"
    )


def _member(*columns: str, source: str = "") -> str:
    return f"SELECT id::UUID, effectiveTime, active = '1', {', '.join(columns)}, ROW FROM {STAGED_TABLE} {source}"


_DESCRIPTION = _component(
    "conceptId::BIGINT", "languageCode", "typeId::BIGINT", f"trim(nfc_normalize(term), '{_SPACES}')"
)
_INFERRED = f"characteristicTypeId != '{_STATED}'"
_RELATED, _GROUP = ("sourceId::BIGINT", "typeId::BIGINT"), "relationshipGroup::INTEGER"
_IN_REFSET = ("refsetId::BIGINT", "referencedComponentId::BIGINT")
_MAP_RULE = ("mapGroup::BIGINT", "mapPriority::BIGINT", "nfc_normalize(mapRule)", "nfc_normalize(mapAdvice)")
_MAP_TARGET = ("nfc_normalize(mapTarget)", "correlationId")
_INSERTS = {
    "Concept": ("concept", _component("moduleId::BIGINT", "definitionStatusId::BIGINT")),
    "Description": ("description", _DESCRIPTION),
    "TextDefinition": ("description", _DESCRIPTION),
    "Relationship": (
        "relationship",
        _component(*_RELATED, "destinationId::BIGINT", "NULL", _GROUP, where=_INFERRED),
    ),
    "RelationshipConcreteValues": (
        "relationship",
        _component(*_RELATED, "NULL", "nfc_normalize(value)", _GROUP, where=_INFERRED),
    ),
    "Language": (
        "language",
        _member(
            "referencedComponentId::BIGINT",
            "standing",
            source="JOIN standing ON refset = refsetId AND acceptability = acceptabilityId",
        ),
    ),
    "Association": ("association", _member("referencedComponentId::BIGINT", "refsetId::BIGINT", "targetComponentId")),
    "ExtendedMap": ("map", _member(*_IN_REFSET, *_MAP_RULE, *_MAP_TARGET)),
    "ComplexMap": ("map", _member(*_IN_REFSET, *_MAP_RULE, *_MAP_TARGET)),
    "SimpleMap": ("map", _member(*_IN_REFSET, *("NULL",) * 4, "nfc_normalize(mapTarget)", "''")),
    "Simple": ("member", _member(*_IN_REFSET)),
    "ModuleDependency": ("", ""),
}
"""The target table of each kind of file, and the query that fills it."""
_MAP_MEMBERS = (
    "SELECT TRY_CAST(id AS UUID), effectiveTime, active = '1', TRY_CAST(refsetId AS BIGINT),"
    f" TRY_CAST(referencedComponentId AS BIGINT), ROW FROM {STAGED_TABLE} WHERE effectiveTime <= ?"
)
_UNKNOWN_REFSETS = (
    f"SELECT refsetId, min(line) FROM {STAGED_TABLE} ANTI JOIN standing"
    " ON refset = refsetId AND acceptability = acceptabilityId GROUP BY 1 ORDER BY 2"
)


def _check(joined: DuckDBPyConnection, file: Rf2File, day: str) -> None:
    """Raise `InputError` for an invalid row; delete rows of a Full file after the day."""
    name = file.path.name
    if line := first_line(joined, "active NOT IN ('0', '1') OR NOT regexp_full_match(effectiveTime, '[0-9]{8}')"):
        ((time, active),) = fetch_rows(joined, f"SELECT effectiveTime, active FROM {STAGED_TABLE} WHERE line = ?", line)
        raise InputError(
            Origin(name, line),
            f"active is '{active}' and effectiveTime '{time}'.",
            "They are 0 or 1, and a date without hyphens; download the file again.",
        )
    for column in COLUMNS[file.content]:
        if column not in _NUMBER_COLUMNS:
            continue
        type_ = "UUID" if column == "id" and "refsetId" in COLUMNS[file.content] else "BIGINT"
        if line := first_line(joined, f"TRY_CAST({column} AS {type_})::VARCHAR IS DISTINCT FROM lower({column})"):
            ((cell,),) = fetch_rows(joined, f"SELECT {column} FROM {STAGED_TABLE} WHERE line = ?", line)
            raise InputError(
                Origin(name, line),
                f"'{cell}' in column '{column}' is not a valid {'UUID' if type_ == 'UUID' else 'number'}.",
                "Download the file again.",
            )
    if line := first_line(joined, "effectiveTime > ?", day):
        if file.state != "Full":
            ((time,),) = fetch_rows(joined, f"SELECT effectiveTime FROM {STAGED_TABLE} WHERE line = ?", line)
            raise InputError(
                Origin(name, line),
                f"the row is of {time}, after the release of {day}.",
                "Files of two releases are mixed; download the release again.",
            )
        joined.execute(f"DELETE FROM {STAGED_TABLE} WHERE effectiveTime > ?", [day])
