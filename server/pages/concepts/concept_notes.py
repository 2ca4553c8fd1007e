"""Notes and definitions of a concept, also those that are resources with a text, a date and an author."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from server.served.build import ServedBuild
from server.served.labels import (
    Statements,
    find_all_statements,
    find_refs,
    property_iris,
    property_texts,
    sort_texts,
)
from server.served.refs import Ref

_TEXTS = ("rdf:value", "rdfs:label", "skosxl:literalForm")
_REMARKS = ("dct:date", "dct:created", "dct:modified", "dct:creator", "dct:source")
"""Properties of a note that are shown after its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteGroup:
    """Notes of one kind; `documents` are notes without a text in the build."""

    kind: str
    texts: Sequence[Text]
    documents: Sequence[Ref] = ()


def note_groups(build: ServedBuild, statements: Statements, kinds: Iterable[str], language: str) -> list[NoteGroup]:
    """Return the notes of each kind (properties as `skos:note`) that has any, those in the language first."""
    nodes = {kind: property_iris(statements, kind) for kind in kinds}
    described = find_all_statements(build, sorted({iri for iris in nodes.values() for iri in iris}))
    groups = []
    for kind, iris in nodes.items():
        literals = property_texts(statements, kind)
        values = {text.value for text in literals}
        remarks = {text: remark for iri in iris for text, remark in _remarks(described[iri])}
        by_value = {text.value: remark for text, remark in remarks.items()}
        others = [text for text in remarks if text.value not in values]
        texts = [
            Text(f"{text.value} ({by_value[text.value]})", text.lang) if by_value.get(text.value) else text
            for text in sort_texts([*literals, *others], language)
        ]
        # A node that is described without a text is no document.
        documents = find_refs(build, [iri for iri in iris if not described[iri]], language)
        if texts or documents:
            groups.append(NoteGroup(kind=kind, texts=texts, documents=sorted(documents.values(), key=lambda r: r.iri)))
    return groups


def _remarks(described: Statements) -> list[tuple[Text, str]]:
    """Return the texts of a note that is a resource, each with its dates, authors and sources."""
    values = [term.value for name in _REMARKS for term in described.get(expand(name), ())]
    remark = ", ".join(value for value in values if "/.well-known/genid/" not in value)
    texts = next((found for name in _TEXTS if (found := property_texts(described, name))), [])
    return [(text, remark) for text in texts]
