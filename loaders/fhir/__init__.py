"""Code systems, value sets and concept maps in FHIR (R4 and R5), as JSON files or packages (`.tgz`).

A format: `source.toml` beside the files gives publisher and licence; its `[fhir] language` is that of resources that
state none. Of a value set both the listed members and the rules are loaded; a rule cannot be expanded without the
complete code system. `[systems]` maps unknown code systems: `"urn:…" = "scheme-id"`, or an IRI with `{notation}`.
http://hl7.org/fhir/terminology-module.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    EditionFiles,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Text,
    is_iri,
)
from begrepp.sources.editions import data_files
from begrepp.sources.row_faults import Fault, add_fault
from loaders.declaration.agents import slug
from loaders.declaration.source_toml import new_declared_edition, read_declaration, read_edition_dates, read_rights
from loaders.fhir.concepts import is_hierarchical, read_code_system
from loaders.fhir.contained_resources import with_contained
from loaders.fhir.supplements import read_supplements
from loaders.fhir.value_sets import read_concept_map, read_value_set
from loaders.support.agencies import BEGREPP
from loaders.support.code_systems import SYSTEMS
from loaders.support.fhir_identity import distinct_resources
from loaders.support.fhir_labels import object_items
from loaders.support.fhir_packages import FhirContext, Resource, read_language, read_resources, resource_descriptions
from loaders.support.unread_formats import refuse_unread_formats

SOURCE = Source(
    id="fhir",
    title="Kodverk, urval och kopplingar i FHIR",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="http://hl7.org/fhir/terminology-module.html",
    reads="CodeSystem, ValueSet, ConceptMap and NamingSystem as .json, or a package (.tgz)",
)
_LISTED = ("complete", "fragment", "example")
"""Values of `content` of a code system that lists concepts."""
_KINDS = ("CodeSystem", "ValueSet", "ConceptMap", "NamingSystem")


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield each code system with its concepts, then the value sets, then the concept maps."""
    declaration = read_declaration(edition, declared)
    rights = read_rights(declaration)
    dates = read_edition_dates(declaration, edition)
    systems = {system: str(target) for system, target in declaration.table("systems").take_rest()}
    language = read_language(declaration)
    declaration.done()
    resources_by_kind: dict[str, list[Resource]] = {kind: [] for kind in _KINDS}
    for resource in with_contained(read_resources(edition, language)):
        if resource.origin.file.endswith(".fsh"):
            raise InputError(
                resource.origin,
                "FHIR Shorthand must be compiled to FHIR first.",
                "Run `npx fsh-sushi build` in the folder of sushi-config.yaml, and add fsh-generated/resources/*.json.",
            )
        if resource.kind in resources_by_kind:
            if resource.body.get("content") != "supplement":  # each of its designations has a language
                resource.note_missing_language()
            resources_by_kind[resource.kind].append(resource)
        else:
            yield Skipped(origin=resource.origin, reason=f"{resource.kind or 'it'} holds no codes.")
    for kind in _KINDS[:3]:
        resources_by_kind[kind], repeated = distinct_resources(resources_by_kind[kind])
        yield from repeated
    if not any(resources_by_kind.values()):
        refuse_unread_formats(data_files(edition))
        origin = Origin(f"{edition.source}/{edition.version}")
        raise InputError(origin, f"there is no {', '.join(_KINDS[:3])}.", "Add .json files or a .tgz package of FHIR.")
    own_scheme = Scheme(
        id=slug(edition.source), titles=rights.titles or (Text(edition.source, "und"),), hierarchical=False
    )
    context = FhirContext(own_scheme, rights, dates, SYSTEMS | systems)
    schemes, skipped = _new_schemes(resources_by_kind, context)
    yield from skipped
    supplements = read_supplements(resources_by_kind["CodeSystem"])
    for resource, scheme in schemes:
        yield from read_code_system(resource, scheme, context, supplements)
    if resources_by_kind["ValueSet"]:
        # A value set has members of several code systems, so it belongs to an edition of the source itself.
        if all(scheme.id != own_scheme.id for _, scheme in schemes):
            yield own_scheme
            yield new_declared_edition(own_scheme, dates, rights)
        for resource in resources_by_kind["ValueSet"]:
            yield from read_value_set(resource, context)
    for resource in resources_by_kind["ConceptMap"]:
        yield from read_concept_map(resource, context)


def _new_schemes(
    resources_by_kind: dict[str, list[Resource]], context: FhirContext
) -> tuple[list[tuple[Resource, Scheme]], list[Skipped]]:
    """Return a scheme for each code system that lists concepts, with its identifiers, and the skipped resources."""
    schemes, skipped = [], []
    listed = {
        str(resource.body.get("url") or "")
        for resource in resources_by_kind["CodeSystem"]
        if resource.body.get("content") in _LISTED
    }
    for resource in resources_by_kind["CodeSystem"]:
        content = resource.body.get("content")
        if content not in _LISTED:
            base = str(resource.body.get("supplements") or "").partition("|")[0]
            if content == "supplement" and base in listed:
                continue
            reason = {
                "not-present": "its concepts lie elsewhere (content is not-present).",
                "supplement": f"it only adds to {base}, which is not among the files (content is supplement).",
            }.get(str(content), f"content is '{content}'.")
            if resource.in_package:
                skipped.append(Skipped(origin=resource.origin, reason=reason))
                continue
            error = InputError(resource.origin, reason, "Add the code system itself, from its own publisher.")
            add_fault(Fault.UNUSABLE, error)
            continue
        url = str(resource.body.get("url") or "")
        scheme_id = context.systems.get(url, resource.id)
        scheme_id = resource.id if is_iri(scheme_id) else scheme_id
        values = [str(each.get("value") or "") for each in object_items(resource.body.get("identifier"))]
        schemes.append(
            (
                resource,
                Scheme(
                    id=scheme_id,
                    titles=resource.titles(),
                    descriptions=resource_descriptions(resource),
                    identifiers=tuple(dict.fromkeys(filter(None, (url, *values)))),
                    preferred_system_uri=url,
                    iri_template=context.systems[url] if is_iri(context.systems.get(url, "")) else "",
                    hierarchical=is_hierarchical(resource),
                ),
            )
        )
        context.systems.setdefault(url, scheme_id)
    for resource in resources_by_kind["NamingSystem"]:
        identifiers = [str(each.get("value") or "") for each in object_items(resource.body.get("uniqueId"))]
        names = [f"urn:oid:{v}" if v[:1].isdigit() else v for v in identifiers if v]
        matching = [index for index, (_, scheme) in enumerate(schemes) if set(scheme.identifiers) & set(names)]
        if not matching:
            skipped.append(Skipped(origin=resource.origin, reason="no code system here has these identifiers."))
        for index in matching:
            owner, scheme = schemes[index]
            extended = replace(scheme, identifiers=tuple(dict.fromkeys((*scheme.identifiers, *names))))
            schemes[index] = (owner, extended)
            context.systems.update((name, scheme.id) for name in names if name not in context.systems)
    return schemes, skipped
