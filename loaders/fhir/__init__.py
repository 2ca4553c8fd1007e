"""Code systems, value sets and concept maps in FHIR (R4 and R5), as JSON files or whole packages (`.tgz`).

A format: `source.toml` beside the files says who publishes them and under what licence. Of a value set both the
members it names and the rule that chooses others are kept; a rule cannot be followed without the whole code system.
`[systems]` in source.toml names code systems that begrepp does not know: `"urn:…" = "scheme-id"`, or an address
with `{notation}`. http://hl7.org/fhir/terminology-module.html
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
from loaders.declaration.source_toml import declared_edition, edition_dates, read_declaration, rights, slug
from loaders.fhir.value_sets import concept_map_records, value_set_records
from loaders.support.agencies import BEGREPP
from loaders.support.code_systems import SYSTEMS
from loaders.support.fhir_packages import FhirLoad, Json, Resource, descriptions, resources

SOURCE = Source(
    id="fhir",
    title="Kodverk, urval och kopplingar i FHIR",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="http://hl7.org/fhir/terminology-module.html",
    reads="CodeSystem, ValueSet, ConceptMap and NamingSystem as .json, or a package (.tgz)",
)
_KINDS = ("CodeSystem", "ValueSet", "ConceptMap", "NamingSystem")


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Each code system with its concepts, then the value sets, then the concept maps."""
    keys = read_declaration(edition, declared)
    known = rights(keys)
    dates = edition_dates(keys, edition)
    systems = {system: str(target) for system, target in keys.table("systems").rest()}
    keys.done()
    found: dict[str, list[Resource]] = {kind: [] for kind in _KINDS}
    for resource in resources(edition):
        if resource.origin.file.endswith(".fsh"):
            raise InputError(
                resource.origin,
                "FHIR Shorthand must be compiled to FHIR first.",
                "Run `npx fsh-sushi build` in the folder of sushi-config.yaml, and add fsh-generated/resources/*.json.",
            )
        if resource.kind in found:
            found[resource.kind].append(resource)
        else:
            yield Skipped(origin=resource.origin, reason=f"{resource.kind or 'it'} holds no codes.")
    if not any(found.values()):
        here = Origin(f"{edition.source}/{edition.version}")
        raise InputError(here, f"there is no {', '.join(_KINDS[:3])}.", "Add .json files or a .tgz package of FHIR.")
    home = Scheme(id=slug(edition.source), titles=known.titles or (Text(edition.source, "und"),), hierarchical=False)
    doing = FhirLoad(home, known, dates, SYSTEMS | systems)
    schemes, left_out = _schemes(found, doing)
    yield from left_out
    for resource, scheme in schemes:
        yield from _code_system(resource, scheme, doing)
    if found["ValueSet"]:
        # Value sets draw on several code systems, so they are kept with a release of the source itself.
        if all(scheme.id != home.id for _, scheme in schemes):
            yield home
            yield declared_edition(home, dates, known)
        for resource in found["ValueSet"]:
            yield from value_set_records(resource, doing)
    for resource in found["ConceptMap"]:
        yield from concept_map_records(resource, doing)


# Code systems.


def _schemes(found: dict[str, list[Resource]], doing: FhirLoad) -> tuple[list[tuple[Resource, Scheme]], list[Skipped]]:
    """A scheme for each code system that lists concepts, with all the identifiers that are said of it."""
    schemes, left_out = [], []
    for resource in found["CodeSystem"]:
        content = resource.body.get("content")
        if content not in ("complete", "fragment", "example"):
            words = {
                "not-present": "its concepts lie elsewhere (content is not-present).",
                "supplement": f"it only adds to {resource.body.get('supplements')} (content is supplement).",
            }.get(str(content), f"content is '{content}'.")
            if not resource.packed:
                raise InputError(resource.origin, words, "Add the code system itself, from its own publisher.")
            left_out.append(Skipped(origin=resource.origin, reason=words))
            continue
        url = str(resource.body.get("url", ""))
        scheme_id = doing.systems.get(url, resource.id)
        scheme_id = resource.id if is_iri(scheme_id) else scheme_id
        values = [str(each.get("value", "")) for each in resource.body.get("identifier", [])]
        schemes.append(
            (
                resource,
                Scheme(
                    id=scheme_id,
                    titles=resource.titles(),
                    descriptions=descriptions(resource),
                    identifiers=tuple(dict.fromkeys(filter(None, (url, *values)))),
                    preferred_system_uri=url,
                    iri_template=doing.systems[url] if is_iri(doing.systems.get(url, "")) else "",
                    hierarchical=any(c.get("concept") for c in resource.body.get("concept", []))
                    or _by_parent(resource),
                ),
            )
        )
        doing.systems.setdefault(url, scheme_id)
    for resource in found["NamingSystem"]:
        said = [str(each.get("value", "")) for each in resource.body.get("uniqueId", [])]
        names = [f"urn:oid:{v}" if v[:1].isdigit() else v for v in said if v]
        about = [index for index, (_, scheme) in enumerate(schemes) if set(scheme.identifiers) & set(names)]
        if not about:
            left_out.append(Skipped(origin=resource.origin, reason="no code system here has these identifiers."))
        for index in about:
            of, scheme = schemes[index]
            more = replace(scheme, identifiers=tuple(dict.fromkeys((*scheme.identifiers, *names))))
            schemes[index] = (of, more)
            doing.systems.update((name, scheme.id) for name in names if name not in doing.systems)
    return schemes, left_out


def _by_parent(resource: Resource) -> bool:
    return any(
        p.get("code") in ("parent", "child") for c in resource.body.get("concept", []) for p in c.get("property", [])
    )


def _code_system(resource: Resource, scheme: Scheme, doing: FhirLoad) -> Iterator[Record]:
    yield scheme
    whole = resource.body.get("content") == "complete"
    dates = doing.dates if whole else replace(doing.dates, coverage=Coverage.PARTIAL)
    yield declared_edition(scheme, dates, doing.known)
    lang = str(resource.body.get("language") or "en")
    concepts = [(concept, "") for concept in reversed(resource.body.get("concept") or [])]
    children: dict[str, list[str]] = {}
    flat: list[tuple[Json, str]] = []
    while concepts:
        concept, parent = concepts.pop()
        flat.append((concept, parent))
        code = str(concept.get("code", ""))
        concepts += [(child, code) for child in reversed(concept.get("concept") or [])]
        for child in _properties(concept, "child"):
            children.setdefault(child, []).append(code)
    for concept, parent in flat:
        code = str(concept.get("code", ""))
        above = [parent, *_properties(concept, "parent"), *children.get(code, ())]
        yield _concept(
            concept, scheme, lang, tuple(dict.fromkeys(filter(None, above))), resource.origin, dates.valid_from
        )


def _properties(concept: Json, code: str) -> list[str]:
    return [_value(each) for each in concept.get("property") or [] if each.get("code") == code]


def _value(said: Json) -> str:
    """The value[x] of a property as words."""
    value = next((value for key, value in said.items() if key.startswith("value")), "")
    if isinstance(value, dict):
        return str(value.get("code") or value.get("display") or "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _concept(concept: Json, scheme: Scheme, lang: str, above: tuple[str, ...], origin: Origin, since: date) -> Concept:
    code, display = str(concept.get("code", "")), str(concept.get("display") or "").strip()
    pref = {lang: display} if display else {}
    alt: dict[Text, None] = {}
    for each in concept.get("designation") or []:
        text = Text(str(each.get("value", "")).strip(), str(each.get("language") or lang))
        if text.value and pref.setdefault(text.lang, text.value) != text.value:
            alt[text] = None
    refuse_identity_numbers("\t".join([display, str(concept.get("definition", ""))]), origin)
    status = _properties(concept, "status")
    gone = bool({"retired", "inactive", "deprecated"} & set(status)) or "true" in _properties(concept, "inactive")
    gone = gone or "true" in _properties(concept, "deprecated")
    days = [
        day[:10] for key in ("retirementDate", "deprecationDate", "deprecated") for day in _properties(concept, key)
    ]
    ended = next((_day(day) for day in days if _day(day)), None)
    gone = gone or (ended is not None and ended < since)
    told = ("parent", "child", "status", "inactive", "deprecated", "retirementDate", "deprecationDate")
    notes = [
        Note(NoteKind.SCOPE, Text(f"{each['code']}: {_value(each)}", lang))
        for each in concept.get("property") or []
        if each.get("code") not in told and _value(each)
    ]
    return Concept(
        scheme=scheme.id,
        notation=code,
        origin=origin,
        pref_labels=tuple(Text(v, k) for k, v in pref.items()) or (Text(code, "zxx"),),
        alt_labels=tuple(alt),
        definitions=(Text(str(concept["definition"]), lang),) if concept.get("definition") else (),
        notes=tuple(notes),
        broader=above,
        status=Status.INACTIVE if gone else Status.DRAFT if "draft" in status else Status.ACTIVE,
        valid_to=(ended or since - timedelta(days=1)) if gone else None,
    )


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None
