"""Concepts of publishers' files are found whatever form the file has: codes, merged codes, notes, languages.

`sk` is SKOS with IRIs of its publisher, `ob` is OBO with merged codes, `fh` is FHIR in sv-SE.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from begrepp.artefact.manifest import read_manifest
from begrepp.exports.downloads import write_download
from begrepp.rdf.iris import Iris
from begrepp.search import TextIndex
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.variables.list_entries import BuildContents
from begrepp.variables.value_check import check_values
from server.app import create_app
from tests.support.small import build_small, put, settings_in

SOURCE = """loader = "{}"
[source]
publisher = "Någon"
publisher_type = "company"
licence = "https://creativecommons.org/licenses/by/4.0/"
"""
SKOS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix : <https://example.org/sk/> .
:s a skos:ConceptScheme ; skos:prefLabel "Lista"@sv , "List"@en .
:a a skos:Concept ; skos:inScheme :s ; skos:notation "01" , "AI-01"^^:ai , "0x1"^^:hex ; skos:prefLabel "ett"@sv ;
  skos:definition [ rdf:value "djur som ger mjölk"@sv ; dct:source "Ladan" ] , :d ;
  skos:scopeNote [ rdfs:label "används i ladugård"@sv ] ; skos:example <https://example.org/doc.pdf> ;
  skos:changeNote [ rdf:value "bytte namn"@sv ; dct:date "2024-02-01" ] ; skos:historyNote [ dct:date "2024" ] .
:d rdf:value "milk-giving animal"@en .
:b a skos:Concept ; skos:inScheme :s ; skos:notation "B" , "7"^^:ai ;
  skos:prefLabel "båt"@sv-SE , "fartyg"@sv-FI , "boat"@en-GB .
:c a skos:Concept ; skos:inScheme :s ; skos:notation "7" ; skos:prefLabel "färg"@sv , "kulör"@sv-SE , "colour"@en-GB .
:e skos:inScheme :s ; skos:notation 12 ; skos:prefLabel "katt"@SV .
:f a skos:Concept ; skos:inScheme :s ; skos:notation "F" ; skos:prefLabel "slaviskt"@svx , "船"@zh-Hans .
:k1 a skos:Collection ; skos:inScheme :s ; skos:notation "K1" ; skos:prefLabel "samling"@sv ; skos:member :a , :k2 .
:k2 a skos:OrderedCollection ; skos:inScheme :s ; skos:notation "K2" ; skos:prefLabel "ordnad"@sv ;
  skos:memberList ( :c :a :b ) .
:k3 a :Facet ; skos:inScheme :s ; skos:notation "K3" ; skos:prefLabel "fasett"@sv .
"""
OBO = """format-version: 1.4
ontology: ob

[Term]
id: OB:0001
name: active one
alt_id: OB:0009

[Term]
id: OB:0002
name: active two
alt_id: OB:0001
alt_id: OB:0006

[Term]
id: OB:0003
name: active three
alt_id: OB:0006

[Term]
id: OB:0008
name: obsolete eight
is_obsolete: true
replaced_by: OB:0009

[Term]
id: OB:0010
name: obsolete ten
is_obsolete: true
consider: OB:0002
"""
FHIR = {
    "resourceType": "CodeSystem",
    "id": "fh",
    "url": "https://example.org/fh",
    "content": "complete",
    "language": "sv-SE",
    "title": "Fordon",
    "concept": [
        {"code": "b", "display": "båt", "designation": [{"language": "en-GB", "value": "boat"}]},
        {
            "code": "g",
            "display": "gammal båt",
            "property": [
                {"code": "status", "valueCode": "retired"},
                {"code": "replacedBy", "valueCode": "b"},
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def built_here(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("publishers"))
    texts = (("sk", "skos", "s.ttl", SKOS), ("ob", "obo", "o.obo", OBO), ("fh", "fhir", "f.json", json.dumps(FHIR)))
    for source, loader, name, text in texts:
        declaration = SOURCE.format(loader) + ('[scheme]\ntitle.sv = "ob"\n' if loader == "obo" else "")
        put(settings, declaration, source=source, edition="2026", name="source.toml")
        put(settings, text, source=source, edition="2026", name=name)
    build_small(settings)
    return settings


@pytest.fixture(scope="module")
def here(built_here: Settings) -> Iterator[Flask]:
    application = create_app(built_here)
    yield application
    application.extensions["begrepp"].pool.close()


@pytest.fixture
def client(here: Flask) -> FlaskClient:
    return here.test_client()


@pytest.fixture
def contents(built_here: Settings) -> BuildContents:
    build = built_here.current
    return BuildContents(DiskStore(build / "store"), Iris(), build, lambda: TextIndex(build / "index"))


def _resolved(client: FlaskClient, system: str, code: str, **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(
        "/api/v1/resolve", query_string={"system": system, "code": code, **more}
    ).get_json()
    return answer


def _skipped(settings: Settings, source: str) -> list[str]:
    loads = read_manifest(settings.current).loads
    return [row.reason for load in loads if load.source == source for row in load.skips]


@pytest.mark.parametrize(
    ("code", "concept", "notation"),
    [("01", "a", "01"), ("AI-01", "a", "01"), ("0x1", "a", "01"), ("7", "c", "7"), ("12", "e", "12"), ("F", "f", "F")],
)
def test_every_notation_leads_to_one_page(client: FlaskClient, code: str, concept: str, notation: str) -> None:
    answer = _resolved(client, "sk", code)
    assert (answer["iri"], answer["notation"]) == (f"https://example.org/sk/{concept}", notation)
    assert client.get(f"/cs/sk/{code}", follow_redirects=True).request.path == f"/cs/sk/{notation}"
    hits = client.get("/api/v1/search", query_string={"q": code, "scheme": "sk"}).get_json()["results"]
    assert f"https://example.org/sk/{concept}" in [hit["iri"] for hit in hits]


def test_only_concepts_are_codes(client: FlaskClient, contents: BuildContents, built_here: Settings) -> None:
    checked = check_values("sk", ["01", "AI-01", "K1", "K2", "K3"], contents).values
    assert [(each.verdict, each.code) for each in checked] == [
        ("valid", "01"),
        ("valid", "01"),
        ("unknown", ""),
        ("unknown", ""),
        ("unknown", ""),
    ]
    manifest = read_manifest(built_here.current)
    assert [graph.concepts for graph in manifest.graphs if graph.id == "sk"] == [5]
    assert any("sk/k3 is in the scheme, but is no concept" in reason for reason in _skipped(built_here, "sk"))
    assert "samling" not in client.get("/cs/sk/index?letter=S").text
    assert "samling" in client.get("/cs/sk/01").text  # it is a member
    ordered = client.get(
        "/resource?uri=https://example.org/sk/k2", headers={"Accept": "text/turtle"}, follow_redirects=True
    )
    assert ordered.status_code == 200 and "skos:member <" in ordered.text


def test_notes_that_are_resources_are_read_everywhere(client: FlaskClient) -> None:
    found = client.get("/api/v1/lookup?system=sk&code=01").get_json()
    assert found["definition"] == {"sv": ["djur som ger mjölk"], "en": ["milk-giving animal"]}
    assert found["notes"] == {"scopeNote": {"sv": ["används i ladugård"]}, "changeNote": {"sv": ["bytte namn"]}}
    page = client.get("/cs/sk/01?lang=sv").text
    assert "djur som ger mjölk (Ladan)" in page and "bytte namn (2024-02-01)" in page
    assert 'href="https://example.org/doc.pdf"' in page and "note-skos-historyNote" not in page
    turtle = client.get("/cs/sk/01.ttl").text
    assert '"Ladan"' in turtle and '"2024-02-01"' in turtle
    hits = client.get("/api/v1/search", query_string={"q": "djur som ger mjölk"}).get_json()["results"]
    assert hits[0]["iri"] == "https://example.org/sk/a"
    node = turtle.partition("genid/")[2][:32]
    genid = client.get("/resource", query_string={"uri": f"https://w3id.org/begrepp/.well-known/genid/{node}"})
    assert genid.status_code == 200


@pytest.mark.parametrize(
    ("code", "successors"),
    [
        ("OB:0009", ["OB:0001"]),
        ("OB:0008", ["OB:0009", "OB:0001"]),
        ("OB:0006", ["OB:0002", "OB:0003"]),
        ("ob_0009", ["OB:0001"]),
    ],
)
def test_a_merged_code_is_retired_and_names_what_it_became(
    client: FlaskClient, code: str, successors: list[str]
) -> None:
    answer = _resolved(client, "ob", code)
    assert answer["status"] == "inactive"
    assert [each["notation"] for each in answer["successors"]] == successors
    page = client.get(f"/cs/ob/{answer['notation']}", follow_redirects=True)
    assert page.status_code == 200 and successors[0] in page.text
    iri = f"http://purl.obolibrary.org/obo/{answer['notation'].replace(':', '_')}"
    assert client.get("/resource", query_string={"uri": iri}, follow_redirects=True).status_code == 200


def test_a_code_in_use_is_not_merged_and_the_fault_is_told(client: FlaskClient, built_here: Settings) -> None:
    assert _resolved(client, "ob", "OB:0001")["status"] == "active"
    skips = _skipped(built_here, "ob")
    assert "'OB:0002' lists 'OB:0001' as merged into it, but 'OB:0001' is in use." in skips
    assert "'OB:0006' became several: OB:0002, OB:0003." in skips


def test_a_suggestion_is_shown_as_one_and_not_as_a_successor(client: FlaskClient, contents: BuildContents) -> None:
    answer = _resolved(client, "ob", "OB:0010")
    assert answer["successors"] == []
    assert [(each["notation"], each["status"]) for each in answer["consider"]] == [("OB:0002", "active")]
    body = client.get("/api/v1/lookup?system=ob&code=OB:0010").get_json()
    assert body["isReplacedBy"] == []
    assert [each["notation"] for each in body["consider"]] == ["OB:0002"]
    page = client.get("/cs/ob/OB:0010", query_string={"lang": "en"}, follow_redirects=True).text
    banner = page.partition('class="banner retired"')[2].partition("</div>")[0]
    assert "judge each case" in banner and "active two" in banner and "Use instead" not in banner
    (checked,) = check_values("ob", ["OB:0010"], contents).values
    assert (checked.instead, checked.consider) == ((), (("OB:0002", "active two"),))
    sent = client.post("/check", data={"list": "ob", "values": "OB:0010"}, headers={"Accept": "application/json"}).json
    assert sent is not None and sent["values"][0]["consider"] == [{"code": "OB:0002", "label": "active two"}]


def test_merged_and_replaced_values_are_checked_to_what_is_in_use(contents: BuildContents) -> None:
    checked = check_values("ob", ["OB:0009", "OB:0008"], contents).values
    assert [(each.verdict, each.instead) for each in checked] == [
        ("retired", (("OB:0001", "active one"),)),
        ("retired", (("OB:0001", "active one"),)),
    ]
    assert check_values("fh", ["g"], contents).values[0].instead == (("b", "båt"),)


@pytest.mark.parametrize(
    ("iri", "language", "label", "tag"),
    [
        ("b", "sv", "fartyg", "sv-fi"),
        ("b", "en", "boat", "en-gb"),
        ("b", "sv-SE", "fartyg", "sv-fi"),
        ("c", "sv", "färg", "sv"),
        ("c", "en", "colour", "en-gb"),
        ("e", "sv", "katt", "sv"),
        ("a", "en", "ett", "sv"),
        ("f", "sv", "slaviskt", "svx"),
    ],
)
def test_a_language_tag_matches_its_range(client: FlaskClient, iri: str, language: str, label: str, tag: str) -> None:
    found = client.get(
        "/api/v1/lookup", query_string={"iri": f"https://example.org/sk/{iri}", "lang": language}
    ).get_json()
    assert (found["label"], found["lang"].lower()) == (label, tag)


def test_the_language_of_a_resource_is_a_range(client: FlaskClient) -> None:
    for language, label in (("sv", "båt"), ("en", "boat")):
        query = {"system": "fh", "code": "b", "lang": language}
        assert client.get("/api/v1/lookup", query_string=query).get_json()["label"] == label
    page = client.get("/cs/fh/b?lang=sv-SE").text
    assert '<html lang="sv">' in page and "<h1" in page
    assert 'lang="sv-SE"' in page or 'lang="sv-se"' in page
    assert 'class="tongue">sv' not in page and 'class="tongue">en' in page


def test_every_name_is_in_a_column_of_the_csv(built_here: Settings, tmp_path: Any) -> None:
    build = built_here.current.resolve()
    write_download(build, "sk.csv.gz", tmp_path / "sk.csv.gz")
    lines = gzip.decompress((tmp_path / "sk.csv.gz").read_bytes()).decode().splitlines()
    header = lines[0].split(",")
    rows = {line.split(",")[0].rpartition("/")[2]: dict(zip(header, line.split(","), strict=True)) for line in lines}
    assert (rows["b"]["prefLabel@sv"], rows["b"]["prefLabel@en"]) in (("båt", "boat"), ("fartyg", "boat"))
    assert (rows["c"]["prefLabel@sv"], rows["c"]["prefLabel@en"]) == ("färg", "colour")
    assert [value for name, value in rows["f"].items() if name.startswith("prefLabel@") and value]
    assert rows["a"]["notation"].split("|") == ["01", "0x1", "AI-01"]
