"""`begrepp new`: looks at a file and writes a draft of its `source.toml`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import click

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.cli import console
from begrepp.cli.output_file import OutputFile
from begrepp.errors import InputError, UsageError
from begrepp.records import CodeList, Concept, EditionFiles, LoadRemark, Mapping, Record, Skipped, Variable
from begrepp.sources.editions import DECLARATION, reported_faults
from begrepp.sources.personal_data_check import refuse_personal_data_files
from loaders.drafts.draft_text import DraftRights, SourceDraft
from loaders.drafts.source_draft import draft_source

SHOWN = 5


@click.command("new")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", type=OutputFile(), help="Where to write the draft; source.toml by default.")
@click.option("--sheet", default="", help="The sheet of a workbook, if it is not the one with the largest table.")
@click.option("--publisher", default="", help="The publisher: an id that begrepp knows, or a name.")
@click.option("--licence", default="", help="The complete URL of the licence.")
def command(files: tuple[Path, ...], output: Path | None, sheet: str, publisher: str, licence: str) -> None:
    """Write a draft of a source.toml for FILES: a code list, a list of variables, mappings, or a known format.

    What the file does not tell for certain is a comment in the draft. The first rows are shown as they would be loaded.
    """
    refuse_personal_data_files(files)
    target = output or files[0].parent / DECLARATION
    taken = {*loaders.loader_modules(), *loaders.declared_lists()}
    draft = draft_source(files, DraftRights(publisher=publisher, licence=licence), date.today(), sheet, taken)
    names = " ".join(str(path) for path in files)
    if not draft.text:
        console.stdout.print(f"{files[0].name} is {draft.kind}; it needs no source.toml. Add it with")
        console.stdout.print(f"  begrepp add {draft.loader} {names} --edition EDITION", markup=False)
        return
    if target.exists():
        raise UsageError(f"{target} exists, and is not overwritten.", "Move it, or name another file with --output.")
    rows, problem = preview(draft, files)
    comments = "".join(f"# {row}\n" for row in rows)
    head = f"# The first rows, as they are loaded:\n{comments}\n" if rows else ""
    target.write_text(head + draft.text, encoding="utf-8")
    _print(draft, target, rows, problem, names)


def preview(draft: SourceDraft, files: Sequence[Path]) -> tuple[list[str], InputError | None]:
    """Return the first records that the draft gives, as text, and the error that the loader raises."""
    with TemporaryDirectory() as folder:
        for path in files:
            shutil.copy2(path, folder)
        (Path(folder) / DECLARATION).write_text(draft.text, encoding="utf-8")
        copied = tuple(sorted(Path(folder).iterdir()))
        edition = EditionFiles(source=draft.id, version=date.today().isoformat(), folder=Path(folder), files=copied)
        rows: list[str] = []
        try:
            loaded = check_records(loaders.read_records(edition), reported_faults(edition))
            for row in _shown(loaded):
                if len(rows) < SHOWN:
                    rows.append(" ".join(row.split()))
        except InputError as error:
            return rows, error
        return rows, None


def _shown(records: Iterator[Record]) -> Iterator[str]:
    for record in records:
        match record:
            case Concept():
                labels = ", ".join(f"{text.value} ({text.lang})" for text in record.pref_labels)
                broader = f", below {', '.join(record.broader)}" if record.broader else ""
                yield f"{record.notation}: {labels}{broader}"
            case Variable():
                label = record.titles[0].value if record.titles else ""
                yield f"{record.name}: {label}, {record.datatype}"
            case CodeList():
                codes = ", ".join(f"{each.code} {each.labels[0].value}" for each in islice(record.values, 3))
                yield f"values {record.id}: {codes} …"
            case Mapping():
                yield f"{record.subject} → {record.predicate.rpartition('#')[2]} → {record.object}"
            case Skipped():
                yield f"left out: {record.origin}: {record.reason}"
            case LoadRemark():
                yield f"note: {record.origin}: {record.text}"
            case _:
                pass


def _print(draft: SourceDraft, target: Path, rows: Sequence[str], problem: InputError | None, names: str) -> None:
    def say(text: str) -> None:
        console.stdout.print(text, markup=False, highlight=False)

    say(f"{target}: a draft for {draft.kind}. The first rows, as they are loaded:")
    for row in rows:
        say(f"  {row}")
    for doubt in draft.doubts:
        say(f"Not certain: {doubt}")
    if problem:
        say(f"To correct before it can be added: {problem}")
    say("Publisher and licence are in the draft; write them before you publish the graph.")
    say(f"Next: begrepp serve {target}" + ("" if draft.names_files else f" {names}"))
