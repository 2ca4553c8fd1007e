"""Versions of ODM that include earlier ones: all definitions of those, unless the version replaces them."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import InputError
from begrepp.records import Element, Record, Skipped, Variable
from tests.loaders.test_format_edges import load

UNIT = '<BasicDefinitions><MeasurementUnit OID="MU" Name="degrees"/></BasicDefinitions>'
FIRST = """<FormDef OID="F" Name="Form"><ItemGroupRef ItemGroupOID="G" Mandatory="Yes"/></FormDef>
<ItemGroupDef OID="G" Name="Group"><ItemRef ItemOID="I1" Mandatory="Yes"/><ItemRef ItemOID="I2" Mandatory="No"/>
</ItemGroupDef><ItemDef OID="I1" Name="old" DataType="float"><MeasurementUnitRef MeasurementUnitOID="MU"/></ItemDef>
<ItemDef OID="I2" Name="two" DataType="text"/>"""


def _item(oid: str, name: str) -> str:
    return f'<ItemDef OID="{oid}" Name="{name}" DataType="text"/>'


def _include(version: str, study: str = "S") -> str:
    return f'<Include StudyOID="{study}" MetaDataVersionOID="{version}"/>'


def _load(folder: Path, studies: dict[str, dict[str, str]], more: str = "") -> list[Record]:
    """The records of studies with their versions; the first study has a unit of measurement."""
    body = ""
    for number, (study, versions) in enumerate(studies.items()):
        inside = "".join(
            f'<MetaDataVersion OID="{oid}" Name="{oid}">{text}</MetaDataVersion>' for oid, text in versions.items()
        )
        body += f'<Study OID="{study}">{"" if number else UNIT}{inside}</Study>'
    return load(folder, "odm", {"o.xml": f'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3">{body}</ODM>'}, more)


def _items(records: list[Record], structure: str) -> dict[str, str]:
    """The titles of the elements of a version, by their paths."""
    return {
        each.path: each.titles[0].value for each in records if isinstance(each, Element) and each.structure == structure
    }


def test_a_version_has_what_it_includes_unless_it_replaces_it(tmp_path: Path) -> None:
    group = '<ItemGroupDef OID="G" Name="New"><ItemRef ItemOID="I3" Mandatory="No"/></ItemGroupDef>'
    second = _include("V1") + _item("I1", "new")
    third = _include("V2") + group + _item("I3", "three")
    records = _load(tmp_path, {"S": {"V3": third, "V1": FIRST, "V2": second}})
    assert _items(records, "x-v1") == {"F": "Form", "F/G": "Group", "F/G/I1": "old", "F/G/I2": "two"}
    assert _items(records, "x-v2") == {"F": "Form", "F/G": "Group", "F/G/I1": "new", "F/G/I2": "two"}
    assert _items(records, "x-v3") == {"F": "Form", "F/G": "New", "F/G/I3": "three", "I1": "new", "I2": "two"}


def test_a_version_of_another_study_is_included_with_its_units(tmp_path: Path) -> None:
    records = _load(tmp_path, {"S": {"V1": FIRST}, "T": {"W": _include("V1")}})
    units = {each.structure: each.unit for each in records if isinstance(each, Element) and each.path == "F/G/I1"}
    assert units == {"x-v1": "degrees", "x-w": "degrees"}


def test_a_version_that_is_not_there_is_told(tmp_path: Path) -> None:
    studies = {"S": {"V2": _include("V1") + _item("I1", "new")}}
    with pytest.raises(InputError, match="includes the version 'V1' of the study 'S', which is not in the file"):
        _load(tmp_path / "refused", studies)
    with pytest.raises(InputError, match="includes itself"):
        _load(tmp_path / "circle", {"S": {"V1": _include("V2") + FIRST, "V2": _include("V1")}})


def test_a_dataset_is_the_version_that_includes_the_others(tmp_path: Path) -> None:
    studies = {"S": {"V1": FIRST, "V2": _include("V1") + _item("I1", "new")}}
    records = _load(tmp_path, studies, '[dataset]\ntitle.sv = "D"\ndescription.sv = "D."\n')
    assert [each.name for each in records if isinstance(each, Variable)] == ["new", "two"]
    assert [each.reason for each in records if isinstance(each, Skipped)] == [
        "the version 'V1' is an earlier one, which a later version includes."
    ]
