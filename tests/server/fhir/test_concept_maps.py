"""`ConceptMap/$translate` with posted maps: the words of R4, codes without a mapping, attributes and properties."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.server.fhir.test_served_resources import post, value

Json = dict[str, Any]
A, B = "http://example.org/a", "http://example.org/b"
MAP = "http://example.org/map"


def concept_map(*elements: Json, url: str = MAP, **group: object) -> Json:
    """A map from A to B."""
    return {
        "resourceType": "ConceptMap",
        "url": url,
        "status": "active",
        "group": [{"source": A, "target": B, "element": [*elements], **group}],
    }


def translated(client: FlaskClient, base: str, code: str, *maps: Json, system: str = A, **more: object) -> Json:
    """The answer for a code by the first of the maps; the others are there to be referred to."""
    name = "sourceCode" if base == "r5" else "code"
    items: list[Json] = [{"name": name, "valueCode": code}, {"name": "system", "valueUri": system}]
    items += [{"name": "conceptMap", "resource": maps[0]}]
    items += [{"name": "tx-resource", "resource": each} for each in maps[1:]]
    items += [{"name": name, "valueBoolean": one} for name, one in more.items()]
    answer: Json = post(client, f"/fhir/{base}/ConceptMap/$translate", items)
    return answer


def parts(answer: Json) -> list[list[Json]]:
    """The parts of the matches."""
    return [each["part"] for each in answer["parameter"] if each["name"] == "match"]


def concepts(answer: Json) -> list[str]:
    """The codes of the matches."""
    return [value(each, "concept")["code"] for each in parts(answer)]


R4_WORDS = (
    *("relatedto", "equivalent", "equal", "wider", "subsumes", "narrower", "specializes", "inexact", "unmatched"),
    "disjoint",
)


@pytest.mark.parametrize("word", R4_WORDS)
def test_an_equivalence_of_r4_is_answered_as_the_map_states_it(client: FlaskClient, word: str) -> None:
    own = concept_map({"code": "1", "target": [{"code": "x", "equivalence": word}]})
    answer = translated(client, "r4", "1", own)
    (match,) = parts(answer)
    assert [each for each in match if each["name"] == "equivalence"] == [{"name": "equivalence", "valueCode": word}]
    assert value(answer, "result") is (word not in ("unmatched", "disjoint"))


@pytest.mark.parametrize(
    ("word", "turned"),
    [("wider", "narrower"), ("subsumes", "specializes"), ("specializes", "subsumes"), ("equal", "equal")],
)
def test_an_equivalence_of_r4_is_turned_with_the_direction(client: FlaskClient, word: str, turned: str) -> None:
    own = concept_map({"code": "1", "target": [{"code": "x", "equivalence": word}]})
    (match,) = parts(translated(client, "r4", "x", own, system=B, reverse=True))
    assert (value(match, "equivalence"), value(match, "concept")) == (turned, {"system": A, "code": "1"})


def test_a_code_that_a_map_does_not_have_follows_its_rule(client: FlaskClient) -> None:
    element = {"code": "1", "target": [{"code": "x", "equivalence": "equal"}]}
    provided = concept_map(element, unmapped={"mode": "provided"})
    answer = translated(client, "r4", "9", provided)
    assert value(answer, "result") is True and value(parts(answer)[0], "concept") == {"system": B, "code": "9"}
    assert concepts(translated(client, "r4", "1", provided)) == ["x"]
    fixed = concept_map(element, unmapped={"mode": "fixed", "code": "other", "display": "Other"})
    assert concepts(translated(client, "r4", "9", fixed)) == ["other"]
    unmatched = {"code": "2", "target": [{"equivalence": "unmatched"}]}
    none = translated(client, "r4", "2", concept_map(unmatched, unmapped={"mode": "provided"}))
    assert value(none, "result") is False and parts(none) == []


@pytest.mark.parametrize(("base", "name"), [("r5", "otherMap"), ("r4", "url")])
def test_a_code_that_a_map_does_not_have_is_sought_in_the_map_that_it_names(
    client: FlaskClient, base: str, name: str
) -> None:
    word = {"relationship": "equivalent"} if base == "r5" else {"equivalence": "equal"}
    urls = [f"{MAP}-{n}" for n in range(3)]
    maps = [
        concept_map(
            {"code": str(n), "target": [{"code": f"x{n}", **word}]},
            url=url,
            unmapped={"mode": "other-map", name: urls[(n + 1) % 3]},
        )
        for n, url in enumerate(urls)
    ]
    assert [concepts(translated(client, base, code, *maps)) for code in "012"] == [["x0"], ["x1"], ["x2"]]
    nowhere = translated(client, base, "9", *maps)
    assert value(nowhere, "result") is False and parts(nowhere) == []


def test_maps_that_refer_to_one_another_without_end_are_refused(client: FlaskClient) -> None:
    maps = [
        concept_map(url=f"{MAP}-{n}", unmapped={"mode": "other-map", "otherMap": f"{MAP}-{n + 1}"}) for n in range(100)
    ]
    items = [{"name": "tx-resource", "resource": each} for each in maps]
    asked = [
        {"name": "url", "valueUri": f"{MAP}-0"},
        {"name": "sourceCode", "valueCode": "1"},
        {"name": "system", "valueUri": A},
    ]
    fault = post(client, "/fhir/r5/ConceptMap/$translate", [*items, *asked], 422)
    assert fault["issue"][0]["code"] == "too-costly"


def test_a_product_of_r4_is_answered_with_element_and_concept(client: FlaskClient) -> None:
    product = [
        {"property": "http://example.org/side", "system": "http://snomed.info/sct", "value": "7771000", "display": "L"},
        {"property": "http://example.org/note", "value": "free text"},
    ]
    target = {"code": "x", "equivalence": "equal", "product": product}
    (match,) = parts(translated(client, "r4", "1", concept_map({"code": "1", "target": [target]})))
    assert [each["part"] for each in match if each["name"] == "product"] == [
        [
            {"name": "element", "valueUri": "http://example.org/side"},
            {
                "name": "concept",
                "valueCoding": {"system": "http://snomed.info/sct", "code": "7771000", "display": "L"},
            },
        ],
        [
            {"name": "element", "valueUri": "http://example.org/note"},
            {"name": "concept", "valueCoding": {"code": "free text"}},
        ],
    ]
    assert all("value" not in each for item in match for each in item.get("part", ()))


def test_attributes_and_properties_of_r5_are_named_by_the_addresses_that_the_map_declares(client: FlaskClient) -> None:
    target = {
        "code": "x",
        "relationship": "equivalent",
        "property": [{"code": "rank", "valueInteger": 1}],
        "dependsOn": [{"attribute": "side", "valueCode": "left"}],
    }
    own = concept_map({"code": "1", "target": [target]}) | {
        "property": [{"code": "rank", "uri": "http://example.org/rank", "type": "integer"}],
        "additionalAttribute": [{"code": "side", "uri": "http://example.org/side", "type": "code"}],
    }
    (match,) = parts(translated(client, "r5", "1", own))
    found = {each["name"]: each["part"] for each in match if "part" in each}
    assert found == {
        "property": [{"name": "uri", "valueUri": "http://example.org/rank"}, {"name": "value", "valueInteger": 1}],
        "dependsOn": [
            {"name": "attribute", "valueUri": "http://example.org/side"},
            {"name": "value", "valueCode": "left"},
        ],
    }
    assert json.dumps(match).count("relationship") == 1
