"""Properties of concepts that a client can match on or fetch: code, system, level, parent, register and more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import cache

from msgspec import Struct

from begrepp.records import Text, in_language
from begrepp.terminology.concept_record import ConceptRecord, Use
from begrepp.terminology.interface import CodeSystem
from begrepp.text.swedish import fold
from server.http.i18n import LANGUAGES, translations
from server.pages.concepts.mapping_rows import mapping_rows
from server.reconciliation.service_address import ReconciliationService
from server.served.labels import choose_text, find_refs, sort_texts
from server.served.refs import Ref


class PropertyValue(Struct, frozen=True, kw_only=True):
    """A value of a property: a text, a day, a truth value, or an entity of this service or of another."""

    text: str
    lang: str = ""
    id: str = ""
    """Identifier of an entity, empty for another value."""
    keys: tuple[str, ...] = ()
    """Other texts that name the same value: codes and IRIs."""
    kind: str = "str"
    """`str`, `date`, `bool` or `entity`."""

    def is_named(self, text: str) -> bool:
        """Return whether a text names this value, regardless of case and accents."""
        return fold(text.strip()) in {fold(each) for each in (self.text, self.id, *self.keys) if each}


class EntityRecords:
    """Records of concepts for the properties of a request."""

    def __init__(self, service: ReconciliationService, iris: Iterable[str], language: str) -> None:
        self.service = service
        self.language = language
        # A concept that was retired before the day of a service has the record of today.
        found = {iri: service.record(iri) or service.build.concepts.record(iri) for iri in sorted(set(iris))}
        self._records = {iri: record for iri, record in found.items() if record}

    def record(self, iri: str) -> ConceptRecord:
        """Return the record of a concept of the request; an empty one for another thing."""
        return self._records.get(iri) or ConceptRecord(iri=iri, code="")

    def refs(self, iris: Iterable[str]) -> list[Ref]:
        """Return the names of things, by code and name."""
        found = find_refs(self.service.view, iris, self.language)
        return sorted(found.values(), key=lambda ref: ref.sort_key)

    def hierarchy(self, iri: str) -> tuple[CodeSystem, int] | None:
        """Return the edition that lists a concept, and its number there."""
        return self.service.build.terminology.locate_in_edition(iri, self.service.day)

    def entity(self, ref: Ref) -> PropertyValue:
        """Return a concept as a value; one that this service does not serve has its IRI as identifier."""
        own = not self.service.schemes or ref.scheme in {scheme.id for scheme in self.service.schemes}
        name = ref.label.value or ref.notation or ref.iri
        return PropertyValue(
            text=name,
            lang=ref.label.lang,
            id=self.service.entity_id(ref.iri, ref.notation) if own else ref.iri,
            keys=(ref.notation, ref.iri, f"{ref.scheme}/{ref.notation}" if ref.scheme and ref.notation else ""),
            kind="entity",
        )


_Values = Callable[[EntityRecords, str], Iterator[PropertyValue]]


def _codes(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    record = records.record(iri)
    for code in dict.fromkeys(filter(None, (record.code, *(each.value for each in record.codes)))):
        yield PropertyValue(text=code)


def _iri(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    yield PropertyValue(text=iri)


def _systems(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    for scheme_iri in records.record(iri).schemes:
        if scheme := records.service.build.schemes.by_iri.get(scheme_iri):
            title = choose_text(scheme.titles, records.language) or Text(scheme.id, "")
            oids = [each.removeprefix("urn:oid:") for each in scheme.identifiers]
            keys = (scheme.id, scheme.iri, scheme.system_uri, *scheme.identifiers, *oids, scheme.part_of)
            container = records.service.build.schemes.by_iri.get(scheme.part_of)
            yield PropertyValue(text=title.value, lang=title.lang, keys=(*keys, container.id if container else ""))


def _editions(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    release = records.record(iri).release
    for graph in records.service.build.manifest.graphs:
        if graph.graph == release:
            yield PropertyValue(text=graph.version, keys=(release,))


def _designations(use: Use) -> _Values:
    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        texts = [Text(each.text, each.language) for each in records.record(iri).designations if each.use == use]
        for text in sort_texts(texts, records.language):
            yield PropertyValue(text=text.value, lang=text.lang)

    return values


def _notes(kind: str) -> _Values:
    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        record = records.record(iri)
        notes = [each for each in (*record.definitions, *record.notes) if each.kind == kind and each.text]
        for text in sort_texts((Text(each.text, each.language) for each in notes), records.language):
            yield PropertyValue(text=text.value, lang=text.lang)

    return values


def _languages(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    langs = {each.language for each in records.record(iri).designations if each.use == "preferred"}
    for lang in sorted(filter(None, langs)):
        yield PropertyValue(text=lang)


def _levels(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    for ref in records.refs(each for each in records.record(iri).members_of if "/level/" in each):
        yield PropertyValue(text=ref.label.value, lang=ref.label.lang, keys=(ref.iri.rpartition("/")[2], ref.iri))


def _parents(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    yield from map(records.entity, records.refs(records.record(iri).parents))


def _successors(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    yield from map(records.entity, records.refs(records.record(iri).successors))


def _ancestors(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    if found := records.hierarchy(iri):
        edition, number = found
        yield from map(records.entity, records.refs(map(edition.iri, edition.hierarchy.ancestors(number))))


def _leaf(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    if found := records.hierarchy(iri):
        edition, number = found
        yield PropertyValue(text=str(not edition.hierarchy.children(number)).lower(), kind="bool")


def _status(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    if status := records.record(iri).status:
        yield PropertyValue(text=status)


def _valid_from(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    yield from _days(records.record(iri).valid_from)


def _valid_to(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    yield from _days(records.record(iri).valid_to)


def _days(text: str) -> Iterator[PropertyValue]:
    """Yield a day; a year or another text is no value of a property of days."""
    with suppress(ValueError):
        yield PropertyValue(text=date.fromisoformat(text).isoformat(), kind="date")


def _mappings(predicate: str) -> _Values:
    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        view = records.service.view
        record = view.concepts.record(iri)
        for row in mapping_rows(view, record, records.language) if record else ():
            if row.predicate == predicate and not row.negated:
                yield records.entity(row.other)

    return values


def _measured(place: int) -> _Values:
    """Return the getter of variables (0) or registers (1) that measure a concept or a narrower one."""

    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        measuring = records.service.build.schemes.measuring_variables.get(iri, [])
        things = sorted({entry[place] for entry in measuring})
        for ref in find_refs(records.service.view, things, records.language).values():
            short = ref.iri.removeprefix(records.service.build.iris.dataset(""))
            yield PropertyValue(text=ref.label.value or short, lang=ref.label.lang, keys=(short, ref.iri))

    return values


PROPERTIES: dict[str, _Values] = {
    "code": _codes,
    "system": _systems,
    "edition": _editions,
    "level": _levels,
    "parent": _parents,
    "ancestor": _ancestors,
    "leaf": _leaf,
    "language": _languages,
    "prefLabel": _designations("preferred"),
    "altLabel": _designations("synonym"),
    "definition": _notes("skos:definition"),
    "scopeNote": _notes("skos:scopeNote"),
    "status": _status,
    "validFrom": _valid_from,
    "validTo": _valid_to,
    "successor": _successors,
    "exactMatch": _mappings("skos:exactMatch"),
    "closeMatch": _mappings("skos:closeMatch"),
    "broadMatch": _mappings("skos:broadMatch"),
    "narrowMatch": _mappings("skos:narrowMatch"),
    "relatedMatch": _mappings("skos:relatedMatch"),
    "register": _measured(1),
    "variable": _measured(0),
    "iri": _iri,
}
"""Functions that yield the values of a property of a concept, by the identifier of the property."""


def property_name(property_id: str, language: str) -> str:
    """Return the name of a property in a language."""
    return translations(language)[f"reconcile.property.{property_id}"]


@cache
def _properties_by_name() -> dict[str, str]:
    names = {fold(property_name(each, language)): each for language in LANGUAGES for each in PROPERTIES}
    return names | {fold(each): each for each in PROPERTIES}


def find_property(text: str) -> str | None:
    """Return the property with an identifier or a name in any language; None if there is none."""
    return _properties_by_name().get(fold(text.strip()))


def values_in_language(values: Iterable[PropertyValue], language: str) -> list[PropertyValue]:
    """Return the values in a language and those without; all values for an empty language."""
    return [each for each in values if not language or not each.lang or in_language(each.lang, language)]
