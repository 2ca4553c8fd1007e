"""Blueprint of the FHIR service: addresses to operations, reads, searches and batches."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as ResponseBase

from begrepp.errors import BegreppError, NotFound
from begrepp.fhir.requests.faults import FhirFault, FhirIssue, invalid_request, operation_outcome
from begrepp.fhir.requests.operation_calls import read_parameters_resource, read_query
from server.fhir import capabilities
from server.fhir.fhir_formats import JSON_FORMAT, FhirFormat, answer_format, body_format, decode, encode
from server.fhir.fhir_operations import OPERATIONS
from server.fhir.fhir_requests import FHIR_VERSIONS, MAX_BATCH, FhirRequest, outcome_of
from server.fhir.fhir_sources import fhir_source
from server.fhir.parameter_names import preferred_handling
from server.fhir.resource_search import RESOURCE_TYPES, read_in_form, read_resource, search_resources
from server.pages.templating import address
from server.state import served_build

Json = dict[str, Any]
blueprint = Blueprint("fhir", __name__)
_log = logging.getLogger("begrepp.server")
MAX_FHIR_BYTES = 8 * 1024 * 1024
"""Largest body of a request, with the resources that it carries."""
_BASE = "/fhir/<any(r5, r4):base>"
_MODES = ("", "full", "normative", "terminology")
"""Values of `mode` of the metadata; the first two of FHIR give the same here."""
_TYPES = f"any({', '.join(RESOURCE_TYPES)})"


def _answer(resource: Json, status: int = 200) -> Response:
    chosen = _format()
    response = Response(encode(resource, _base(), chosen), status, content_type=chosen.content_type)
    if request.method not in ("GET", "HEAD"):
        response.headers["Cache-Control"] = "no-store"
    if handling := preferred_handling(request.headers.get("Prefer", "")):
        response.headers["Preference-Applied"] = f"handling={handling}"
        response.headers["Cache-Control"] = "no-store"
    return response


def _request(base: str) -> FhirRequest:
    _format()
    languages = request.headers.get("Accept-Language", "")
    handling = preferred_handling(request.headers.get("Prefer", "")) or _handling_of(request.method)
    return FhirRequest(base, fhir_source(served_build(), FHIR_VERSIONS[base]), languages, handling)


def _handling_of(method: str) -> str:
    """Return how unknown parameters are handled if the client has no preference."""
    return "" if method == "POST" else "strict"


def _read(base: str, *known: str) -> FhirRequest:
    """Return a request that takes no parameters but these; raises `FhirFault` for another."""
    own = _request(base)
    own.check_names((name for name in request.args if not name.startswith("_")), known)
    own.check_form_names(request.args, known)
    return own


def _base() -> str:
    """Return the base of the address, R5 for an address without one."""
    return str((request.view_args or {}).get("base", "r5"))


def _format() -> FhirFormat:
    """Return the format of the answer. Raises `FhirFault` if none is acceptable."""
    return answer_format(_base(), request.args.get("_format", ""), request.headers.get("Accept", ""))


def _body() -> object:
    chosen = body_format(request.mimetype)
    request.max_content_length = MAX_FHIR_BYTES
    return decode(request.get_data(cache=False), _base(), chosen)


def _items() -> list[Json]:
    """Return the parameters: of the query, and of the body of a POST (a Parameters resource or a form)."""
    query = read_query((name, value) for name, value in request.args.items(multi=True) if not name.startswith("_"))
    if request.method != "POST":
        return query
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_form_memory_size = MAX_FHIR_BYTES
        return [*query, *read_query(request.form.items(multi=True))]
    body = _body()
    if isinstance(body, dict) and body.get("resourceType") in ("ValueSet", "CodeSystem", "ConceptMap"):
        name = {"ValueSet": "valueSet", "CodeSystem": "codeSystem", "ConceptMap": "conceptMap"}[body["resourceType"]]
        return [*query, {"name": name, "resource": body}]
    return [*query, *read_parameters_resource(body)]


@blueprint.get(f"{_BASE}/metadata")
def metadata(base: str) -> Response:
    """Return the CapabilityStatement or, for `mode=terminology`, the TerminologyCapabilities."""
    own = _read(base, "mode")
    build = served_build()
    address_ = request.host_url.rstrip("/") + address(f"/fhir/{base}")
    software = {"name": "begrepp", "version": f"{version('begrepp')}+{build.manifest.built_at[:10]}"}
    released = build.manifest.built_at[:10]
    mode = request.args.get("mode", "")
    if mode not in _MODES:
        raise invalid_request(f"The parameter mode is {mode[:20]!r}. Its values are: {', '.join(_MODES[1:])}.")
    if mode != "terminology":
        return _answer(capabilities.capability_statement(base, address_, software, released))
    systems = own.source.served_systems()
    return _answer(capabilities.terminology_capabilities(base, address_, software, released, systems))


@blueprint.get(f"{_BASE}/$versions")
def versions(base: str) -> Response:
    """Return the FHIR versions of the base."""
    _read(base)
    return _answer(capabilities.fhir_versions(base))


@blueprint.route(f"{_BASE}/ValueSet/$batch-validate-code", methods=["POST"])
def batch_validation(base: str) -> Response:
    """Validate many codes in one request."""
    return _answer(_request(base).run_batch_validation(_items()))


@blueprint.route(f"{_BASE}/<{_TYPES}:kind>/$<name>", methods=["GET", "POST"])
def run_operation(base: str, kind: str, name: str) -> Response:
    """Run an operation of a resource type."""
    return _answer(_run(_request(base), kind, name, _items(), given=request.args))


@blueprint.route(f"{_BASE}/<{_TYPES}:kind>/<name>/$<operation>", methods=["GET", "POST"])
def run_on_instance(base: str, kind: str, name: str, operation: str) -> Response:
    """Run an operation of a resource."""
    own = _request(base)
    instance = read_resource(own.source, kind, name)
    return _answer(_run(own, kind, operation, _items(), instance, given=request.args))


def _run(
    own: FhirRequest,
    kind: str,
    name: str,
    items: list[Json],
    instance: Json | None = None,
    *,
    given: Iterable[str] = (),
) -> Json:
    """Return the answer of an operation; `given`: the names in the query string."""
    operation = OPERATIONS.get((kind, name))
    if operation is None:
        raise invalid_request(f"There is no operation {kind}/${name}.", code="not-supported", status=404)
    own.check_form_names(given, operation.known_names)
    return own.run(operation, items, instance)


@blueprint.get(f"{_BASE}/<{_TYPES}:kind>/<name>")
def read(base: str, kind: str, name: str) -> ResponseBase:
    """Return a resource by its id, or the page for humans to a browser."""
    own = _read(base)
    if "_format" not in request.args and request.accept_mimetypes.best == "text/html":
        page = _page_of(read_resource(own.source, kind, name))
        if page:
            return redirect(address(page), 303)
    return _answer(own.in_base(read_in_form(own.source, kind, name, dict(request.args.lists()))))


def _page_of(resource: Json) -> str:
    """Return the path of the page for humans, empty if there is none."""
    iris = [each.get("valueUrl", "") for each in resource.get("extension", ())] + [resource.get("url", "")]
    start = f"{served_build().manifest.base}id/"
    return next(("/" + iri.removeprefix(start) for iri in iris if iri.startswith(start)), "")


@blueprint.route(f"{_BASE}/<{_TYPES}:kind>", methods=["GET"])
@blueprint.route(f"{_BASE}/<{_TYPES}:kind>/_search", methods=["GET", "POST"])
def search(base: str, kind: str) -> Response:
    """Return the resources that have an address, version, name, title or status."""
    own = _request(base)
    pairs = [*request.args.items(multi=True), *(request.form.items(multi=True) if request.method == "POST" else ())]
    return _answer(own.in_base(_search(own, kind, pairs)))


def _search(own: FhirRequest, kind: str, pairs: list[tuple[str, str]]) -> Json:
    is_lenient = own.handling == "lenient"
    return search_resources(own.source, kind, pairs, _place(own, kind), is_lenient=is_lenient)


def _place(own: FhirRequest, kind: str) -> str:
    return request.host_url.rstrip("/") + address(f"/fhir/{own.base}/{kind}")


@blueprint.post(_BASE)
def batch(base: str) -> Response:
    """Run the requests of a Bundle of type batch, each by itself."""
    own = _request(base)
    body = _body()
    entries = body.get("entry") if isinstance(body, dict) and body.get("type") == "batch" else None
    if not isinstance(entries, list) or not isinstance(body, dict) or body.get("resourceType") != "Bundle":
        raise invalid_request("The request holds no Bundle of type batch.")
    if len(entries) > MAX_BATCH:
        raise invalid_request(f"A batch has at most {MAX_BATCH} entries.", code="too-costly", status=422)
    answers = [_entry(own, each) for each in entries]
    return _answer({"resourceType": "Bundle", "type": "batch-response", "entry": answers})


def _entry(own: FhirRequest, entry: object) -> Json:
    try:
        resource = _entry_answer(own, entry)
    except BegreppError as error:
        status = str(error.status)
        outcome = outcome_of(error, own.accept_language)
        return {"resource": outcome, "response": {"status": status, "outcome": outcome}}
    return {"resource": resource, "response": {"status": "200"}}


def _entry_answer(own: FhirRequest, entry: object) -> Json:
    asked = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(asked, dict) or not isinstance(asked.get("url"), str) or not isinstance(entry, dict):
        raise invalid_request("An entry of the batch has no request with method and url.")
    url = urlsplit(asked["url"].lstrip("/"))
    query = parse_qsl(url.query, keep_blank_values=True, max_num_fields=200)
    parts = url.path.split("/")
    items = read_query((name, value) for name, value in query if not name.startswith("_"))
    names = list(dict.fromkeys(name for name, _ in query))
    if asked.get("method") == "POST":
        items += read_parameters_resource(entry.get("resource"))
    elif asked.get("method") == "GET":
        own = replace(own, handling=own.handling or "strict")
    else:
        raise invalid_request("A batch has requests with method GET and POST only.", code="not-supported")
    if parts[-1].startswith("$") and len(parts) in (2, 3):
        if parts[-1] == "$batch-validate-code":
            return own.run_batch_validation(items)
        instance = read_resource(own.source, parts[0], parts[1]) if len(parts) == 3 else None
        return _run(own, parts[0], parts[-1][1:], items, instance, given=names)
    if len(parts) == 2:
        own.check_names((name for name in names if not name.startswith("_")), ())
        own.check_form_names(names, ())
        wanted = {name: [value for other, value in query if other == name] for name in names}
        return own.in_base(read_in_form(own.source, parts[0], parts[1], wanted))
    if len(parts) == 1:
        return own.in_base(_search(own, parts[0], query))
    raise invalid_request(f"The address {asked['url'][:100]!r} is not of a resource or operation.", code="not-found")


@blueprint.route("/fhir/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def unknown_address(rest: str) -> Response:
    """Answer every other address below `/fhir`."""
    base, _, kind = rest.partition("/")
    creates = request.method == "POST" and base in FHIR_VERSIONS and kind.rstrip("/").isalpha()
    if creates or request.method in ("PUT", "PATCH", "DELETE"):
        text = f"The service is read-only; it has no method {request.method}."
        raise invalid_request(text, code="not-supported", status=405)
    if (name := kind.rpartition("/")[2]).startswith("$") and base in FHIR_VERSIONS:
        raise invalid_request(f"There is no operation {name[:50]}.", code="not-supported", status=404)
    raise NotFound(f"There is nothing at /fhir/{rest[:100]}.", "The bases are /fhir/r5 and /fhir/r4; see /fhir.")


@blueprint.errorhandler(BegreppError)
def _fault(error: BegreppError) -> Response:
    response = _fault_answer(outcome_of(error, request.headers.get("Accept-Language", "")), error.status)
    if error.status == 405:
        response.headers["Allow"] = "GET, HEAD, POST, OPTIONS"
    return response


@blueprint.errorhandler(HTTPException)
def _http_fault(error: HTTPException) -> Response:
    code = {404: "not-found", 405: "not-supported", 413: "too-long"}.get(error.code or 500, "invalid")
    found = FhirIssue(severity="error", code=code, text=error.description or error.name)
    return _fault_answer(operation_outcome([found]), error.code or 500)


@blueprint.errorhandler(Exception)
def _unexpected(error: Exception) -> Response:
    del error
    _log.exception("%s %s", request.method, request.path)
    text = "An unexpected error occurred. The error has been logged."
    return _fault_answer(operation_outcome([FhirIssue(severity="fatal", code="exception", text=text)]), 500)


def _fault_answer(outcome: Json, status: int) -> Response:
    """Return an OperationOutcome in the format that is asked for; in JSON if that cannot be."""
    try:
        return _answer(outcome, status)
    except FhirFault:
        return Response(encode(outcome, _base(), JSON_FORMAT), status, content_type=JSON_FORMAT.content_type)
