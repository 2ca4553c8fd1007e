"""Reader of ClaML files: classes and modifiers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from begrepp.errors import InputError, Origin
from begrepp.records import (
    EditionFiles,
    Marker,
    Note,
    NoteKind,
    Text,
)
from begrepp.sources.archives import iterate_xml, local_name
from begrepp.sources.editions import data_files
from begrepp.text.plain_text import PlainText, collapse_lines, script_named
from loaders.declaration.source_toml import join_names
from loaders.support.editions import note_unread_files


@dataclass(frozen=True, slots=True, kw_only=True)
class ClamlClass:
    """A `Class` or `ModifierClass` element."""

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
class Outline:
    """Hierarchy and modifiers of a file, read in a first pass: a class may precede its superclass.

    `SuperClass` and `SubClass` state the same link from its two ends; a file may state one end only.
    """

    parents: dict[str, list[str]] = field(default_factory=dict)
    subclasses: dict[str, list[str]] = field(default_factory=dict)
    parent_codes: set[str] = field(default_factory=set)
    pointed_parents: set[str] = field(default_factory=set)
    """Codes that have a subclass whose code is theirs and a point: A00 if A00.5 is below it."""
    applied_modifiers: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    excluded: dict[str, set[str]] = field(default_factory=dict)
    modifiers: dict[str, list[ClamlClass]] = field(default_factory=dict)
    kinds: dict[str, None] = field(default_factory=dict)


def find_claml_file(edition: EditionFiles) -> Path:
    """Return the XML file of an edition. Raises `InputError` if there is not exactly one."""
    files = data_files(edition)
    xml_files = [path for path in files if path.suffix.lower() == ".xml"]
    if len(xml_files) != 1:
        names = join_names([path.name for path in files])
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(xml_files)} XML files where one is expected (there are: {names}).",
            "Add the ClaML file; if it is in a .zip, unpack it.",
        )
    note_unread_files(edition, ".xml", ".dtd")
    return xml_files[0]


def read_elements(path: Path, *tags: str) -> Iterator[tuple[Element, Origin]]:
    """Yield the elements with these tags, each with its number in the file."""
    counted: dict[str, int] = {}
    with path.open("rb") as stream:
        for element in iterate_xml(stream, tags, Origin(path.name), doctype=True):
            tag = local_name(element)
            counted[tag] = counted.get(tag, 0) + 1
            yield element, Origin(f"{path.name} {tag}", counted[tag])


def read_outline(path: Path) -> Outline:
    """Read the hierarchy and the modifiers. Raises `InputError` if the file holds no `Class`."""
    outline = Outline()
    for element, origin in read_elements(path, "Class", "ModifierClass", "ClassKind"):
        match local_name(element):
            case "ClassKind":
                outline.kinds.setdefault(element.get("name", ""))
            case "ModifierClass":
                outline.modifiers.setdefault(element.get("modifier", ""), []).append(read_class(element, origin))
            case _:
                _add_class(outline, element, origin)
    if not outline.parents:
        raise InputError(path, "the XML holds no Class: it is not ClaML.", "Check that you added the right file.")
    for code, subclasses in outline.subclasses.items():
        for subclass in subclasses:
            if code not in (stated := outline.parents.get(subclass, [])):
                stated.append(code)
    return outline


def _add_class(outline: Outline, element: Element, origin: Origin) -> None:
    code = element.get("code", "")
    if not code:
        raise InputError(origin, "the class has no code.", "Download the file again from its publisher.")
    outline.kinds.setdefault(element.get("kind", ""))
    outline.parents[code] = [child.get("code", "") for child in _children(element, "SuperClass")]
    outline.parent_codes.update(outline.parents[code])
    subclasses = [child.get("code", "") for child in _children(element, "SubClass")]
    if subclasses:
        outline.parent_codes.add(code)
        outline.subclasses[code] = subclasses
    pairs = [(parent, code) for parent in outline.parents[code]] + [(code, subclass) for subclass in subclasses]
    outline.pointed_parents.update(parent for parent, child in pairs if child.startswith(f"{parent}."))
    for child in _children(element, "ModifiedBy"):
        valid = frozenset(each.get("code", "") for each in _children(child, "ValidModifierClass"))
        outline.applied_modifiers.setdefault(code, {})[child.get("code", "")] = valid
    outline.excluded[code] = {child.get("code", "") for child in _children(element, "ExcludeModifier")}


def _children(element: Element, tag: str) -> list[Element]:
    return [child for child in element if local_name(child) == tag]


def read_class(element: Element, origin: Origin) -> ClamlClass:
    """Read the labels, definitions and notes of a class. Raises `InputError` for an unknown kind of rubric."""
    labels: dict[str, Text] = {}
    alternatives, definitions, notes, pairs = [], [], [], []
    usage = element.get("usage", "")
    if usage not in MARKERS:
        raise InputError(origin, f"the usage '{usage}' is not known.", "ClaML for ICD-10 has dagger and aster.")
    for rubric in _children(element, "Rubric"):
        kind = rubric.get("kind", "")
        for label in _children(rubric, "Label"):
            text = Text(_label_text(label), label.get(_LANG, "und"))
            if not text.value:
                continue
            pairs += [
                _reference_target(each)
                for each in label.iter()
                if each.get("usage") and local_name(each) == "Reference"
            ]
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
    return ClamlClass(
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


def _label_text(label: Element) -> str:
    """Return the text of a label: one line per paragraph and list item, references in brackets.

    A `Term` is a part of a word or sentence, such as a subscript; an empty one stands for a space (class `tab`).
    """
    plain = PlainText()

    def add(element: Element) -> None:
        tag = local_name(element)
        if tag == "Reference":
            reference_text = " ".join("".join(element.itertext()).split()).strip("[]() ")
            plain.add(f" ({reference_text}{_SIGNS.get(element.get('usage', ''), '')})" if reference_text else "")
            return
        script = script_named(element.get("class", "")) if tag == "Term" else None
        if script:
            plain.begin_script(script)
        plain.add("\n" if tag in _LINES else " " if tag in _PARTS or not (len(element) or element.text) else "")
        # Line breaks in the source are spaces; those of elements separate lines.
        plain.add(" ".join((element.text or "").split("\n")))
        for child in element:
            add(child)
            plain.add(" ".join((child.tail or "").split("\n")))
        plain.add("\n" if tag in _LINES else " " if tag in _PARTS else "")
        if script:
            plain.end_script()

    add(label)
    return collapse_lines(plain.text())


def _reference_target(reference: Element) -> str:
    return (reference.get("code") or "".join(reference.itertext())).strip()


_NOTES = {
    "inclusion": NoteKind.INCLUSION,
    "exclusion": NoteKind.EXCLUSION,
    "coding-hint": NoteKind.CODING,
    # "See before E10 for subdivisions": the place of the modifier in the printed book.
    "modifierlink": NoteKind.CODING,
    "introduction": NoteKind.NOTE,
    "text": NoteKind.NOTE,
    "note": NoteKind.NOTE,
    "footnote": NoteKind.NOTE,
    "example": NoteKind.EXAMPLE,
}
MARKERS = {"dagger": Marker.DAGGER, "aster": Marker.ASTERISK, "": None}
_SIGNS = {"dagger": "†", "aster": "*"}
_LINES = ("Para", "ListItem", "Row")
_PARTS = ("Fragment", "Cell")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
