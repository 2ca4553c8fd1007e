"""The template as a whole: its files as records, checked against one another."""

from __future__ import annotations

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
    Home,
    Record,
    RepresentedVariable,
    Skipped,
    Table,
    Text,
    Variable,
    links,
)
from begrepp.sources.tables import parse_date
from loaders.declaration.dataset import concept_references
from loaders.declaration.source_toml import slug
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
    """The template's files, checked against one another."""

    files: dict[str, Path]
    register: dict[str, Any] = field(init=False)
    parts: dict[str, Table] = field(init=False)
    lists: dict[str, list[TemplateRow]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = rows_by_id(read_template_rows(self.files, REGISTER), "id")
        whole = [row for row in rows.values() if not row["part_of"]]
        if len(whole) != 1:
            raise InputError(
                Origin(REGISTER),
                f"{len(whole)} registers are part of nothing.",
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
        for code in rows_by_id(read_template_rows(self.files, CODES), "code_list", "code").values():
            self.lists.setdefault(code["code_list"], []).append(code)
        conceptual = rows_by_id(read_template_rows(self.files, CONCEPTUAL), "id")
        represented = rows_by_id(read_template_rows(self.files, REPRESENTED), "id")
        used: set[str] = set()
        missing: set[str] = set()
        variables = []
        for number, row in enumerate(
            rows_by_id(read_template_rows(self.files, INSTANCES), "register", "name").values(), start=1
        ):
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

    def list_id(self, row: TemplateRow, column: str) -> str:
        if (id_ := row[column]) and id_ not in self.lists:
            raise _unknown(row, column, CODES)
        return id_

    def represented(self, row: TemplateRow, dataset: str) -> RepresentedVariable:
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

    def variable(self, row: TemplateRow, above: TemplateRow, of: TemplateRow, dataset: str, number: int) -> Variable:
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
            measures=links(*concept_references(_several(of["concept"]))),
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


def _suggested(row: TemplateRow) -> dict[str, Any]:
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


def _conceptual(row: TemplateRow, dataset: str) -> ConceptualVariable:
    return ConceptualVariable(
        dataset=dataset,
        id=row["id"],
        origin=row.origin,
        titles=row.words("label"),
        descriptions=row.words("definition"),
        measures=links(*concept_references(_several(row["concept"]))),
        unit_type=row["unit_type"],
    )


def _list(id_: str, codes: list[TemplateRow], dataset: str, *, missing: bool) -> CodeList:
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
                matches=links(*concept_references(_several(code["concept"]))),
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


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _unknown(row: TemplateRow, column: str, file: str) -> InputError:
    return row.fault(f"'{row[column]}' in '{column}' is not in {file}.", f"Add it there, or correct '{column}'.")
