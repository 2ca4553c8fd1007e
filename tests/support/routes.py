"""One address for every route of the server, and for every kind of document."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import Flask
from pyoxigraph import NamedNode, QuerySolutions

from server.api.operations import OPERATIONS
from server.http.urls import DOCUMENT_KINDS
from server.state import AppState

_LUNG_CANCER = "cs/onkologi/lungcancer"
_SCHEME = "icd-10-se"
_ECOG = "https://w3id.org/begrepp/id/cs/ecog"
ROUTES = (
    *("/", "/cs", "/dataset", "/mapping", "/def", "/def.ttl", "/health", "/ready", "/metrics"),
    *(
        "/cs.csv",
        "/dataset.xlsx",
        "/completeness",
        "/completeness.csv",
        "/mapping.ttl",
        "/search.csv?q=lung",
        "/matrix.json",
        "/matrix.excel.csv?by=system",
    ),
    "/sparql.xlsx?query=SELECT%20%2A%20%7B%7D",
    *(
        "/search?q=lung",
        "/search.json?q=lung",
        "/matrix",
        "/model",
        "/about",
        "/queries",
        "/queries/who-measures-it-and-as-what",
    ),
    *("/query/who-measures-it-and-as-what", "/id/query/who-measures-it-and-as-what", "/harmonise", "/check"),
    *("/cs/onkologi/index", "/cs/onkologi/children", f"/cs/{_SCHEME}/changes.atom", "/changes.atom"),
    *(f"/cs/{_SCHEME}/changes.json", "/changes.json", "/mapping/onkologi?to=icd-10-se"),
    *(f"/cs/{_SCHEME}/difference/2021..2022", f"/{_LUNG_CANCER}.ttl", f"/id/{_LUNG_CANCER}"),
    f"/report?about=https://w3id.org/begrepp/id/{_LUNG_CANCER}",
    f"/cite/bibtex?iri=https://w3id.org/begrepp/id/{_LUNG_CANCER}",
    *(f"/linkset/{_LUNG_CANCER}", f"/timemap/link/cs/{_SCHEME}", "/language/en?back=/cs"),
    *("/resource?uri=none", "/resolve?system=onkologi&code=lungcancer", "/catalog/dcat-ap-se.ttl"),
    "/catalog/healthdcat-ap/missing",
    *("/ecl", "/ecl?scheme=onkologi&ecl=*&asOf=", "/ecl/complete?scheme=onkologi&ecl=lung&at=4"),
    "/api/ecl?scheme=onkologi&ecl=lungcancer",
    *("/downloads", "/downloads/manifest.json", "/downloads/onkologi.ttl.gz", "/downloads/onkologi.ttl.gz.sha256"),
    *("/sparql", "/sparql?query=ASK%7B%7D", "/sparql/terms", "/.well-known/void", "/shapes", "/shapes.ttl"),
    *(
        "/validation",
        "/validation/build",
        "/validation/skos",
        "/validation/skos.ttl",
        "/validation/healthdcat-ap-non-public",
        "/validation/openapi.json",
    ),
    *("/validation/reports/none", "/context.jsonld", "/opensearch.xml", "/robots.txt", "/static/begrepp.css"),
    *("/fhir/r5/metadata", "/fhir/r4/metadata?mode=terminology", "/fhir/r5/$versions", "/fhir/none"),
    *(f"/fhir/r5/CodeSystem/$lookup?system={_ECOG}&code=0", "/fhir/r4/CodeSystem/ecog/$lookup?code=0"),
    *("/fhir", f"/fhir?operation=CodeSystem/$lookup&system={_ECOG}&code=0", "/fhir/registry.json"),
    *("/fhir/r5/CodeSystem/ecog", f"/fhir/r5/CodeSystem?url={_ECOG}", "/fhir/r4/ValueSet/_search?url=none"),
    *("/sitemap.xml", "/sitemap/pages.xml", "/sitemap/datasets.xml", "/sitemap/onkologi-1.xml"),
    *(
        path + route
        for path in ("/reconcile", f"/reconcile/{_SCHEME}")
        for route in ("", "/propose", "/extend/propose", "/suggest/entity", "/suggest/property", "/suggest/type")
    ),
    *(
        path + route
        for path in ("/reconcile/v1", f"/reconcile/v1/{_SCHEME}")
        for route in ("", "/extend/propose", "/suggest/entity", "/suggest/property", "/suggest/type")
    ),
    *(f"/reconcile/{service}{route}?id=A00" for service in (_SCHEME, f"v1/{_SCHEME}") for route in ("/preview",)),
    *(
        f"{path}?id=https://w3id.org/begrepp/id/{_LUNG_CANCER}"
        for path in ("/reconcile/preview", "/reconcile/v1/preview")
    ),
    *(f"/reconcile/{_SCHEME}/flyout?id=A00", f"/reconcile/flyout?id=https://w3id.org/begrepp/id/{_LUNG_CANCER}"),
    *("/api", "/api/openapi.json", *(operation.example_path for operation in OPERATIONS)),
)
_ABSENT = ("/fhir/none", "/resource?uri=none", "/validation/reports/none")


def expected(path: str) -> tuple[int, ...]:
    """The statuses that an address may answer with."""
    if path == "/ecl/complete":  # the page adds the parameters
        return (400,)
    return (404,) if path.startswith(_ABSENT) else (200, 303)


def routes_without_address(app: Flask) -> list[str]:
    """The GET routes that no address of `ROUTES` leads to."""
    urls = app.url_map.bind("localhost")
    known = {str(urls.match(urlsplit(path).path, "GET", return_rule=True)[0]) for path in ROUTES}
    return sorted({rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - known)


def one_of_each_kind(app: Flask) -> list[str]:
    """The path of one document of every kind that the build has."""
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    root = state.current_build().iris.root
    paths = []
    for kind in DOCUMENT_KINDS:
        query = f'SELECT ?i {{ ?i ?p ?o FILTER(STRSTARTS(STR(?i), "{root}{kind}/")) }} LIMIT 1'
        answer = state.current_build().store.query(query)
        assert isinstance(answer, QuerySolutions)
        iris = [term.value for row in answer if isinstance(term := row[0], NamedNode)]
        paths += ["/" + quote(iri.removeprefix(root), safe="/%") for iri in iris]
    return paths
