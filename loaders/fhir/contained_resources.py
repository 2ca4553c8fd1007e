"""Resources that others contain (https://hl7.org/fhir/references.html#contained)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from begrepp.sources.row_faults import add_remark
from loaders.support.fhir_labels import object_items
from loaders.support.fhir_packages import Resource


def with_contained(resources: Iterable[Resource]) -> Iterator[Resource]:
    """Yield the resources, and the code systems with an address (`url`) that they contain.

    Other contained resources have no identity of their own: a remark names them.
    """
    for resource in resources:
        yield resource
        for body in object_items(resource.body.get("contained")):
            kind = str(body.get("resourceType") or "resource")
            if kind == "CodeSystem" and body.get("url"):
                language = body.get("language") or resource.body.get("language")
                yield replace(resource, body={**body, **({"language": language} if language else {})}, unique_id="")
            else:
                contained = f"the {kind} '{body.get('id', '')}' that {resource.kind} '{resource.id}' contains"
                add_remark(resource.origin, f"{contained} is not imported.")
