"""`/fhir`: the page of the FHIR service, where each operation can be tried; and the entry for HL7's registry."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request

from begrepp.errors import BegreppError
from begrepp.fhir import exact_json
from begrepp.fhir.requests.operation_calls import read_query
from begrepp.settings import LANGUAGES
from server.fhir.capabilities import SUITE_VERSION
from server.fhir.fhir_forms import FhirForm, operation_forms
from server.fhir.fhir_operations import OPERATIONS
from server.fhir.fhir_requests import FHIR_VERSIONS, FhirRequest, outcome_of
from server.fhir.fhir_sources import fhir_source
from server.fhir.registry_entry import registry_entry
from server.pages.templating import address, render, translator
from server.state import served_build

blueprint = Blueprint("fhir_page", __name__)
_MAX_SHOWN = 30_000
"""Characters of an answer on the page."""


@blueprint.get("/fhir")
def page() -> bytes:
    """Return the page with a form for each operation, and the answer to the one that was sent."""
    base = request.args.get("base", "r5")
    base = base if base in FHIR_VERSIONS else "r5"
    asked = request.args.get("operation", "")
    build = served_build()
    source = fhir_source(build, FHIR_VERSIONS[base])
    forms = operation_forms(source, build.folder, asked, request.args)
    form = next((each for each in forms if each.path == asked), None)
    answer = _answer(FhirRequest(base, source, translator().language), form) if form else {}
    host = request.host_url.rstrip("/") + address("/fhir")
    systems = [each for each in source.served_systems() if each.is_authoritative]
    values = {"forms": forms, "base": base, "asked": asked, "answer": answer, "host": host, "systems": systems}
    return render("fhir.html", **values, suite=SUITE_VERSION, left_out=left_out(), bases=FHIR_VERSIONS)


def _answer(own: FhirRequest, form: FhirForm) -> Mapping[str, object]:
    """Return address, status and text of the answer to a form."""
    pairs = [(name, value) for name, value in form.values.items() if value]
    if own.base == "r4":
        pairs = [("code" if name == "sourceCode" else name, value) for name, value in pairs]
    path = f"/fhir/{own.base}/{form.path}?{urlencode(pairs, safe=':/?')}"
    try:
        status, resource = 200, own.run(OPERATIONS[form.kind, form.name], read_query(pairs))
    except BegreppError as error:
        status, resource = error.status, outcome_of(error, own.accept_language)
    text = msgspec.json.format(exact_json.encode(resource), indent=2).decode()
    return {"path": path, "status": status, "text": text[:_MAX_SHOWN], "is_cut": len(text) > _MAX_SHOWN}


@cache
def left_out() -> list[dict[str, Any]]:
    """Return what the service does not do, each with a reason in all languages."""
    table = tomllib.loads((Path(__file__).parent / "left_out.toml").read_text(encoding="utf-8"))
    return [{"what": what, **{each: reason[each] for each in LANGUAGES}} for what, reason in table.items()]


@blueprint.get("/fhir/registry.json")
def registry() -> Response:
    """Return the entry of this server for a registry of HL7's terminology ecosystem."""
    build = served_build()
    systems = fhir_source(build, FHIR_VERSIONS["r5"]).served_systems()
    entry = registry_entry(systems, request.host_url.rstrip("/") + address(""), build.manifest.base)
    return Response(msgspec.json.format(msgspec.json.encode(entry), indent=2), content_type="application/json")
