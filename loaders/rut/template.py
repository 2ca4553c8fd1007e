"""Conversion of a complete template to records, with checks across its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodedValue,
    CodeList,
    ConceptualVariable,
    Dataset,
    ListOwner,
    Record,
    RepresentedVariable,
    Skipped,
    Table,
    Text,
    Variable,
    links,
)
from begrepp.sources.rows import parse_date
from loaders.declaration.agents import slug
from loaders.declaration.dataset import concept_references
from loaders.declaration.declared_dates import check_period
from loaders.rut.rows import (
    CODES,
    CONCEPTUAL,
    INSTANCES,
    REGISTER,
    REPRESENTED,
    TemplateRow,
    read_template_rows,
    rows_by_id,
)
from loaders.support.datatypes import DATATYPES


@dataclass(slots=True)
class Template:
    """The files of a template.

    `register` holds its values for `[dataset]`, `parts` its tables, `lists` the rows of each code list,
    and `uses_of_names` the number of variables of each name in each table: its periods.
    """

    files: dict[str, Path]
    register: dict[str, Any] = field(init=False)
    parts: dict[str, Table] = field(init=False)
    lists: dict[str, list[TemplateRow]] = field(default_factory=dict)
    uses_of_names: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        rows = rows_by_id(read_template_rows(self.files, REGISTER), "id")
        registers = [row for row in rows.values() if not row["part_of"]]
        if len(registers) != 1:
            raise InputError(
                Origin(REGISTER),
                f"{len(registers)} registers have no part_of.",
                "Describe one register: its row has no part_of, and the rows of its parts name it there.",
            )
        register = registers[0]
        self.register = _dataset_defaults(register)
        parts = [row for row in rows.values() if row["part_of"]]
        for row in parts:
            if row["part_of"] != register["id"]:
                raise row.new_error(
                    f"'{row['part_of']}' in 'part_of' is not the register.", f"Write '{register['id']}'."
                )
        # A register without parts is a single table.
        self.parts = {
            row["id"]: Table(id=row["id"], titles=row.texts("label"), descriptions=row.texts("definition"))
            for row in parts or [register]
        }

    def records(self, dataset: Dataset) -> Iterator[Record]:
        """Yield variables and code lists. Raises `InputError` for an unresolved reference between files."""
        for code in rows_by_id(read_template_rows(self.files, CODES), "code_list", "code").values():
            self.lists.setdefault(code["code_list"], []).append(code)
        conceptual = rows_by_id(read_template_rows(self.files, CONCEPTUAL), "id")
        represented = rows_by_id(read_template_rows(self.files, REPRESENTED), "id")
        used: set[str] = set()
        missing: set[str] = set()
        variables = []
        instances = rows_by_id(
            read_template_rows(self.files, INSTANCES),
            *("register", "name", "valid_from"),
            step="Remove one of the two, or give them periods that do not overlap (valid_from, valid_to).",
        )
        self.uses_of_names.update((row["register"], row["name"]) for row in instances.values())
        for number, row in enumerate(instances.values(), start=1):
            represented_row = represented.get((row["represented_variable"],))
            if represented_row is None:
                raise _unknown(row, "represented_variable", REPRESENTED)
            if row["register"] not in self.parts:
                raise _unknown(row, "register", REGISTER)
            if row["missing_codes"]:
                missing.add(self.list_id(row, "missing_codes"))
            variables.append((number, row, represented_row))
        for row in conceptual.values():
            yield _new_conceptual_variable(row, dataset.id)
        for row in represented.values():
            if (row["conceptual_variable"],) not in conceptual:
                raise _unknown(row, "conceptual_variable", CONCEPTUAL)
            used.add(self.list_id(row, "code_list"))
            yield self.represented(row, dataset.id)
        if shared := sorted(used & missing):
            raise InputError(
                self.lists[shared[0]][0].origin,
                f"the list '{shared[0]}' is used both for values and for missing values.",
                "Divide it in two.",
            )
        for id_, codes in self.lists.items():
            if id_ in used | missing:
                yield _new_code_list(id_, codes, dataset.id, missing=id_ in missing)
            else:
                yield Skipped(origin=codes[0].origin, reason=f"no variable uses the list '{id_}'.")
        for number, row, represented_row in variables:
            yield self.variable(
                row, represented_row, conceptual[represented_row["conceptual_variable"],], dataset.id, number
            )

    def list_id(self, row: TemplateRow, column: str) -> str:
        """Return the id of a code list. Raises `InputError` if it has no codes."""
        if (id_ := row[column]) and id_ not in self.lists:
            raise _unknown(row, column, CODES)
        return id_

    def represented(self, row: TemplateRow, dataset: str) -> RepresentedVariable:
        """Return a represented variable. Raises `InputError` for an unknown datatype."""
        if row["datatype"] not in DATATYPES:
            raise row.new_error(f"'{row['datatype']}' is no datatype of CSVW.", f"Use one of: {', '.join(DATATYPES)}.")
        if row["code_list"] and row["value_list"]:
            raise row.new_error("both code_list and value_list are filled in.", "Keep one of the two.")
        return RepresentedVariable(
            dataset=dataset,
            id=row["id"],
            conceptual=row["conceptual_variable"],
            origin=row.origin,
            titles=row.texts("label"),
            descriptions=row.texts("definition"),
            datatype=row["datatype"],
            unit=row["unit"],
            code_list=row["code_list"],
            value_list=row["value_list"],
        )

    def variable(
        self, row: TemplateRow, represented: TemplateRow, conceptual: TemplateRow, dataset: str, number: int
    ) -> Variable:
        """Return an instance variable with the properties of its represented and conceptual variables."""
        titles = row.texts("label") or represented.texts("label")
        quality = row["quality_sv"]
        check_period(row.date("valid_from"), row.date("valid_to"), row.origin, row["name"])
        return Variable(
            dataset=dataset,
            table=row["register"],
            name=row["name"],
            part=row.date("valid_from") if self.uses_of_names[row["register"], row["name"]] > 1 else "",
            origin=row.origin,
            titles=titles,
            # Missing definitions are taken from the represented or conceptual variable.
            descriptions=row.texts("definition") or represented.texts("definition") or conceptual.texts("definition"),
            datatype=represented["datatype"],
            unit=represented["unit"],
            measures=links(*concept_references(_split(conceptual["concept"]))),
            code_list=represented["code_list"],
            value_list=represented["value_list"],
            missing_list=row["missing_codes"],
            represented=represented["id"],
            minimum=represented["minimum"],
            maximum=represented["maximum"],
            pattern=represented["pattern"],
            notes=(Text(quality, "sv"),) if quality else (),
            unit_type=conceptual["unit_type"],
            order=number,
            valid_from=row.date("valid_from"),
            valid_to=row.date("valid_to"),
            source=row["source"],
            checked=parse_date(row["checked"], row.origin, "checked"),
        )


def _dataset_defaults(row: TemplateRow) -> dict[str, Any]:
    """Return the description of the register in the keys of `[dataset]`."""

    def words(column: str) -> dict[str, str]:
        return {text.lang: text.value for text in row.texts(column)}

    defaults: dict[str, Any] = {
        "id": slug(row["id"]),
        "title": words("label"),
        "description": words("definition"),
        "purpose": words("purpose"),
        "landing_page": row["website"],
        "temporal_from": row.date("reference_from"),
        "temporal_to": row.date("reference_to"),
    }
    return {key: value for key, value in defaults.items() if value}


def _new_conceptual_variable(row: TemplateRow, dataset: str) -> ConceptualVariable:
    return ConceptualVariable(
        dataset=dataset,
        id=row["id"],
        origin=row.origin,
        titles=row.texts("label"),
        descriptions=row.texts("definition"),
        measures=links(*concept_references(_split(row["concept"]))),
        unit_type=row["unit_type"],
    )


def _new_code_list(id_: str, codes: list[TemplateRow], dataset: str, *, missing: bool) -> CodeList:
    return CodeList(
        owner=ListOwner(dataset=dataset),
        id=id_,
        origin=codes[0].origin,
        titles=(Text(id_, "zxx"),),
        values=tuple(
            CodedValue(
                code=code["code"],
                labels=code.texts("label"),
                definitions=code.texts("definition"),
                matches=links(*concept_references(_split(code["concept"]))),
                valid_from=_day(code, "valid_from"),
                valid_to=_day(code, "valid_to"),
            )
            for code in codes
        ),
        missing=missing,
        identifiers=(id_,),
    )


def _day(row: TemplateRow, column: str) -> str:
    return str(parse_date(row[column], row.origin, column) or "")


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _unknown(row: TemplateRow, column: str, file: str) -> InputError:
    return row.new_error(f"'{row[column]}' in '{column}' is not in {file}.", f"Add it there, or correct '{column}'.")
