"""Constraints of openEHR on values: ordinals, patterns, texts, assumed values, and ranges of several units."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from begrepp.errors import Origin
from begrepp.records import CodeList, Element, Record
from loaders.openehr.cadl import CadlParser
from loaders.openehr.model import ModelNode
from tests.loaders.test_format_edges import load
from tests.support.bad_files import changed, original


def _node(constraint: str) -> ModelNode:
    """The element of a definition with one value."""
    element = f"ELEMENT[at0001] matches {{ value matches {{ {constraint} }} }}"
    text = f"CLUSTER[at0000] matches {{ items matches {{ {element} }} }}"
    return list(CadlParser(text, 1, Origin("a.adl")).nodes())[-1]


@pytest.mark.parametrize(
    ("constraint", "ordinals", "kind"),
    [
        ("-1|[local::at0010], 0|[local::at0011], +2|[local::at0012]", ["-1", "0", "2"], "DV_ORDINAL"),
        ("-5|[local::at0010],\n4|[local::at0011]", ["-5", "4"], "DV_ORDINAL"),
        ("-0.5|[local::at0010], 1.5|[local::at0011]", ["-0.5", "1.5"], "DV_SCALE"),
    ],
)
def test_ordinals_have_signs(constraint: str, ordinals: list[str], kind: str) -> None:
    node = _node(constraint)
    assert ([code.ordinal for code in node.permitted_codes], node.value_types) == (ordinals, [kind])


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("DV_DATE matches { value matches {yyyy-mm-??} }", ["value: yyyy-mm-??"]),
        ("DV_DATE_TIME matches { value matches {yyyy-??-??T??:??:??} }", ["value: yyyy-??-??T??:??:??"]),
        (r'DV_TEXT matches { value matches {"one", "two; \"three\""} }', ['value: one, two; "three"']),
        ("DV_TEXT matches { value matches {/ab.*/} }", ["value: /ab.*/"]),
        ("DV_DURATION matches { value matches {PYM/|>=P0Y|} }", ["value: PYM/|>=P0Y|"]),
        ("DV_COUNT matches { magnitude matches {|0..10|; 5} }", ["assumed magnitude: 5"]),
        ("DV_BOOLEAN matches { value matches {True; True} }", ["value: True", "assumed value: True"]),
        ("DV_COUNT matches { magnitude matches {1, 2, 3} }", ["magnitude: 1, 2, 3"]),
        ("DV_CODED_TEXT matches { defining_code matches {[local::at2, at3; at3]} }", ["assumed value: at3"]),
        ("0|[local::at0010], 1|[local::at0011]; 0", ["assumed value: 0"]),
        ("DV_COUNT matches { magnitude matches {|0..10|} }", []),
    ],
)
def test_constraints_without_a_field_are_kept_in_words(constraint: str, words: list[str]) -> None:
    assert _node(constraint).constraints == words


def test_each_range_names_its_unit_if_there_are_several() -> None:
    rows = (
        '["1"] = <units = <"kg"> magnitude = <|0.0..9.0|> precision = <|1|>>',
        '["2"] = <units = <"[lb_av]"> magnitude = <|>0.0|>>',
    )
    several = _node(f"C_DV_QUANTITY < property = <[openehr::124]> list = < {' '.join(rows)} > >")
    assert several.ranges == ["0.0..9.0 kg", ">0.0 [lb_av]"]
    assert several.constraints == ["property: openehr::124", "precision: 1 kg"]
    assert _node(f"C_DV_QUANTITY < list = < {rows[0]} > >").ranges == ["0.0..9.0"]


def test_a_web_template_has_the_limits_of_each_unit_and_the_number_zero(tmp_path: Path) -> None:
    document = json.loads(original("openehr-provarketyper")["provwebb.json"])
    units = [
        {"value": "kg", "label": "kg", "validation": {"range": {"minOp": ">=", "min": 0, "maxOp": "<", "max": 9}}},
        {"value": "g", "label": "g"},
    ]
    inputs = [
        {"suffix": "unit", "type": "CODED_TEXT", "list": units},
        {"type": "TEXT", "validation": {"pattern": "a+"}},
    ]
    ordinals = {"type": "CODED_TEXT", "list": [{"value": "at3", "label": "none", "ordinal": 0}]}
    document["tree"]["children"] = [
        {"id": "w", "rmType": "DV_QUANTITY", "nodeId": "at1", "min": 0, "max": 1, "aqlPath": "/w", "inputs": inputs},
        {"id": "o", "rmType": "DV_ORDINAL", "nodeId": "at2", "min": 0, "max": 1, "aqlPath": "/o", "inputs": [ordinals]},
    ]
    files: dict[str, bytes | str] = {"w.json": json.dumps(document)}
    records = load(tmp_path, "openehr", files)
    (element,) = (each for each in records if isinstance(each, Element) and each.path == "/w")
    assert {text.value for text in element.notes} == {"units: kg, g", "range: >=0 kg", "range: <9 kg", "pattern: a+"}
    assert [value.number for each in records if isinstance(each, CodeList) for value in each.values] == ["0"]


def test_an_operational_template_has_the_limits_of_each_unit(tmp_path: Path) -> None:
    bounds = "<lower_included>false</lower_included><upper_unbounded>true</upper_unbounded><lower>0</lower>"
    lists = f"<list><magnitude>{bounds}</magnitude><units>mm</units></list><list><units>cm</units></list>"
    files = changed("openehr-provarketyper", "provopt.opt", "<list><units>mm</units></list>", lists)
    records = load(tmp_path, "openehr", {"provopt.opt": files["provopt.opt"]})
    notes = {text.value for each in records if isinstance(each, Element) for text in each.notes}
    assert {"units: mm, cm", "range: >0 mm"} <= notes


def _notes(records: list[Record], path: str) -> tuple[str, list[str], str]:
    """Datatype, notes and code list of an element."""
    element = next(each for each in records if isinstance(each, Element) and each.path == path)
    return element.datatype, [note.value for note in element.notes], element.code_list


def test_constraints_of_other_attributes_are_no_values_of_the_node() -> None:
    side = "DV_CODED_TEXT matches { defining_code matches {[local::at0010, at0011]} }"
    unknown = "DV_CODED_TEXT matches { defining_code matches {[openehr::253]} }"
    text = f"""CLUSTER[at0000] matches {{ name matches {{ {side} }} items matches {{
        ELEMENT[at0001] matches {{ name matches {{ {side} }} value matches {{ DV_COUNT matches {{ magnitude matches
        {{|0..9|}} }} }} null_flavour matches {{ {unknown} }} }} }} }}"""
    cluster, element = CadlParser(text, 1, Origin("a.adl")).nodes()
    assert (cluster.value_types, cluster.permitted_codes) == ([], [])
    assert (element.value_types, element.permitted_codes, element.ranges) == (["DV_COUNT"], [], ["0..9"])
    codes = {name: [each.code for each in part.permitted_codes] for name, part in element.attributes}
    assert codes == {"name": ["at0010", "at0011"], "null_flavour": ["253"]}


def _object(kind: str, rm_type: str, node_id: str, inside: str) -> str:
    return f'''<children xsi:type="{kind}"><rm_type_name>{rm_type}</rm_type_name><occurrences><lower>0</lower>
        <upper>1</upper></occurrences><node_id>{node_id}</node_id>{inside}</children>'''


def _attribute(name: str, inside: str) -> str:
    return f"""<attributes xsi:type="C_SINGLE_ATTRIBUTE"><rm_attribute_name>{name}</rm_attribute_name>
        {inside}</attributes>"""


def _coded(system: str, *codes: str) -> str:
    listed = "".join(f"<code_list>{code}</code_list>" for code in codes)
    phrase = f"""<children xsi:type="C_CODE_PHRASE"><rm_type_name>CODE_PHRASE</rm_type_name><node_id/>
        <terminology_id><value>{system}</value></terminology_id>{listed}</children>"""
    return _object("C_COMPLEX_OBJECT", "DV_CODED_TEXT", "", _attribute("defining_code", phrase))


def test_an_operational_template_renames_nodes_and_keeps_null_flavours_apart(tmp_path: Path) -> None:
    string = """<children xsi:type="C_PRIMITIVE_OBJECT"><rm_type_name>STRING</rm_type_name><node_id/>
        <item xsi:type="C_STRING"><list>Renamed</list></item></children>"""
    name = _attribute("name", _object("C_COMPLEX_OBJECT", "DV_TEXT", "", _attribute("value", string)))
    value = _attribute("value", _coded("SNOMED-CT", "38341003", "22298006"))
    flavour = _attribute("null_flavour", _coded("openehr", "253"))
    element = _object("C_COMPLEX_OBJECT", "ELEMENT", "at0002", name + value + flavour)
    text = f"""<template xmlns="http://schemas.openehr.org/v1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
        <language><code_string>en</code_string></language><template_id><value>T</value></template_id>
        <concept>T</concept><definition><rm_type_name>CLUSTER</rm_type_name><node_id>at0000</node_id>
        {_attribute("items", element)}<archetype_id><value>openEHR-EHR-CLUSTER.t.v1</value></archetype_id>
        <term_definitions code="at0000"><items id="text">T</items></term_definitions>
        <term_definitions code="at0002"><items id="text">Pressure</items></term_definitions></definition></template>"""
    records = load(tmp_path, "openehr", {"t.opt": text})
    kind, notes, list_id = _notes(records, "/items[at0002]")
    assert kind == "DV_CODED_TEXT"
    assert notes == ["name in the archetype: Pressure", "null_flavour: openehr::253"]
    values = {each.id: [value.code for value in each.values] for each in records if isinstance(each, CodeList)}
    assert values == {list_id: ["38341003", "22298006"]}
    element_record = next(each for each in records if isinstance(each, Element) and each.path == "/items[at0002]")
    assert [text.value for text in element_record.titles] == ["Renamed"]
