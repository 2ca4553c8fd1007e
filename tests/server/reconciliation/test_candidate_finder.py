"""Candidates of reconciliation queries: scores, certain matches, retired codes, dated services, types, properties."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.reconciliation import condition_candidates

CONCEPT = "https://w3id.org/begrepp/id/cs/"
LIST = "/reconcile/icd-10-se"
RETIRED, RENAMED = "A00.0", "A00.9"
"""Codes of the invented list: in 2021 only; called otherwise in 2022."""


def ask(client: FlaskClient, path: str, /, language: str = "sv", **query: Any) -> list[dict[str, Any]]:
    """The candidates of one query of version 0.2."""
    answer = client.post(path, data={"queries": json.dumps({"q0": query})}, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["q0"]["result"]
    return found


def ask_of_1(client: FlaskClient, path: str, *conditions: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    """The candidates of one query of version 1.0-draft."""
    answer = client.post(f"{path}/match", json={"queries": [{"conditions": [*conditions], **query}]})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["results"][0]["candidates"]
    return found


def features(candidate: dict[str, Any]) -> dict[str, Any]:
    return {each["id"]: each["value"] for each in candidate["features"]}


def codes(candidates: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in candidates]


@pytest.mark.parametrize("text", ["lungcancer", "LUNGCANCER", " lungcancer ", "lung cancer", "primär lungcancer"])
def test_a_name_in_any_case_and_language_is_a_certain_match(client: FlaskClient, text: str) -> None:
    first = ask(client, "/reconcile/onkologi", query=text)[0]
    assert (first["id"], first["match"]) == ("lungcancer", True)
    assert first["score"] >= 97 and features(first)["name_exact"]


def test_a_name_that_is_only_similar_is_no_certain_match(client: FlaskClient) -> None:
    found = ask(client, "/reconcile/onkologi", query="lungcancr")
    assert found[0]["id"] == "lungcancer" and not any(each["match"] for each in found)
    assert 50 < found[0]["score"] < 97 and not features(found[0])["name_exact"]


def test_the_name_of_a_parent_is_no_name_of_its_children(client: FlaskClient) -> None:
    """The search finds A00.9 by the name of A00 also."""
    found = ask(client, LIST, query="Påhittad kategori")
    assert (found[0]["id"], found[0]["match"]) == ("A00", True)
    assert all(each["score"] < 97 and not features(each)["name_exact"] for each in found[1:])


def test_scores_are_from_0_to_100_and_sorted(client: FlaskClient) -> None:
    scores = [each["score"] for each in ask(client, "/reconcile", query="cancer i lunga", limit=50)]
    assert len(scores) > 5 and scores == sorted(scores, reverse=True) and scores[-1] >= 0 and scores[0] <= 100


def test_a_name_that_two_code_systems_have_is_no_certain_match(client: FlaskClient) -> None:
    found = ask(client, "/reconcile", query="Gefitinib")
    assert len([each for each in found if features(each)["name_exact"]]) > 1
    assert not any(each["match"] for each in found)
    assert ask(client, "/reconcile/atc", query="Gefitinib")[0]["match"]


@pytest.mark.parametrize("text", ["A00.9", "a009", f"{CONCEPT}icd-10-se/A00.9", "icd-10-se/A00.9", "icd-10-se:A00.9"])
def test_an_identifier_as_query_gives_its_entity(client: FlaskClient, text: str) -> None:
    found = ask(client, LIST, query=text)
    assert found[0]["id"] == RENAMED and found[0]["match"] and found[0]["score"] == 100
    in_all = ask(client, "/reconcile", query=text if "/" in text or ":" in text else f"icd-10-se|{text}")
    assert in_all[0]["id"] == f"{CONCEPT}icd-10-se/{RENAMED}" and in_all[0]["match"]


def test_a_code_with_a_slash_is_an_identifier(client: FlaskClient) -> None:
    assert ask(client, "/reconcile/icd-o-3", query="8140/3")[0]["id"] == "8140/3"
    assert client.get("/reconcile/icd-o-3/preview?id=8140%2F3").status_code == 200


def test_a_retired_code_is_a_candidate_but_no_match(client: FlaskClient) -> None:
    first = ask(client, LIST, query=RETIRED)[0]
    assert first["id"] == RETIRED and not first["match"] and features(first)["deprecated"]
    assert "utgången" in first["description"] and first["score"] == 90
    assert "retired" in ask(client, LIST, language="en", query=RETIRED)[0]["description"]


def test_a_retired_code_names_its_successor_which_is_a_candidate_too(client: FlaskClient) -> None:
    first, second = ask(client, "/reconcile/atc", query="L01XE02")[:2]
    assert first["id"] == "L01XE02" and "ersätts av L01EB01 gefitinib" in first["description"]
    assert second["id"] == "L01EB01" and features(second)["successor"] and "ersätter L01XE02" in second["description"]
    assert not first["match"] and not second["match"]


@pytest.mark.parametrize("path", [f"{LIST}@2021-06-30", f"{LIST}@2021", f"{LIST}?asOf=2021-06-30"])
def test_a_dated_service_knows_the_codes_and_names_of_the_day(client: FlaskClient, path: str) -> None:
    first = ask(client, path, query=RETIRED)[0]
    assert first["match"] and not features(first)["deprecated"]
    old = ask(client, path, query="Påhittad åkomma UNS")[0]
    assert (old["id"], old["name"], old["match"]) == (RENAMED, "Påhittad åkomma UNS", True)
    assert not ask(client, LIST, query="Påhittad åkomma UNS")[0]["match"]
    assert ask(client, LIST, query="Påhittad åkomma ospecificerad")[0]["match"]


def test_a_dated_service_of_all_systems_knows_the_names_of_the_day(client: FlaskClient) -> None:
    found = ask(client, "/reconcile/@2021-06-30", query=RETIRED)
    assert found[0]["id"] == f"{CONCEPT}icd-10-se/{RETIRED}" and not features(found[0])["deprecated"]
    first = ask(client, "/reconcile/@2021-06-30", query="påhittad åkomma uns")[0]
    name = f"{CONCEPT}icd-10-se/{RENAMED}", "Påhittad åkomma UNS"
    assert (first["id"], first["name"], first["score"], first["match"]) == (*name, 100, True)
    assert not any(each["match"] for each in ask(client, "/reconcile", query="påhittad åkomma uns"))


@pytest.mark.parametrize("path", ["/reconcile/@2021-06-30", f"{LIST}@2021-06-30"])
def test_a_dated_service_finds_names_of_the_day_by_their_words(client: FlaskClient, path: str) -> None:
    found = {each["id"].rpartition("/")[2]: each for each in ask(client, path, query="UNS åkomma")}
    assert found[RENAMED]["name"] == "Påhittad åkomma UNS" and not found[RENAMED]["match"]


def test_a_dated_service_leaves_out_codes_that_came_later(client: FlaskClient) -> None:
    for text in ("L01FF01", "nivolumab"):
        assert ask(client, "/reconcile/atc", query=text)[0]["id"] == "L01FF01"
        assert "L01FF01" not in codes(ask(client, "/reconcile/atc@2021.1-demo", query=text))


def test_a_day_without_an_edition_is_said(client: FlaskClient) -> None:
    answer = client.get(f"{LIST}?asOf=1950-01-01", headers={"Accept": "application/json"})
    assert answer.status_code == 404 and "1950-01-01" in answer.get_json()["title"]


def test_properties_weigh_and_are_features(client: FlaskClient) -> None:
    inside = ask(client, LIST, query="Påhittad kategori", properties=[{"pid": "parent", "v": "A00-A09"}])[0]
    outside = ask(client, LIST, query="Påhittad kategori", properties=[{"pid": "parent", "v": "B00-B09"}])[0]
    assert inside["score"] == 100 and inside["match"] and features(inside)["property_parent"] is True
    assert outside["score"] == 70 and not outside["match"] and features(outside)["property_parent"] is False


@pytest.mark.parametrize("named", ["atc", "urn:oid:2.16.840.1.113883.6.73", "http://www.whocc.no/atc"])
def test_a_system_narrows_the_search(client: FlaskClient, named: str) -> None:
    found = ask(client, "/reconcile", query="gefitinib", properties=[{"pid": "system", "v": named}])
    assert found[0]["id"] == f"{CONCEPT}atc/L01EB01" and found[0]["match"]
    assert all(each["id"].startswith(f"{CONCEPT}atc/") for each in found)


def test_a_register_finds_what_it_measures(client: FlaskClient) -> None:
    named = [{"pid": "register", "v": "Dödsorsaksregistret (DORS)"}, {"pid": "register", "v": "dodsorsaksregistret"}]
    found = ask(client, "/reconcile/onkologi", query="dödsorsak", properties=named)
    assert found[0]["id"] == "dodsorsak" and features(found[0])["property_register"] and found[0]["match"]


def test_a_query_of_properties_alone_finds_a_code(client: FlaskClient) -> None:
    of_system = [{"pid": "code", "v": "L01EB01"}, {"pid": "system", "v": "atc"}]
    assert codes(ask(client, "/reconcile", properties=of_system)) == [f"{CONCEPT}atc/L01EB01"]
    assert codes(ask(client, "/reconcile/atc", properties=[{"pid": "kod", "v": "L01EB01"}])) == ["L01EB01"]


@pytest.mark.parametrize("value", ["A00", "a00", "Påhittad kategori", f"{CONCEPT}icd-10-se/A00", "icd-10-se/A00"])
def test_a_parent_finds_concepts_that_the_search_does_not(client: FlaskClient, value: str) -> None:
    parent = {"pid": "parent", "v": value}
    assert set(codes(ask(client, LIST, properties=[parent]))) == {RETIRED, RENAMED}
    assert ask(client, LIST, query="zzzz") == []
    named = ask(client, LIST, query="zzzz", properties=[parent])
    assert set(codes(named)) == {RETIRED, RENAMED}
    assert all(features(each)["property_parent"] is True and not each["match"] for each in named)
    condition = {"matchType": "property", "propertyId": "parent", "propertyValue": value, "required": True}
    assert set(codes(ask_of_1(client, LIST, condition))) == {RETIRED, RENAMED}


def test_conditions_on_parents_and_ancestors_are_met_together(client: FlaskClient) -> None:
    def found(quantifier: str, *values: str, **more: Any) -> set[str]:
        condition = {"matchType": "property", "propertyId": "ancestor", "propertyValue": [*values], **more}
        return set(codes(ask_of_1(client, LIST, condition | {"matchQuantifier": quantifier, "required": True})))

    assert found("any", "A00-A09") >= {"A00", RETIRED, RENAMED}
    assert found("all", "A00-A09", "A00") == {RETIRED, RENAMED}
    assert found("all", "A00-A09", "no-such-code") == found("none", "A00") == set()
    both = [{"pid": "ancestor", "v": "A00-A09"}, {"pid": "parent", "v": "A00"}]
    assert set(codes(ask(client, LIST, properties=both))) == {RETIRED, RENAMED}


def test_concepts_below_another_system_are_no_candidates(client: FlaskClient) -> None:
    assert ask(client, "/reconcile/atc", properties=[{"pid": "parent", "v": "icd-10-se/A00"}]) == []


def test_a_condition_that_holds_of_very_many_is_left_to_the_search(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condition_candidates, "MOST", 1)
    ancestor = [{"pid": "ancestor", "v": "A00-A09"}]
    assert ask(client, LIST, query="zzzz", properties=ancestor) == []
    assert ask(client, LIST, query="Påhittad kategori", properties=ancestor)[0]["id"] == "A00"
    assert set(codes(ask(client, LIST, properties=ancestor))) == {"A00", RETIRED, RENAMED}  # no names to compare


def test_conditions_keep_the_order_of_the_search(client: FlaskClient) -> None:
    plain = codes(ask(client, "/reconcile/onkologi", query="cancer", limit=5))
    leaf = [{"pid": "status", "v": "no such status"}]
    assert codes(ask(client, "/reconcile/onkologi", query="cancer", limit=5, properties=leaf)) == plain


def test_types_filter(client: FlaskClient) -> None:
    found = ask(client, "/reconcile", query="gefitinib", type="atc")
    assert found and all({"atc"} & {type_["id"] for type_ in each["type"]} for each in found)
    assert ask(client, "/reconcile", query="gefitinib", type=["icd-10-se", "atc"])[0]["id"].startswith(f"{CONCEPT}atc")
    assert ask(client, "/reconcile", query="gefitinib", type="nothing") == []
    should = ask(client, "/reconcile", query="lungcancer", type="atc", type_strict="should")
    assert should[0]["score"] == 80 and features(should[0])["type"] is False


def test_a_required_condition_of_1_drops_candidates(client: FlaskClient) -> None:
    name = {"matchType": "name", "propertyValue": "Påhittad"}
    parent = {"matchType": "property", "propertyId": "parent", "propertyValue": "A00"}
    assert set(codes(ask_of_1(client, LIST, name, {**parent, "required": True}))) == {RETIRED, RENAMED}
    none = {**parent, "required": True, "matchQuantifier": "none"}
    assert not {RETIRED, RENAMED} & set(codes(ask_of_1(client, LIST, name, none)))


def test_an_identifier_is_a_condition_of_1(client: FlaskClient) -> None:
    found = ask_of_1(client, LIST, {"matchType": "id", "propertyValue": {"id": RENAMED}})
    assert codes(found) == [RENAMED] and found[0]["match"] and features(found[0])["id_exact"]


def test_both_versions_give_the_same_candidates(client: FlaskClient) -> None:
    old = ask(client, "/reconcile/onkologi", query="bröst", limit=5)
    new = ask_of_1(client, "/reconcile/onkologi", {"matchType": "name", "propertyValue": "bröst"}, limit=5)
    pairs = [[(each["id"], each["score"], each["match"]) for each in found] for found in (old, new)]
    assert pairs[0] == pairs[1] and len(pairs[0]) == 5
    assert all(feature["name"] for each in new for feature in each["features"])


def test_a_limit_of_0_is_no_limit_of_the_client(client: FlaskClient) -> None:
    assert len(ask(client, "/reconcile", query="cancer", limit=0)) == 10
    assert len(ask(client, "/reconcile", query="cancer", limit=2.0)) == 2


def test_a_query_of_1_may_name_its_language(client: FlaskClient) -> None:
    name = {"matchType": "name", "propertyValue": "lungcancer"}
    for lang, label in (("en", "lung cancer"), ("sv", "lungcancer"), ("en-GB", "lung cancer"), ("fi", "lungcancer")):
        first = ask_of_1(client, "/reconcile/onkologi", name, lang=lang)[0]
        assert (first["name"], first["id"]) == (label, "lungcancer"), lang


@pytest.mark.parametrize(
    ("path", "text", "id_", "match"),
    [
        ("/reconcile/onkologi", "Bröst-cancer", "brostcancer", True),
        ("/reconcile/onkologi", "BRÖSTCANCER", "brostcancer", True),
        ("/reconcile/onkologi", "brostcancer", "brostcancer", True),
        ("/reconcile/onkologi", "cancer i lungan", "lungcancer", False),
        ("/reconcile/icd-o-3", "81403", "8140/3", True),
        ("/reconcile/icd-o-3", "8140 3", "8140/3", True),
        ("/reconcile/atc", "l01eb01", "L01EB01", True),
        ("/reconcile/atc", " L01EB01\t", "L01EB01", True),
        ("/reconcile/icd-10-se", "01", "01", True),
        ("/reconcile/icd-10-se", "A00 – A09", "A00-A09", True),
        ("/reconcile/tnm-t", "T1", "T1", True),
        ("/reconcile/kon", "1", "1", True),
    ],
)
def test_texts_as_people_write_them(client: FlaskClient, path: str, text: str, id_: str, match: bool) -> None:
    first = ask(client, path, query=text)[0]
    assert (first["id"], first["match"]) == (id_, match)


@pytest.mark.parametrize("text", ["", "   ", "?", "()", "\u200b", "%", "a" * 300, "'; DROP TABLE", "<b>", "🫁"])
def test_a_text_that_names_nothing_has_no_certain_match(client: FlaskClient, text: str) -> None:
    assert not any(each["match"] for each in ask(client, "/reconcile", query=text))


BAD_BATCHES = {
    "no JSON": ("{", "queries is not JSON"),
    "an array": ('["lungcancer"]', "queries is not a JSON object"),
    "an empty query": ('{"a": {}}', "Query a has neither query nor properties"),
    "no properties": ('{"a": {"properties": []}}', "Query a has neither query nor properties"),
    "an unknown field": ('{"a": {"query": "x", "props": []}}', "Query a has an unknown field props"),
    "a number": ('{"a": {"query": 5}}', "Query a has a value of the wrong type in query"),
    "an unknown property": ('{"a": {"query": "x", "properties": [{"pid": "z", "v": "y"}]}}', "unknown property 'z'"),
    "an unknown strictness": ('{"a": {"query": "x", "type_strict": "z"}}', "Query a has type_strict 'z'"),
    "a long text": ('{"a": {"query": "' + "x" * 400 + '"}}', "more than 300 characters"),
    "many": (json.dumps({str(n): {"query": "x"} for n in range(501)}), "501 queries exceed the limit"),
    "a surrogate": ('{"a": {"query": "\\ud800"}}', "queries is not JSON"),
}


@pytest.mark.parametrize("name", BAD_BATCHES)
def test_a_bad_batch_is_refused_and_the_query_named(client: FlaskClient, name: str) -> None:
    sent, reason = BAD_BATCHES[name]
    answer = client.post("/reconcile", data={"queries": sent}, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and reason in answer.get_json()["title"]


def test_an_unknown_code_system_is_said(client: FlaskClient) -> None:
    answer = client.get("/reconcile/none", headers={"Accept": "application/json"})
    assert answer.status_code == 404 and answer.get_json()["title"] == "There is no code system none."
