"""`[[variables]]` of a declaration: which columns of a dictionary say what of a variable."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from begrepp.datatypes import DATATYPES
from begrepp.editions import file_named
from begrepp.errors import InputError, Origin
from begrepp.records import CodedValue, Edition, Table, Text, Variable, links
from begrepp.rows import parse_date, read_lines
from begrepp.settings import LANGUAGES
from loaders.cells import Cell, read_cell, read_words
from loaders.dataset_declaration import concepts, when_in
from loaders.declarations import Keys
from loaders.gathering import Gathered, gather, worded
from loaders.sheets import Misaligned, Sheet, read_sheet
from loaders.value_lists import InCell, read_in_cell

_PLAIN = (
    "table",
    "name",
    "list",
    "datatype",
    "unit",
    "concept",
    "code_system",
    "value_list",
    "value_set",
    "valid_from",
    "valid_to",
    "at_event",
    "linkage_key",
    "minimum",
    "maximum",
    "pattern",
    "required",
    "multiple",
    "condition",
    "calculation",
    "unit_type",
    "property_url",
    "references",
    "source",
    "checked",
    "certainty",
)
_WORDS = ("label", "description", "question", "note", "section", "table_title", "table_description")
_SEVERAL = ("concept", "code_system", "linkage_key", "references")
_OWN_SEPARATOR = " | "
_TRUE = {"true": True, "1": True, "ja": True, "yes": True, "y": True, "j": True, "x": True}
_FALSE = {"false": False, "0": False, "nej": False, "no": False, "n": False, "": False}
Key = tuple[Origin, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableList:
    """One `[[variables]]`: where the rows stand and what their columns say."""

    sheet: Sheet
    plain: dict[str, Cell]
    words: dict[str, tuple[tuple[str, Cell], ...]]
    values: InCell | None
    skip_without_name: bool
    complete: bool = False
    """Whether a row without a label or a datatype is an error: in begrepp's own form it is."""
    list_named: dict[Key, str] = field(default_factory=dict)
    """For each variable that was read: the name of its list, until somebody asks."""
    in_cell: dict[Key, tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]] = field(default_factory=dict)

    @property
    def cells(self) -> list[Cell]:
        """All that is read of a row."""
        worded = [cell for pairs in self.words.values() for _, cell in pairs]
        return [*self.plain.values(), *worded, *([self.values.cell] if self.values else [])]

    def read(self, dataset: str, misaligned: Misaligned, *, counted: bool = True) -> Iterator[tuple[Variable, Table]]:
        """Every variable, with the table that its row names. `counted=False` is for a first look."""
        for gathered in gather(self.sheet, self.cells, misaligned, counted=counted):
            names = self.plain["name"].values(gathered.cells, gathered.origin)
            if not names:
                if self.skip_without_name:
                    misaligned(gathered.origin, "the row names no variable.")
                    continue
                raise InputError(
                    gathered.origin,
                    f"the column '{' or '.join(self.plain['name'].reads)}' is empty.",
                    "Fill it in, or say skip_without_name = true.",
                )
            for name in names:
                yield self._one(gathered.named(name), name, dataset, counted)

    def _one(self, gathered: Gathered, name: str, dataset: str, counted: bool) -> tuple[Variable, Table]:
        origin = gathered.origin

        def value(what: str) -> str:
            return self.plain[what].value(gathered.cells, origin) if what in self.plain else ""

        def several(what: str) -> tuple[str, ...]:
            return self.plain[what].values(gathered.cells, origin) if what in self.plain else ()

        def words(what: str) -> tuple[Text, ...]:
            return worded(self.words[what], gathered)

        label = words("label")
        if self.complete and not label:
            raise InputError(origin, "the column 'label_sv' is empty.", "Fill it in.")
        titles = label or (Text(name, "zxx"),)
        variable = Variable(
            dataset=dataset,
            table=value("table"),
            name=name,
            origin=origin,
            titles=titles,
            # HealthDCAT-AP demands a description of every column; where the list has none, the label is one.
            descriptions=words("description") or titles,
            datatype=_datatype(value("datatype"), origin, self.complete),
            unit=value("unit"),
            measures=links(*concepts(several("concept"))),
            code_systems=several("code_system"),
            value_list=value("value_list"),
            value_set=value("value_set"),
            minimum=value("minimum"),
            maximum=value("maximum"),
            pattern=value("pattern"),
            required=_truth(value("required"), origin, "required") if "required" in self.plain else None,
            multiple=_truth(value("multiple"), origin, "multiple"),
            questions=words("question"),
            notes=words("note"),
            section=words("section"),
            condition=value("condition"),
            calculation=value("calculation"),
            unit_type=value("unit_type"),
            property_url=value("property_url"),
            references=several("references"),
            valid_from=when_in(value("valid_from"), origin, "valid_from"),
            valid_to=when_in(value("valid_to"), origin, "valid_to"),
            at_event=value("at_event"),
            linkage_key=next(iter(concepts(several("linkage_key"))), ""),
            source=value("source"),
            checked=parse_date(value("checked"), origin, "checked"),
            certainty=value("certainty"),
        )
        if counted:
            if named := value("list"):
                self.list_named[origin, name] = named
            if self.values:
                self.in_cell[origin, name] = self.values.read(gathered)
        title = words("table_title") or (Text(variable.table or dataset, "zxx"),)
        return variable, Table(id="", titles=title, descriptions=words("table_description"))


def _datatype(word: str, origin: Origin, demanded: bool) -> str:
    """Nothing said: any value. CSVW's word for that keeps the gap visible."""
    if word not in DATATYPES and (word or demanded):
        raise InputError(
            origin,
            f"'{word}' is no datatype of CSVW.",
            f"Say with `words` which it is: {', '.join(DATATYPES)}.",
        )
    return word or "anyAtomicType"


def _truth(word: str, origin: Origin, field_: str) -> bool:
    known = {**_TRUE, **_FALSE}
    if word.casefold() not in known:
        raise InputError(origin, f"'{word}' for {field_} is neither true nor false.", "Say with `words` what it means.")
    return known[word.casefold()]


def read_variable_list(keys: Keys, edition: Edition) -> VariableList:
    """One `[[variables]]` of a declaration."""
    sheet = read_sheet(keys, edition)
    columns = keys.table("columns", required=True)
    plain = {name: cell for name in _PLAIN if (cell := read_cell(columns, name))}
    if "name" not in plain:
        columns.fail("name", "is missing.", "Say which column holds the name of the variable.")
    found = VariableList(
        sheet=sheet,
        plain=plain,
        words={name: read_words(columns, name) for name in _WORDS},
        values=read_in_cell(keys.table("values")) if "values" in keys else None,
        skip_without_name=keys.flag("skip_without_name", default=False),
    )
    columns.done()
    keys.done()
    return found


def own_lists(files: list[str], edition: Edition, origin: Origin) -> list[VariableList]:
    """Without a `[[variables]]`: the CSV that the tables name, in begrepp's own columns."""
    if not files:
        raise InputError(
            origin, "[[variables]] is missing.", "Say which file lists the variables, and what its columns mean."
        )
    return [_own(edition, name) for name in dict.fromkeys(files)]


def _own(edition: Edition, name: str) -> VariableList:
    """begrepp's own columns; all but three may be left out, and cells with several values are divided by ` | `."""
    first = next(read_lines(file_named(edition, name)), "")
    header = [cell.strip() for cell in next(csv.reader([first]), [])]
    plain = {
        field_: Cell(columns=(field_,), split=_OWN_SEPARATOR if field_ in _SEVERAL else "")
        for field_ in _PLAIN
        if field_ in (*header, "name", "datatype")
    }
    words = {
        what: tuple((lang, Cell(columns=(f"{what}_{lang}",))) for lang in LANGUAGES if f"{what}_{lang}" in header)
        for what in _WORDS
    }
    words["label"] = words["label"] or (("sv", Cell(columns=("label_sv",))),)
    sheet = read_sheet(Keys({"file": name}, Origin(name)), edition)
    return VariableList(sheet=sheet, plain=plain, words=words, values=None, skip_without_name=False, complete=True)
