"""Checks of the rows of a Snomed CT release against each other: repeated rows, missing parents, and cycles.

A component has one row for each `id` and `effectiveTime`, and in a snapshot of a package one row at all (SNOMED CT
Release File Specification, 3.2 "Release types").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from duckdb import DuckDBPyConnection

from begrepp.errors import InputError, Origin
from begrepp.records import LoadRemark
from begrepp.sources.bulk_tables import fetch_rows
from begrepp.sources.row_faults import Fault, add_fault, list_rows
from loaders.snomed_rf2.release_files import Rf2File

IS_A = 116680003
_IDENTICAL = "the row repeats an earlier one and is left out."
_MAX_LISTED = 10_000
_EQUAL = "PARTITION BY id, time, content ORDER BY file, line"
_SAME_TIME = "PARTITION BY id, time ORDER BY file, line"
_SAME_PACKAGE = "PARTITION BY id, package ORDER BY time DESC, file, line"
_SAME_ID = "PARTITION BY id ORDER BY time DESC, file, line"
_DANGLING = f"""
SELECT file, line, concept, target FROM relationship r WHERE active AND type = {IS_A}
AND EXISTS (SELECT 1 FROM concept c WHERE c.id = r.concept)
AND NOT EXISTS (SELECT 1 FROM concept c WHERE c.id = r.target) ORDER BY file, line
"""


def remove_repeated_rows(joined: DuckDBPyConnection, table: str, files: Sequence[Rf2File]) -> Iterator[LoadRemark]:
    """Delete the rows of a table that repeat a component, and yield a remark for those that are equal in everything.

    A row of the same `id` and `effectiveTime` with other contents is a fault of the kind `repeated`, and so is, in a
    snapshot, an older row of the same package. An older row of another package is a component that has moved. Only
    the rows of repeated components are compared.
    """
    is_snapshot = files[0].state == "Snapshot"
    joined.execute(
        f"CREATE OR REPLACE TABLE repeated AS SELECT id, time, content, file, line, '' AS package FROM {table} WHERE id"
        f" IN (SELECT id FROM {table} GROUP BY {'id' if is_snapshot else 'id, time'} HAVING count(*) > 1)"
    )
    joined.execute("CREATE OR REPLACE TABLE removed(file USMALLINT, line UINTEGER)")
    if not [*fetch_rows(joined, "SELECT 1 FROM repeated LIMIT 1")]:
        return
    for number, file in enumerate(files):
        joined.execute("UPDATE repeated SET package = ? WHERE file = ?", [file.owner, number])
    _remove_later(joined, _EQUAL)
    yield from _equal_rows(joined, files)
    for _, place, line, first, first_line, time in _remove_later(joined, _SAME_TIME):
        add_fault(
            Fault.REPEATED,
            InputError(
                Origin(files[place].path.name, line),
                f"the row has the id and the effectiveTime ({time}) of {files[first].path.name} row {first_line},"
                " and other contents.",
                "Remove one of the rows in a copy, or ask the publisher which one is correct.",
            ),
        )
    if is_snapshot:
        for id_, place, line, last, last_line, time in _remove_later(joined, _SAME_PACKAGE):
            add_fault(
                Fault.REPEATED,
                InputError(
                    Origin(files[place].path.name, line),
                    f"'{id_}' has a later row in {files[last].path.name} row {last_line} ({time}): a snapshot has "
                    "one row for each component.",
                    "Add the files of one release only; files with all rows of a component are called Full.",
                ),
            )
        _remove_later(joined, _SAME_ID)
    joined.execute(
        f"DELETE FROM {table} USING removed WHERE {table}.file = removed.file AND {table}.line = removed.line"
    )


def _remove_later(joined: DuckDBPyConnection, window: str) -> Iterator[tuple[str, int, int, int, int, str]]:
    """Move all rows but the first of each partition from `repeated` to `removed`.

    Return for each its id, file and line, and those of the first row with its time.
    """
    joined.execute(
        "CREATE OR REPLACE TABLE later AS SELECT id::VARCHAR AS id, file, line, first_value(file) OVER each AS"
        " first_file, first_value(line) OVER each AS first_line, first_value(time) OVER each AS first_time"
        f" FROM repeated WINDOW each AS ({window}) QUALIFY row_number() OVER each > 1"
    )
    joined.execute("INSERT INTO removed SELECT file, line FROM later")
    joined.execute("DELETE FROM repeated USING later WHERE repeated.file = later.file AND repeated.line = later.line")
    return fetch_rows(joined, "SELECT * FROM later ORDER BY file, line")


def _equal_rows(joined: DuckDBPyConnection, files: Sequence[Rf2File]) -> Iterator[LoadRemark]:
    """Yield one remark for each file with removed rows, which counts them."""
    for number, count in [*fetch_rows(joined, "SELECT file, count(*) FROM removed GROUP BY file ORDER BY file")]:
        name = files[number].path.name
        lines = [
            line
            for (line,) in fetch_rows(
                joined, f"SELECT line FROM removed WHERE file = ? ORDER BY line LIMIT {_MAX_LISTED}", number
            )
        ]
        more = f" ({count:,} rows: {name} row {list_rows(lines)}{' …' if count > _MAX_LISTED else ''})"
        yield LoadRemark(origin=Origin(name, lines[0]), text=_IDENTICAL + (more if count > 1 else ""), rows=count)


def check_cycles(joined: DuckDBPyConnection, files: Sequence[Rf2File]) -> None:
    """Raise `InputError` for a cycle of parents, with the row of one of its relationships.

    Takes away, again and again, the relationships whose parent has no parent left; those of a cycle remain.
    """
    joined.execute(
        f"CREATE TABLE remaining AS SELECT concept, target, file, line FROM relationship WHERE active AND type = {IS_A}"
    )
    count, before = -1, 0
    while count != before:
        before = count
        joined.execute(
            "CREATE OR REPLACE TABLE remaining AS"
            " SELECT child.* FROM remaining child SEMI JOIN remaining parent ON child.target = parent.concept"
        )
        ((count,),) = fetch_rows(joined, "SELECT count(*) FROM remaining")
    rows = {concept: row for concept, *row in fetch_rows(joined, "SELECT * FROM remaining ORDER BY file, line")}
    joined.execute("DROP TABLE remaining")
    if not rows:
        return
    path = [min(rows)]
    while (parent := rows[path[-1]][0]) not in path:
        path.append(parent)
    cycle = path[path.index(parent) :]
    _, file, line = rows[cycle[0]]
    raise InputError(
        Origin(files[file].path.name, line),
        f"the hierarchy has a cycle: {' → '.join(map(str, [*cycle, parent]))}.",
        "Correct one of the parents in a copy, and report it to the publisher.",
    )


def remove_dangling_parents(joined: DuckDBPyConnection, files: Sequence[Rf2File]) -> None:
    """Delete the parents that the release does not have: each is a fault of the row of its relationship."""
    for file, line, concept, target in [*fetch_rows(joined, _DANGLING)]:
        add_fault(
            Fault.DANGLING,
            InputError(
                Origin(files[file].path.name, line),
                f"'{concept}' has the parent '{target}', which does not exist in the file(s).",
                "A file may be missing or truncated; download all files of the edition again. For "
                'an excerpt set [release] coverage = "partial".',
            ),
        )
        joined.execute("DELETE FROM relationship WHERE file = ? AND line = ?", [file, line])
