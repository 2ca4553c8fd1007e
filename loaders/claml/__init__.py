"""Classifications in ClaML 2 and 3, the XML in which WHO publishes ICD-10 and ICF.

A format: `source.toml` beside the file says which classification it is. Codes that a modifier makes are not
written out in ClaML; they are made here. A modifier holds for a class and for all below it, until a class
excludes it, and is applied to the lowest classes: E10 and `.0` make E10.0. `Meta` elements, which hold keys
of other tabulations, are not kept. The DTD that a DOCTYPE names is not fetched.
ClaML: EN 14463 and ISO 13120:2019.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    EditionFiles,
    Level,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Text,
    texts,
)
from begrepp.sources.meter import meter
from loaders.claml.reader import MARKERS, ClamlClass, Outline, find_claml_file, read_class, read_elements, read_outline
from loaders.declaration.source_toml import (
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_rights,
    read_scheme,
)
from loaders.support.agencies import WHO

SOURCE = Source(
    id="claml",
    title="Klassifikationer i ClaML",
    publisher=WHO,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.iso.org/standard/69318.html",
    reads="a .xml file in ClaML 2 or 3",
)
_LEVELS = {
    "chapter": texts("Kapitel", "Chapter"),
    "block": texts("Avsnitt", "Block"),
    "category": texts("Kategori", "Category"),
}


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The release, a level for each kind of class, and every class with the codes that modifiers make of it."""
    keys = read_declaration(edition, declared)
    known, said, dates = read_rights(keys), read_scheme(keys, edition.source), read_edition_dates(keys, edition)
    keys.done()
    path = find_claml_file(edition)
    outline = read_outline(path)
    yield said
    yield new_declared_edition(said, dates, known)
    for depth, kind in enumerate(outline.kinds, start=1):
        yield Level(scheme=said.id, depth=depth, id=kind, titles=_LEVELS.get(kind, texts(kind, kind)))
    # A code is written out at times, though a modifier makes it too; what is written out counts.
    for element, origin in read_elements(path, "Class"):
        meter().rows += 1
        one = read_class(element, origin)
        yield _concept(said, one, tuple(outline.parents[one.code]), outline)
        if one.code not in outline.inner:
            yield from _expanded(said, one, outline)
    for code in sorted(
        {modifier for found in outline.modified.values() for modifier in found} - outline.modifiers.keys()
    ):
        yield Skipped(origin=Origin(path.name), reason=f"the modifier '{code}' is used, but is not in the file.")


def _concept(said: Scheme, one: ClamlClass, parents: tuple[str, ...], outline: Outline) -> Concept:
    labels = one.labels
    if not labels:
        raise InputError(one.origin, f"the class '{one.code}' has no preferred name.", "Fetch the file again.")
    return Concept(
        scheme=said.id,
        notation=one.code,
        origin=one.origin,
        pref_labels=labels,
        alt_labels=tuple(text for text in one.alternatives if text not in labels),
        definitions=one.definitions,
        notes=one.notes,
        broader=parents,
        level=one.kind,
        marker=MARKERS[one.usage],
        # A reference with a sign says which code it is used together with, where that is a single code.
        paired_with=tuple(code for code in one.pairs if code in outline.parents) if one.usage else (),
    )


# The codes that modifiers make.


def _expanded(said: Scheme, one: ClamlClass, outline: Outline) -> Iterator[Concept]:
    found = _effective(one.code, outline)
    # The modifier of the fourth character, whose codes begin with the point, comes before that of the fifth.
    ordered = sorted(found, key=lambda m: (not any(c.code.startswith(".") for c in outline.modifiers.get(m, ())), m))
    bases = [one]
    for modifier in ordered:
        made = []
        for base in bases:
            for each in outline.modifiers.get(modifier, ()):
                if found[modifier] and each.code not in found[modifier]:
                    continue
                joined = _joined(base, each)
                made.append(joined)
                if joined.code not in outline.parents:
                    yield _concept(said, joined, (base.code,), outline)
        bases = made or bases


def _effective(code: str, outline: Outline) -> dict[str, frozenset[str]]:
    """The modifiers that hold for a class, each with the codes of it that are valid (none: all of them are)."""
    found: dict[str, frozenset[str]] = {}
    excluded: set[str] = set()
    queue, seen = [code], set()
    while queue:
        here = queue.pop(0)
        if here in seen:
            continue
        seen.add(here)
        for modifier, valid in outline.modified.get(here, {}).items():
            if modifier not in excluded:
                found.setdefault(modifier, valid)
        excluded |= outline.excluded.get(here, set())
        queue += outline.parents.get(here, ())
    return found


def _joined(base: ClamlClass, modifier: ClamlClass) -> ClamlClass:
    # A category of ICD-10 has its point after three characters, which modifiers of the fourth do not always write.
    point = "." if re.fullmatch(r"[A-Z]\d\d", base.code) and not modifier.code.startswith(".") else ""
    words = {text.lang: text.value for text in base.labels}
    return ClamlClass(
        code=f"{base.code}{point}{modifier.code}",
        origin=modifier.origin,
        kind=base.kind,
        usage=modifier.usage or base.usage,
        labels=tuple(
            Text(f"{words[text.lang]}: {text.value}" if text.lang in words else text.value, text.lang)
            for text in modifier.labels
        ),
        definitions=modifier.definitions,
        notes=modifier.notes,
        pairs=modifier.pairs,
    )
