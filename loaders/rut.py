"""Register metadata in the terms of GSIM, as RUT (Register Utiliser Tool) has them: a template of five CSV files.

RUT has no export; whoever keeps a register fills in the template, or makes it from their own system. An instance
variable is a column; its represented variable says how it is expressed, and its conceptual variable what it is of.
docs/how-to/rut.md is the manual, and the empty template lies beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from begrepp.datatypes import DATATYPES
from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodedValue,
    CodeList,
    ConceptualVariable,
    Dataset,
    Edition,
    Home,
    Record,
    Redistribution,
    RepresentedVariable,
    Skipped,
    Source,
    Table,
    Text,
    Variable,
    links,
    texts,
)
from begrepp.rows import Row, parse_date, read_lines, read_table
from loaders.agencies import BEGREPP
from loaders.dataset_declaration import concepts, read_dataset, when_in
from loaders.declarations import file_list, read_declaration, slug

REGISTER, CONCEPTUAL, REPRESENTED = "register.csv", "conceptual_variables.csv", "represented_variables.csv"
INSTANCES, CODES = "instance_variables.csv", "codes.csv"
_NAMED = ("label_sv", "label_en", "definition_sv", "definition_en")
COLUMNS: dict[str, tuple[str, ...]] = {
    REGISTER: ("id", "part_of", *_NAMED, "purpose_sv", "purpose_en", "website", "reference_from", "reference_to"),
    CONCEPTUAL: ("id", *_NAMED, "unit_type", "concept"),
    REPRESENTED: (
        *("id", "conceptual_variable", *_NAMED),
        *("datatype", "unit", "code_list", "value_list", "minimum", "maximum", "pattern"),
    ),
    INSTANCES: (
        *("register", "name", "represented_variable", *_NAMED),
        *("missing_codes", "valid_from", "valid_to", "quality_sv", "source", "checked"),
    ),
    CODES: ("code_list", "code", *_NAMED, "concept", "valid_from", "valid_to"),
}
"""The files of the template and their columns."""
_REQUIRED = {
    REGISTER: ("id", "label_sv", "definition_sv"),
    CONCEPTUAL: ("id", "label_sv"),
    REPRESENTED: ("id", "conceptual_variable", "label_sv", "datatype"),
    INSTANCES: ("register", "name", "represented_variable"),
    CODES: ("code_list", "code", "label_sv"),
}
SOURCE = Source(
    id="rut",
    title="Registermetadata enligt GSIM (mall)",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.registerforskning.se/",
    reads=f"the template's files {', '.join(COLUMNS)}",
)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The register with its parts, its value lists, and its variables with what stands above them."""
    keys = read_declaration(edition, declared)
    files = {path.name: path for path in data_files(edition)}
    if unknown := sorted(set(files) - set(COLUMNS)):
        raise InputError(
            Origin(unknown[0]), "the file is not of the template.", f"Its files are {file_list(list(COLUMNS))}."
        )
    for name in (REGISTER, CONCEPTUAL, REPRESENTED, INSTANCES):
        if name not in files:
            raise InputError(keys.origin, f"the template's file {name} is missing.", "Add it next to the others.")
    template = _Template(files)
    keys.suggest("dataset", template.register)
    dataset = read_dataset(keys, edition, tuple(template.parts.values()))
    keys.done()
    yield dataset
    yield from template.records(dataset)


def _rows(files: Mapping[str, Path], name: str) -> Iterator[_Cells]:
    """The rows of a file, divided by comma or semicolon, whichever its first line has more of."""
    if name not in files:
        return
    head = next(iter(read_lines(files[name])), "")
    delimiter = max(",;\t", key=head.count)
    for row in read_table(files[name], required=_REQUIRED[name], delimiter=delimiter, short_rows=True):
        yield _Cells.read(row, name)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a row of the template."""

    cells: dict[str, str]
    origin: Origin

    @classmethod
    def read(cls, row: Row, name: str) -> _Cells:
        found = cls({column: row.take_optional(column) for column in COLUMNS[name]}, row.origin)
        row.done()
        for column in _REQUIRED[name]:
            if not found[column]:
                raise InputError(found.origin, f"the column '{column}' is empty.", "Fill it in.")
        for column in ("id", "code_list") if name != REPRESENTED else ("id",):
            if (value := found[column]) and not _ID.fullmatch(value):
                raise InputError(
                    found.origin,
                    f"'{value}' in '{column}' is not a valid id.",
                    "Use a-z, 0-9, and after them . _ ~ -.",
                )
        return found

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def words(self, column: str) -> tuple[Text, ...]:
        return texts(self[f"{column}_sv"], self[f"{column}_en"])

    def when(self, column: str) -> str:
        return when_in(self[column], self.origin, column)

    def fault(self, reason: str, step: str) -> InputError:
        return InputError(self.origin, reason, step)


def _by_id(rows: Iterable[_Cells], *columns: str) -> dict[tuple[str, ...], _Cells]:
    found: dict[tuple[str, ...], _Cells] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in found:
            raise row.fault(f"'{' '.join(key)}' already occurs in {found[key].origin}.", "Remove one of the two.")
        found[key] = row
    return found


@dataclass(slots=True)
class _Template:
    """The template's files, checked against one another."""

    files: dict[str, Path]
    register: dict[str, Any] = field(init=False)
    parts: dict[str, Table] = field(init=False)
    lists: dict[str, list[_Cells]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = _by_id(_rows(self.files, REGISTER), "id")
        whole = [row for row in rows.values() if not row["part_of"]]
        if len(whole) != 1:
            raise InputError(
                Origin(REGISTER),
                f"{len(whole)} registers have no part_of.",
                "Describe one register: its row has no part_of, and the rows of its parts name it there.",
            )
        top = whole[0]
        self.register = _suggested(top)
        parts = [row for row in rows.values() if row["part_of"]]
        for row in parts:
            if row["part_of"] != top["id"]:
                raise row.fault(f"'{row['part_of']}' in 'part_of' is not the register.", f"Write '{top['id']}'.")
        # A register without parts is one table.
        self.parts = {
            row["id"]: Table(id=row["id"], titles=row.words("label"), descriptions=row.words("definition"))
            for row in parts or [top]
        }

    def records(self, dataset: Dataset) -> Iterator[Record]:
        for code in _by_id(_rows(self.files, CODES), "code_list", "code").values():
            self.lists.setdefault(code["code_list"], []).append(code)
        conceptual = _by_id(_rows(self.files, CONCEPTUAL), "id")
        represented = _by_id(_rows(self.files, REPRESENTED), "id")
        used: set[str] = set()
        missing: set[str] = set()
        variables = []
        for number, row in enumerate(_by_id(_rows(self.files, INSTANCES), "register", "name").values(), start=1):
            above = represented.get((row["represented_variable"],))
            if above is None:
                raise _unknown(row, "represented_variable", REPRESENTED)
            if row["register"] not in self.parts:
                raise _unknown(row, "register", REGISTER)
            if row["missing_codes"]:
                missing.add(self.list_id(row, "missing_codes"))
            variables.append((number, row, above))
        for row in conceptual.values():
            yield _conceptual(row, dataset.id)
        for row in represented.values():
            if (row["conceptual_variable"],) not in conceptual:
                raise _unknown(row, "conceptual_variable", CONCEPTUAL)
            used.add(self.list_id(row, "code_list"))
            yield self.represented(row, dataset.id)
        if both := sorted(used & missing):
            raise InputError(
                self.lists[both[0]][0].origin,
                f"the list '{both[0]}' is used both for values and for missing values.",
                "Divide it in two.",
            )
        for id_, codes in self.lists.items():
            if id_ in used | missing:
                yield _list(id_, codes, dataset.id, missing=id_ in missing)
            else:
                yield Skipped(origin=codes[0].origin, reason=f"no variable uses the list '{id_}'.")
        for number, row, above in variables:
            yield self.variable(row, above, conceptual[above["conceptual_variable"],], dataset.id, number)

    def list_id(self, row: _Cells, column: str) -> str:
        if (id_ := row[column]) and id_ not in self.lists:
            raise _unknown(row, column, CODES)
        return id_

    def represented(self, row: _Cells, dataset: str) -> RepresentedVariable:
        if row["datatype"] not in DATATYPES:
            raise row.fault(f"'{row['datatype']}' is no datatype of CSVW.", f"Use one of: {', '.join(DATATYPES)}.")
        if row["code_list"] and row["value_list"]:
            raise row.fault("both code_list and value_list are filled in.", "Keep one of the two.")
        return RepresentedVariable(
            dataset=dataset,
            id=row["id"],
            conceptual=row["conceptual_variable"],
            origin=row.origin,
            titles=row.words("label"),
            descriptions=row.words("definition"),
            datatype=row["datatype"],
            unit=row["unit"],
            code_list=row["code_list"],
            value_list=row["value_list"],
        )

    def variable(self, row: _Cells, above: _Cells, of: _Cells, dataset: str, number: int) -> Variable:
        titles = row.words("label") or above.words("label")
        quality = row["quality_sv"]
        return Variable(
            dataset=dataset,
            table=row["register"],
            name=row["name"],
            origin=row.origin,
            titles=titles,
            # What a register's own text does not tell, the variables above do.
            descriptions=row.words("definition") or above.words("definition") or of.words("definition") or titles,
            datatype=above["datatype"],
            unit=above["unit"],
            measures=links(*concepts(_several(of["concept"]))),
            code_list=above["code_list"],
            value_list=above["value_list"],
            missing_list=row["missing_codes"],
            represented=above["id"],
            minimum=above["minimum"],
            maximum=above["maximum"],
            pattern=above["pattern"],
            notes=(Text(quality, "sv"),) if quality else (),
            unit_type=of["unit_type"],
            order=number,
            valid_from=row.when("valid_from"),
            valid_to=row.when("valid_to"),
            source=row["source"],
            checked=parse_date(row["checked"], row.origin, "checked"),
        )


def _suggested(row: _Cells) -> dict[str, Any]:
    """What the register says of itself, as `[dataset]` would say it."""

    def words(column: str) -> dict[str, str]:
        return {text.lang: text.value for text in row.words(column)}

    said: dict[str, Any] = {
        "id": slug(row["id"]),
        "title": words("label"),
        "description": words("definition"),
        "purpose": words("purpose"),
        "landing_page": row["website"],
        "temporal_from": row.when("reference_from"),
        "temporal_to": row.when("reference_to"),
    }
    return {key: value for key, value in said.items() if value}


def _conceptual(row: _Cells, dataset: str) -> ConceptualVariable:
    return ConceptualVariable(
        dataset=dataset,
        id=row["id"],
        origin=row.origin,
        titles=row.words("label"),
        descriptions=row.words("definition"),
        measures=links(*concepts(_several(row["concept"]))),
        unit_type=row["unit_type"],
    )


def _list(id_: str, codes: list[_Cells], dataset: str, *, missing: bool) -> CodeList:
    return CodeList(
        home=Home(dataset=dataset),
        id=id_,
        origin=codes[0].origin,
        titles=(Text(id_, "zxx"),),
        values=tuple(
            CodedValue(
                code=code["code"],
                labels=code.words("label"),
                definitions=code.words("definition"),
                matches=links(*concepts(_several(code["concept"]))),
                valid_from=_day(code, "valid_from"),
                valid_to=_day(code, "valid_to"),
            )
            for code in codes
        ),
        missing=missing,
        identifiers=(id_,),
    )


def _day(row: _Cells, column: str) -> str:
    return str(parse_date(row[column], row.origin, column) or "")


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _unknown(row: _Cells, column: str, file: str) -> InputError:
    return row.fault(f"'{row[column]}' in '{column}' is not in {file}.", f"Add it there, or correct '{column}'.")
