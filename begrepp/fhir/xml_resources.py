"""FHIR resources in XML, by the optional package `fhir.resources`, which knows the order of the elements.

The package models R5 and R4B; the resources of terminology services are the same in R4 and R4B.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from begrepp.fhir import exact_json
from begrepp.fhir.requests.faults import FhirFault, invalid_request

Json = dict[str, Any]
_MODELS = {"r5": "fhir.resources", "r4": "fhir.resources.R4B"}
_NAMESPACE = "http://hl7.org/fhir"


@cache
def is_available() -> bool:
    """Return whether the packages that XML needs are installed."""
    return find_spec("fhir") is not None and find_spec("lxml") is not None


def to_xml(resource: Json, base: str) -> bytes:
    """Return a resource in the form of a base (`r5`, `r4`) as an XML document. Raises `FhirFault`."""
    try:
        found: bytes = _model(resource["resourceType"], base).model_validate(resource).model_dump_xml()
    except ValueError as error:
        text = f"The answer cannot be written as XML ({_reason(error)}); ask for application/fhir+json."
        raise invalid_request(text, code="not-supported", status=406) from None
    return found


def from_xml(document: bytes, base: str) -> Json:
    """Return the resource of an XML document in the form of a base. Raises `FhirFault`."""
    if b"<!DOCTYPE" in document:
        raise _unreadable("it has a DOCTYPE, which FHIR does not allow")
    etree = import_module("lxml.etree")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        name = etree.QName(etree.fromstring(document, parser=parser))
        if name.namespace != _NAMESPACE:
            raise _unreadable(f"its root is not in the namespace {_NAMESPACE}")
        model = _model(name.localname, base).model_validate_xml(document, xmlparser=parser)
        found: Json = exact_json.decode(model.model_dump_json())
    except KeyError as error:
        raise _unreadable(f"the element {error} is not known there") from None
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _unreadable(_reason(error)) from None
    return found


def _model(kind: str, base: str) -> Any:
    """Return the model of a resource type; raises `KeyError` for an unknown one."""
    return import_module(_MODELS[base]).get_fhir_model_class(kind)


def _reason(error: Exception) -> str:
    """Return the first line of an error that says where and why."""
    listed = getattr(error, "errors", None)
    if callable(listed) and (found := listed(include_url=False)):
        return f"{'.'.join(map(str, found[0]['loc']))}: {found[0]['msg']}"
    return str(error).partition("\n")[0]


def _unreadable(reason: str) -> FhirFault:
    return invalid_request(f"The request body is not XML of FHIR: {reason}.", code="structure")
