"""JSON bodies of things: a short form for lists, and all properties of a concept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from begrepp.terminology.concept_record import ConceptNote, ConceptRecord, Use
from begrepp.terminology.record_composition import NOTES
from server.api.schemas import ConceptBody, RefBody
from server.pages.templating import address
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

AddressFunction = Callable[[str], str]
_CONTEXT = "http://www.w3.org/ns/json-ld#context"


def json_links(address: AddressFunction) -> str:
    """Return the `Link` header of responses of the API: the JSON-LD context and the description of the API."""
    return (
        f'<{address("/context.jsonld")}>; rel="{_CONTEXT}"; type="application/ld+json", '
        f'<{address("/api/openapi.json")}>; rel="service-desc"'
    )


def ref_body(ref: Ref, address: AddressFunction = address) -> RefBody:
    """Return the short form of a thing; `address` adds the prefix that the application is mounted under to a path."""
    return RefBody(**ref_fields(ref, address))


def ref_fields(ref: Ref, address: AddressFunction = address) -> dict[str, Any]:
    """Return the fields of `RefBody`, for it and the structs that extend it."""
    return {
        "iri": ref.iri,
        "href": address(ref.href),
        "notation": ref.notation or None,
        "label": ref.label.value or None,
        "lang": ref.label.lang or None,
        "scheme": ref.scheme or None,
        "active": ref.active,
    }


def concept_body(
    build: ServedBuild, record: ConceptRecord, language: str, address: AddressFunction = address
) -> ConceptBody:
    """Return a concept with its labels, notes, broader and related concepts, successors and suggestions."""
    known = find_refs(
        build,
        {record.iri, *record.parents, *record.related, *record.successors, *record.suggested},
        language,
    )
    edition = build.terminology.edition(record.release)
    preferred = [(each.language or "und", each.text) for each in record.designations if each.use == "preferred"]
    notes = {name.partition(":")[2]: _note_texts(record.notes, name) for name in NOTES} if record.notes else {}
    return ConceptBody(
        **ref_fields(known[record.iri], address),
        status=record.status or None,
        pref_label=dict(reversed(preferred)),
        alt_label=_labels(record, "synonym"),
        hidden_label=_labels(record, "hidden"),
        definition=_note_texts(record.definitions, "skos:definition"),
        notes={name: texts for name, texts in notes.items() if texts},
        broader=[ref_body(known[iri], address) for iri in record.parents],
        related=[ref_body(known[iri], address) for iri in record.related],
        is_replaced_by=[ref_body(known[iri], address) for iri in record.successors],
        consider=[ref_body(known[iri], address) for iri in record.suggested],
        valid_from=record.valid_from or None,
        valid_to=record.valid_to or None,
        release=record.release or None,
        license=(edition.licence if edition else "") or None,
    )


def _labels(record: ConceptRecord, use: Use) -> dict[str, list[str]]:
    return _by_language((each.language, each.text) for each in record.designations if each.use == use)


def _note_texts(notes: Sequence[ConceptNote], kind: str) -> dict[str, list[str]]:
    """Return the literal notes of a kind; notes that are resources are in the RDF of the concept."""
    return _by_language((note.language, note.text) for note in notes if note.kind == kind and not note.iri)


def _by_language(texts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for lang, text in texts:
        values[lang or "und"].append(text)
    return {lang: sorted(values[lang]) for lang in sorted(values)}
