"""Location and form of rows: the keys that `[[file]]`, `[[variables]]`, `[[codes]]` and `[[tables]]` share.

Rows are read from CSV, TSV, columns of fixed width, XLSX, JSON, YAML, tables in Markdown, or one text file per row
(front matter). Manual: docs/how-to/source-toml.md.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles
from begrepp.sources.editions import data_files
from begrepp.sources.meter import Meter, current_meter
from begrepp.sources.privacy import refuse_person_rows
from begrepp.sources.rows import Row
from begrepp.sources.table_forms import quote_toml
from begrepp.sources.tables import read_table
from begrepp.sources.xlsx import read_xlsx
from loaders.declaration.json_rows import References, read_document_rows
from loaders.declaration.limited_pattern import LimitedPattern, read_pattern
from loaders.declaration.markdown_rows import read_front_matter, read_markdown_rows
from loaders.declaration.problems import nearest
from loaders.declaration.row_filter import RowFilter, read_row_filter
from loaders.declaration.source_toml import join_names, read_encoding, read_report
from loaders.declaration.toml_table import TomlTable

FORMS = {
    "csv": ",",
    "tsv": "\t",
    "fixed": "",
    "xlsx": "",
    "json": "",
    "yaml": "",
    "markdown": "",
    "front-matter": "",
}
"""The forms, with the delimiter of cells if there is one."""
_SUFFIXES = {
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
    "yaml": "yaml",
    "yml": "yaml",
    "md": "markdown",
}
_UNREADABLE = {
    # Formats that are not read, with what the file should be saved as.
    **dict.fromkeys(("xls", "xlt"), ("the old format of Excel", ".xlsx")),
    "xlsb": ("the binary format of Excel", ".xlsx"),
    **dict.fromkeys(("ods", "fods"), ("the format of LibreOffice Calc", ".xlsx")),
    "numbers": ("the format of Apple Numbers", ".xlsx"),
    **dict.fromkeys(("doc", "docx", "odt", "rtf", "pdf"), ("a document", ".xlsx or CSV, with the table alone")),
    **dict.fromkeys(("sav", "zsav", "por"), ("a file of SPSS", "CSV: the list of variables or values, not the data")),
    "dta": ("a file of Stata", "CSV: the list of variables or values, not the data"),
    **dict.fromkeys(("sas7bdat", "xpt", "sas7bcat"), ("a file of SAS", "CSV: the list, not the data")),
    **dict.fromkeys(("rda", "rdata", "rds"), ("a file of R", "CSV: the list, not the data")),
    **dict.fromkeys(("mdb", "accdb", "sqlite", "db"), ("a database", "CSV, with one table")),
    **dict.fromkeys(("parquet", "feather"), ("a file of Arrow", "CSV")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSource:
    """The location and form of rows, and which of them are read."""

    key: str
    """The key of the declaration that names the files."""
    paths: tuple[Path, ...]
    form: str
    delimiter: str
    encoding: str
    quoted: bool
    sheets: tuple[str, ...]
    cell_range: str
    skip: int
    column_names: tuple[str, ...]
    widths: tuple[int, ...]
    rows: str
    heading: LimitedPattern
    references: References
    fill_down: tuple[str, ...]
    """Columns whose empty cells have the value of the row above."""
    filter: RowFilter
    ignore: tuple[str, ...]
    """Columns that are not used; * stands for any characters."""
    short_rows: bool
    report: tuple[str, ...]
    """Kinds of faulty rows that are left out and reported (`begrepp.sources.row_faults.Fault`)."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it reads: those with rows, and those that references point to."""
        return (*self.paths, *self.references.files.values())

    def read(self, *, expected: Iterable[str] = (), counted: bool = True) -> Iterator[Row]:
        """Yield the rows of all files in order. If there is one table, it must have all `expected` columns."""
        counter = current_meter() if counted else Meter()
        columns = tuple(expected)
        for path in self.paths:
            rows = self.read_rows(path, counter, columns, required=columns if self.is_single_table else ())
            yield from self.filter.apply(self._fill_cells(rows))

    def _fill_cells(self, rows: Iterator[Row]) -> Iterator[Row]:
        above: dict[str, str] = {}
        for row in rows:
            for column in self.fill_down:
                if column not in row:
                    raise InputError(row.origin, f"no column '{column}' to fill down.", "Correct `fill_down`.")
                if cell := row.peek(column):
                    above[column] = cell
                else:
                    row.fill(column, above.get(column, ""))
            yield row

    @property
    def is_single_table(self) -> bool:
        """Whether all rows have the same columns, and a header names them."""
        is_one_sheet = len(self.sheets) < 2 and "*" not in "".join(self.sheets)
        return self.form in ("csv", "tsv", "xlsx") and len(self.paths) == 1 and is_one_sheet and not self.column_names

    def read_rows(
        self, path: Path, counter: Meter, expected: Sequence[str], *, required: Sequence[str]
    ) -> Generator[Row]:
        """Yield the rows of one file as they are in it. A header must have all `required` columns.

        `expected` columns help to find what is wrong with the form of a file.
        """
        counted = counter is current_meter()
        match self.form:
            case "json" | "yaml":
                yield from self._document_rows(path, counter)
            case "markdown":
                yield from read_markdown_rows(path, self.heading, self.encoding, counter, self.report)
            case "front-matter":
                yield read_front_matter(path, self.encoding, counter)
            case "xlsx":
                yield from read_xlsx(
                    path,
                    sheets=self.sheets,
                    cell_range=self.cell_range,
                    columns=self.column_names or None,
                    required=required,
                    skip=self.skip,
                    counted=counted,
                    report=self.report,
                )
            case _:
                yield from read_table(
                    path,
                    columns=self.column_names or None,
                    required=required,
                    delimiter=self.delimiter,
                    encoding=self.encoding,
                    quoted=self.quoted,
                    short_rows=self.short_rows,
                    skip=self.skip,
                    widths=self.widths,
                    expected=expected,
                    report=self.report,
                    counted=counted,
                )

    def _document_rows(self, path: Path, counter: Meter) -> Iterator[Row]:
        rows = read_document_rows(path, self.form, self.encoding, self.rows, self.references)
        for number, cells in enumerate(rows, start=1):
            origin = Origin(path.name, number)
            counter.begin_row(origin)
            refuse_person_rows(cells, origin)
            yield Row(cells, origin)


def read_row_source(toml: TomlTable, edition: EditionFiles, *, key: str = "file", default: str = "") -> RowSource:
    """Read the keys of a section that say where rows are; other keys remain unread. `key` names the file."""
    patterns = toml.strings(key) or ((default,) if default else ())
    files = data_files(edition)
    names = [path.name for path in files]
    if not patterns and key not in toml:
        example = f"{key} = {quote_toml(names[0])}" if names else f'{key} = "…"'
        toml.add_problem(key, "is missing.", f"Name the file: {example}; * stands for any characters.", is_missing=True)
    paths = tuple(path for path in files if any(fnmatch(path.name, name) for name in patterns))
    if missing := [name for name in patterns if not any(fnmatch(each, name) for each in names)]:
        near = nearest(missing[0], names) or (names[0] if len(names) == 1 else "")
        toml.add_problem(
            key,
            f"names {join_names(missing)}, which is not there (there are: {join_names(names)}).",
            f"Write: {key} = {quote_toml(near)}, or add the file." if near else "Correct the name, or add the file.",
        )
    form = _read_form(toml, paths[0] if paths else Path("table.csv"))
    column_names = read_column_names(toml)
    widths = toml.numbers("widths")
    if bool(widths) is not (form == "fixed"):
        toml.add_problem(
            "widths", 'and format = "fixed" go together.', "Write the width of each column: widths = [5, 30]."
        )
    return RowSource(
        key=key,
        paths=paths,
        form=form,
        delimiter=toml.character("delimiter", default=FORMS.get(form) or ","),
        encoding=read_encoding(toml),
        quoted=toml.flag("quoted", default=True),
        sheets=toml.strings("sheet"),
        cell_range=toml.text("range"),
        skip=toml.number("skip") or 0,
        column_names=column_names,
        widths=widths,
        rows=toml.text("rows", default="[]"),
        heading=read_pattern(toml, "heading"),
        references=_read_references(toml, files),
        fill_down=toml.strings("fill_down"),
        filter=read_row_filter(toml),
        ignore=toml.strings("ignore"),
        short_rows=toml.flag("short_rows", default=False),
        report=read_report(toml),
    )


def read_column_names(toml: TomlTable) -> tuple[str, ...]:
    """Read `header` and `column_names`, which go together."""
    column_names = toml.strings("column_names")
    if toml.flag("header", default=True) is bool(column_names):
        toml.add_problem(
            "column_names",
            "names columns although header is not false." if column_names else "is missing although header is false.",
            "A file without a header needs `header = false` and column_names = [...].",
        )
    return column_names


def check_unused_files(edition: EditionFiles, toml: TomlTable, sources: Iterable[RowSource]) -> None:
    """Read `ignore_files`; a file that it does not name and no source reads is a problem."""
    ignored = toml.strings("ignore_files")
    found = list(sources)
    if not all(source.paths for source in found):
        return
    used = {path for source in found for path in source.files}
    unused = [path.name for path in data_files(edition) if path not in used]
    unused = [name for name in unused if not any(fnmatch(name, pattern) for pattern in ignored)]
    if unused:
        toml.add_problem(
            "ignore_files",
            f"does not name {join_names(unused)}, which nothing in the declaration reads.",
            "Name it in a [[file]], [[variables]] or [[codes]], or write at the top of the declaration: "
            f"ignore_files = {json.dumps(unused, ensure_ascii=False)}",
        )


def _read_form(toml: TomlTable, path: Path) -> str:
    suffix = path.suffix.lower().removeprefix(".")
    form = toml.text("format", default=_SUFFIXES.get(suffix, ""))
    if form in FORMS:
        return form
    if form:
        toml.add_choice_problem("format", form, FORMS)
    elif suffix in _UNREADABLE:
        description, advice = _UNREADABLE[suffix]
        error = InputError(path, f"it is {description}, which begrepp does not read.", f"Save it as {advice}.")
        toml.add_error("format", error)
    else:
        error = InputError(
            path,
            f"the ending of its name{f' (.{suffix})' if suffix else ''} does not say which format it has.",
            f'Write it in source.toml, below the name of the file: format = "csv". There are: {", ".join(FORMS)}.',
        )
        toml.add_error("format", error)
    return ""


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
            value.add_problem(step, f"names {name}, which is not there (there are: {names}).", "Add the file.")
            continue
        file_by_step[step] = files_by_name[name]
    return References(files=file_by_step)
