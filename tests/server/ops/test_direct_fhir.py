"""Direct answers of FHIR: the same response as Flask's, and the usual way for everything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from server.fhir.fhir_sources import fhir_source
from server.ops.direct_fhir import fhir_answer
from server.ops.direct_requests import DirectResponse
from server.state import served_build

ECOG = "https://w3id.org/begrepp/id/cs/ecog"
LOOKUP = "/fhir/r5/CodeSystem/$lookup"
ASKED = {
    "resourceType": "Parameters",
    "parameter": [{"name": "system", "valueUri": ECOG}, {"name": "code", "valueCode": "5"}],
}


def answers(app: Flask, **request: Any) -> tuple[DirectResponse | None, Any]:
    """The direct answer to a request, and Flask's."""
    with app.app_context():
        build = served_build()
    for version in ("5.0.0", "4.0.1"):
        fhir_source(build, version)
    direct = fhir_answer(EnvironBuilder(**request).get_environ(), build)
    return direct, app.test_client().open(EnvironBuilder(**request))


@pytest.mark.parametrize(
    "request_",
    [
        {"path": LOOKUP, "query_string": f"system={ECOG}&code=5"},
        {"path": LOOKUP, "query_string": f"system={ECOG}&code=5", "headers": {"Accept-Language": "en"}},
        {"path": LOOKUP.replace("r5", "r4"), "query_string": f"system={ECOG}&code=5&displayLanguage=en"},
        {"path": "/fhir/r5/CodeSystem/$subsumes", "query_string": f"system={ECOG}&codeA=5&codeB=5"},
        {"path": "/fhir/r5/CodeSystem/$validate-code", "query_string": f"url={ECOG}&code=9"},
        {"path": LOOKUP, "method": "POST", "data": json.dumps(ASKED), "content_type": "application/fhir+json"},
    ],
)
def test_a_direct_answer_is_that_of_flask(app: Flask, request_: dict[str, Any]) -> None:
    direct, usual = answers(app, **request_)
    assert direct
    assert (usual.status_code, direct.body) == (200, usual.data)
    assert {name.lower(): value for name, value in direct.headers} == {
        name.lower(): value for name, value in usual.headers if name != "Date"
    }


@pytest.mark.parametrize(
    "request_",
    [
        {"path": LOOKUP, "query_string": f"system={ECOG}&code=none"},
        {"path": LOOKUP, "query_string": f"system={ECOG}&code=5&_format=xml"},
        {"path": LOOKUP, "query_string": f"system={ECOG}&code=5", "headers": {"Accept": "application/fhir+xml"}},
        {"path": LOOKUP, "query_string": f"system={ECOG}&code=5&code=6"},
        {"path": LOOKUP, "method": "POST", "data": b"[", "content_type": "application/fhir+json"},
        {"path": "/fhir/r5/ValueSet/$expand", "query_string": f"url={ECOG}?vs"},
        {"path": LOOKUP, "method": "HEAD", "query_string": f"system={ECOG}&code=5"},
    ],
)
def test_all_else_takes_the_usual_way(app: Flask, request_: dict[str, Any]) -> None:
    assert answers(app, **request_)[0] is None
