"""Constraints of openEHR on values: ordinals, patterns, texts, assumed values, and ranges of several units."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from begrepp.errors import Origin
from begrepp.records import CodeList, Element
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
