"""Reconciliation services against the schemas of the specification, and in the order in which OpenRefine calls them."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, QuerySolutions

from begrepp.settings import ROOT
from server.state import AppState

jsonschema_rs = pytest.importorskip("jsonschema_rs", reason="jsonschema-rs is not installed")
SUITE = Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared")) / "suites" / "reconciliation"
pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="the schemas of the reconciliation API are not here")
SERVICES = (
    "/reconcile",
    "/reconcile/icd-10-se",
    "/reconcile/icd-10-se@2021-06-30",
    "/reconcile/onkologi",
)
MEDIA_TYPE_1 = "application/reconciliation.v1+json"


@cache
def validator(version: str, name: str) -> Any:
    """The validator of a schema of the suite; the schemas that it refers to are registered by their IRIs."""
    folder = SUITE / version / "schemas"
    schemas = {path: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    resources = [(schema["$id"], schema) for schema in schemas.values()]
    registry = jsonschema_rs.Registry(resources, draft=jsonschema_rs.Draft7)
    return jsonschema_rs.Draft7Validator(schemas[folder / f"{name}.json"], registry=registry)


def check(version: str, name: str, body: Any) -> Any:
    """Return a body that is valid against a schema."""
    faults = [f"{list(error.instance_path)}: {error.message}" for error in validator(version, name).iter_errors(body)]
    assert not faults, "\n".join(faults[:5])
    return body


def examples(kind: str) -> list[Path]:
    names = ("manifest", "reconciliation-query-batch", "reconciliation-result-batch", "data-extension-response")
    return sorted(path for name in names for path in SUITE.glob(f"*/examples/{name}/{kind}/*.json"))


@pytest.mark.parametrize("path", examples("valid") + examples("invalid"), ids=lambda path: "/".join(path.parts[-5:]))
def test_the_validators_agree_with_the_examples_of_the_specification(path: Path) -> None:
    version, name = path.parts[-5], path.parts[-3]
    is_valid = validator(version, name).is_valid(json.loads(path.read_text(encoding="utf-8")))
    assert is_valid == (path.parts[-2] == "valid")


@pytest.mark.parametrize("path", SERVICES)
def test_each_version_has_a_manifest_of_its_own(client: FlaskClient, path: str) -> None:
    old = client.get(path, headers={"Accept": "application/json"})
    assert check("0.2", "manifest", old.get_json())["versions"] == ["0.2"]
    new = client.get(path, headers={"Accept": MEDIA_TYPE_1})
    assert new.mimetype == MEDIA_TYPE_1 and "Accept" in new.headers["Vary"]
    at_path = client.get(path.replace("/reconcile", "/reconcile/v1"))
    assert check("1.0-draft", "manifest", new.get_json()) == at_path.get_json()
    assert new.get_json()["versions"] == ["1.0-draft"] and new.get_json()["standardizedScore"] is True


BAD_QUERIES = [path for path in examples("invalid") if path.parts[-3] == "reconciliation-query-batch"]


@pytest.mark.parametrize("path", BAD_QUERIES, ids=lambda path: "/".join(path.parts[-5:]))
def test_the_invalid_queries_of_the_specification_are_refused(client: FlaskClient, path: Path) -> None:
    sent = path.read_text(encoding="utf-8")
    if "1.0-draft" in path.parts:
        answer = client.post("/reconcile/match", data=sent, content_type="application/json")
    else:
        answer = client.post("/reconcile", data={"queries": sent})
    assert answer.status_code == 400, answer.text


def names_of_concepts(app: Flask, number: int) -> list[str]:
    """Labels, codes and misspelt labels of concepts of the build, spread over its code systems."""
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    build = state.current_build()
    skos = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
    query = f"SELECT ?l {{ ?c a skos:Concept ; skos:prefLabel|skos:notation ?l }} ORDER BY MD5(STR(?l)) LIMIT {number}"
    answer = build.store.query(f"{skos} {query}")
    assert isinstance(answer, QuerySolutions)
    texts = [term.value for row in answer if isinstance(term := row[0], Literal)]
    return [text if n % 3 else text[:-1] + "x" for n, text in enumerate(texts)]


@pytest.mark.parametrize("path", SERVICES)
def test_every_answer_of_200_queries_is_valid_in_both_versions(app: Flask, client: FlaskClient, path: str) -> None:
    texts = names_of_concepts(app, 200)
    assert len(texts) == 200
    found = 0
    for start in range(0, len(texts), 50):
        batch = texts[start : start + 50]
        sent = check("0.2", "reconciliation-query-batch", {f"q{n}": {"query": text} for n, text in enumerate(batch)})
        old = client.post(path, data={"queries": json.dumps(sent)})
        found += sum(
            len(each["result"]) for each in check("0.2", "reconciliation-result-batch", old.get_json()).values()
        )
        conditions = [[{"matchType": "name", "propertyValue": text}] for text in batch]
        queries = {"queries": [{"conditions": each} for each in conditions]}
        new = client.post(f"{path}/match", json=check("1.0-draft", "reconciliation-query-batch", queries))
        assert len(check("1.0-draft", "reconciliation-result-batch", new.get_json())["results"]) == len(batch)
    assert found


@pytest.mark.parametrize("path", SERVICES)
def test_the_calls_of_openrefine_in_its_order(client: FlaskClient, path: str) -> None:
    """Manifest, ten rows to guess types, batches of ten, suggestions, flyout, preview, proposals, extension."""
    manifest = client.get(path).get_json()
    column = [
        "lungcancer",
        "A00.9",
        "gefitinib",
        "Påhittad kategori",
        "",
        "8140/3",
        "bröstcancer",
        "T1",
        "xyzzy",
        "C50",
    ]
    rows = {f"q{n}": {"query": text, "limit": 3} for n, text in enumerate(column)}
    guessed = client.post(path, data={"queries": json.dumps(rows)}).get_json()
    types = {type_["id"] for each in guessed.values() for one in each["result"] for type_ in one["type"]}
    assert set(guessed) == set(rows) and guessed["q4"]["result"] == []
    chosen = next(iter(types), "concept")
    batch = {
        f"q{n}": {
            "query": text,
            "type": chosen,
            "type_strict": "should",
            "properties": [{"pid": "language", "v": "sv"}],
        }
        for n, text in enumerate(column)
    }
    result = client.post(path, data={"queries": json.dumps(batch)}).get_json()
    entities = [
        one["id"] for each in check("0.2", "reconciliation-result-batch", result).values() for one in each["result"]
    ]
    assert entities
    for kind, schema in (("entity", "entities"), ("property", "properties"), ("type", "types")):
        service = manifest["suggest"][kind]
        address = (service["service_url"] + service["service_path"]).removeprefix("http://localhost")
        suggested = client.get(address, query_string={"prefix": "a"})
        check("0.2", f"suggest-{schema}-response", suggested.get_json())
        check("1.0-draft", f"suggest-{schema}-response", suggested.get_json())
    flyout = manifest["suggest"]["entity"]
    address = (flyout["flyout_service_url"] + flyout["flyout_service_path"]).removeprefix("http://localhost")
    card = client.get(address.partition("?")[0], query_string={"id": entities[0]}).get_json()
    assert card["id"] == entities[0] and "<strong>" in card["html"]
    shown = client.get(
        manifest["preview"]["url"].removeprefix("http://localhost").partition("?")[0], query_string={"id": entities[0]}
    )
    assert shown.status_code == 200 and shown.mimetype == "text/html"
    proposed = client.get(f"{path.partition('?')[0]}/propose", query_string={"type": chosen, "limit": 50}).get_json()
    properties = [
        {"id": each["id"]} for each in check("0.2", "data-extension-property-proposal", proposed)["properties"]
    ]
    wanted = check("0.2", "data-extension-query", {"ids": [*entities[:10], "no such id"], "properties": properties})
    extended = client.post(path, data={"extend": json.dumps(wanted)}).get_json()
    assert [each["id"] for each in check("0.2", "data-extension-response", extended)["meta"]] == [
        p["id"] for p in properties
    ]
    assert set(extended["rows"]) == {*entities[:10], "no such id"}
    assert all(set(row) == {p["id"] for p in properties} for row in extended["rows"].values())
    new = client.post(f"{path}/extend", json=wanted).get_json()
    assert len(check("1.0-draft", "data-extension-response", new)["rows"]) == len(set(wanted["ids"]))
    check("1.0-draft", "data-extension-property-proposal", client.get(f"{path}/extend/propose").get_json())


def test_the_view_of_an_entity_is_a_page(client: FlaskClient) -> None:
    view = client.get("/reconcile/icd-o-3").get_json()["view"]["url"].removeprefix("http://localhost")
    assert client.get(view.replace("{{id}}", "8140%2F3"), headers={"Accept": "text/html"}).status_code == 200
    of_all = client.get("/reconcile").get_json()["view"]["url"].removeprefix("http://localhost")
    iri = "https://w3id.org/begrepp/id/cs/icd-o-3/8140%2F3"
    shown = client.get(of_all.replace("{{id}}", iri.replace("%", "%25")), follow_redirects=True)
    assert shown.status_code == 200
    dated = client.get("/reconcile/icd-10-se@2021-06-30").get_json()["view"]["url"].removeprefix("http://localhost")
    assert client.get(dated.replace("{{id}}", "A00.0"), headers={"Accept": "text/html"}).status_code == 200
