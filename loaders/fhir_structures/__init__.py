"""Profiles, logical models and questionnaires in FHIR (R4 and R5), as JSON files or packages (`.tgz`).

A format: `source.toml` beside the files gives publisher and licence. A profile or questionnaire becomes a structure;
its elements are identified by `id` (which includes slice names) or `linkId`. Bindings keep strength and version. An
element measures the concept of its `code`, or of a fixed or pattern code below it.
http://hl7.org/fhir/structuredefinition.html, http://hl7.org/fhir/questionnaire.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.records import EditionFiles, Record, Redistribution, Skipped, Source, Structure
from begrepp.sources.editions import data_files
from begrepp.sources.privacy import FHIR_PERSON_RESOURCES
from loaders.declaration.agents import slug
from loaders.declaration.source_toml import read_declaration, read_edition_dates, read_rights
from loaders.fhir_structures.profiles import read_profile
from loaders.fhir_structures.questionnaires import read_questionnaire
from loaders.support.agencies import BEGREPP
from loaders.support.fhir_labels import object_items
from loaders.support.fhir_packages import Resource, read_language, read_resources, resource_descriptions
from loaders.support.unread_formats import refuse_unread_formats

SOURCE = Source(
    id="fhir_structures",
    title="Profiler, logiska modeller och formulär i FHIR",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="http://hl7.org/fhir/structuredefinition.html",
    reads="StructureDefinition and Questionnaire as .json, or a package (.tgz)",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield each profile, logical model and questionnaire as a structure with its elements.

    Raises `PersonalDataError` for a resource with data about a person, unless it is an example in a package.
    """
    declaration = read_declaration(edition, declared)
    rights = read_rights(declaration)
    dates = read_edition_dates(declaration, edition)
    systems = {system: str(target) for system, target in declaration.table("systems").take_rest()}
    language = read_language(declaration)
    declaration.done()
    urls: dict[str, Origin] = {}
    ids: set[str] = set()
    for resource in read_resources(edition, language):
        if resource.kind in FHIR_PERSON_RESOURCES:
            if resource.in_package:
                yield Skipped(origin=resource.origin, reason=f"{resource.kind} is data about a person, an example.")
                continue
            raise PersonalDataError(
                resource.origin,
                f"{resource.kind} holds data about a person; begrepp accepts metadata only, never data about a person.",
                "Add the profiles and questionnaires alone.",
            )
        if resource.kind not in ("StructureDefinition", "Questionnaire"):
            yield Skipped(origin=resource.origin, reason=f"{resource.kind or 'it'} is not a structure.")
            continue
        resource.note_missing_language()
        url = str(resource.body.get("url") or "")
        if not url and resource.kind == "StructureDefinition":
            raise InputError(resource.origin, "the StructureDefinition has no url.", "Fix the file.")
        address = url or resource.id
        if address in urls:
            raise InputError(
                resource.origin, f"'{address}' already occurs in {urls[address]}.", "Add one of the two files only."
            )
        urls[address] = resource.origin
        # Profiles of other publishers may have the same id.
        id_ = f"{slug(edition.source)}-{resource.id}"
        id_ = id_ if id_ not in ids else f"{id_}-{len(ids)}"
        ids.add(id_)
        values = [str(each.get("value") or "") for each in object_items(resource.body.get("identifier"))]
        version = str(resource.body.get("version") or "")
        yield Structure(
            id=id_,
            version=dates.version,
            origin=resource.origin,
            titles=resource.titles(),
            kind=_kind(resource),
            publisher=rights.publisher,
            licence=rights.licence,
            valid_from=dates.valid_from,
            redistribution=rights.redistribution,
            specification=address,
            descriptions=resource_descriptions(resource),
            identifiers=tuple(filter(None, (f"{url}|{version}" if url and version else "", *values))),
        )
        read = read_profile if resource.kind == "StructureDefinition" else read_questionnaire
        yield from read(resource, id_, systems)
    if not urls:
        refuse_unread_formats(data_files(edition))
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            "there is no StructureDefinition or Questionnaire.",
            "Add .json files or a .tgz package of FHIR.",
        )


def _kind(resource: Resource) -> str:
    """Return the resource type and its kind, such as `StructureDefinition (logical)`."""
    if resource.kind == "Questionnaire":
        return "Questionnaire"
    kind = str(resource.body.get("kind") or "resource")
    return f"StructureDefinition ({kind})"
