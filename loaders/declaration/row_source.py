"""Rows of a dictionary in CSV, TSV, XLSX, JSON, Markdown tables, or one text file per row (front matter).

`[[variables]]`, `[[codes]]` and `[[tables]]` of a declaration give the files, their form, and where the rows are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import yaml

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles
from begrepp.sources.editions import data_files
from begrepp.sources.meter import current_meter
from begrepp.sources.privacy import refuse_identity_numbers, refuse_person_rows, refuse_personal_data
from begrepp.sources.row_faults import Fault, add_fault
from begrepp.sources.rows import Row
from begrepp.sources.tables import read_lines, read_table
from begrepp.sources.xlsx import read_xlsx
from loaders.declaration.json_rows import References, flatten, read_json_rows
from loaders.declaration.source_toml import join_names, read_encoding, read_report
from loaders.declaration.toml_table import TomlTable

FORMS = {"csv": ",", "tsv": "\t", "xlsx": "", "json": "", "markdown": "", "front-matter": ""}
"""The forms, with the delimiter of cells if there is one."""
_SUFFIXES = {"csv": "csv", "tsv": "tsv", "xlsx": "xlsx", "json": "json", "md": "markdown"}
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*$")
_DELIMITER_ROW = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSource:
    """The location and form of rows."""

    paths: tuple[Path, ...]
    form: str
    delimiter: str
    encoding: str
    quoted: bool
    sheet: str
    skip: int
    rows: str
    heading: re.Pattern[str]
    references: References
    ignore: tuple[str, ...]
    short_rows: bool
    report: tuple[str, ...]
    """Kinds of faulty rows that are left out and reported (`begrepp.sources.row_faults.Fault`)."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it reads: those with rows, and those that references point to."""
        return (*self.paths, *self.references.files.values())

    def read(self, *, counted: bool = True) -> Iterator[Row]:
        """Yield the rows of all files in order."""
        for path in self.paths:
            match self.form:
                case "json":
                    yield from self._json_rows(path, counted)
                case "markdown":
                    yield from self._markdown_rows(path, counted)
                case "front-matter":
                    yield self._front_matter_row(path, counted)
                case "xlsx":
                    yield from read_xlsx(path, sheet=self.sheet, skip=self.skip, counted=counted)
                case _:
                    yield from read_table(
                        path,
                        delimiter=self.delimiter,
                        encoding=self.encoding,
                        quoted=self.quoted,
                        short_rows=self.short_rows,
                        skip=self.skip,
                        report=self.report,
                        counted=counted,
                    )

    def _json_rows(self, path: Path, counted: bool) -> Iterator[Row]:
        for number, cells in enumerate(read_json_rows(path, self.rows, self.references), start=1):
            origin = Origin(path.name, number)
            if counted:
                current_meter().rows += 1
            refuse_personal_data(cells, origin)
            yield Row(cells, origin)

    def _markdown_rows(self, path: Path, counted: bool) -> Iterator[Row]:
        heading, found_table = "", False
        header: list[str] = []
        lines = enumerate(read_lines(path, self.encoding), start=1)
        previous = ""
        for number, line in lines:
            if match := _HEADING.match(line):
                heading, header, previous = match[1], [], ""
            elif not line.strip() or (header and not line.strip(" -*_\r\n")):
                header, previous = [], ""
            elif _DELIMITER_ROW.match(line) and previous and not header:
                header = [" ".join(cell.split()) for cell in _split_row(previous)]
                found_table = found_table or bool(self.heading.search(heading))
            elif header and self.heading.search(heading):
                origin = Origin(path.name, number)
                if counted:
                    current_meter().rows += 1
                refuse_identity_numbers(line, origin)
                try:
                    cells = _table_row(header, line, heading, origin)
                except InputError as error:
                    add_fault(Fault.MISALIGNED, error, self.report)
                    continue
                refuse_person_rows(cells, origin)
                yield Row(cells, origin)
            else:
                previous = line
        if not found_table:
            raise InputError(
                path,
                f"there is no table under a heading like '{self.heading.pattern}'.",
                "Correct `heading`, or the file.",
            )

    def _front_matter_row(self, path: Path, counted: bool) -> Row:
        origin = Origin(path.name)
        text = "".join(read_lines(path, self.encoding))
        parts = re.match(r"---\r?\n(.*?)\r?\n---\s*(?:\n(.*))?$", text, re.DOTALL)
        try:
            head = yaml.safe_load(parts[1]) if parts else None
        except yaml.YAMLError as error:
            raise InputError(path, f"its header is not well-formed YAML: {error}.", "Fix the header.") from None
        if not parts or not isinstance(head, dict):
            raise InputError(path, "no header between two lines of ---.", "Check that you added the right files.")
        if counted:
            current_meter().rows += 1
        refuse_identity_numbers(text, origin)
        cells = {**flatten(head), "body": (parts[2] or "").strip(), "file": path.stem}
        refuse_person_rows(cells, origin)
        return Row(cells, origin)


def read_sheet(toml: TomlTable, edition: EditionFiles, *, default: str = "") -> RowSource:
    """Read the keys of a section that give the location and form of rows; other keys remain unread."""
    patterns = toml.strings("file") or ((default,) if default else ())
    if not patterns:
        toml.fail("file", "is missing.", "Name the file; * stands for any characters.")
    files = data_files(edition)
    paths = tuple(path for path in files if any(fnmatch(path.name, name) for name in patterns))
    if missing := [name for name in patterns if not any(fnmatch(path.name, name) for path in files)]:
        toml.fail(
            "file",
            f"names {join_names(missing)}, which is not there (there are: {join_names([p.name for p in files])}).",
            "Correct the name, or add the file.",
        )
    form = toml.text("format", default=_SUFFIXES.get(paths[0].suffix.lower().removeprefix("."), ""))
    if form not in FORMS:
        toml.fail("format", f"is '{form}'.", f"Use one of: {', '.join(FORMS)}.")
    return RowSource(
        paths=paths,
        form=form,
        delimiter=toml.character("delimiter", default=FORMS[form] or ","),
        encoding=read_encoding(toml),
        quoted=toml.flag("quoted", default=True),
        sheet=toml.text("sheet"),
        skip=toml.number("skip") or 0,
        rows=toml.text("rows", default="[]"),
        heading=re.compile(toml.pattern("heading")),
        references=_read_references(toml, files),
        ignore=toml.strings("ignore"),
        short_rows=toml.flag("short_rows", default=False),
        report=read_report(toml),
    )


def _read_references(toml: TomlTable, files: Sequence[Path]) -> References:
    """Read `references`: an object of the document, or a table from first step to file."""
    if "references" not in toml:
        return References()
    value = toml.text_or_table("references")
    if isinstance(value, str):
        return References(inside=value)
    files_by_name = {path.name: path for path in files}
    file_by_step = {}
    for step in list(value):
        name = value.text(step, required=True)
        if name not in files_by_name:
            names = join_names(sorted(files_by_name))
            value.fail(step, f"names {name}, which is not there (there are: {names}).", "Add the file.")
        file_by_step[step] = files_by_name[name]
    return References(files=file_by_step)


def _split_row(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    return [cell.strip().replace("\\|", "|") for cell in _PIPE.split(line)]


def _table_row(header: list[str], line: str, heading: str, origin: Origin) -> dict[str, str]:
    cells = _split_row(line)
    # Cells at the end of a row may be missing; cells beyond the last column are an error (GitHub's Markdown, 4.10).
    if any(cells[len(header) :]):
        raise InputError(
            origin,
            f"{len(cells)} cells where the table has {len(header)} columns.",
            "A cell may hold a bar; write it as \\|.",
        )
    cells = [*cells, *[""] * (len(header) - len(cells))]
    return {**dict(zip(header, cells, strict=False)), "heading": heading}
