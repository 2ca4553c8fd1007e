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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from begrepp.archives import iterate_xml, local_name
from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.privacy import refuse_identity_numbers
from begrepp.records import (
    Concept,
    Edition,
    Level,
    Marker,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Text,
    texts,
)
from begrepp.rows import meter
from loaders.agencies import WHO
from loaders.declarations import file_list, read_declaration, release, release_dates, rights, scheme

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
_NOTES = {
    "inclusion": NoteKind.INCLUSION,
    "exclusion": NoteKind.EXCLUSION,
    "coding-hint": NoteKind.CODING,
    # "See before E10 for subdivisions": where the modifier stands in the printed book.
    "modifierlink": NoteKind.CODING,
    "introduction": NoteKind.NOTE,
    "text": NoteKind.NOTE,
    "note": NoteKind.NOTE,
    "footnote": NoteKind.NOTE,
    "example": NoteKind.EXAMPLE,
}
_MARKERS = {"dagger": Marker.DAGGER, "aster": Marker.ASTERISK, "": None}
_SIGNS = {"dagger": "†", "aster": "*"}
_LINES = ("Para", "ListItem", "Row")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    """A class or a modifier class: what it says of itself."""

    code: str
    origin: Origin
    kind: str
    usage: str
    labels: tuple[Text, ...]
    alternatives: tuple[Text, ...] = ()
    definitions: tuple[Text, ...] = ()
    notes: tuple[Note, ...] = ()
    pairs: tuple[str, ...] = ()


@dataclass(slots=True)
class _Outline:
    """What must be known before the first class is told: who stands below whom, and which modifiers hold."""

    parents: dict[str, list[str]] = field(default_factory=dict)
    inner: set[str] = field(default_factory=set)
    modified: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    excluded: dict[str, set[str]] = field(default_factory=dict)
    modifiers: dict[str, list[_Class]] = field(default_factory=dict)
    kinds: dict[str, None] = field(default_factory=dict)


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The release, a level for each kind of class, and every class with the codes that modifiers make of it."""
    keys = read_declaration(edition, declared)
    known, said, dates = rights(keys), scheme(keys, edition.source), release_dates(keys, edition)
    keys.done()
    path = _only_file(edition)
    outline = _read_outline(path)
    yield said
    yield release(said, dates, known)
    for depth, kind in enumerate(outline.kinds, start=1):
        yield Level(scheme=said.id, depth=depth, id=kind, titles=_LEVELS.get(kind, texts(kind, kind)))
    # A code is written out at times, though a modifier makes it too; what is written out counts.
    for element, origin in _elements(path, "Class"):
        meter().rows += 1
        one = _read_class(element, origin)
        yield _concept(said, one, tuple(outline.parents[one.code]), outline)
        if one.code not in outline.inner:
            yield from _expanded(said, one, outline)
    for code in sorted(
        {modifier for found in outline.modified.values() for modifier in found} - outline.modifiers.keys()
    ):
        yield Skipped(origin=Origin(path.name), reason=f"the modifier '{code}' is used, but is not in the file.")


def _only_file(edition: Edition) -> Path:
    files = data_files(edition)
    found = [path for path in files if path.suffix.lower() == ".xml"]
    if len(found) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(found)} XML files where one is expected (there are: {file_list([path.name for path in files])}).",
            "Add the ClaML file; if it is in a .zip, unpack it.",
        )
    return found[0]


def _elements(path: Path, *tags: str) -> Iterator[tuple[Element, Origin]]:
    counted: dict[str, int] = {}
    with path.open("rb") as stream:
        for element in iterate_xml(stream, tags, Origin(path.name), doctype=True):
            tag = local_name(element)
            counted[tag] = counted.get(tag, 0) + 1
            yield element, Origin(f"{path.name} {tag}", counted[tag])


# The outline: a first reading of the file.


def _read_outline(path: Path) -> _Outline:
    outline = _Outline()
    for element, origin in _elements(path, "Class", "ModifierClass", "ClassKind"):
        match local_name(element):
            case "ClassKind":
                outline.kinds.setdefault(element.get("name", ""))
            case "ModifierClass":
                outline.modifiers.setdefault(element.get("modifier", ""), []).append(_read_class(element, origin))
            case _:
                _add_class(outline, element, origin)
    if not outline.parents:
        raise InputError(path, "the XML holds no Class: it is not ClaML.", "Check that you added the right file.")
    return outline


def _add_class(outline: _Outline, element: Element, origin: Origin) -> None:
    code = element.get("code", "")
    if not code:
        raise InputError(origin, "the class has no code.", "Download the file again from its publisher.")
    outline.kinds.setdefault(element.get("kind", ""))
    outline.parents[code] = [child.get("code", "") for child in _children(element, "SuperClass")]
    outline.inner.update(outline.parents[code])
    if _children(element, "SubClass"):
        outline.inner.add(code)
    for child in _children(element, "ModifiedBy"):
        valid = frozenset(each.get("code", "") for each in _children(child, "ValidModifierClass"))
        outline.modified.setdefault(code, {})[child.get("code", "")] = valid
    outline.excluded[code] = {child.get("code", "") for child in _children(element, "ExcludeModifier")}


def _children(element: Element, tag: str) -> list[Element]:
    return [child for child in element if local_name(child) == tag]


# One class, and its words.


def _read_class(element: Element, origin: Origin) -> _Class:
    labels: dict[str, Text] = {}
    alternatives, definitions, notes, pairs = [], [], [], []
    usage = element.get("usage", "")
    if usage not in _MARKERS:
        raise InputError(origin, f"the usage '{usage}' is not known.", "ClaML for ICD-10 has dagger and aster.")
    for rubric in _children(element, "Rubric"):
        kind = rubric.get("kind", "")
        for label in _children(rubric, "Label"):
            text = Text(_words(label), label.get(_LANG, "und"))
            refuse_identity_numbers(text.value, origin)
            if not text.value:
                continue
            pairs += [_target(each) for each in label.iter() if each.get("usage") and local_name(each) == "Reference"]
            if kind == "preferred" and text.lang not in labels:
                labels[text.lang] = text
            elif kind in ("preferred", "preferredLong", "preferredShort"):
                alternatives.append(text)
            elif kind == "definition":
                definitions.append(text)
            elif kind in _NOTES:
                notes.append(Note(_NOTES[kind], text))
            else:
                raise InputError(
                    origin, f"rubrics of the kind '{kind}' are not known.", "Add the kind to the table in the loader."
                )
    return _Class(
        code=element.get("code", ""),
        origin=origin,
        kind=element.get("kind", ""),
        usage=usage,
        labels=tuple(labels.values()),
        alternatives=tuple(dict.fromkeys(text for text in alternatives if text not in labels.values())),
        definitions=tuple(definitions),
        notes=tuple(notes),
        pairs=tuple(dict.fromkeys(pairs)),
    )


def _words(label: Element) -> str:
    """The text of a label: paragraphs and list items on lines of their own, references in brackets."""
    parts: list[str] = []

    def add(element: Element) -> None:
        tag = local_name(element)
        if tag == "Reference":
            words = " ".join("".join(element.itertext()).split()).strip("[]() ")
            parts.append(f" ({words}{_SIGNS.get(element.get('usage', ''), '')})" if words else "")
            return
        parts.append("\n" if tag in _LINES else " " if tag in ("Fragment", "Term") else "")
        parts.append(element.text or "")
        for child in element:
            add(child)
            parts.append(child.tail or "")
        parts.append("\n" if tag in _LINES else "")

    # Line breaks of the file itself are no more than spaces; those added here are.
    for text_holder in label.iter():
        text_holder.text = " ".join((text_holder.text or "").splitlines())
        text_holder.tail = " ".join((text_holder.tail or "").splitlines())
    add(label)
    lines = (" ".join(line.split()) for line in "".join(parts).splitlines())
    return "\n".join(line for line in lines if line)


def _target(reference: Element) -> str:
    return (reference.get("code") or "".join(reference.itertext())).strip()


def _concept(said: Scheme, one: _Class, parents: tuple[str, ...], outline: _Outline) -> Concept:
    labels = one.labels
    if not labels:
        raise InputError(one.origin, f"the class '{one.code}' has no preferred name.", "Download the file again.")
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
        marker=_MARKERS[one.usage],
        # A reference with a sign says which code it is used together with, where that is a single code.
        paired_with=tuple(code for code in one.pairs if code in outline.parents) if one.usage else (),
    )


# The codes that modifiers make.


def _expanded(said: Scheme, one: _Class, outline: _Outline) -> Iterator[Concept]:
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


def _effective(code: str, outline: _Outline) -> dict[str, frozenset[str]]:
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


def _joined(base: _Class, modifier: _Class) -> _Class:
    # A category of ICD-10 has its point after three characters, which modifiers of the fourth do not always write.
    point = "." if re.fullmatch(r"[A-Z]\d\d", base.code) and not modifier.code.startswith(".") else ""
    words = {text.lang: text.value for text in base.labels}
    return _Class(
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
