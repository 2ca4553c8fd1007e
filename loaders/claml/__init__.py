"""Classifications in ClaML 2 and 3, the XML format in which WHO publishes ICD-10 and ICF.

A format: `source.toml` beside the file describes the classification. ClaML does not list the codes that modifiers
generate; this loader generates them. A modifier applies to a class and its descendants, except where a class
excludes it, and extends the leaf classes: E10 and `.0` give E10.0. A modifier whose codes begin with a point divides
three-character classes, also those that list some of their own codes (A00 with A00.5 and `.0` gives A00.0 too), and
never a code that has a point. A modifier that gives no code is reported. `Meta` elements (keys of other tabulations)
are not loaded. The DTD that a DOCTYPE names is not fetched.
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
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import RowScope
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
    """Yield the scheme, the edition, a level for each kind of class, and every class with its generated codes."""
    declaration = read_declaration(edition, declared)
    rights, scheme, dates = (
        read_rights(declaration),
        read_scheme(declaration, edition.source),
        read_edition_dates(declaration, edition),
    )
    declaration.done()
    path = find_claml_file(edition)
    outline = read_outline(path)
    yield scheme
    yield new_declared_edition(scheme, dates, rights)
    for depth, kind in enumerate(outline.kinds, start=1):
        yield Level(scheme=scheme.id, depth=depth, id=kind, titles=_LEVELS.get(kind, texts(kind, kind)))
    # The file may list a code that a modifier also generates; the listed one is used.
    scope = RowScope()
    used: set[str] = set()
    generated: set[str] = set()
    for element, origin in read_elements(path, "Class"):
        with scope:
            current_meter().rows += 1
            class_ = read_class(element, origin)
            yield _concept(scheme, class_, tuple(outline.parents[class_.code]), outline)
            modifiers = _usable_modifiers(class_.code, outline)
            used |= modifiers.keys()
            for concept in _expand_modifiers(scheme, class_, modifiers, outline):
                generated.add(concept.notation)
                yield concept
    for code, subclasses in outline.subclasses.items():
        for missing in [each for each in subclasses if each not in outline.parents and each not in generated]:
            reason = f"the class '{code}' names the subclass '{missing}', which is not in the file."
            yield Skipped(origin=Origin(path.name), reason=reason)
    applied = {modifier for found in outline.applied_modifiers.values() for modifier in found}
    for code in sorted(applied - outline.modifiers.keys()):
        yield Skipped(origin=Origin(path.name), reason=f"the modifier '{code}' is used, but is not in the file.")
    for code in sorted((applied & outline.modifiers.keys()) - used):
        classes = ", ".join(each for each, found in outline.applied_modifiers.items() if code in found)
        reason = f"the modifier '{code}' of {classes} gives no codes: no class below can be extended by it."
        yield Skipped(origin=Origin(path.name), reason=reason)


def _concept(scheme: Scheme, class_: ClamlClass, parents: tuple[str, ...], outline: Outline) -> Concept:
    labels = class_.labels
    if not labels:
        raise InputError(class_.origin, f"the class '{class_.code}' has no preferred name.", "Download the file again.")
    return Concept(
        scheme=scheme.id,
        notation=class_.code,
        origin=class_.origin,
        pref_labels=labels,
        alt_labels=tuple(text for text in class_.alternatives if text not in labels),
        definitions=class_.definitions,
        notes=class_.notes,
        broader=parents,
        level=class_.kind,
        marker=MARKERS[class_.usage],
        # A reference with a dagger or asterisk names the paired code, unless it is a range.
        paired_with=tuple(code for code in class_.pairs if code in outline.parents) if class_.usage else (),
    )


def _usable_modifiers(code: str, outline: Outline) -> dict[str, frozenset[str]]:
    """Return the modifiers that extend a class, each with its valid codes (an empty set means all)."""
    effective = {m: valid for m, valid in _effective_modifiers(code, outline).items() if m in outline.modifiers}
    pointed = {m for m in effective if _has_point(m, outline)}
    if code not in outline.parent_codes:
        own = outline.applied_modifiers.get(code, {})
        return {m: valid for m, valid in effective.items() if m in own or m not in pointed or "." not in code}
    # The codes of a class with subclasses are on the level of those; the other modifiers extend its subclasses.
    return effective if pointed and code in outline.pointed_parents else {}


def _has_point(modifier: str, outline: Outline) -> bool:
    return any(each.code.startswith(".") for each in outline.modifiers[modifier])


def _expand_modifiers(
    scheme: Scheme, class_: ClamlClass, modifiers: Mapping[str, frozenset[str]], outline: Outline
) -> Iterator[Concept]:
    # The modifier of the fourth character, whose codes begin with a point, is applied before that of the fifth.
    ordered = sorted(modifiers, key=lambda m: (not _has_point(m, outline), m))
    bases = [class_]
    for modifier in ordered:
        extended = []
        for base in bases:
            for modifier_class in outline.modifiers[modifier]:
                if modifiers[modifier] and modifier_class.code not in modifiers[modifier]:
                    continue
                joined = _extend(base, modifier_class)
                extended.append(joined)
                if joined.code not in outline.parents:
                    yield _concept(scheme, joined, (base.code,), outline)
        bases = extended or bases


def _effective_modifiers(code: str, outline: Outline) -> dict[str, frozenset[str]]:
    """Return the modifiers that apply to a class, each with its valid codes (an empty set means all)."""
    modifiers: dict[str, frozenset[str]] = {}
    excluded: set[str] = set()
    queue, seen = [code], set()
    while queue:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        for modifier, valid in outline.applied_modifiers.get(current, {}).items():
            if modifier not in excluded:
                modifiers.setdefault(modifier, valid)
        excluded |= outline.excluded.get(current, set())
        queue += outline.parents.get(current, ())
    return modifiers


def _extend(base: ClamlClass, modifier: ClamlClass) -> ClamlClass:
    # ICD-10 codes have a point after three characters; codes of the fourth character do not always include it.
    point = "." if re.fullmatch(r"[A-Z]\d\d", base.code) and not modifier.code.startswith(".") else ""
    labels_by_language = {text.lang: text.value for text in base.labels}
    return ClamlClass(
        code=f"{base.code}{point}{modifier.code}",
        origin=modifier.origin,
        kind=base.kind,
        usage=modifier.usage or base.usage,
        labels=tuple(
            Text(
                f"{labels_by_language[text.lang]}: {text.value}" if text.lang in labels_by_language else text.value,
                text.lang,
            )
            for text in modifier.labels
        ),
        definitions=modifier.definitions,
        notes=modifier.notes,
        pairs=modifier.pairs,
    )
