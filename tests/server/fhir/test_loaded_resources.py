"""Resources that were loaded from FHIR: what the publisher states is served, exported and read back.

rooms (part-of): house ─ kitchen ─ stove        ranks (grouped-by): high ─ first, second
                      └─ bath                   kinds (classified-with): all ─ one
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from begrepp.artefact.manifest import current_build
from begrepp.exports.downloads import write_download
from begrepp.settings import Settings
from server.app import create_app
from tests.server.fhir.test_served_resources import get, members, post, value
from tests.support.small import build_small

BASE = "https://registry.example/fhir"
ROOMS, RANKS, KINDS, ACTS = (f"{BASE}/CodeSystem/{each}" for each in ("rooms", "ranks", "kinds", "acts"))
STANDARD = "http://hl7.org/fhir/concept-properties#"
HIDDEN = {"code": "hidden", "uri": f"{STANDARD}notSelectable", "type": "boolean"}
INACTIVE = {"code": "inactive", "uri": f"{STANDARD}inactive", "type": "boolean"}
TOML = """loader = "fhir"
[source]
title.sv = "Hus"
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
"""
STATED: dict[str, Any] = {
    "url": ROOMS,
    "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986", "value": "urn:oid:2.999.7"}],
    "version": "1.2.0",
    "name": "Rooms",
    "title": "Rooms of a house",
    "status": "draft",
    "experimental": True,
    "date": "2025-03-04",
    "publisher": "Registry of Houses",
    "contact": [{"telecom": [{"system": "url", "value": "https://registry.example"}]}],
    "description": "Invented rooms.",
    "useContext": [
        {
            "code": {"system": "http://terminology.hl7.org/CodeSystem/usage-context-type", "code": "age"},
            "valueQuantity": {"value": 1.50, "unit": "a"},
        }
    ],
    "jurisdiction": [{"coding": [{"system": "urn:iso:std:iso:3166", "code": "SE"}]}],
    "purpose": "To test.",
    "copyright": "CC BY 4.0",
    "caseSensitive": True,
    "valueSet": f"{BASE}/ValueSet/all-rooms",
    "hierarchyMeaning": "part-of",
    "compositional": False,
    "versionNeeded": False,
    "language": "en",
}
"""What a publisher states of a code system."""
FILTER = {"code": "size", "operator": ["=", "exists"], "value": "a number"}
PROPERTIES = [
    {"code": "size", "uri": f"{ROOMS}#size", "description": "Area", "type": "decimal"},
    {"code": "floor", "uri": "https://registry.example/floor", "type": "integer"},
    {"code": "heated", "type": "boolean"},
    {"code": "built", "type": "dateTime"},
    {"code": "beside", "uri": f"{ROOMS}#beside", "type": "code"},
    {"code": "use", "type": "Coding"},
    {"code": "colour", "type": "string"},
]
KITCHEN = [
    {"code": "size", "valueDecimal": 12.50},
    {"code": "floor", "valueInteger": 1},
    {"code": "heated", "valueBoolean": True},
    {"code": "built", "valueDateTime": "2001-02"},
    {"code": "beside", "valueCode": "bath"},
    {"code": "use", "valueCoding": {"system": RANKS, "code": "high"}},
    {"code": "colour", "valueString": "blue, or <green>"},
]


def system(url: str, meaning: str, concepts: list[Any], **more: Any) -> dict[str, Any]:
    own = {"url": url, "name": url.rpartition("/")[2], "status": "active", "content": "complete", "language": "en"}
    found = {"resourceType": "CodeSystem", "id": url.rpartition("/")[2], **own, "hierarchyMeaning": meaning, **more}
    return found | {"concept": concepts}


def resources() -> list[dict[str, Any]]:
    """The publisher's resources."""
    stove = {"code": "stove", "display": "Stove"}
    rooms = [
        {
            "code": "house",
            "display": "House",
            "concept": [
                {"code": "kitchen", "display": "Kitchen", "property": KITCHEN, "concept": [stove]},
                {"code": "bath", "display": "Bath", "property": [{"code": "size", "valueDecimal": 4.0}]},
            ],
        }
    ]
    ranks = [
        {
            "code": "high",
            "property": [{"code": "notSelectable", "valueBoolean": True}],
            "concept": [{"code": "first"}, {"code": "second"}],
        }
    ]
    swedish = {"language": "sv", "value": "Båda"}
    acts = [
        {"code": "a", "property": [{"code": "hidden", "valueBoolean": True}]},
        {"code": "b", "property": [{"code": "inactive", "valueBoolean": True}]},
        {"code": "c", "property": [{"code": "status", "valueCode": "withdrawn"}]},
        {
            "code": "ab",
            "display": "Both",
            "designation": [swedish],
            "property": [{"code": "subsumedBy", "valueCode": each} for each in "ab"],
        },
    ]
    things = {
        "resourceType": "ValueSet",
        "id": "warm",
        "url": f"{BASE}/ValueSet/warm",
        "version": "3",
        "name": "Warm",
        "title": "Warm rooms",
        "status": "retired",
        "experimental": True,
        "date": "2024",
        "publisher": "Registry of Houses",
        "immutable": True,
        "copyright": "CC BY 4.0",
        "compose": {
            "include": [
                {"system": ROOMS, "concept": [{"code": "bath", "display": "The bath"}]},
                {"system": RANKS, "filter": [{"property": "concept", "op": "child-of", "value": "high"}]},
            ],
            "exclude": [{"system": RANKS, "concept": [{"code": "second"}]}],
        },
    }
    second = {"code": "second", "equivalence": "inexact"}
    elements = [
        {"code": "kitchen", "target": [{"code": "first", "equivalence": "disjoint", "comment": "never"}]},
        {"code": "bath", "target": [second, {"code": "high", "equivalence": "wider"}]},
        {"code": "stove", "target": [{"equivalence": "unmatched", "comment": "no rank"}]},
    ]
    map_ = {
        "resourceType": "ConceptMap",
        "id": "rooms-to-ranks",
        "url": f"{BASE}/ConceptMap/rooms-to-ranks",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:2.999.8"},
        "version": "0.9",
        "name": "RoomsToRanks",
        "title": "Rooms to ranks",
        "status": "draft",
        "date": "2023-01",
        "copyright": "CC BY 4.0",
        "sourceUri": f"{BASE}/ValueSet/all-rooms",
        "group": [
            {
                "source": ROOMS,
                "sourceVersion": "1.2.0",
                "target": RANKS,
                "element": elements,
                "unmapped": {"mode": "fixed", "code": "high", "display": "High"},
            }
        ],
    }
    own = {"resourceType": "CodeSystem", "id": "rooms", **STATED, "content": "complete"}
    return [
        own | {"filter": [FILTER], "property": PROPERTIES, "concept": rooms},
        system(RANKS, "grouped-by", ranks),
        system(KINDS, "classified-with", [{"code": "all", "concept": [{"code": "one"}]}]),
        system(ACTS, "is-a", acts, property=[{"code": "subsumedBy", "type": "code"}, HIDDEN, INACTIVE]),
        things,
        map_,
    ]


def built_from(settings: Settings, files: dict[str, bytes]) -> Iterator[FlaskClient]:
    """A client of a build of some files."""
    folder = settings.raw / "hus" / "2026"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(TOML, encoding="utf-8")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    build_small(settings)
    app = create_app(settings)
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


def settings_in(folder: Path) -> Settings:
    return Settings(data=folder / "data", query_seconds=10, query_workers=1)


def built_from_package(loaded: Settings, base: str, folder: Path) -> Iterator[FlaskClient]:
    """A client of a build of the FHIR package of another build, which is removed after it."""
    package = folder / f"begrepp.fhir-{base}.tgz"
    write_download(current_build(loaded), package.name, package)
    yield from built_from(settings_in(folder), {package.name: package.read_bytes()})
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("loaded"))


@pytest.fixture(scope="module")
def client(loaded: Settings) -> Iterator[FlaskClient]:
    # A decimal of the publisher is written as he writes it.
    texts = {each["id"]: json.dumps(each).replace("12.5}", "12.50}").replace("1.5,", "1.50,") for each in resources()}
    yield from built_from(loaded, {f"{name}.json": text.encode() for name, text in texts.items()})


@pytest.fixture(scope="module", params=["r5", "r4"])
def reloaded(
    request: pytest.FixtureRequest, client: FlaskClient, loaded: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """A client of a build of the package of the first one."""
    assert client
    folder = tmp_path_factory.mktemp("reloaded")
    package = folder / f"begrepp.fhir-{request.param}.tgz"
    write_download(current_build(loaded), package.name, package)
    yield from built_from(settings_in(folder), {package.name: package.read_bytes()})
    shutil.rmtree(folder)


def one(client: FlaskClient, kind: str, url: str, base: str = "r5") -> dict[str, Any]:
    """The resource of an address."""
    bundle = get(client, f"/fhir/{base}/{kind}?url={url}")
    assert bundle["total"] == 1
    found: dict[str, Any] = get(client, f"/fhir/{base}/{kind}/{bundle['entry'][0]['resource']['id']}")
    return found


def without_ours(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource without identifiers and filters that the service adds."""
    kept = [each for each in resource["identifier"] if "w3id.org" not in each["value"]]
    filters = [each for each in resource.get("filter", ()) if each["code"] != "constraint"]
    return resource | {"identifier": kept, "filter": filters}


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_a_code_system_has_what_its_publisher_states(client: FlaskClient, base: str) -> None:
    found = without_ours(one(client, "CodeSystem", ROOMS, base))
    expected = STATED | {"content": "complete", "filter": [FILTER], "count": 4}
    assert {name: found.get(name) for name in expected} == expected
    declared = {each["code"]: each for each in found["property"]}
    assert [declared.get(each["code"]) for each in PROPERTIES] == PROPERTIES


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_concepts_have_the_properties_that_the_publisher_defines(client: FlaskClient, base: str) -> None:
    whole = one(client, "CodeSystem", ROOMS, base)
    (kitchen,) = [each for each in whole["concept"][0]["concept"] if each["code"] == "kitchen"]
    found = [each for each in kitchen["property"] if each["code"] != "status"]
    assert sorted(found, key=str) == sorted(KITCHEN, key=str)
    raw = client.get(f"/fhir/{base}/CodeSystem/$lookup?system={ROOMS}&code=kitchen&property=size").text
    assert '"valueDecimal":12.50' in raw


@pytest.mark.parametrize(
    ("name", "operator", "wanted", "expected"),
    [
        ("size", "=", "12.5", ["kitchen"]),
        ("size", "exists", "true", ["bath", "kitchen"]),
        ("size", "exists", "false", ["house", "stove"]),
        ("floor", "=", "1", ["kitchen"]),
        ("heated", "=", "true", ["kitchen"]),
        ("beside", "=", "bath", ["kitchen"]),
        ("use", "=", "high", ["kitchen"]),
        ("colour", "regex", "blue.*", ["kitchen"]),
        ("built", "in", "2001-02,1999", ["kitchen"]),
    ],
)
def test_filters_select_by_these_properties(
    client: FlaskClient, name: str, operator: str, wanted: str, expected: list[str]
) -> None:
    assert sorted(selected(client, ROOMS, name, operator, wanted)) == expected


def test_properties_have_the_codes_of_the_publisher(client: FlaskClient) -> None:
    concepts = {each["code"]: each for each in one(client, "CodeSystem", ACTS)["concept"]}
    assert {"code": "hidden", "valueBoolean": True} in concepts["a"]["property"]
    assert {"code": "inactive", "valueBoolean": True} in concepts["b"]["property"]
    assert {"code": "status", "valueCode": "withdrawn"} in concepts["c"]["property"]
    assert selected(client, ACTS, "status", "=", "withdrawn") == ["c"]
    assert sorted(selected(client, ACTS, "inactive", "=", "true")) == ["b", "c"]
    parents = [each["valueCode"] for each in concepts["ab"]["property"] if each["code"] == "subsumedBy"]
    assert parents == ["a", "b"]
    assert selected(client, ACTS, "subsumedBy", "=", "b") == selected(client, ACTS, "parent", "=", "b") == ["ab"]


def test_the_display_is_in_the_language_of_the_code_system(client: FlaskClient) -> None:
    concepts = {each["code"]: each for each in one(client, "CodeSystem", ACTS)["concept"]}
    assert (concepts["ab"]["display"], concepts["ab"]["designation"][0]["value"]) == ("Both", "Båda")
    path = f"/fhir/r5/CodeSystem/$lookup?system={ACTS}&code=ab"
    assert value(get(client, path), "display") == "Both"
    assert value(get(client, f"{path}&displayLanguage=sv"), "display") == "Båda"


def selected(client: FlaskClient, system: str, name: str, operator: str, wanted: str) -> list[str]:
    """The codes of a posted value set with one filter."""
    include = {"system": system, "filter": [{"property": name, "op": operator, "value": wanted}]}
    own = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}
    return members(post(client, "/fhir/r5/ValueSet/$expand", [{"name": "valueSet", "resource": own}]))


@pytest.mark.parametrize(
    ("url", "upper", "lower", "outcome", "kinds"),
    [
        (ROOMS, "house", "bath", "not-subsumed", ["house"]),
        (RANKS, "high", "first", "not-subsumed", ["high"]),
        (KINDS, "all", "one", "subsumes", ["all", "one"]),
    ],
)
def test_only_kinds_are_subsumed(
    client: FlaskClient, url: str, upper: str, lower: str, outcome: str, kinds: list[str]
) -> None:
    found = get(client, f"/fhir/r5/CodeSystem/$subsumes?system={url}&codeA={upper}&codeB={lower}")
    assert value(found, "outcome") == outcome
    assert selected(client, url, "concept", "is-a", upper) == kinds
    assert lower in selected(client, url, "concept", "child-of", upper)
    assert one(client, "CodeSystem", url)["hierarchyMeaning"] != "is-a"


def test_the_page_of_a_code_system_says_what_its_hierarchy_means(client: FlaskClient) -> None:
    page = client.get("/cs/rooms?lang=en").text
    assert "part of the broader concept" in page and "1.2.0" in page


def test_a_heading_that_may_not_be_selected_is_abstract(client: FlaskClient) -> None:
    answer = get(client, f"/fhir/r5/ValueSet/$expand?url={RANKS}?vs")
    assert [each["code"] for each in answer["expansion"]["contains"] if each.get("abstract")] == ["high"]


@pytest.mark.parametrize("version", ["1.2.0", "1.x", "2026", ""])
def test_the_version_of_the_publisher_finds_the_code_system(client: FlaskClient, version: str) -> None:
    found = get(client, f"/fhir/r5/CodeSystem/$lookup?system={ROOMS}&code=bath&version={version}")
    assert value(found, "version") == "1.2.0"
    capabilities = get(client, "/fhir/r5/metadata?mode=terminology")["codeSystem"]
    (own,) = [each for each in capabilities if each["uri"] == ROOMS]
    assert [each["code"] for each in own["version"]] == ["1.2.0"]


def test_codes_are_case_sensitive_where_the_publisher_says_so(client: FlaskClient) -> None:
    assert get(client, f"/fhir/r5/CodeSystem/$lookup?system={ROOMS}&code=BATH", 404)["issue"]
    assert value(get(client, f"/fhir/r5/CodeSystem/$lookup?system={KINDS}&code=ONE"), "code") == "one"


def test_the_value_set_of_all_concepts_has_the_address_of_the_publisher(client: FlaskClient) -> None:
    expected = ["bath", "house", "kitchen", "stove"]
    for url in (f"{BASE}/ValueSet/all-rooms", f"{ROOMS}?vs"):
        assert sorted(members(get(client, f"/fhir/r5/ValueSet/$expand?url={url}"))) == expected
    checked = get(client, f"/fhir/r5/ValueSet/$validate-code?url={BASE}/ValueSet/all-rooms&system={ROOMS}&code=bath")
    assert value(checked, "result") is True


def test_a_value_set_keeps_its_rules_and_names(client: FlaskClient) -> None:
    found = one(client, "ValueSet", f"{BASE}/ValueSet/warm")
    (stated,) = [each for each in resources() if each["id"] == "warm"]
    expected = {name: each for name, each in stated.items() if name != "id"}
    assert {name: found.get(name) for name in expected} == expected
    answer = get(client, f"/fhir/r5/ValueSet/$expand?url={BASE}/ValueSet/warm")
    assert [(each["code"], each.get("display")) for each in answer["expansion"]["contains"]] == [
        ("bath", "The bath"),
        ("first", None),
    ]


def translated(client: FlaskClient, code: str, base: str = "r4") -> tuple[Any, list[tuple[Any, Any]]]:
    """Result and matches of `$translate`."""
    name = "code" if base == "r4" else "sourceCode"
    system = "system" if base == "r4" else "sourceSystem"
    found = get(client, f"/fhir/{base}/ConceptMap/$translate?{system}={ROOMS}&{name}={code}")
    matches = [each["part"] for each in found["parameter"] if each["name"] == "match"]
    word = "equivalence" if base == "r4" else "relationship"
    return value(found, "result"), [(value(each, word), value(each, "concept")["code"]) for each in matches]


def test_a_concept_map_keeps_its_relations_and_rules(client: FlaskClient) -> None:
    assert translated(client, "kitchen") == (False, [("disjoint", "first")])
    assert translated(client, "kitchen", "r5") == (False, [("not-related-to", "first")])
    assert translated(client, "bath") == (True, [("wider", "high"), ("inexact", "second")])
    assert translated(client, "stove") == (False, [])
    assert translated(client, "house")[1][0][1] == "high"  # the rule for codes that the map does not list
    (stated,) = [each for each in resources() if each["id"] == "rooms-to-ranks"]
    found = one(client, "ConceptMap", stated["url"], "r4")
    expected = {name: each for name, each in stated.items() if name not in ("id", "group")}
    assert {name: found.get(name) for name in expected} == expected
    (group,), (own,) = found["group"], stated["group"]
    assert {name: group.get(name) for name in own if name != "element"} == {
        name: each for name, each in own.items() if name != "element"
    }
    targets = {
        each["code"]: {(one.get("code"), one["equivalence"]) for one in each["target"]} for each in group["element"]
    }
    assert targets == {
        each["code"]: {(one.get("code"), one["equivalence"]) for one in each["target"]} for each in own["element"]
    }


@pytest.mark.parametrize("kind", ["CodeSystem", "ValueSet", "ConceptMap"])
def test_a_package_is_read_back_to_the_same_resources(client: FlaskClient, reloaded: FlaskClient, kind: str) -> None:
    for base in ("r5", "r4"):
        first, second = ({each["url"]: each for each in _all(one, kind, base)} for one in (client, reloaded))
        assert first.keys() == second.keys() and first
        for url, expected in first.items():
            assert _sorted(second[url]) == _sorted(expected)


def _all(client: FlaskClient, kind: str, base: str) -> list[dict[str, Any]]:
    entries = get(client, f"/fhir/{base}/{kind}")["entry"]
    return [get(client, f"/fhir/{base}/{kind}/{each['resource']['id']}") for each in entries]


def _sorted(item: Any) -> Any:
    """A resource with its lists in an order of their own; without ids, and labels of maps, which a package has not."""
    if isinstance(item, dict):
        return {name: _sorted(each) for name, each in item.items() if name not in ("id", "display")}
    return sorted(map(_sorted, item), key=repr) if isinstance(item, list) else item


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("code", {"valueCode": "new"}),
        ("string", {"valueString": "new"}),
        ("Coding", {"valueCoding": {"system": RANKS, "code": "new", "display": "New"}}),
    ],
)
def test_a_standard_property_has_the_type_that_the_publisher_declares(
    tmp_path: Path, declared: str, expected: dict[str, Any]
) -> None:
    given = {"code": "valueCode", "string": "valueString", "Coding": "valueCoding"}[declared]
    value_ = {"system": RANKS, "code": "new"} if declared == "Coding" else "new"
    old = [{"code": "status", "valueCode": "retired"}, {"code": "replacedBy", given: value_}]
    concept = [{"code": "old", "display": "Old", "property": old}, {"code": "new", "display": "New"}]
    properties = [{"code": "replacedBy", "type": declared}, {"code": "status", "type": "code"}]
    body = {"resourceType": "CodeSystem", "id": "r", "url": RANKS, "title": "R", "status": "active", "language": "en"}
    text = json.dumps({**body, "content": "complete", "property": properties, "concept": concept})
    for client_ in built_from(settings_in(tmp_path), {"r.json": text.encode()}):
        found = get(client_, f"/fhir/r4/CodeSystem/$lookup?system={RANKS}&code=old&property=replacedBy")
        (part,) = [
            each["part"]
            for each in found["parameter"]
            if each["name"] == "property" and value(each["part"], "code") == "replacedBy"
        ]
        assert [each for each in part if each["name"] == "value"] == [{"name": "value", **expected}]
        resource = one(client_, "CodeSystem", RANKS, "r4")
        assert {"code": "replacedBy", "type": declared} in resource["property"]
