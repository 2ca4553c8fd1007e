"""Socialstyrelsen's register metadata: one workbook for each register, with its description, variables and code lists.

A format: `begrepp add patientregistret FILE.xlsx --edition 2026 --loader sos_workbook`. The workbooks follow one
template that is filled in by many hands, so sheets and columns are found whatever their spelling; what is not
understood is reported and kept as a note. A variable may be listed several times in a part of the register: periods
tell the rows apart, and rows whose periods overlap are put in a table of their own. `[dataset]` in a source.toml adds
to the file.
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
    Home,
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
from loaders.declaration.dataset import read_dataset
from loaders.declaration.source_toml import join_names, read_declaration, slug
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
_LABEL, _TOLD = ("Variabeletikett",), ("Variabelbeskrivning",)
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
# Code systems that "Länk kodverk" names; "ICD-10" alone may be the Swedish edition or WHO's, and is kept as words.
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
    """The register as a dataset, its parts as tables, and every row of the sheet of variables."""
    keys = read_declaration(edition, declared)
    files = [path for path in data_files(edition) if path.suffix.lower() == ".xlsx" and not path.name.startswith("~$")]
    if len(files) != 1:
        names = join_names([path.name for path in files])
        raise InputError(keys.origin, f"there are {len(files)} workbooks ({names}).", "Add one register to an edition.")
    sheets = read_sheets(files[0])
    rows = _variable_rows(sheets, Origin(files[0].name))
    said, left_out = read_description(sheets)
    keys.set_defaults("source", {"publisher": "socialstyrelsen", "licence": IN_COPYRIGHT})
    keys.set_defaults("dataset", said)
    yield from _Register(keys, edition, sheets, list(rows)).records()
    yield from left_out


def _variable_rows(sheets: list[WorkbookSheet], origin: Origin) -> Iterator[SheetRow]:
    """The rows of the sheet of variables: the one so named, else the only one with names and descriptions of such."""
    named = [sheet for sheet in sheets if "variabelniv" in normalized_name(sheet.name)]
    for sheet in named or sheets:
        if (rows := sheet.table(_NAME, (*_LABEL, *_TOLD, "Datatyp"))) is not None:
            return rows
    raise InputError(
        named[0].origin(1) if named else origin,
        "there is no sheet with the columns Variabelnamn and Variabeletikett (or Variabelbeskrivning).",
        f"Check that this is a register's metadata workbook; its sheets are {join_names([s.name for s in sheets])}.",
    )


@dataclass(slots=True)
class _Register:
    """One register on its way to records."""

    keys: TomlTable
    edition: EditionFiles
    sheets: list[WorkbookSheet]
    rows: list[SheetRow]
    lists: CodeListRegistry = field(init=False)
    codes: dict[str, dict[str, tuple[tuple[CodedValue, ...], Origin]]] = field(default_factory=dict)
    left_out: list[Skipped] = field(default_factory=list)

    def records(self) -> Iterator[Record]:
        for sheet in self.sheets:
            if normalized_name(sheet.name).startswith("kodlista"):
                found = sheet_codes(sheet)
                if found is None:
                    reason = f"no row has a column of codes ({', '.join(CODE_COLUMNS)}) and one of words beside it."
                    self.left_out.append(Skipped(origin=sheet.origin(1), reason=reason))
                else:
                    self.codes[normalized_name(sheet.name)] = found
            elif normalized_name(sheet.name).startswith("kvalitet"):
                reason = "notes on quality are free text in a form of their own, and are not read."
                self.left_out.append(Skipped(origin=sheet.origin(1), reason=reason))
        placed = list(self.placed())
        parts = self.parts()
        tables = {
            key: parts.get(row_part, Table(id=key, titles=(Text(row_part or "register", "sv"),)))
            for _, key, row_part in placed
        }
        dataset = read_dataset(
            self.keys,
            self.edition,
            tuple(Table(id=key, titles=t.titles, descriptions=t.descriptions) for key, t in tables.items()),
        )
        self.keys.done()
        yield dataset
        self.lists = CodeListRegistry(Home(dataset=dataset.id))
        times: dict[tuple[str, str], int] = defaultdict(int)
        for row, key, _ in placed:
            times[key, row.get(*_NAME)] += 1
        for row, key, _ in placed:
            variable = self.variable(row, dataset.id, key, several=times[key, row.get(*_NAME)] > 1)
            yield from self.lists.take_new()
            yield variable
        yield from self.left_out

    def parts(self) -> dict[str, Table]:
        """The parts of the register that a sheet describes; a part described twice keeps its first description."""
        found: dict[str, Table] = {}
        for sheet in self.sheets:
            # Spelled deldatamängder, deldatamängd or deldatamängbeskrivning.
            if not normalized_name(sheet.name).startswith("deldatamäng"):
                continue
            for row in sheet.table(_PART) or ():
                name, label = row.get(*_PART), row.get("Deldatamängdsetikett", "Datavyetikett")
                told = row.get("Deldatamängdsbeskrivning", "Deldatamängbeskrivning", "Datavybeskrivning")
                if name and name in found:
                    reason = f"'{name}' is described twice; the first description is kept, not '{label}'."
                    self.left_out.append(Skipped(origin=row.origin, reason=reason))
                elif name:
                    texts = (Text(told, "sv"),) if told else ()
                    found[name] = Table(id=slug(name), titles=(Text(label or name, "sv"),), descriptions=texts)
        return found

    def placed(self) -> Iterator[tuple[SheetRow, str, str]]:
        """Each row with its table: the part of the register, or a further table where periods of a name overlap."""
        used: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        seen: set[tuple[tuple[str, str], ...]] = set()
        for row in self.rows:
            name, part = row.get(*_NAME), row.get(*_PART)
            if not name:
                reason = "the row has no Variabelnamn."
                self.left_out.append(Skipped(origin=row.origin, reason=reason))
                continue
            if (same := tuple(sorted(row.cells.items()))) in seen:
                reason = f"'{name}' in '{part}' stands already in another row, word for word."
                self.left_out.append(Skipped(origin=row.origin, reason=reason))
                continue
            seen.add(same)
            own, number = slug(part) or "register", 1
            here = (_start(row), _end(row))
            while any(_overlap(here, other) for other in used[own if number == 1 else f"{own}-{number}", name]):
                number += 1
            key = own if number == 1 else f"{own}-{number}"
            used[key, name].append(here)
            if number > 1:
                reason = f"'{name}' stands several times in '{part}' for the same period; this row is in table '{key}'."
                self.left_out.append(Skipped(origin=row.origin, reason=reason))
            yield row, key, part

    def variable(self, row: SheetRow, dataset: str, table: str, *, several: bool) -> Variable:
        name, told = row.get(*_NAME), row.get(*_TOLD)
        titles = (Text(row.get(*_LABEL) or name, "sv" if row.get(*_LABEL) else "zxx"),)
        notes: list[Text] = []
        values, bounds = self.values(row, name, titles, notes)
        link = row.get("Länk kodverk")
        system = _SYSTEMS.get(normalized_name(link), "")
        if link and not system and normalized_name(link) not in self.codes:
            notes.append(Text(f"Kodverk: {link}", "sv"))
        kind = row.get("Datatyp")
        datatype = _TYPES.get(normalized_name(kind), _TYPES.get(normalized_name(kind.partition("(")[0]), ""))
        if kind and not datatype:
            notes.append(Text(f"Datatyp: {kind}", "sv"))
        linked = row.get("Kopplingsvariabel")
        if linked and normalized_name(linked) not in ("nej", "false"):
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
            descriptions=(Text(told, "sv"),) if told else titles,
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
        """The list of a variable's codes: in the sheet it points to, in a sheet of its name, or in the cell itself."""
        cell, link = row.get("Värdemängd"), normalized_name(row.get("Länk kodverk"))
        for key in dict.fromkeys((link, normalized_name(f"Kodlista_{name}"), normalized_name(cell))):
            if found := self.codes.get(key, {}):
                values, origin = found.get(normalized_name(name)) or found.get("") or ((), row.origin)
                if values:
                    return self.lists.add(f"{key}-{name}", values, origin, titles), ("", "")
        for found in self.codes.values():
            if normalized_name(name) in found:
                values, origin = found[normalized_name(name)]
                return self.lists.add(name, values, origin, titles), ("", "")
        if inline := inline_codes(cell):
            return self.lists.add(name, inline, row.origin, titles), ("", "")
        if match := _RANGE.fullmatch(cell):
            return "", (match["least"].replace(",", "."), match["most"].replace(",", "."))
        if cell and not is_iri(cell):
            notes.append(Text(f"Värdemängd: {cell}", "sv"))
        if link.startswith("kodlista") and link not in self.codes:
            reason = f"'{name}' points to the sheet '{row.get('Länk kodverk')}', which is not in the workbook."
            self.left_out.append(Skipped(origin=row.origin, reason=reason))
        return "", ("", "")


def _start(row: SheetRow) -> str:
    return parse_period(row.get("Data från"))[0]


def _end(row: SheetRow) -> str:
    """A blank end is open: the variable is still recorded."""
    return parse_period(row.get("Data till"))[1]


def _overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Years, months and days compare as text; an open end overlaps with all that comes after it."""
    before = bool(one[1] and other[0] and one[1] < other[0])
    after = bool(other[1] and one[0] and other[1] < one[0])
    return not before and not after
