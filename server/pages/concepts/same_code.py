"""The code of a concept in other code systems: the same code need not have the same meaning."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from begrepp.records import Text
from begrepp.terminology.concept_record import ConceptRecord
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref

_SHORTEST = 3
"""Characters of a code that is looked for in other systems; a shorter one, `1`, is in most lists."""


class SameCode(Struct, frozen=True, kw_only=True):
    """A concept with the same code, and the title of its code system."""

    ref: Ref
    system: Text


def same_code(build: ServedBuild, record: ConceptRecord, language: str) -> Sequence[SameCode]:
    """Return the active concepts with the same code in other code systems; none for a short code or a word."""
    if not _is_telling(record.code):
        return ()
    found: dict[str, Text] = {}
    for system in build.terminology.systems_with_code(record.code):
        if system.description.iri in record.schemes:
            continue
        for concept in system.indices(record.code):
            if concept in system.active:
                title = choose_text(system.description.titles, language)
                found[system.iri(concept)] = title or Text(system.description.id, "")
    known = find_refs(build, found, language) if found else {}
    return [SameCode(ref=known[iri], system=title) for iri, title in found.items()]


def _is_telling(code: str) -> bool:
    return len(code) >= _SHORTEST and any(map(str.isdecimal, code))
