"""Properties of concepts that a client can match on or fetch: code, system, level, parent, register and more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text, in_language
from begrepp.text.swedish import fold
from server.http.i18n import LANGUAGES, translations
from server.pages.concepts.mapping_rows import mapping_rows
from server.reconciliation.service_address import ReconciliationService
from server.served.labels import (
    Statements,
    choose_text,
    find_all_statements,
    find_refs,
    property_iris,
    property_texts,
    property_value,
    sort_texts,
)
from server.served.refs import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyValue:
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
    """Statements of concepts for the properties of a request, read with a few queries for all of them."""

    def __init__(self, service: ReconciliationService, iris: Iterable[str], language: str) -> None:
        self.service = service
        self.language = language
        self.iris = sorted(set(iris))
        self.statements: dict[str, Statements] = find_all_statements(service.view, self.iris)

    def ref(self, iri: str) -> Ref:
        """Return the name, code and status of a concept of this request or of one that it points to."""
        return self._refs[iri]

    @cached_property
    def _refs(self) -> dict[str, Ref]:
        related = {
            target
            for said in self.statements.values()
            for name in ("skos:broader", "dct:isReplacedBy", "skos:inScheme")
            for target in property_iris(said, name)
        }
        return find_refs(self.service.view, {*self.iris, *related}, self.language)

    @cached_property
    def levels(self) -> dict[str, list[str]]:
        """IRIs of the levels of each concept."""
        return self._pairs("levels-of-concepts", "concept", "level")

    @cached_property
    def ancestors(self) -> dict[str, list[str]]:
        """IRIs of all broader concepts of each concept."""
        return self._pairs("concepts-above", "concept", "above")

    @cached_property
    def with_children(self) -> set[str]:
        """IRIs of the concepts that have narrower ones."""
        rows = select(self.service.view.store, "concept-below", concept=named_nodes(self.iris))
        return {value(row, "concept") for row in rows}

    def other_ref(self, iri: str) -> Ref:
        """Return the name of any thing."""
        return find_refs(self.service.view, [iri], self.language)[iri]

    def _pairs(self, query: str, left: str, right: str) -> dict[str, list[str]]:
        pairs: dict[str, list[str]] = {}
        for row in select(self.service.view.store, query, concept=named_nodes(self.iris)):
            pairs.setdefault(value(row, left), []).append(value(row, right))
        return pairs

    def entity(self, ref: Ref) -> PropertyValue:
        """Return a concept as a value; one that this service does not serve has its IRI as identifier."""
        own = not self.service.schemes or ref.scheme in {scheme.id for scheme in self.service.schemes}
        name = ref.label.value or ref.notation or ref.iri
        return PropertyValue(
            text=name,
            lang=ref.label.lang,
            id=self.service.entity_id(ref.iri, ref.notation) if own else ref.iri,
            keys=(ref.notation, ref.iri),
            kind="entity",
        )


_Values = Callable[[EntityRecords, str], Iterator[PropertyValue]]


def _codes(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    preferred = records.ref(iri).notation
    others = sorted(text.value for text in property_texts(records.statements[iri], "skos:notation"))
    for code in dict.fromkeys(filter(None, (preferred, *others))):
        yield PropertyValue(text=code)


def _iri(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    yield PropertyValue(text=iri)


def _systems(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    for scheme_iri in property_iris(records.statements[iri], "skos:inScheme"):
        if scheme := records.service.build.schemes.by_iri.get(scheme_iri):
            title = choose_text(scheme.titles, records.language) or Text(scheme.id, "")
            oids = [each.removeprefix("urn:oid:") for each in scheme.identifiers]
            keys = (scheme.id, scheme.iri, scheme.system_uri, *scheme.identifiers, *oids, scheme.part_of)
            container = records.service.build.schemes.by_iri.get(scheme.part_of)
            yield PropertyValue(text=title.value, lang=title.lang, keys=(*keys, container.id if container else ""))


def _editions(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    for edition in property_iris(records.statements[iri], "begrepp:inRelease"):
        graph = next((g for g in records.service.build.manifest.graphs if g.graph == edition), None)
        if graph:
            yield PropertyValue(text=graph.version, keys=(edition,))


def _texts(prefixed: str) -> _Values:
    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        for text in sort_texts(property_texts(records.statements[iri], prefixed), records.language):
            yield PropertyValue(text=text.value, lang=text.lang)

    return values


def _languages(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    langs = {text.lang for text in property_texts(records.statements[iri], "skos:prefLabel")}
    for lang in sorted(filter(None, langs)):
        yield PropertyValue(text=lang)


def _levels(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    for level in sorted(records.levels.get(iri, [])):
        ref = records.other_ref(level)
        yield PropertyValue(text=ref.label.value, lang=ref.label.lang, keys=(level.rpartition("/")[2], level))


def _targets(prefixed: str) -> _Values:
    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        refs = [records.ref(target) for target in property_iris(records.statements[iri], prefixed)]
        for ref in sorted(refs, key=lambda ref: ref.sort_key):
            yield records.entity(ref)

    return values


def _ancestors(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    above = find_refs(records.service.view, records.ancestors.get(iri, []), records.language)
    for ref in sorted(above.values(), key=lambda ref: ref.sort_key):
        yield records.entity(ref)


def _leaf(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    yield PropertyValue(text=str(iri not in records.with_children).lower(), kind="bool")


def _status(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
    if status := property_value(records.statements[iri], "begrepp:status"):
        yield PropertyValue(text=compact(status).removeprefix("begrepp:"), keys=(status,))


def _day(prefixed: str) -> _Values:
    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        day = property_value(records.statements[iri], prefixed)
        try:
            date.fromisoformat(day)
        except ValueError:
            return
        yield PropertyValue(text=day, kind="date")

    return values


def _mappings(predicate: str) -> _Values:
    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        record = records.service.view.concepts.record(iri)
        for row in mapping_rows(records.service.view, record, records.language) if record else ():
            if row.predicate == predicate and not row.negated:
                yield records.entity(row.other)

    return values


def _measured(place: int, prefixed: str) -> _Values:
    """Return the getter of variables (0) or registers (1) that measure a concept or a narrower one."""

    def values(records: EntityRecords, iri: str) -> Iterator[PropertyValue]:
        measuring = records.service.build.schemes.measuring_variables.get(iri, [])
        things = sorted({entry[place] for entry in measuring})
        for ref in find_refs(records.service.view, things, records.language).values():
            short = ref.iri.removeprefix(records.service.build.iris.root).removeprefix(prefixed)
            yield PropertyValue(text=ref.label.value or short, lang=ref.label.lang, keys=(short, ref.iri))

    return values


PROPERTIES: dict[str, _Values] = {
    "code": _codes,
    "system": _systems,
    "edition": _editions,
    "level": _levels,
    "parent": _targets("skos:broader"),
    "ancestor": _ancestors,
    "leaf": _leaf,
    "language": _languages,
    "prefLabel": _texts("skos:prefLabel"),
    "altLabel": _texts("skos:altLabel"),
    "definition": _texts("skos:definition"),
    "scopeNote": _texts("skos:scopeNote"),
    "status": _status,
    "validFrom": _day("begrepp:validFrom"),
    "validTo": _day("begrepp:validTo"),
    "successor": _targets("dct:isReplacedBy"),
    "exactMatch": _mappings("skos:exactMatch"),
    "closeMatch": _mappings("skos:closeMatch"),
    "broadMatch": _mappings("skos:broadMatch"),
    "narrowMatch": _mappings("skos:narrowMatch"),
    "relatedMatch": _mappings("skos:relatedMatch"),
    "register": _measured(1, "dataset/"),
    "variable": _measured(0, "dataset/"),
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


RDF_SCHEMA = expand("begrepp:")
"""Namespace of the vocabulary, which the manifest of version 0.2 names."""
