"""`ConceptMap/$translate` with posted maps: the words of R4, codes without a mapping, attributes and properties."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.fhir.build_resources import BuildResources
from begrepp.fhir.concept_map_forms import map_from_r4, map_to_r4
from begrepp.fhir.concept_translation import translate
from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.mapping_resources import MappingSource, PublishedSet
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.settings import Settings
from begrepp.terminology.concept_record import ConceptMapping, ConceptRecord, SystemDescription, ThingName
from begrepp.terminology.terminology import Terminology
from tests.server.fhir.test_served_resources import get, post, value

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


def test_the_comment_on_a_match_is_the_message_of_the_answer(client: FlaskClient) -> None:
    targets = [
        {"code": "x", "equivalence": "equal", "comment": "only if female"},
        {"code": "y", "equivalence": "wider"},
        {"code": "z", "equivalence": "narrower", "comment": "else"},
    ]
    own = concept_map({"code": "1", "target": targets})
    assert value(translated(client, "r4", "1", own), "message") == "x: only if female; z: else"
    plain = translated(client, "r4", "1", concept_map({"code": "1", "target": targets[1:2]}))
    assert [each["name"] for each in plain["parameter"]] == ["result", "match"]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([{"equivalence": "unmatched"}], {"noMap": True}),
        ([{"equivalence": "equivalent"}], {}),
        (
            [{"equivalence": "unmatched"}, {"code": "x", "equivalence": "equivalent"}],
            {"target": [{"code": "x", "relationship": "equivalent"}]},
        ),
        (
            [{"code": "x", "equivalence": "wider"}],
            {"target": [{"code": "x", "relationship": "source-is-narrower-than-target"}]},
        ),
        ([], {}),
    ],
)
def test_targets_of_r4_without_a_code_leave_no_empty_list(targets: list[Json], expected: Json) -> None:
    own = concept_map({"code": "1", **({"target": targets} if targets else {})})
    map_from_r4(own)
    assert own["group"][0]["element"] == [{"code": "1", **expected}]


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


def test_a_map_has_the_address_of_its_publisher_and_ours(built: Settings) -> None:
    folder, own, address = current_build(built), f"{Iris(built.base).mapping_set(JAMNA)}", "https://example.org/map"
    manifest = read_manifest(folder)
    header = [f'<{own}> <{expand("dct:identifier")}> "{text}" .\n' for text in ("no IRI", address)]
    graphs = [replace(each, header=[*each.header, *header]) if each.id == JAMNA else each for each in manifest.graphs]
    source = BuildResources(Terminology(folder), replace(manifest, graphs=graphs))
    resource = next(each for each in source.resources("ConceptMap") if each["id"] == JAMNA)
    assert resource["url"] == address and [each["value"] for each in resource["identifier"]] == [own]
    assert map_to_r4(resource)["identifier"] == {"system": "urn:ietf:rfc:3986", "value": own}
    others = [each for each in source.resources("ConceptMap") if each["id"] != JAMNA]
    assert others and all(each["url"].startswith(built.base) and "identifier" not in each for each in others)
    for name in (address, own, f"{own}|{resource['version']}"):
        items = [{"name": "sourceCode", "valueCode": "70"}, {"name": "system", "valueUri": KARNOFSKY}]
        answer = translate(ResourceLibrary(source), OperationCall([*items, {"name": "url", "valueUri": name}]))
        assert value(answer, "result") is True
        assert value(parts(answer)[0], "originMap") == f"{address}|{resource['version']}"


JAMNA = "karnofsky-ecog-jamna"
KARNOFSKY = "https://w3id.org/begrepp/id/cs/karnofsky"
ECOG = "https://w3id.org/begrepp/id/cs/ecog"


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_a_map_without_a_row_for_the_code_is_no_unknown_map(client: FlaskClient, base: str) -> None:
    name = "sourceCode" if base == "r5" else "code"
    listed = get(client, f"/fhir/{base}/ConceptMap")["entry"]
    resource = next(each["resource"] for each in listed if "karnofsky" in each["resource"]["id"])
    asked = f"{name}=05&system=https://w3id.org/begrepp/id/cs/lan"
    for path in (f"{resource['id']}/$translate?{asked}", f"$translate?url={resource['url']}&{asked}-none"):
        answer = get(client, f"/fhir/{base}/ConceptMap/{path}")
        assert value(answer, "result") is False and parts(answer) == [] and value(answer, "message")
    get(client, f"/fhir/{base}/ConceptMap/$translate?url={resource['url']}-none&{asked}", 404)
    get(client, f"/fhir/{base}/ConceptMap/$translate?url={resource['url']}|1899&{asked}", 404)


@pytest.mark.parametrize(
    ("base", "source", "target"), [("r5", "sourceScope", "targetScope"), ("r4", "source", "target")]
)
def test_a_translation_is_limited_to_the_value_sets_that_are_named(
    client: FlaskClient, base: str, source: str, target: str
) -> None:
    name = "sourceCode" if base == "r5" else "code"
    path = f"/fhir/{base}/ConceptMap/$translate?{name}=0&system={KARNOFSKY}"

    def found(**scopes: str) -> list[str]:
        query = "".join(f"&{one}={quote(address)}" for one, address in scopes.items())
        return concepts(get(client, path + query))

    everything = found()
    assert "5" in everything
    assert found(**{target: f"{ECOG}?vs"}) == [code for code in everything if code == "5"]
    assert found(**{target: f"{ECOG}?fhir_vs=isa/1"}) == []
    assert found(**{target: f"{KARNOFSKY}?vs"}) == []
    assert found(**{source: f"{KARNOFSKY}?vs"}) == everything
    assert found(**{source: f"{ECOG}?vs"}) == []
    fault = get(client, f"{path}&{target}=http://example.org/none", 422)["issue"][0]
    assert fault["code"] == "not-found" and "http://example.org/none" in fault["details"]["text"]
    assert found(**{source: "http://example.org/none"}) == everything


def test_a_reversed_translation_is_limited_by_its_scopes(client: FlaskClient) -> None:
    path = f"/fhir/r5/ConceptMap/$translate?targetCode=5&targetSystem={ECOG}"
    assert parts(get(client, path))
    assert parts(get(client, f"{path}&sourceScope={KARNOFSKY}?vs&targetScope={ECOG}?vs"))
    assert parts(get(client, f"{path}&sourceScope={ECOG}?vs")) == []
    assert parts(get(client, f"{path}&targetScope={KARNOFSKY}?vs")) == []


def test_a_map_that_names_an_unknown_value_set_is_used_for_it(client: FlaskClient) -> None:
    scope = "http://example.org/vs"
    target = {"code": "x", "relationship": "equivalent"}
    own = concept_map({"code": "1", "target": [target]}) | {"targetScopeCanonical": f"{scope}|1"}
    asked: list[Json] = [
        {"name": "sourceCode", "valueCode": "1"},
        {"name": "system", "valueUri": A},
        {"name": "conceptMap", "resource": own},
    ]
    path = "/fhir/r5/ConceptMap/$translate"
    assert concepts(post(client, path, [*asked, {"name": "targetScope", "valueUri": scope}])) == ["x"]
    post(client, path, [*asked, {"name": "targetScope", "valueUri": f"{scope}2"}], 422)


class _OneMapping:
    """A terminology of one code system with two concepts, and one mapping between them."""

    def __init__(self, predicate: str, *, negated: bool) -> None:
        self.description = SystemDescription(id="a", iri="urn:a", uri="urn:a")
        self._mapping = ConceptMapping(
            iri="", set="urn:x/set", source="urn:a/1", predicate=expand(f"skos:{predicate}"), target="urn:a/2"
        )
        self._mapping = replace(self._mapping, negated=negated)

    def __len__(self) -> int:
        return 2

    def scheme(self, *_: str) -> _OneMapping:
        return self

    def all_current(self) -> list[_OneMapping]:
        return [self]

    def locate(self, iri: str) -> tuple[_OneMapping, int]:
        return self, int(iri[-1]) - 1

    def index(self, code: str) -> int:
        return int(code) - 1

    def iri(self, concept: int) -> str:
        return f"urn:a/{concept + 1}"

    def code(self, concept: int) -> str:
        return str(concept + 1)

    def name(self, _: object) -> ThingName:
        return ThingName(iri="")

    def record(self, concept: int) -> ConceptRecord:
        return ConceptRecord(iri=self.iri(concept), code=self.code(concept), mappings=(self._mapping,))


@pytest.mark.parametrize(
    ("predicate", "negated", "relationship"),
    [
        ("exactMatch", False, "equivalent"),
        ("exactMatch", True, None),
        ("closeMatch", True, None),
        ("broadMatch", True, None),
        ("relatedMatch", True, "not-related-to"),
    ],
)
def test_a_denied_match_is_no_assertion_that_nothing_relates(
    predicate: str, negated: bool, relationship: str | None
) -> None:
    terminology = _OneMapping(predicate, negated=negated)
    source = MappingSource(terminology, {"urn:x/set": PublishedSet(version="1")})  # type: ignore[arg-type]
    query = MappingQuery(
        codings=[{"system": "urn:a", "code": "1"}],
        is_reverse=False,
        returns_sources=False,
        source_system="",
        target_system="",
        source_scope="",
        target_scope="",
        map_address="",
    )
    whole = source.resource("set", with_content=True)
    for maps in ([*source.maps_of(query)], [whole or {}]):
        found = [
            target["relationship"]
            for each in maps
            for group in each.get("group", ())
            for element in group["element"]
            for target in element["target"]
        ]
        assert found == ([relationship] if relationship else [])
