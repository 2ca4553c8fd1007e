"""JSON bodies of things: a short form for lists, and all properties of a concept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from server.api.schemas import ConceptBody, RefBody
from server.pages.concepts.concept import NOTES
from server.pages.signposting import rights_of
from server.pages.templating import address
from server.served.build import ServedBuild
from server.served.labels import find_refs, find_statements, property_iris, property_texts, property_value, suggestions
from server.served.refs import Ref
from server.served.resolver import Resolved


def ref_body(ref: Ref) -> RefBody:
    """Return the short form of a thing."""
    return RefBody(**ref_fields(ref))


def ref_fields(ref: Ref) -> dict[str, Any]:
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


def concept_body(build: ServedBuild, concept: Resolved, language: str) -> ConceptBody:
    """Return a concept with its labels, notes, broader and related concepts, successors and suggestions."""
    statements = find_statements(build, concept.iri)
    broader, related, successors = (
        property_iris(statements, name) for name in ("skos:broader", "skos:related", "dct:isReplacedBy")
    )
    suggested = suggestions(statements)
    known = find_refs(build, {concept.iri, *broader, *related, *successors, *suggested}, language)
    edition = next(iter(property_iris(statements, "begrepp:inRelease")), "")
    notes = {compact(expand(name)).partition(":")[2]: _by_language(property_texts(statements, name)) for name in NOTES}
    return ConceptBody(
        **ref_fields(known[concept.iri]),
        status=compact(property_value(statements, "begrepp:status")).removeprefix("begrepp:") or None,
        pref_label={text.lang or "und": text.value for text in reversed(property_texts(statements, "skos:prefLabel"))},
        alt_label=_by_language(property_texts(statements, "skos:altLabel")),
        hidden_label=_by_language(property_texts(statements, "skos:hiddenLabel")),
        definition=_by_language(property_texts(statements, "skos:definition")),
        notes={name: texts for name, texts in notes.items() if texts},
        broader=[ref_body(known[iri]) for iri in broader],
        related=[ref_body(known[iri]) for iri in related],
        is_replaced_by=[ref_body(known[iri]) for iri in successors],
        consider=[ref_body(known[iri]) for iri in suggested],
        valid_from=property_value(statements, "begrepp:validFrom") or None,
        valid_to=property_value(statements, "begrepp:validTo") or None,
        release=edition or None,
        license=(rights_of(build, edition).licence or None) if edition else None,
    )


def _by_language(texts: Iterable[Text]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        values[text.lang or "und"].append(text.value)
    return {lang: sorted(values[lang]) for lang in sorted(values)}
