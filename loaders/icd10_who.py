"""ICD-10 of the World Health Organization, in English, from XML with nested items."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, EditionFiles, Level, Record, Redistribution, Scheme, Source, Text, texts
from begrepp.sources.archives import local_name, walk_xml
from begrepp.sources.editions import data_files
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import RowScope
from loaders.support.agencies import IN_COPYRIGHT, WHO
from loaders.support.editions import new_edition

SCHEME = Scheme(
    id="icd-10",
    titles=texts("ICD-10, WHO:s internationella version", "ICD-10, international version of WHO"),
    identifiers=("urn:oid:2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10", "http://id.who.int/icd/release/10"),
    preferred_system_uri="http://hl7.org/fhir/sid/icd-10",
    # A chapter, a block, a category or a subcategory.
    notation_pattern=r"^([IVX]+|[A-Z][0-9]{2}-[A-Z][0-9]{2}|[A-Z][0-9]{2}(\.[0-9]{1,2})?)$",
)
SOURCE = Source(
    id="icd10_who",
    title="ICD-10 (WHO)",
    publisher=WHO,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://icd.who.int/browse10/",
    reads='the .xml with nested <item type="chapter">, <name> and <description>',
    schemes=(SCHEME,),
)
LEVELS = {
    "chapter": texts("Kapitel", "Chapter"),
    "block": texts("Avsnitt", "Block"),
    "category": texts("Kategori", "Category"),
    "subcategory": texts("Underkategori", "Subcategory"),
}


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, its levels, and each item below its parent item."""
    files = [path for path in data_files(edition) if path.suffix.lower() == ".xml"]
    if len(files) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(files)} XML files, where one is expected.",
            "Add the XML of one edition; for ClaML use the loader claml.",
        )
    yield SCHEME
    yield new_edition(SCHEME, edition, WHO, IN_COPYRIGHT, Redistribution.NOT_ALLOWED, name="ICD-10")
    for depth, (kind, titles) in enumerate(LEVELS.items(), start=1):
        yield Level(scheme=SCHEME.id, depth=depth, id=kind, titles=titles)
    with files[0].open("rb") as stream:
        number = 0
        scope = RowScope()
        for path in walk_xml(stream, Origin(files[0].name)):
            with scope:
                match local_name(path[-1]):
                    # An item's description precedes its child items, so that a parent is yielded before its children.
                    case "description" if len(path) > 1:
                        number += 1
                        current_meter().rows += 1
                        yield _item(path[:-1], Origin(files[0].name, number))
                    case "item" if len(path) > 1:
                        path[-2].remove(path[-1])
                    case "item" | "name":
                        pass
                    case other if len(path) > 1:
                        raise InputError(
                            Origin(files[0].name, number), f"the element <{other}> is not known.", "Change the loader."
                        )
    if not number:
        raise InputError(files[0], "there are no items in the XML.", "Check that you added the right file.")


def _item(path: tuple[Element, ...], origin: Origin) -> Concept:
    item = path[-1]
    kind, code, label = item.get("type", ""), _child_text(item, "name"), _child_text(item, "description")
    if kind not in LEVELS:
        raise InputError(origin, f"'{code}' is of the type '{kind}'.", f"Known are {', '.join(LEVELS)}; see the file.")
    if not label:
        raise InputError(origin, f"'{code}' has no description.", "Download the file again from its publisher.")
    parents = [_child_text(each, "name") for each in path[:-1] if local_name(each) == "item"]
    return Concept(
        scheme=SCHEME.id,
        notation=code,
        origin=origin,
        pref_labels=(Text(label, "en"),),
        broader=tuple(parents[-1:]),
        level=kind,
    )


def _child_text(item: Element, tag: str) -> str:
    return next((" ".join((child.text or "").split()) for child in item if local_name(child) == tag), "")
