"""Values of concept properties in FHIR: all that identifies a Coding, and decimals with their precision."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from begrepp.records import Status, ValueSet
from tests.loaders.test_format_edges import code_system, concepts, load

LOINC = {"system": "http://loinc.org", "code": "1-8"}


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ('"valueCoding": {"system": "http://loinc.org", "code": "1-8"}', "p: http://loinc.org|1-8"),
        (
            '"valueCoding": {"system": "http://loinc.org", "version": "2.77", "code": "1-8", "display": "Acyclovir"}',
            "p: http://loinc.org|1-8 (Acyclovir), version 2.77",
        ),
        ('"valueCoding": {"code": "1-8", "display": "Acyclovir"}', "p: 1-8 (Acyclovir)"),
        ('"valueCoding": {"display": "Acyclovir"}', "p: Acyclovir"),
        ('"valueDecimal": 1.50', "p: 1.50"),
        ('"valueDecimal": 0.1000000000000000000001', "p: 0.1000000000000000000001"),
        ('"valueDecimal": 12345678901234567890.10', "p: 12345678901234567890.10"),
        ('"valueInteger": 0', "p: 0"),
        ('"valueBoolean": false', "p: false"),
        ('"valueDateTime": "2024"', "p: 2024"),
    ],
)
def test_a_property_is_noted_with_its_whole_value(tmp_path: Path, value: str, note: str) -> None:
    text = code_system(concept=[{"code": "a", "display": "a", "property": ["HERE"]}])
    text = text.replace('"HERE"', f'{{"code": "p", {value}}}')
    found = concepts(load(tmp_path, "fhir", {"a.json": text}))["a"]
    assert [each.text.value for each in found.notes] == [note]


@pytest.mark.parametrize("key", ["parent", "child", "replacedBy"])
@pytest.mark.parametrize(
    ("system", "is_own"), [("https://ex.org/a", True), ("", True), ("https://ex.org/other", False)]
)
def test_a_reference_by_coding_is_one_only_to_the_same_code_system(
    tmp_path: Path, key: str, system: str, *, is_own: bool
) -> None:
    coding = {"code": "b", **({"system": system} if system else {})}
    properties = [{"code": "inactive", "valueBoolean": True}, {"code": key, "valueCoding": coding}]
    concept = [{"code": "a", "display": "a", "property": properties}, {"code": "b", "display": "b"}]
    found = concepts(load(tmp_path, "fhir", {"a.json": code_system(concept=concept)}))
    links = {"parent": found["a"].broader, "child": found["b"].broader, "replacedBy": found["a"].replaced_by}[key]
    assert bool(links) is is_own
    assert [each.text.value for each in found["a"].notes] == ([] if is_own else [f"{key}: {system}|b"])


def test_a_successor_in_another_code_system_is_a_note(tmp_path: Path) -> None:
    url = "http://hl7.org/fhir/StructureDefinition/codesystem-replacedby"
    concept = [
        {
            "code": "a",
            "display": "a",
            "property": [{"code": "status", "valueCode": "retired"}],
            "extension": [{"url": url, "valueCoding": coding} for coding in ({"code": "b"}, LOINC)],
        },
        {"code": "b", "display": "b"},
    ]
    found = concepts(load(tmp_path, "fhir", {"a.json": code_system(concept=concept)}))["a"]
    assert (found.status, found.replaced_by) == (Status.INACTIVE, ("b",))
    assert [each.text.value for each in found.notes] == ["replaced-by: http://loinc.org|1-8"]


def test_the_day_of_a_locked_value_set_is_one_of_its_rules(tmp_path: Path) -> None:
    include = {"system": "https://ex.org/a", "filter": [{"property": "concept", "op": "is-a", "value": "a"}]}
    value_set = {
        "resourceType": "ValueSet",
        "id": "v",
        "url": "https://ex.org/v",
        "title": "V",
        "compose": {"lockedDate": "2022-06-01", "include": [include]},
    }
    files: dict[str, bytes | str] = {
        "a.json": code_system(concept=[{"code": "a", "display": "a"}]),
        "v.json": json.dumps(value_set),
    }
    (found,) = (record for record in load(tmp_path, "fhir", files) if isinstance(record, ValueSet))
    assert found.intension == ("include https://ex.org/a where concept is-a a", "code systems as of 2022-06-01")
