"""References to codes that do not exist, labels without characters, numbers that no sheet shows as typed."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from begrepp.build.loads.text_checks import clean_record
from begrepp.errors import InputError, Origin
from begrepp.records import Concept, Skipped, Status, Text, Variable
from begrepp.sources.rows import clean_cell
from tests.loaders.test_format_edges import concepts
from tests.loaders.test_legal_forms import load

SCHEME = '[scheme]\nid = "x"\ntitle.sv = "X"\ntitle.en = "X"\n'
COLUMNS = '[file.columns]\nnotation = "kod"\npref_label.sv = "namn"\n'
SUCCESSORS = 'status = "st"\nreplaced_by = "ers"\n'
TABLE = "kod,namn,st,ers\nA,ett,inactive,ZZ\nB,två,active,\nC,tre,inactive,B\n"


def declared(name: str, more: str = "", top: str = "") -> str:
    """A declaration of one table."""
    return f'{top}{SCHEME}[[file]]\nname = "{name}"\n{COLUMNS}{more}'


def test_a_successor_that_is_not_in_the_list_is_refused_or_left_out(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"k.csv": TABLE}
    with pytest.raises(InputError, match=r"'A' is replaced by 'ZZ', which is not in the list"):
        load(tmp_path / "a", "table", files, declared("k.csv", SUCCESSORS))
    records = load(tmp_path / "b", "table", files, declared("k.csv", SUCCESSORS), top='report = ["dangling"]')
    found = concepts(records)
    assert (found["A"].status, found["A"].replaced_by, found["C"].replaced_by) == (Status.INACTIVE, (), ("B",))
    assert ["'ZZ'" in record.reason for record in records if isinstance(record, Skipped)] == [True]


def test_a_successor_outside_an_excerpt_or_with_an_address_is_kept(tmp_path: Path) -> None:
    partial = declared("k.csv", SUCCESSORS, '[release]\ncoverage = "partial"\n')
    assert concepts(load(tmp_path / "a", "table", {"k.csv": TABLE}, partial))["A"].replaced_by == ("ZZ",)
    table = TABLE.replace("ZZ", "https://ex.org/b/ZZ")
    found = concepts(load(tmp_path / "b", "table", {"k.csv": table}, declared("k.csv", SUCCESSORS)))
    assert found["A"].replaced_by == ("https://ex.org/b/ZZ",)


@pytest.mark.parametrize("cell", ["\x01", " \u202e ", "\x80\x81"[1:], "\ud83d", "\x00\ufffe"])
def test_a_cell_of_characters_that_no_text_may_hold_is_empty(cell: str) -> None:
    assert clean_cell(cell) == ""
    assert clean_cell(f"a{cell}b") != ""


@pytest.mark.parametrize(
    ("name", "content"),
    [("k.csv", "kod,namn\nA,\x01\nB,två\n"), ("k.json", '[{"kod":"A","namn":"\\ud83d"},{"kod":"B","namn":"två"}]')],
)
def test_a_row_whose_label_has_no_character_is_a_row_without_a_label(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(InputError, match="'A' has no label"):
        load(tmp_path / "a", "table", {name: content}, declared(name))
    options = "[file.options]\nskip_empty_labels = true\n"
    assert concepts(load(tmp_path / "b", "table", {name: content}, declared(name, options))).keys() == {"B"}
    options = "[file.options]\nlabel_by_notation = true\n"
    found = concepts(load(tmp_path / "c", "table", {name: content}, declared(name, options)))
    assert found["A"].pref_labels == (Text("A", "sv"),)


def test_a_label_of_no_character_is_refused_in_every_format_and_another_text_dropped() -> None:
    label, nothing = Text("ett", "sv"), Text("\x01", "sv")
    concept = Concept(scheme="s", notation="A", origin=Origin("f", 3), pref_labels=(label,), alt_labels=(nothing,))
    assert clean_record(concept, concept.origin) == (
        Concept(scheme="s", notation="A", origin=Origin("f", 3), pref_labels=(label,)),
        ["characters that no text may hold were removed, or replaced by what they stand for: U+0001."],
    )
    concept = Concept(scheme="s", notation="A", origin=Origin("f", 3), pref_labels=(nothing,))
    with pytest.raises(InputError, match=r"f row 3: the label of 'A' has only characters .* U\+0001"):
        clean_record(concept, concept.origin)


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [(0.0000001, "General", "1E-07"), (0.00001234, "General", "1.234E-05"), (0.0001, "General", "0.0001")],
)
def test_a_number_shown_as_a_power_of_ten_is_no_code(
    tmp_path: Path, value: float, number_format: str, shown: str
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["kod", "namn"], [value, "ett"], ["B", value]):
        sheet.append(row)
    sheet["A2"].number_format = number_format
    stream = io.BytesIO()
    book.save(stream)
    files: dict[str, bytes | str] = {"k.xlsx": stream.getvalue()}
    if "E" not in shown:
        assert concepts(load(tmp_path, "table", files, declared("k.xlsx"))).keys() == {shown, "B"}
        return
    with pytest.raises(InputError, match=rf"cell A2 is shown as a power of ten \({shown}\)"):
        load(tmp_path / "a", "table", files, declared("k.xlsx"))
    records = load(tmp_path / "b", "table", files, declared("k.xlsx"), top='report = ["unusable"]')
    assert concepts(records)["B"].pref_labels == (Text(shown, "sv"),)


DATASET = '[dataset]\ntitle.sv = "T"\ntitle.en = "T"\ndescription.sv = "B"\ndescription.en = "B"\n'
HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Text Validation Min,Text Validation Max\n"
)


@pytest.mark.parametrize(
    ("validation", "least", "expected"),
    [
        ("number_2dp_comma_decimal", "0,5", "0.5"),
        ("number_comma_decimal", "-1,25", "-1.25"),
        ("number_comma_decimal", "3", "3"),
        ("number_2dp", "0.5", "0.5"),
        ("integer", "0", "0"),
        ("date_dmy", "2020-01-01", "2020-01-01"),
    ],
)
def test_the_bounds_of_a_number_have_a_decimal_point(
    tmp_path: Path, validation: str, least: str, expected: str
) -> None:
    table = f'{HEADER}id,f,,text,ID,,,,,\nn,f,,text,N,,,{validation},"{least}",\n'
    records = load(tmp_path, "redcap", {"d.csv": table}, DATASET)
    assert [each.minimum for each in records if isinstance(each, Variable) and each.name == "n"] == [expected]
