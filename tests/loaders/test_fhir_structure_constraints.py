"""Constraints of elements in FHIR profiles and questionnaires are kept as notes, and impossible ones refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import Element, Skipped
from begrepp.sources.row_faults import Fault
from tests.support.bad_files import edition

SOURCE = """loader = "fhir_structures"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[fhir]
language = "sv"
"""
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
UCUM = "http://unitsofmeasure.org"


def read(folder: Path, body: dict[str, Any], report: str = "") -> tuple[dict[str, Element], list[str]]:
    """The elements by path, and the reasons of what was left out."""
    files: dict[str, bytes | str] = {"r.json": json.dumps(body), "source.toml": report + SOURCE}
    records = [*check_records(loaders.read_records(edition(folder, "prov", files)), (report and "unusable",))]
    return (
        {record.path: record for record in records if isinstance(record, Element)},
        [record.reason for record in records if isinstance(record, Skipped)],
    )


def questionnaire(*items: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Questionnaire", "id": "q", "url": "https://example.org/q", "item": list(items)}


def profile(*elements: dict[str, Any]) -> dict[str, Any]:
    head = {"resourceType": "StructureDefinition", "id": "s", "url": "https://example.org/s", "kind": "resource"}
    listed = [{"id": "Observation", "path": "Observation"}]
    listed += [{"id": f"Observation.{each.pop('name')}", "path": "Observation.x", **each} for each in elements]
    return head | {"differential": {"element": listed}}


def extension(name: str, **value: Any) -> dict[str, Any]:
    return {"url": f"{EXTENSION}{name}", **value}


@pytest.mark.parametrize(
    ("item", "note"),
    [
        ({"maxLength": 3}, "maxLength: 3"),
        ({"readOnly": True}, "readOnly: true"),
        ({"prefix": "A."}, "prefix: A."),
        ({"enableBehavior": "any"}, "enableBehavior: any"),
        ({"initial": [{"valueInteger": 5}]}, "initial: 5"),
        ({"initial": [{"valueQuantity": {"value": 0, "code": "mg", "system": UCUM}}]}, "initial: 0 mg"),
        ({"initialBoolean": False}, "initial: false"),
        ({"answerOption": [{"valueString": "x", "initialSelected": True}]}, "initial: x"),
        ({"extension": [extension("regex", valueString="[A-Z]+")]}, "regex: [A-Z]+"),
        ({"extension": [extension("minValue", valueDate="2020-01-01")]}, "minValue: 2020-01-01"),
        ({"extension": [extension("questionnaire-hidden", valueBoolean=True)]}, "questionnaire-hidden: true"),
        ({"extension": [extension("maxDecimalPlaces", valueInteger=0)]}, "maxDecimalPlaces: 0"),
        (
            {"extension": [extension("variable", valueExpression={"language": "x", "expression": "%a + 1"})]},
            "variable: %a + 1",
        ),
        (
            {
                "extension": [
                    {
                        "url": f"{EXTENSION}questionnaire-constraint",
                        "extension": [{"url": "key", "valueId": "k1"}, {"url": "human", "valueString": "minst en"}],
                    }
                ]
            },
            "questionnaire-constraint: key k1, human minst en",
        ),
    ],
)
def test_a_constraint_of_an_item_is_a_note(tmp_path: Path, item: dict[str, Any], note: str) -> None:
    elements, _ = read(tmp_path, questionnaire({"linkId": "1", "text": "Fråga", "type": "string"} | item))
    assert [text.value for text in elements["1"].notes] == [note]


def test_layout_of_an_item_is_left_out(tmp_path: Path) -> None:
    layout = [extension("questionnaire-choiceOrientation", valueCode="vertical")]
    elements, _ = read(tmp_path, questionnaire({"linkId": "1", "text": "F", "type": "choice", "extension": layout}))
    assert elements["1"].notes == ()


@pytest.mark.parametrize(
    ("constraint", "strength"),
    [("optionsOnly", "required"), ("optionsOrString", ""), ("optionsOrType", ""), (None, "required")],
)
def test_answers_outside_the_options_are_allowed_as_the_item_says(
    tmp_path: Path, constraint: str | None, strength: str
) -> None:
    item = {"linkId": "1", "text": "F", "type": "coding", "answerValueSet": "https://example.org/vs"}
    stated = {"answerConstraint": constraint} if constraint else {}
    elements, _ = read(tmp_path, questionnaire(item | stated))
    assert elements["1"].strength == strength
    assert [text.value for text in elements["1"].notes] == [f"{key}: {value}" for key, value in stated.items()]


QUANTITY = {"value": 500, "code": "kg", "system": UCUM}


@pytest.mark.parametrize(
    ("element", "note"),
    [
        ({"maxLength": 12}, "maxLength: 12"),
        ({"mustSupport": True}, "mustSupport: true"),
        ({"isModifier": True}, "isModifier: true"),
        ({"maxValueQuantity": QUANTITY}, "maxValueQuantity: 500 kg"),
        ({"minValueInteger": 0}, "minValueInteger: 0"),
        ({"fixedBoolean": False}, "fixedBoolean: false"),
        ({"patternCoding": {"system": "https://example.org/a", "code": "b"}}, "patternCoding: https://example.org/a#b"),
        ({"patternCodeableConcept": {"coding": [{"code": "b"}, {"code": "c"}]}}, "patternCodeableConcept: b, c"),
        ({"patternCodeableConcept": {"text": "fritt"}}, "patternCodeableConcept: fritt"),
        ({"fixedIdentifier": {"system": "urn:x"}}, 'fixedIdentifier: {"system": "urn:x"}'),
        ({"example": [{"label": "t", "valueString": "abc"}]}, "example t: abc"),
        ({"alias": ["puls", "hjärtfrekvens"]}, "alias: puls, hjärtfrekvens"),
        ({"meaningWhenMissing": "okänt"}, "meaningWhenMissing: okänt"),
        (
            {"slicing": {"discriminator": [{"type": "value", "path": "code"}], "rules": "closed"}},
            "slicing by value code: closed",
        ),
    ],
)
def test_a_constraint_of_a_profile_is_a_note(tmp_path: Path, element: dict[str, Any], note: str) -> None:
    elements, _ = read(tmp_path, profile({"name": "x", **element}))
    assert [text.value for text in elements["Observation.x"].notes] == [note]


@pytest.mark.parametrize("key", ["patternQuantity", "fixedQuantity"])
def test_a_fixed_unit_is_the_unit_of_the_element(tmp_path: Path, key: str) -> None:
    elements, _ = read(tmp_path, profile({"name": "x", key: {"system": UCUM, "code": "kg"}}))
    assert elements["Observation.x"].unit == "kg"


FAULTS = [
    (profile({"name": "x", "min": 2, "max": "1"}), r"'Observation\.x' occurs at least 2 times and at most 1"),
    (profile({"name": "x", "max": "many"}), r"'Observation\.x' has the cardinality '\.\.many'"),
    (profile({"name": "x", "min": -1}), r"'Observation\.x' has the cardinality '-1\.\.'"),
    (profile({"name": "x"}, {"name": "x", "max": "1"}), r"'Observation\.x' of 'https://example\.org/s' occurs twice"),
    (questionnaire({"linkId": "1", "type": "choise"}), "'1' has the type 'choise'"),
    (questionnaire({"linkId": "1"}), "'1' has the type ''"),
    (
        questionnaire({"linkId": "1", "type": "string", "enableWhen": [{"question": "99", "operator": "exists"}]}),
        "'1' depends on the question '99', which no item is",
    ),
]


@pytest.mark.parametrize(("body", "reason"), FAULTS)
def test_an_impossible_element_is_refused_or_left_out(tmp_path: Path, body: dict[str, Any], reason: str) -> None:
    body |= {"item": [*body["item"], {"linkId": "z", "type": "date", "text": "Z"}]} if "item" in body else {}
    with pytest.raises(InputError, match=reason):
        read(tmp_path / "refused", json.loads(json.dumps(body)))
    elements, skipped = read(tmp_path / "reported", body, f'report = ["{Fault.UNUSABLE}"]\n')
    assert len(elements) >= 1 and len(skipped) == 1


def test_a_condition_may_name_a_later_or_a_nested_question(tmp_path: Path) -> None:
    condition = {"enableWhen": [{"question": "2.1", "operator": "exists", "answerBoolean": True}]}
    nested = {"linkId": "2", "type": "group", "item": [{"linkId": "2.1", "type": "boolean"}]}
    elements, _ = read(tmp_path, questionnaire({"linkId": "1", "type": "string"} | condition, nested))
    assert [text.value for text in elements["1"].notes] == ["enableWhen 2.1 exists true"]


def test_a_cardinality_of_an_information_model_has_its_minimum_first(tmp_path: Path) -> None:
    declaration = SOURCE.replace("fhir_structures", "ni").partition("[fhir]")[0] + '[model]\ntitle.sv = "Modell"\n'
    table = "class\tattribute\ttype\tcard\nA\t\t\t\nA\tb\tST\t1..0\n"
    files: dict[str, bytes | str] = {"source.toml": declaration, "modell.tsv": table}
    with pytest.raises(InputError, match=r"'A\.b' occurs at least 1 times and at most 0"):
        list(check_records(loaders.read_records(edition(tmp_path, "prov", files))))
