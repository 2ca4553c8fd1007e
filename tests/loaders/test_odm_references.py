"""References to items in ODM: their order, the conditions under which they are not collected, and their methods."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.records import CodeList, Element, LoadRemark, Record, Skipped, Variable
from tests.loaders.test_format_edges import load

DATASET = '[dataset]\ntitle.en = "S"\ndescription.en = "S."\n'
VERSION = """<FormDef OID="F" Name="Form"><ItemGroupRef ItemGroupOID="G2" OrderNumber="2"/>
<ItemGroupRef ItemGroupOID="G1" OrderNumber="1" CollectionExceptionConditionOID="C2"/></FormDef>
<ItemGroupDef OID="G1" Name="One"><ItemRef ItemOID="I1" OrderNumber="10"/>
<ItemRef ItemOID="I2" OrderNumber="9" CollectionExceptionConditionOID="C1"/><ItemRef ItemOID="I3" MethodOID="M"/>
</ItemGroupDef><ItemGroupDef OID="G2" Name="Two"><ItemRef ItemOID="I4" MethodOID="M9"/></ItemGroupDef>
<ItemDef OID="I1" Name="a" DataType="text"><CodeListRef CodeListOID="L"/></ItemDef>
<ItemDef OID="I2" Name="b" DataType="text"/><ItemDef OID="I3" Name="c" DataType="text"/>
<ItemDef OID="I4" Name="d" DataType="text"/><CodeList OID="L" Name="L" DataType="text">
<EnumeratedItem CodedValue="y" OrderNumber="2"/><EnumeratedItem CodedValue="x" OrderNumber="1"/></CodeList>
<ConditionDef OID="C1" Name="n"><Description><TranslatedText>Only women</TranslatedText></Description>
<FormalExpression>a EQ M</FormalExpression></ConditionDef><ConditionDef OID="C2" Name="children"/>
<MethodDef OID="M" Name="m" Type="Computation"><Description>
<TranslatedText>sum of a and b</TranslatedText></Description>
</MethodDef><CommentDef OID="K"/>"""


def records(folder: Path, more: str = "") -> list[Record]:
    text = f'<Study OID="S"><MetaDataVersion OID="V" Name="V">{VERSION}</MetaDataVersion></Study>'
    return load(folder, "odm", {"o.xml": f'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3">{text}</ODM>'}, more)


def test_variables_have_the_order_the_conditions_and_the_methods_of_their_references(tmp_path: Path) -> None:
    found = records(tmp_path, DATASET)
    variables = sorted((each for each in found if isinstance(each, Variable)), key=lambda each: each.order or 0)
    assert [(each.name, each.condition, each.calculation) for each in variables] == [
        ("b", "not if: children or Only women (a EQ M)", ""),
        ("a", "not if: children", ""),
        ("c", "not if: children", "sum of a and b"),
        ("d", "", "M9"),
    ]
    assert [[value.code for value in each.values] for each in found if isinstance(each, CodeList)] == [["x", "y"]]
    assert any("MethodOID is 'M9'" in each.text for each in found if isinstance(each, LoadRemark))


@pytest.mark.parametrize("more", ["", DATASET])
def test_parts_of_a_version_that_are_not_read_are_counted(tmp_path: Path, more: str) -> None:
    skipped = [each.reason for each in records(tmp_path, more) if isinstance(each, Skipped)]
    assert "'CommentDef' is not imported (1)." in skipped


def test_elements_have_the_order_and_notes_of_their_references(tmp_path: Path) -> None:
    found = {each.path: each for each in records(tmp_path) if isinstance(each, Element)}
    assert list(found) == ["F", "F/G1", "F/G1/I2", "F/G1/I1", "F/G1/I3", "F/G2", "F/G2/I4"]
    notes = {path: [text.value for text in each.notes] for path, each in found.items() if each.notes}
    assert notes == {
        "F/G1": ["Not collected if: children"],
        "F/G1/I2": ["Not collected if: Only women (a EQ M)"],
        "F/G1/I3": ["Method: sum of a and b"],
        "F/G2/I4": ["Method: M9"],
    }


def test_a_word_other_than_yes_or_no_for_mandatory_is_told(tmp_path: Path) -> None:
    version = VERSION.replace('<ItemRef ItemOID="I1"', '<ItemRef Mandatory="Maybe" ItemOID="I1"')
    text = f'<Study OID="S"><MetaDataVersion OID="V" Name="V">{version}</MetaDataVersion></Study>'
    found = load(tmp_path, "odm", {"o.xml": f'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3">{text}</ODM>'})
    remarks = [each.text for each in found if isinstance(each, LoadRemark)]
    assert "Mandatory of 'I1' is 'Maybe', not Yes or No." in remarks
