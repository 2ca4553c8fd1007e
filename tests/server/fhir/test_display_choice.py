"""The display of a concept with several designations: those with another use than display are other names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.server.fhir.test_posted_resources import CS, VS, ask, colours, value_set
from tests.server.fhir.test_served_resources import value

Json = dict[str, Any]
SYNONYM = {"system": "http://snomed.info/sct", "code": "900000000000013009"}
FULL_NAME = {"system": "http://snomed.info/sct", "code": "900000000000003001"}
DISPLAY = {"system": "http://terminology.hl7.org/CodeSystem/designation-usage", "code": "display"}
OWN_USE = {"system": "http://example.org/use", "code": "short"}
PLAIN = {"language": "sv", "value": "Röd"}
ONKOLOGI = "https://w3id.org/begrepp/id/cs/onkologi?vs"


def other(language: str, use: Json) -> Json:
    """A designation with a use."""
    return {"language": language, "use": use, "value": "Rödfärg"}


@pytest.mark.parametrize(
    ("designations", "language", "display"),
    [
        ([PLAIN, other("sv-FI", SYNONYM)], "sv-FI", "Röd"),
        ([other("sv-FI", SYNONYM), PLAIN], "sv-FI, en;q=0.5", "Röd"),
        ([other("sv", SYNONYM)], "sv", "Red"),
        ([other("sv", FULL_NAME)], "sv, en;q=0.5", "Red"),
        ([other("en", OWN_USE)], "en-GB", "Red"),
        ([PLAIN, other("sv-FI", DISPLAY)], "sv-FI", "Rödfärg"),
        ([PLAIN, other("sv-FI", DISPLAY)], "sv-SE", "Röd"),
    ],
)
def test_another_name_is_never_the_display(
    client: FlaskClient, designations: list[Json], language: str, display: str
) -> None:
    system = colours(concept=[{"code": "red", "display": "Red", "designation": designations}])
    every = value_set({"system": CS})
    asked: Json = {"displayLanguage": language}
    expanded = ask(client, "ValueSet/$expand", system, every, url=VS, **asked)
    assert [each["display"] for each in expanded["expansion"]["contains"]] == [display]
    found = ask(client, "CodeSystem/$lookup", system, system=CS, code="red", **asked)
    assert value(found, "display") == display
    checked = ask(client, "ValueSet/$validate-code", system, every, url=VS, code="red", system_=CS, **asked)
    assert (value(checked, "result"), value(checked, "display")) == (True, display)


def test_another_name_in_a_value_set_is_not_the_display(client: FlaskClient) -> None:
    system = colours(concept=[{"code": "red", "display": "Red", "designation": [PLAIN]}])
    own = value_set({"system": CS, "concept": [{"code": "red", "designation": [other("sv-FI", SYNONYM)]}]})
    expanded = ask(client, "ValueSet/$expand", system, own, url=VS, displayLanguage="sv-FI")
    assert [each["display"] for each in expanded["expansion"]["contains"]] == ["Röd"]


@pytest.mark.parametrize("language", ["", "sv", "en", "fr,*;q=0"])
def test_designations_are_the_same_if_all_their_languages_are_named(client: FlaskClient, language: str) -> None:
    query = {"url": ONKOLOGI, "includeDesignations": "true"} | ({"displayLanguage": language} if language else {})
    named = query | {"designation": [f"urn:ietf:bcp:47|{each}" for each in ("sv", "en")]}
    answers = [client.get("/fhir/r5/ValueSet/$expand", query_string=each) for each in (query, named)]
    plain, chosen = (json.loads(answer.data)["expansion"]["contains"] for answer in answers)
    assert plain == chosen
    uses = [{each["use"]["code"] for each in concept["designation"]} for concept in plain]
    assert any(SYNONYM["code"] in found for found in uses) and any(SYNONYM["code"] not in found for found in uses)
