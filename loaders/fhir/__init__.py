"""Code systems, value sets and concept maps in FHIR (R4 and R5), as JSON files or packages (`.tgz`).

A format: `source.toml` beside the files gives publisher and licence. Of a value set both the listed members and the
rules are loaded; a rule cannot be expanded without the complete code system. `[systems]` in source.toml maps
unknown code systems: `"urn:…" = "scheme-id"`, or an IRI with `{notation}`.
http://hl7.org/fhir/terminology-module.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    Coverage,
    EditionFiles,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Status,
    Text,
    is_iri,
)
from begrepp.sources.privacy import refuse_identity_numbers
from loaders.declaration.source_toml import (
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_rights,
    slug,
)
from loaders.fhir.value_sets import read_concept_map, read_value_set
from loaders.support.agencies import BEGREPP
from loaders.support.code_systems import SYSTEMS
from loaders.support.fhir_identity import distinct_resources
from loaders.support.fhir_labels import Json
from loaders.support.fhir_packages import FhirContext, Resource, read_resources, resource_descriptions

SOURCE = Source(
    id="fhir",
    title="Kodverk, urval och kopplingar i FHIR",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="http://hl7.org/fhir/terminology-module.html",
    reads="CodeSystem, ValueSet, ConceptMap and NamingSystem as .json, or a package (.tgz)",
)
_SUCCESSORS = (
    "replaced-by",
    "replacedBy",
    "replacedby",
    "isReplacedBy",
    "successor",
    "MAP_TO",
    "SAME_AS",
    "REPLACED_BY",
)
"""Concept properties of HL7's and other publishers' code systems whose value is the code that replaces a concept."""
_REPLACED_BY = "http://hl7.org/fhir/StructureDefinition/codesystem-replacedby"
_KINDS = ("CodeSystem", "ValueSet", "ConceptMap", "NamingSystem")


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield each code system with its concepts, then the value sets, then the concept maps."""
    declaration = read_declaration(edition, declared)
    rights = read_rights(declaration)
    dates = read_edition_dates(declaration, edition)
    systems = {system: str(target) for system, target in declaration.table("systems").take_rest()}
    declaration.done()
    resources_by_kind: dict[str, list[Resource]] = {kind: [] for kind in _KINDS}
    for resource in read_resources(edition):
        if resource.origin.file.endswith(".fsh"):
            raise InputError(
                resource.origin,
                "FHIR Shorthand must be compiled to FHIR first.",
                "Run `npx fsh-sushi build` in the folder of sushi-config.yaml, and add fsh-generated/resources/*.json.",
            )
        if resource.kind in resources_by_kind:
            resources_by_kind[resource.kind].append(resource)
        else:
            yield Skipped(origin=resource.origin, reason=f"{resource.kind or 'it'} holds no codes.")
    for kind in _KINDS[:3]:
        resources_by_kind[kind], repeated = distinct_resources(resources_by_kind[kind])
        yield from repeated
    if not any(resources_by_kind.values()):
        origin = Origin(f"{edition.source}/{edition.version}")
        raise InputError(origin, f"there is no {', '.join(_KINDS[:3])}.", "Add .json files or a .tgz package of FHIR.")
    own_scheme = Scheme(
        id=slug(edition.source), titles=rights.titles or (Text(edition.source, "und"),), hierarchical=False
    )
    context = FhirContext(own_scheme, rights, dates, SYSTEMS | systems)
    schemes, skipped = _new_schemes(resources_by_kind, context)
    yield from skipped
    for resource, scheme in schemes:
        yield from _read_code_system(resource, scheme, context)
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
    for resource in resources_by_kind["CodeSystem"]:
        content = resource.body.get("content")
        if content not in ("complete", "fragment", "example"):
            reason = {
                "not-present": "its concepts lie elsewhere (content is not-present).",
                "supplement": f"it only adds to {resource.body.get('supplements')} (content is supplement).",
            }.get(str(content), f"content is '{content}'.")
            if not resource.in_package:
                raise InputError(resource.origin, reason, "Add the code system itself, from its own publisher.")
            skipped.append(Skipped(origin=resource.origin, reason=reason))
            continue
        url = str(resource.body.get("url", ""))
        scheme_id = context.systems.get(url, resource.id)
        scheme_id = resource.id if is_iri(scheme_id) else scheme_id
        values = [str(each.get("value", "")) for each in resource.body.get("identifier", [])]
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
                    hierarchical=any(c.get("concept") for c in resource.body.get("concept", []))
                    or _has_parent_properties(resource),
                ),
            )
        )
        context.systems.setdefault(url, scheme_id)
    for resource in resources_by_kind["NamingSystem"]:
        identifiers = [str(each.get("value", "")) for each in resource.body.get("uniqueId", [])]
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


def _has_parent_properties(resource: Resource) -> bool:
    return any(
        p.get("code") in ("parent", "child") for c in resource.body.get("concept", []) for p in c.get("property", [])
    )


def _read_code_system(resource: Resource, scheme: Scheme, context: FhirContext) -> Iterator[Record]:
    yield scheme
    is_complete = resource.body.get("content") == "complete"
    dates = context.dates if is_complete else replace(context.dates, coverage=Coverage.PARTIAL)
    yield new_declared_edition(scheme, dates, context.rights)
    lang = str(resource.body.get("language") or "en")
    concepts = [(concept, "") for concept in reversed(resource.body.get("concept") or [])]
    children: dict[str, list[str]] = {}
    pairs: list[tuple[Json, str]] = []
    while concepts:
        concept, parent = concepts.pop()
        pairs.append((concept, parent))
        code = str(concept.get("code", ""))
        concepts += [(child, code) for child in reversed(concept.get("concept") or [])]
        for child in _property_values(concept, "child"):
            children.setdefault(child, []).append(code)
    for concept, parent in pairs:
        code = str(concept.get("code", ""))
        parents = [parent, *_property_values(concept, "parent"), *children.get(code, ())]
        yield _concept(
            concept, scheme, lang, tuple(dict.fromkeys(filter(None, parents))), resource.origin, dates.valid_from
        )


def _property_values(concept: Json, code: str) -> list[str]:
    return [_property_value(each) for each in concept.get("property") or [] if each.get("code") == code]


def _extension_codes(concept: Json) -> list[str]:
    """Return the codes of the extension that names what replaces a concept."""
    extensions = [each for each in concept.get("extension") or [] if each.get("url") == _REPLACED_BY]
    return [str((each.get("valueCoding") or {}).get("code") or each.get("valueCode") or "") for each in extensions]


def _property_value(prop: Json) -> str:
    """Return the value[x] of a property as text."""
    value = next((value for key, value in prop.items() if key.startswith("value")), "")
    if isinstance(value, dict):
        return str(value.get("code") or value.get("display") or "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _concept(
    concept: Json, scheme: Scheme, lang: str, parents: tuple[str, ...], origin: Origin, edition_start: date
) -> Concept:
    code, display = str(concept.get("code", "")), str(concept.get("display") or "").strip()
    pref = {lang: display} if display else {}
    alt: dict[Text, None] = {}
    for each in concept.get("designation") or []:
        text = Text(str(each.get("value", "")).strip(), str(each.get("language") or lang))
        if text.value and pref.setdefault(text.lang, text.value) != text.value:
            alt[text] = None
    refuse_identity_numbers("\t".join([display, str(concept.get("definition", ""))]), origin)
    status = _property_values(concept, "status")
    is_inactive = bool({"retired", "inactive", "deprecated"} & set(status)) or "true" in _property_values(
        concept, "inactive"
    )
    is_inactive = is_inactive or "true" in _property_values(concept, "deprecated")
    days = [
        day[:10]
        for key in ("retirementDate", "deprecationDate", "deprecated")
        for day in _property_values(concept, key)
    ]
    end = next((_date(day) for day in days if _date(day)), None)
    is_inactive = is_inactive or (end is not None and end < edition_start)
    handled = ("parent", "child", "status", "inactive", "deprecated", "retirementDate", "deprecationDate", *_SUCCESSORS)
    successors = [code for name in _SUCCESSORS for code in _property_values(concept, name)] + _extension_codes(concept)
    notes = [
        Note(NoteKind.SCOPE, Text(f"{each['code']}: {_property_value(each)}", lang))
        for each in concept.get("property") or []
        if each.get("code") not in handled and _property_value(each)
    ]
    return Concept(
        scheme=scheme.id,
        notation=code,
        origin=origin,
        pref_labels=tuple(Text(v, k) for k, v in pref.items()) or (Text(code, "zxx"),),
        alt_labels=tuple(alt),
        definitions=(Text(str(concept["definition"]), lang),) if concept.get("definition") else (),
        notes=tuple(notes),
        broader=parents,
        replaced_by=tuple(dict.fromkeys(filter(None, successors))) if is_inactive else (),
        status=Status.INACTIVE if is_inactive else Status.DRAFT if "draft" in status else Status.ACTIVE,
        valid_to=(end or edition_start - timedelta(days=1)) if is_inactive else None,
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
