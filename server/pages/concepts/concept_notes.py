"""Notes and definitions of a concept, also those that are resources with a text, a date and an author."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from begrepp.records import Text
from begrepp.terminology.concept_record import ConceptNote
from begrepp.terminology.record_composition import NOTES
from server.served.build import ServedBuild
from server.served.labels import find_refs, sort_texts
from server.served.refs import Ref


class NoteGroup(Struct, frozen=True, kw_only=True):
    """Notes of one kind; `documents` are notes without a text in the build."""

    kind: str
    texts: Sequence[Text]
    documents: Sequence[Ref] = ()


def note_groups(build: ServedBuild, notes: Iterable[ConceptNote], language: str) -> list[NoteGroup]:
    """Return the notes of each kind that has any, those in the language first."""
    by_kind: dict[str, list[ConceptNote]] = defaultdict(list)
    for note in notes:
        by_kind[note.kind].append(note)
    groups = []
    for kind in sorted(by_kind, key=NOTES.index):
        documents = find_refs(build, [note.iri for note in by_kind[kind] if note.is_document], language)
        groups.append(
            NoteGroup(
                kind=kind,
                texts=note_texts(by_kind[kind], language),
                documents=sorted(documents.values(), key=lambda ref: ref.iri),
            )
        )
    return groups


def note_texts(notes: Iterable[ConceptNote], language: str) -> list[Text]:
    """Return the texts of notes, each with the dates, authors and sources of a note that is a resource."""
    described = [note for note in notes if not note.is_document]
    literals = [Text(note.text, note.language) for note in described if not note.iri]
    values = {text.value for text in literals}
    remarks = {note.text: note.remark for note in described if note.iri}
    others = [Text(note.text, note.language) for note in described if note.iri and note.text not in values]
    return [
        Text(f"{text.value} ({remarks[text.value]})", text.lang) if remarks.get(text.value) else text
        for text in sort_texts([*literals, *others], language)
    ]
