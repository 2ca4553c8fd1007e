"""Code systems, value sets and concept maps in FHIR (R4 and R5), as JSON files or whole packages (`.tgz`).

A format: `source.toml` beside the files says who publishes them and under what licence. Of a value set both the
members it names and the rule that chooses others are kept; a rule cannot be followed without the whole code system.
`[systems]` in source.toml names code systems that begrepp does not know: `"urn:…" = "scheme-id"`, or an address
with `{notation}`. http://hl7.org/fhir/terminology-module.html
"""

from __future__ import annotations

import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from begrepp.archives import MAX_RATIO, MAX_UNPACKED
from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.namespaces import expand
from begrepp.privacy import refuse_identity_numbers
from begrepp.records import (
    Agent,
    Concept,
    Coverage,
    Edition,
    MappingSet,
    Note,
    NoteKind,
    RdfTerm,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Statement,
    Status,
    Text,
    ValueSet,
    is_iri,
)
from begrepp.records import Mapping as Match
from begrepp.rows import meter
from loaders.agencies import BEGREPP
from loaders.declarations import ReleaseDates, Rights, read_declaration, release, release_dates, rights, slug

SOURCE = Source(
    id="fhir",
    title="Kodverk, urval och kopplingar i FHIR",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="http://hl7.org/fhir/terminology-module.html",
    reads="CodeSystem, ValueSet, ConceptMap and NamingSystem as .json, or a package (.tgz)",
)
# Code systems by every address that is seen for them (docs/decisions/iris.md): a scheme of ours, or its own addresses.
_SYSTEMS = {
    "http://snomed.info/sct": "http://snomed.info/id/{notation}",
    "urn:oid:2.16.840.1.113883.6.96": "http://snomed.info/id/{notation}",
    "urn:oid:1.2.752.116.2.1.1": "http://snomed.info/id/{notation}",
    "http://loinc.org": "https://loinc.org/rdf/{notation}",
    "urn:oid:2.16.840.1.113883.6.1": "https://loinc.org/rdf/{notation}",
    "http://hl7.org/fhir/sid/icd-10": "icd-10",
    "urn:oid:2.16.840.1.113883.6.3": "icd-10",
    "https://www.icd10.se/": "icd-10-se",
    "http://hl7.org/fhir/sid/icd-10-se": "icd-10-se",
    "urn:oid:1.2.752.116.1.1.1": "icd-10-se",
    "http://www.whocc.no/atc": "atc",
    "urn:oid:1.2.752.129.2.2.3.1.1": "atc",
    "http://npu-terminology.org": "npu",
    "urn:oid:1.2.752.108.1": "npu",
    "http://terminology.hl7.org/CodeSystem/icd-o-3": "icd-o-3",
    "urn:oid:2.16.840.1.113883.6.43.1": "icd-o-3",
}
# R4 says of the target how it is to the source: `wider` is a wider target. R5 turned it round and says it in full.
_MATCHES = {
    "relatedto": "skos:relatedMatch",
    "equivalent": "skos:exactMatch",
    "equal": "skos:exactMatch",
    "wider": "skos:broadMatch",
    "subsumes": "skos:broadMatch",
    "narrower": "skos:narrowMatch",
    "specializes": "skos:narrowMatch",
    "inexact": "skos:relatedMatch",
    "related-to": "skos:relatedMatch",
    "source-is-narrower-than-target": "skos:broadMatch",
    "source-is-broader-than-target": "skos:narrowMatch",
}
_DENIED = ("disjoint", "not-related-to")
_KINDS = ("CodeSystem", "ValueSet", "ConceptMap", "NamingSystem")
_MAX_FILE = 500 * 1024**2
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resource:
    """A resource, where it lay, and whether it came with a package."""

    body: Json
    origin: Origin
    packed: bool

    @property
    def kind(self) -> str:
        """The type of the resource."""
        return str(self.body.get("resourceType", ""))

    @property
    def id(self) -> str:
        """A name for addresses."""
        own = self.body.get("id") or self.body.get("name") or str(self.body.get("url", "")).rstrip("/").split("/")[-1]
        return slug(str(own))

    def titles(self) -> tuple[Text, ...]:
        """The title in the language of the resource."""
        words = self.body.get("title") or self.body.get("name") or self.body.get("url") or self.id
        return (Text(str(words), str(self.body.get("language") or "en")),)


@dataclass(slots=True)
class _Load:
    """What is known while a load goes on."""

    home: Scheme
    known: Rights
    dates: ReleaseDates
    systems: dict[str, str]


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Each code system with its concepts, then the value sets, then the concept maps."""
    keys = read_declaration(edition, declared)
    known = rights(keys)
    dates = release_dates(keys, edition)
    systems = {system: str(target) for system, target in keys.table("systems").rest()}
    keys.done()
    found: dict[str, list[_Resource]] = {kind: [] for kind in _KINDS}
    for resource in _resources(edition):
        if resource.kind in found:
            found[resource.kind].append(resource)
        else:
            yield Skipped(origin=resource.origin, reason=f"{resource.kind or 'it'} holds no codes.")
    if not any(found.values()):
        here = Origin(f"{edition.source}/{edition.version}")
        raise InputError(here, f"there is no {', '.join(_KINDS[:3])}.", "Add .json files or a .tgz package of FHIR.")
    home = Scheme(id=slug(edition.source), titles=known.titles or (Text(edition.source, "und"),), hierarchical=False)
    doing = _Load(home, known, dates, _SYSTEMS | systems)
    schemes, left_out = _schemes(found, doing)
    yield from left_out
    for resource, scheme in schemes:
        yield from _code_system(resource, scheme, doing)
    if found["ValueSet"]:
        # Value sets draw on several code systems, so they are kept with a release of the source itself.
        if all(scheme.id != home.id for _, scheme in schemes):
            yield home
            yield release(home, dates, known)
        for resource in found["ValueSet"]:
            yield from _value_set(resource, doing)
    for resource in found["ConceptMap"]:
        yield from _concept_map(resource, doing)


# The files.


def _resources(edition: Edition) -> Iterator[_Resource]:
    for path in data_files(edition):
        if path.name.endswith((".tgz", ".tar.gz")):
            for name, data in _members(path):
                yield from _parsed(data, Origin(f"{path.name}/{name}"), packed=True)
        elif path.suffix == ".json":
            if path.stat().st_size > _MAX_FILE:
                raise InputError(path, "the file is larger than 500 MB.", "Check that you added the right file.")
            yield from _parsed(path.read_bytes(), Origin(path.name), packed=False)
        else:
            yield _Resource(body={"resourceType": f"a file {path.suffix}"}, origin=Origin(path.name), packed=False)


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The JSON of a package, read one by one and never written out."""
    total, packed = 0, max(path.stat().st_size, 1)
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                parts = PurePosixPath(member.name.replace("\\", "/")).parts
                if ".." in parts or (parts and parts[0] == "/"):
                    raise InputError(path, f"the member '{member.name}' points outside.", "Check where it comes from.")
                total += member.size
                if total > MAX_UNPACKED or (total > 10 * 1024**2 and total // packed > MAX_RATIO):
                    raise InputError(path, "it swells far beyond its size.", "Check where the file comes from.")
                name = parts[-1] if parts else ""
                # package.json and .index.json describe the package; examples are no part of it.
                if not member.isfile() or not name.endswith(".json") or name in ("package.json", ".index.json"):
                    continue
                if member.size <= _MAX_FILE and (stream := archive.extractfile(member)):
                    yield name, stream.read()
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise InputError(path, f"the package is damaged ({error}).", "Fetch it again from its publisher.") from None


def _parsed(data: bytes, origin: Origin, *, packed: bool) -> Iterator[_Resource]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(origin, f"it is not well-formed JSON ({error}).", "Fetch the file again.") from None
    if not isinstance(body, dict):
        raise InputError(origin, "it is no FHIR resource.", "Check that you added the right file.")
    meter().rows += 1
    if body.get("resourceType") == "Bundle":
        entries = [entry.get("resource") for entry in body.get("entry", []) if isinstance(entry, dict)]
        for entry in entries:
            if isinstance(entry, dict):
                yield _Resource(body=entry, origin=origin, packed=packed)
        return
    yield _Resource(body=body, origin=origin, packed=packed)


# Code systems.


def _schemes(found: dict[str, list[_Resource]], doing: _Load) -> tuple[list[tuple[_Resource, Scheme]], list[Skipped]]:
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
                    descriptions=_descriptions(resource),
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


def _by_parent(resource: _Resource) -> bool:
    return any(
        p.get("code") in ("parent", "child") for c in resource.body.get("concept", []) for p in c.get("property", [])
    )


def _descriptions(resource: _Resource) -> tuple[Text, ...]:
    lang = str(resource.body.get("language") or "en")
    meaning = resource.body.get("hierarchyMeaning")
    words = [resource.body.get("description"), f"hierarchyMeaning: {meaning}" if meaning not in (None, "is-a") else ""]
    return tuple(Text(str(each), lang) for each in words if each)


def _code_system(resource: _Resource, scheme: Scheme, doing: _Load) -> Iterator[Record]:
    yield scheme
    whole = resource.body.get("content") == "complete"
    dates = doing.dates if whole else replace(doing.dates, coverage=Coverage.PARTIAL)
    yield release(scheme, dates, doing.known)
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


# Value sets and concept maps.


def _reference(system: str, code: str, doing: _Load) -> str:
    """A code of a system as an IRI or `scheme:notation`; nothing where the system is not known."""
    plain = system.partition("|")[0]
    # The national edition is at times written into the system's address.
    plain = "http://snomed.info/sct" if plain.startswith("http://snomed.info/sct") else plain
    target = doing.systems.get(plain, "")
    if is_iri(target):
        return target.replace("{notation}", code)
    return f"{target}:{code}" if target else ""


def _value_set(resource: _Resource, doing: _Load) -> Iterator[Record]:
    compose, expansion = resource.body.get("compose") or {}, resource.body.get("expansion") or {}
    members: dict[str, None] = {}
    unknown: dict[str, int] = {}
    rules: list[str] = []
    for verb in ("include", "exclude"):
        for part in compose.get(verb) or []:
            system = str(part.get("system", ""))
            rules += _rules(part, system, verb)
            for each in part.get("concept") or []:
                _add(members, unknown, system, each, doing, remove=verb == "exclude")
    labels: list[tuple[str, Text]] = []
    contained = list(reversed(expansion.get("contains") or []))
    while contained:
        each = contained.pop()
        contained += reversed(each.get("contains") or [])
        if each.get("code") and not each.get("abstract"):
            system = str(each.get("system", ""))
            _add(members, unknown, system, each, doing)
            said = _reference(system, str(each["code"]), doing)
            labels += [(said, text) for text in _labels(each) if is_iri(said)]
    yield ValueSet(
        scheme=doing.home.id,
        id=resource.id,
        version=str(resource.body.get("version") or doing.dates.version),
        origin=resource.origin,
        titles=resource.titles(),
        descriptions=_descriptions(resource),
        identifiers=tuple(filter(None, (str(resource.body.get("url", "")),))),
        members=tuple(members),
        intension=tuple(rules),
    )
    for member, text in labels:
        refuse_identity_numbers(text.value, resource.origin)
        # No SKOS label: what a concept is called is said by its own code system.
        yield Statement(
            scheme=doing.home.id,
            origin=resource.origin,
            subject=member,
            predicate=expand("rdfs:label"),
            object=RdfTerm(text.value, "literal", lang=text.lang),
        )
    for system, count in unknown.items():
        words = f"{count} members are of the code system '{system}', which begrepp does not know; see [systems]."
        yield Skipped(origin=resource.origin, reason=words)


def _add(
    members: dict[str, None], unknown: dict[str, int], system: str, said: Json, doing: _Load, *, remove: bool = False
) -> None:
    if not (member := _reference(system, str(said.get("code", "")), doing)):
        unknown[system] = unknown.get(system, 0) + 1
    elif remove:
        members.pop(member, None)
    else:
        members[member] = None


def _rules(part: Json, system: str, verb: str) -> list[str]:
    """What chooses members without naming them."""
    rules = [
        f"{verb} {system} where {each.get('property')} {each.get('op')} {each.get('value')}"
        for each in part.get("filter") or []
    ]
    rules += [f"{verb} the members of {other}" for other in part.get("valueSet") or []]
    if system and not part.get("concept") and not rules:
        rules.append(f"{verb} all of {system}")
    return rules


def _labels(said: Json) -> list[Text]:
    found = [
        Text(str(d["value"]), str(d.get("language") or "und")) for d in said.get("designation") or [] if d.get("value")
    ]
    display = str(said.get("display") or "")
    if display and all(text.value != display for text in found):
        found.append(Text(display, "und"))
    return list(dict.fromkeys(found))


def _concept_map(resource: _Resource, doing: _Load) -> Iterator[Record]:
    yield MappingSet(
        id=resource.id,
        version=doing.dates.version,
        titles=resource.titles(),
        licence=doing.known.licence,
        publisher=doing.known.publisher,
        valid_from=doing.dates.valid_from,
        redistribution=doing.known.redistribution,
        iri=str(resource.body.get("url", "")),
    )
    seen: set[tuple[str, str, str]] = set()
    for group in resource.body.get("group") or []:
        source, target = str(group.get("source", "")), str(group.get("target", ""))
        for system in (source, target):
            if not _reference(system, "x", doing):
                raise InputError(
                    resource.origin,
                    f"the concept map uses the code system '{system}', which begrepp does not know.",
                    f'Name it in source.toml:  [systems]  "{system}" = "its scheme id".',
                )
        if group.get("unmapped"):
            yield Skipped(origin=resource.origin, reason="what holds for codes that are not listed is not kept.")
        for element in group.get("element") or []:
            code = str(element.get("code", ""))
            if not element.get("target"):
                yield Skipped(origin=resource.origin, reason=f"'{code}' of {source} has no target.")
            for each in element.get("target") or []:
                yield from _match(resource, doing, (source, code), (target, each), seen)


def _match(
    resource: _Resource,
    doing: _Load,
    left: tuple[str, str],
    right: tuple[str, Json],
    seen: set[tuple[str, str, str]],
) -> Iterator[Match | Skipped]:
    said = str(right[1].get("equivalence") or right[1].get("relationship") or "")
    code = str(right[1].get("code", ""))
    if said == "unmatched" or not code:
        yield Skipped(origin=resource.origin, reason=f"'{left[1]}' is said to have no match.")
        return
    if said not in _MATCHES and said not in _DENIED:
        known = ", ".join((*_MATCHES, *_DENIED, "unmatched"))
        raise InputError(resource.origin, f"the relation of '{left[1]}' is '{said}'.", f"FHIR knows {known}.")
    key = (left[1], said, code)
    if key in seen:
        yield Skipped(origin=resource.origin, reason=f"'{left[1]}' {said} '{code}' stands there already.")
        return
    seen.add(key)
    depends = [str(each.get("value", each.get("property", ""))) for each in right[1].get("dependsOn") or []]
    comments = [str(right[1].get("comment") or ""), f"Depends on {', '.join(depends)}" if depends else ""]
    yield Match(
        mapping_set=resource.id,
        origin=resource.origin,
        subject=_reference(*left, doing),
        predicate=expand(_MATCHES.get(said, "skos:exactMatch")),
        object=_reference(right[0], code, doing),
        justification=expand("semapv:UnspecifiedMatching"),
        negated=said in _DENIED,
        authors=(_author(doing.known.publisher),),
        comment=". ".join(filter(None, comments)),
    )


def _author(publisher: Agent) -> str:
    return publisher.names[0].value
