"""Rows of a dictionary in whatever form it is written: CSV, TSV, XLSX, JSON, tables in Markdown, or one text a row.

A `[[variables]]` or `[[codes]]` of a declaration says which files, in which form, and where in them the rows stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import yaml

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles
from begrepp.sources.editions import data_files
from begrepp.sources.meter import meter
from begrepp.sources.privacy import refuse_identity_numbers, refuse_person_rows, refuse_persons
from begrepp.sources.tables import Row, read_lines, read_table
from begrepp.sources.xlsx import read_xlsx
from loaders.declaration.json_rows import References, flatten, read_json_rows
from loaders.declaration.source_toml import join_names, read_encoding
from loaders.declaration.toml_table import TomlTable

FORMS = {"csv": ",", "tsv": "\t", "xlsx": "", "json": "", "markdown": "", "front-matter": ""}
"""The forms, and what divides the cells where a character does."""
_SUFFIXES = {"csv": "csv", "tsv": "tsv", "xlsx": "xlsx", "json": "json", "md": "markdown"}
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_PIPE = re.compile(r"(?<!\\)\|")

ReportMisaligned = Callable[[Origin, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSheet:
    """Where rows stand, and how they are written."""

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
    """Faults that are told and passed over, where others stop the load: `misaligned` rows, `repeated` codes."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it reads: those with rows, and those in which references are looked up."""
        return (*self.paths, *self.references.files.values())

    def read(self, misaligned: ReportMisaligned, *, counted: bool = True) -> Iterator[Row]:
        """The rows of all files, in order. `misaligned` is told of rows that do not fit, where they are reported."""
        for path in self.paths:
            match self.form:
                case "json":
                    yield from self._json(path, counted)
                case "markdown":
                    yield from self._markdown(path, misaligned, counted)
                case "front-matter":
                    yield self._front_matter(path, counted)
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
                        misaligned=misaligned if "misaligned" in self.report else None,
                        counted=counted,
                    )

    def _json(self, path: Path, counted: bool) -> Iterator[Row]:
        for number, cells in enumerate(read_json_rows(path, self.rows, self.references), start=1):
            origin = Origin(path.name, number)
            if counted:
                meter().rows += 1
            refuse_persons(cells, origin)
            yield Row(cells, origin)

    def _markdown(self, path: Path, misaligned: ReportMisaligned, counted: bool) -> Iterator[Row]:
        heading, found = "", False
        header: list[str] = []
        lines = enumerate(read_lines(path, self.encoding), start=1)
        before = ""
        for number, line in lines:
            if match := _HEADING.match(line):
                heading, header, before = match[1], [], ""
            elif not line.strip() or (header and not line.strip(" -*_\r\n")):
                header, before = [], ""
            elif _RULE.match(line) and before and not header:
                header = [" ".join(cell.split()) for cell in _split_row(before)]
                found = found or bool(self.heading.search(heading))
            elif header and self.heading.search(heading):
                origin = Origin(path.name, number)
                if counted:
                    meter().rows += 1
                refuse_identity_numbers(line, origin)
                try:
                    cells = _table_row(header, line, heading, origin)
                except InputError as error:
                    if "misaligned" not in self.report:
                        raise
                    misaligned(origin, error.reason)
                    continue
                refuse_person_rows(cells, origin)
                yield Row(cells, origin)
            else:
                before = line
        if not found:
            raise InputError(
                path,
                f"no table stands under a heading like '{self.heading.pattern}'.",
                "Correct `heading`, or the file.",
            )

    def _front_matter(self, path: Path, counted: bool) -> Row:
        origin = Origin(path.name)
        text = "".join(read_lines(path, self.encoding))
        parts = re.match(r"---\r?\n(.*?)\r?\n---\s*(?:\n(.*))?$", text, re.DOTALL)
        try:
            head = yaml.safe_load(parts[1]) if parts else None
        except yaml.YAMLError as error:
            raise InputError(path, f"its head is not well-formed YAML: {error}.", "Mend the head.") from None
        if not parts or not isinstance(head, dict):
            raise InputError(path, "no head between two lines of ---.", "Check that you added the right files.")
        if counted:
            meter().rows += 1
        refuse_identity_numbers(text, origin)
        cells = {**flatten(head), "body": (parts[2] or "").strip(), "file": path.stem}
        refuse_person_rows(cells, origin)
        return Row(cells, origin)


def read_sheet(keys: TomlTable, edition: EditionFiles, *, default: str = "") -> DeclaredSheet:
    """The part of a declaration that says where rows stand; the rest of it is left for others to take."""
    wanted = keys.strings("file") or ((default,) if default else ())
    if not wanted:
        keys.fail("file", "is missing.", "Name the file; * stands for any characters.")
    there = data_files(edition)
    paths = tuple(path for path in there if any(fnmatch(path.name, name) for name in wanted))
    if missing := [name for name in wanted if not any(fnmatch(path.name, name) for path in there)]:
        keys.fail(
            "file",
            f"names {join_names(missing)}, which is not there (there are: {join_names([p.name for p in there])}).",
            "Correct the name, or add the file.",
        )
    form = keys.text("format", default=_SUFFIXES.get(paths[0].suffix.lower().removeprefix("."), ""))
    if form not in FORMS:
        keys.fail("format", f"is '{form}'.", f"Use one of: {', '.join(FORMS)}.")
    return DeclaredSheet(
        paths=paths,
        form=form,
        delimiter=keys.character("delimiter", default=FORMS[form] or ","),
        encoding=read_encoding(keys),
        quoted=keys.flag("quoted", default=True),
        sheet=keys.text("sheet"),
        skip=keys.number("skip") or 0,
        rows=keys.text("rows", default="[]"),
        heading=re.compile(keys.pattern("heading")),
        references=_references(keys, there),
        ignore=keys.strings("ignore"),
        short_rows=keys.flag("short_rows", default=False),
        report=_reported(keys),
    )


def _references(keys: TomlTable, there: Sequence[Path]) -> References:
    """The object of the document itself in which a reference is looked up, or the file of each first step."""
    if "references" not in keys:
        return References()
    said = keys.either("references")
    if isinstance(said, str):
        return References(inside=said)
    files = {path.name: path for path in there}
    found = {}
    for step in list(said):
        name = said.text(step, required=True)
        if name not in files:
            there_are = join_names(sorted(files))
            said.fail(step, f"names {name}, which is not there (there are: {there_are}).", "Add the file.")
        found[step] = files[name]
    return References(files=found)


def _reported(keys: TomlTable) -> tuple[str, ...]:
    said = keys.strings("report")
    if unknown := [each for each in said if each not in ("misaligned", "repeated")]:
        keys.fail("report", f"holds {unknown[0]!r}.", 'Use "misaligned", "repeated" or both.')
    return said


# Markdown


def _split_row(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    return [cell.strip().replace("\\|", "|") for cell in _PIPE.split(line)]


def _table_row(header: list[str], line: str, heading: str, origin: Origin) -> dict[str, str]:
    cells = _split_row(line)
    # A row may leave out cells at its end, and has nothing to say beyond the last column (GitHub's Markdown, 4.10).
    if any(cells[len(header) :]):
        raise InputError(
            origin,
            f"{len(cells)} cells where the table has {len(header)} columns.",
            "A cell may hold a bar; write it as \\|.",
        )
    cells = [*cells, *[""] * (len(header) - len(cells))]
    return {**dict(zip(header, cells, strict=False)), "heading": heading}
