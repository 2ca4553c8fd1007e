"""Socialstyrelsen's register metadata: one workbook per register with description, variables and code lists.

A format: `begrepp add patientregistret FILE.xlsx --edition 2026 --loader sos_workbook`. The workbooks follow one
template with variations, so names of sheets and columns are matched without regard to case, spaces and punctuation;
unrecognised values are reported and kept as notes. A variable may have several rows in a part of the register: their
periods distinguish them, and rows with overlapping periods are assigned to separate tables. `[dataset]` in a
source.toml adds to the description.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodedValue,
    EditionFiles,
    ListOwner,
    Record,
    Redistribution,
    Skipped,
    Source,
    Table,
    Text,
    Variable,
    is_iri,
)
from begrepp.sources.editions import data_files
from loaders.declaration.agents import slug
from loaders.declaration.dataset import read_dataset
from loaders.declaration.source_toml import join_names, read_declaration
from loaders.declaration.toml_table import TomlTable
from loaders.sos_workbook.code_lists import CODE_COLUMNS, inline_codes, parse_period, sheet_codes
from loaders.sos_workbook.description import read_description
from loaders.sos_workbook.workbook import SheetRow, WorkbookSheet, normalized_name, read_sheets
from loaders.support.agencies import IN_COPYRIGHT, SOCIALSTYRELSEN
from loaders.support.code_lists import CodeListRegistry

SOURCE = Source(
    id="sos_workbook",
    title="Registermetadata från Socialstyrelsen",
    publisher=SOCIALSTYRELSEN,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.socialstyrelsen.se/statistik-och-data/register/",
    reads="the workbook of one register (.xlsx), with a sheet of variables",
)
_PART = ("Deldatamängdsnamn", "Datavynamn", "Deldatamängd")
_NAME = ("Variabelnamn",)
_LABEL, _DESCRIPTION = ("Variabeletikett",), ("Variabelbeskrivning",)
_TYPES = {
    "sträng": "string",
    "text": "string",
    "heltal": "integer",
    "decimaltal": "decimal",
    "numerisk": "decimal",
    "datum": "date",
    "datumochtid": "dateTime",
    "tid": "time",
    "år": "gYear",
    "boolesk": "boolean",
    "binär": "boolean",
}
# Code systems in "Länk kodverk". "ICD-10" alone may be the Swedish version or WHO's, and is kept as a note.
_SYSTEMS = {
    "icd10se": "icd-10-se",
    "kvå": "kva",
    "atc": "atc",
    "icdo3": "icd-o-3",
    "icf": "icf",
    "snomedct": "snomed-ct",
}
_RANGE = re.compile(r"(?P<least>-?\d+(?:[.,]\d+)?)\s*(?:-|–|till)\s*(?P<most>\d+(?:[.,]\d+)?)")


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the register as a dataset with its parts as tables, and a variable for every row of the variable sheet."""
    declaration = read_declaration(edition, declared)
    files = [path for path in data_files(edition) if path.suffix.lower() == ".xlsx" and not path.name.startswith("~$")]
    if len(files) != 1:
        names = join_names([path.name for path in files])
        raise InputError(
            declaration.origin, f"there are {len(files)} workbooks ({names}).", "Add one register to an edition."
        )
    sheets = read_sheets(files[0])
    rows = _variable_rows(sheets, Origin(files[0].name))
    dataset_defaults, skipped = read_description(sheets)
    declaration.set_defaults("source", {"publisher": "socialstyrelsen", "licence": IN_COPYRIGHT})
    declaration.set_defaults("dataset", dataset_defaults)
    yield from _RegisterConverter(declaration, edition, sheets, list(rows)).records()
    yield from skipped


def _variable_rows(sheets: list[WorkbookSheet], origin: Origin) -> Iterator[SheetRow]:
    """Return the rows of the variable sheet, found by its name, else by its columns. Raises `InputError` if missing."""
    named = [sheet for sheet in sheets if "variabelniv" in normalized_name(sheet.name)]
    for sheet in named or sheets:
        if (rows := sheet.table(_NAME, (*_LABEL, *_DESCRIPTION, "Datatyp"))) is not None:
            return rows
    raise InputError(
        named[0].origin(1) if named else origin,
        "there is no sheet with the columns Variabelnamn and Variabeletikett (or Variabelbeskrivning).",
        f"Check that this is a register's metadata workbook; its sheets are {join_names([s.name for s in sheets])}.",
    )


@dataclass(slots=True)
class _RegisterConverter:
    """Converts a register to records."""

    declaration: TomlTable
    edition: EditionFiles
    sheets: list[WorkbookSheet]
    rows: list[SheetRow]
    lists: CodeListRegistry = field(init=False)
    lists_by_sheet: dict[str, dict[str, tuple[tuple[CodedValue, ...], Origin]]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def records(self) -> Iterator[Record]:
        for sheet in self.sheets:
            if normalized_name(sheet.name).startswith("kodlista"):
                found = sheet_codes(sheet)
                if found is None:
                    reason = f"no row has a column of codes ({', '.join(CODE_COLUMNS)}) and one of words beside it."
                    self.skipped.append(Skipped(origin=sheet.origin(1), reason=reason))
                else:
                    self.lists_by_sheet[normalized_name(sheet.name)] = found
            elif normalized_name(sheet.name).startswith("kvalitet"):
                reason = "notes on quality are free text in a form of their own, and are not read."
                self.skipped.append(Skipped(origin=sheet.origin(1), reason=reason))
        rows_with_tables = list(self.rows_with_tables())
        parts = self.parts()
        tables = {
            key: parts.get(row_part, Table(id=key, titles=(Text(row_part or "register", "sv"),)))
            for _, key, row_part in rows_with_tables
        }
        dataset = read_dataset(
            self.declaration,
            self.edition,
            tuple(Table(id=key, titles=t.titles, descriptions=t.descriptions) for key, t in tables.items()),
        )
        self.declaration.done()
        yield dataset
        self.lists = CodeListRegistry(ListOwner(dataset=dataset.id))
        times: dict[tuple[str, str], int] = defaultdict(int)
        for row, key, _ in rows_with_tables:
            times[key, row.get(*_NAME)] += 1
        for row, key, _ in rows_with_tables:
            variable = self.variable(row, dataset.id, key, several=times[key, row.get(*_NAME)] > 1)
            yield from self.lists.take_new()
            yield variable
        yield from self.skipped

    def parts(self) -> dict[str, Table]:
        """Return the parts that a sheet describes, by name; a repeated description is reported and ignored."""
        parts: dict[str, Table] = {}
        for sheet in self.sheets:
            # Spelt deldatamängder, deldatamängd or deldatamängbeskrivning.
            if not normalized_name(sheet.name).startswith("deldatamäng"):
                continue
            for row in sheet.table(_PART) or ():
                name, label = row.get(*_PART), row.get("Deldatamängdsetikett", "Datavyetikett")
                description = row.get("Deldatamängdsbeskrivning", "Deldatamängbeskrivning", "Datavybeskrivning")
                if name and name in parts:
                    reason = f"'{name}' is described twice; the first description is kept, not '{label}'."
                    self.skipped.append(Skipped(origin=row.origin, reason=reason))
                elif name:
                    texts = (Text(description, "sv"),) if description else ()
                    parts[name] = Table(id=slug(name), titles=(Text(label or name, "sv"),), descriptions=texts)
        return parts

    def rows_with_tables(self) -> Iterator[tuple[SheetRow, str, str]]:
        """Yield each row with its table: the part of the register, or an additional table if periods overlap."""
        periods: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        seen: set[tuple[tuple[str, str], ...]] = set()
        for row in self.rows:
            name, part = row.get(*_NAME), row.get(*_PART)
            if not name:
                reason = "the row has no Variabelnamn."
                self.skipped.append(Skipped(origin=row.origin, reason=reason))
                continue
            if (cells := tuple(sorted(row.cells.items()))) in seen:
                reason = f"'{name}' in '{part}' already occurs in another row, word for word."
                self.skipped.append(Skipped(origin=row.origin, reason=reason))
                continue
            seen.add(cells)
            base_id, number = slug(part) or "register", 1
            row_period = (_start(row), _end(row))
            while any(
                _overlap(row_period, other)
                for other in periods[base_id if number == 1 else f"{base_id}-{number}", name]
            ):
                number += 1
            key = base_id if number == 1 else f"{base_id}-{number}"
            periods[key, name].append(row_period)
            if number > 1:
                reason = f"'{name}' occurs several times in '{part}' for the same period; this row is in table '{key}'."
                self.skipped.append(Skipped(origin=row.origin, reason=reason))
            yield row, key, part

    def variable(self, row: SheetRow, dataset: str, table: str, *, several: bool) -> Variable:
        name, description = row.get(*_NAME), row.get(*_DESCRIPTION)
        titles = (Text(row.get(*_LABEL) or name, "sv" if row.get(*_LABEL) else "zxx"),)
        notes: list[Text] = []
        values, bounds = self.values(row, name, titles, notes)
        link = row.get("Länk kodverk")
        system = _SYSTEMS.get(normalized_name(link), "")
        if link and not system and normalized_name(link) not in self.lists_by_sheet:
            notes.append(Text(f"Kodverk: {link}", "sv"))
        type_name = row.get("Datatyp")
        datatype = _TYPES.get(normalized_name(type_name), _TYPES.get(normalized_name(type_name.partition("(")[0]), ""))
        if type_name and not datatype:
            notes.append(Text(f"Datatyp: {type_name}", "sv"))
        linkage = row.get("Kopplingsvariabel")
        if linkage and normalized_name(linkage) not in ("nej", "false"):
            notes.append(Text(": ".join(filter(None, ("Kopplingsvariabel", row.get("Kopplingsbeskrivning")))), "sv"))
        if quality := row.get("Kvalitetsanmärkning"):
            notes.append(Text(f"Kvalitetsanmärkning: {quality}", "sv"))
        order = row.get("Presentationsordning")
        start = _start(row)
        return Variable(
            dataset=dataset,
            table=table,
            name=name,
            origin=row.origin,
            titles=titles,
            descriptions=(Text(description, "sv"),) if description else (),
            datatype=datatype or "string",
            code_systems=(system,) if system else (),
            code_list=values,
            minimum=bounds[0],
            maximum=bounds[1],
            notes=tuple(notes),
            unit_type=row.get("Objekttyp"),
            order=int(order) if order.isdecimal() else None,
            valid_from=start,
            valid_to=_end(row),
            part=start if several else "",
            source=" ".join(filter(None, (row.get("Ursprung"), row.get("Specificera källa")))),
        )

    def values(
        self, row: SheetRow, name: str, titles: tuple[Text, ...], notes: list[Text]
    ) -> tuple[str, tuple[str, str]]:
        """Return the id of a variable's code list, and its bounds.

        The list is in the sheet that the row names, in a sheet named after the variable, or in the cell itself.
        """
        cell, link = row.get("Värdemängd"), normalized_name(row.get("Länk kodverk"))
        for key in dict.fromkeys((link, normalized_name(f"Kodlista_{name}"), normalized_name(cell))):
            if found := self.lists_by_sheet.get(key, {}):
                values, origin = found.get(normalized_name(name)) or found.get("") or ((), row.origin)
                if values:
                    return self.lists.add(f"{key}-{name}", values, origin, titles), ("", "")
        for found in self.lists_by_sheet.values():
            if normalized_name(name) in found:
                values, origin = found[normalized_name(name)]
                return self.lists.add(name, values, origin, titles), ("", "")
        if inline := inline_codes(cell):
            return self.lists.add(name, inline, row.origin, titles), ("", "")
        if match := _RANGE.fullmatch(cell):
            return "", (match["least"].replace(",", "."), match["most"].replace(",", "."))
        if cell and not is_iri(cell):
            notes.append(Text(f"Värdemängd: {cell}", "sv"))
        if link.startswith("kodlista") and link not in self.lists_by_sheet:
            reason = f"'{name}' points to the sheet '{row.get('Länk kodverk')}', which is not in the workbook."
            self.skipped.append(Skipped(origin=row.origin, reason=reason))
        return "", ("", "")


def _start(row: SheetRow) -> str:
    return parse_period(row.get("Data från"))[0]


def _end(row: SheetRow) -> str:
    """Return the last day of a row; empty if the variable is still recorded."""
    return parse_period(row.get("Data till"))[1]


def _overlap(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Return whether two periods overlap. Dates compare as text; an empty bound is open."""
    before = bool(first[1] and second[0] and first[1] < second[0])
    after = bool(second[1] and first[0] and second[1] < first[0])
    return not before and not after
