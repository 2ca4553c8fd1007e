"""Pages survive any node as the value of any property that they read: a literal for a link, a word for a number.

A copy of the build gets a document of every kind for every property that the server or its queries name, with all odd
nodes as its values, and one document of every kind with all properties.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from begrepp.artefact.inventory import write_inventory
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand, prefixes
from begrepp.settings import ROOT, Settings
from server.app import create_app
from server.served.labels import find_refs

_XSD = "http://www.w3.org/2001/XMLSchema#"
ODD = (
    NamedNode("doi:10.5878/abc"),
    NamedNode("javascript:alert(1)"),
    NamedNode("urn:x"),
    NamedNode("mailto:a@b"),
    BlankNode("odd"),
    Literal(""),
    Literal("abc"),
    Literal("abc", language="sv"),
    Literal("x", datatype=NamedNode(_XSD + "integer")),
    Literal("2026-99-99", datatype=NamedNode(_XSD + "date")),
    Literal("99999-01-01", datatype=NamedNode(_XSD + "date")),
    Literal("1e999", datatype=NamedNode(_XSD + "double")),
    Literal("NaN", datatype=NamedNode(_XSD + "double")),
    Literal("-5"),
    Literal("<p>"),
    Literal("{x}%s"),
)
KINDS = {
    "concept": ("skos:Concept", "cs/onkologi/"),
    "scheme": ("skos:ConceptScheme", "cs/"),
    "edition": ("begrepp:CodeSystemRelease", "cs/onkologi/release/"),
    "dataset": ("dcat:Dataset", "dataset/"),
    "specification": ("begrepp:Specification", "dataset/"),
    "variable": ("csvw:Column", "dataset/odd/"),
    "mapping set": ("sssom:MappingSet", "mapping/"),
    "other": ("prov:Activity", "agent/"),
}
OTHER_PAGES = (
    *("/", "/cs", "/dataset", "/mapping", "/matrix", "/search?q=lung", "/cs/onkologi", "/cs/onkologi/index"),
    *("/cs/onkologi/children", "/cs/onkologi/lungcancer", "/catalog/dcat-ap-se.ttl", "/.well-known/void", "/def"),
    *("/sitemap/datasets.xml", "/api/v1/schemes", "/api/v1/lookup?system=onkologi&code=lungcancer", "/harmonise"),
    *("/api/v1/children?system=onkologi&code=cancer", "/api/v1/mappings?system=onkologi&code=lungcancer"),
    *("/linkset/cs/onkologi/lungcancer", "/timemap/link/cs/onkologi", "/sparql/terms", "/downloads"),
    *("/check?list=onkologi&values=x", "/dataset?format=ttl", "/cs?format=jsonld"),
)


def _properties() -> list[str]:
    """Return the names of the properties in the code and the queries of pages."""
    name = re.compile(rf"\b((?:{'|'.join(prefixes())}):[a-z][A-Za-z]+)\b")
    files = [*(ROOT / "server").rglob("*.py"), *(ROOT / "queries/pages").glob("*.rq")]
    files += (ROOT / "begrepp/queries").glob("*.py")
    return sorted({each for path in files for each in name.findall(path.read_text(encoding="utf-8"))} - {"rdf:type"})


def _document(root: str, kind: str, key: str, properties: list[str]) -> Iterator[Quad]:
    class_, path = KINDS[kind]
    node = NamedNode(f"{root}{path}odd-{key}")
    said: list[tuple[str, NamedNode | BlankNode | Literal]] = [
        ("rdf:type", NamedNode(expand(class_))),
        ("dct:title", Literal("T", language="sv")),
    ]
    if kind == "concept":
        said += [
            ("skos:inScheme", NamedNode(f"{root}cs/onkologi")),
            ("skos:prefLabel", Literal("L", language="sv")),
        ]
    said += [(each, value) for each in properties for value in ODD]
    yield from (Quad(node, NamedNode(expand(name)), value, DefaultGraph()) for name, value in said)


@pytest.fixture(scope="module")
def odd(built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The application over the build with the odd documents."""
    data = tmp_path_factory.mktemp("odd") / "data"
    shutil.copytree(built.data, data, symlinks=True)
    current = Path(data, "builds", built.current.readlink().name)
    (data / "current").unlink()
    (data / "current").symlink_to(current, target_is_directory=True)
    properties, root = _properties(), Iris(built.base).root
    store = Store(str(current / "store"))
    for kind in KINDS:
        for name in properties:
            store.extend(_document(root, kind, name.replace(":", "-"), [name]))
        store.extend(_document(root, kind, "all", properties))
    store.flush()
    del store
    write_inventory(current)
    app = create_app(replace(built, data=data, page_cache_mb=0))
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


def _wrong(client: FlaskClient, path: str) -> str:
    """Return what is wrong with a page; nothing if it is right."""
    with client.get(path, headers={"Accept": "text/html, */*;q=0.1"}) as answer:
        if answer.status_code >= 500:
            return f"{answer.status_code} {path}"
        return f"script link {path}" if re.search(rb'(href|src)="?\s*(javascript|data:text)', answer.data) else ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_every_kind_survives_odd_values_of_every_property(odd: FlaskClient, kind: str) -> None:
    path = "/" + KINDS[kind][1]
    keys = [name.replace(":", "-") for name in _properties()]
    assert len(keys) > 100
    wrong = [_wrong(odd, f"{path}odd-{key}") for key in keys]
    assert not [*filter(None, wrong)]
    assert odd.get(f"{path}odd-dct-title", headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["", ".ttl", ".jsonld", ".rdf", "?format=json"])
def test_a_document_with_all_properties_has_every_format(odd: FlaskClient, kind: str, suffix: str) -> None:
    assert not _wrong(odd, f"/{KINDS[kind][1]}odd-all{suffix}")


def test_other_pages_survive_the_odd_documents(odd: FlaskClient) -> None:
    assert not [*filter(None, (_wrong(odd, path) for path in OTHER_PAGES))]


@pytest.mark.parametrize("iri", [node.value for node in ODD if isinstance(node, NamedNode)])
def test_any_iri_has_a_link_to_its_description(odd: FlaskClient, iri: str) -> None:
    (link,) = find_refs(odd.application.extensions["begrepp"].current_build(), [iri], "sv").values()
    assert link.href.startswith("/") and quote(iri, safe="") in link.href
    answer = odd.get(link.href)
    assert answer.status_code in (200, 303, 404)
    assert answer.headers.get("Location", "/").startswith("/")


def test_text_that_is_no_iri_has_no_link_of_its_own(odd: FlaskClient) -> None:
    links = find_refs(odd.application.extensions["begrepp"].current_build(), ["abc", "a b", "<p>"], "sv")
    assert not links and links["a b"].label.value == "a b" and not links["a b"].known
