"""Preview of an entity: a small page without scripts that a client shows in a frame, and the text of a flyout."""

from __future__ import annotations

from msgspec import Struct

from begrepp.records import Text
from server.reconciliation.concept_search import describe_concepts, find_identified
from server.reconciliation.entity_properties import PROPERTIES, EntityRecords, PropertyValue, property_name
from server.reconciliation.entity_types import TypeIndex
from server.reconciliation.service_address import ReconciliationService
from server.served.labels import choose_text
from server.served.resolver import Missing

_SHOWN = ("altLabel", "definition", "parent", "validFrom", "validTo", "successor", "exactMatch", "register")
_MOST_VALUES = 5
_MOST_CHARACTERS = 600


class PreviewRow(Struct, frozen=True, kw_only=True):
    """A property with its first values, and the number of the others."""

    name: str
    values: list[PropertyValue]
    more: int


class EntityPreview(Struct, frozen=True, kw_only=True):
    """Data of a preview."""

    id: str
    iri: str
    name: Text
    code: str
    kind: str
    active: bool
    rows: list[PreviewRow]


def preview_entity(service: ReconciliationService, id_: str, language: str) -> EntityPreview:
    """Return the preview of an entity; raises `Missing` for an unknown identifier."""
    found = find_identified(service, id_) or describe_concepts(service, [id_])
    if not found:
        raise Missing(f"There is no entity {id_[:100]} in this service.", "Check the identifier.")
    concept = found[0]
    records = EntityRecords(service, [concept.iri], language)
    rows = []
    for name in _SHOWN:
        values = [_shorten(value) for value in PROPERTIES[name](records, concept.iri)]
        if values:
            shown = values[:_MOST_VALUES]
            rows.append(PreviewRow(name=property_name(name, language), values=shown, more=len(values) - len(shown)))
    types = TypeIndex(service, language).types_of([concept])[concept.iri]
    return EntityPreview(
        id=service.entity_id(concept.iri, concept.notation),
        iri=concept.iri,
        name=choose_text(concept.labels, language) or Text(concept.notation, ""),
        code=concept.notation,
        kind=" · ".join(type_.name.value for type_ in types),
        active=concept.active,
        rows=rows,
    )


def _shorten(value: PropertyValue) -> PropertyValue:
    if len(value.text) <= _MOST_CHARACTERS:
        return value
    return PropertyValue(text=f"{value.text[:_MOST_CHARACTERS]} …", lang=value.lang, kind=value.kind)
