"""`begrepp check-values`: the distinct values of a file against a list, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import click
from rich.table import Table

from begrepp import report
from begrepp.errors import InputError, UsageError
from begrepp.iris import Iris
from begrepp.manifest import current_build, read_manifest
from begrepp.parameters import Known
from begrepp.search import TextIndex
from begrepp.settings import Settings
from begrepp.store import DiskStore
from begrepp.valuecheck import Checked, CheckedList, Verdict, check_values
from begrepp.values import distinct_values

FORMATS = ("csv", "json")
MOST_BYTES = 50 * 1024 * 1024


def check(against: str, file: str, output: str, settings: Settings) -> bool:
    """Write what was found on standard output; whether all values are codes in use."""
    path, _, column = file.partition(":") if not Path(file).exists() else (file, "", "")
    if path != "-" and not Path(path).is_file():
        raise UsageError(f"There is no file {path}.", "Give FILE, FILE:COLUMN, or - for standard input.")
    if path != "-" and Path(path).stat().st_size > MOST_BYTES:
        raise InputError(
            Path(path), "is larger than 50 MB, the limit for a list of values.", "Extract the distinct values first."
        )
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    values = distinct_values(decoded(data, Path(path).name), column, Path(path).name)
    build = current_build(settings)
    known = Known(DiskStore(build / "store"), TextIndex(build / "index"), Iris(read_manifest(build).base))
    result = check_values(against, values, known)
    if output == "table":
        _print(result)
    else:
        click.echo(written(result, output), nl=False)
    return result.passed


def decoded(data: bytes, name: str) -> str:
    """Bytes as text: UTF-8, else windows-1252, in which spreadsheets still save."""
    if b"\0" in data:
        raise InputError(name, "is not a text file.", "Save it as CSV in UTF-8.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")


def written(result: CheckedList, output: str) -> str:
    """The result as CSV or JSON."""
    if output == "json":
        values = [
            {
                key: found
                for key, found in (
                    ("value", each.value),
                    ("verdict", str(each.verdict)),
                    ("code", each.code),
                    ("label", each.label),
                    ("until", each.until),
                    ("instead", [{"code": code, "label": label} for code, label in each.instead]),
                    ("editions", list(each.editions)),
                )
                if found or key in ("value", "verdict")
            }
            for each in result.values
        ]
        counts = {str(verdict): result.count(verdict) for verdict in Verdict}
        whole = {"list": result.list_iri, "edition": result.edition, "counts": counts, "values": values}
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["value", "verdict", "code", "label", "until", "instead", "editions"])
    for each in result.values:
        instead = " | ".join(code for code, _ in each.instead)
        editions = " | ".join(each.editions)
        writer.writerow([_safe(each.value), each.verdict, each.code, each.label, each.until, instead, editions])
    return out.getvalue()


def _safe(text: str) -> str:
    """A value that a spreadsheet would run as a formula is given as text."""
    return "'" + text if text[:1] in ("=", "+", "-", "@") and not text[1:].replace(".", "").isdigit() else text


def _print(result: CheckedList) -> None:
    table = Table("value", "verdict", "code", "label", "instead", "editions")
    for each in sorted(result.values, key=lambda each: [*Verdict].index(each.verdict), reverse=True):
        table.add_row(each.value, each.verdict, *_cells(each))
    counts = ", ".join(f"{result.count(verdict)} {verdict}" for verdict in Verdict if result.count(verdict))
    edition = f", edition {result.edition}" if result.edition else ""
    report.table(table, f"{len(result.values)} distinct values against {result.title}{edition}: {counts}")


def _cells(each: Checked) -> tuple[str, str, str, str]:
    instead = ", ".join(f"{code} {label}".strip() for code, label in each.instead)
    return each.code, each.label + (f" (until {each.until})" if each.until else ""), instead, ", ".join(each.editions)
