"""Information models, such as NI (nationell informationsstruktur), from a table of classes and attributes.

NI has no download; its pages list classes, and for every attribute name, type (ISO 21090), cardinality and binding.
The table has the same content: a row for each class (without attribute) and each attribute. `[model]` in source.toml
names the model and its version. Manual: docs/how-to/source-toml.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.errors import InputError
from begrepp.records import EditionFiles, Element, Record, Redistribution, Source, Structure, is_iri, texts
from begrepp.sources.editions import data_files
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row, parse_date
from begrepp.sources.tables import read_table
from loaders.declaration.known_source import declare_forms
from loaders.declaration.source_toml import read_declaration, read_edition_dates, read_rights
from loaders.support.agencies import EHALSOMYNDIGHETEN

COLUMNS = (
    "class",
    "attribute",
    "type",
    "card",
    "code_system",
    "binding",
    "label_en",
    "note_sv",
    "note_en",
    "source",
    "checked",
)
SOURCE = Source(
    id="ni",
    title="Informationsmodell som tabell (NI)",
    publisher=EHALSOMYNDIGHETEN,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://informationsstruktur.socialstyrelsen.se/models",
    reads=f"a table .tsv of the columns {', '.join(COLUMNS)}, with [model] in source.toml",
)
# The datatypes of ISO 21090 in NI; its editions write the same type as `CD_CV`, `CD.CV` and `CV`.
_TYPES = frozenset(
    {
        *("AD", "ADXP", "ANY", "BL", "BL.NONNULL", "CD", "CD.CV", "CO", "CS", "CV", "ED", "EN", "II", "INT", "IVL"),
        *("PQ", "QTY", "REAL", "RTO", "SC", "ST", "TEL", "TS", "TS.DATE", "TS.DATE.FULL"),
    }
)
_TYPE = re.compile(r"[A-Z.]+(\([A-Z.]+\))?")
_CARD = re.compile(r"(?P<least>\d+)(\.\.(?P<most>\d+|\*))?")
_NAME = re.compile(r"[^\s./#]+([ \-][^\s./#]+)*")


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the model, its classes, and their attributes in the order of the table."""
    declaration = read_declaration(edition, declared)
    declare_forms(declaration, edition)
    rights = read_rights(declaration)
    dates = read_edition_dates(declaration, edition)
    model = declaration.table("model", required=True)
    id_ = model.slug("id", default=edition.source)
    yield Structure(
        id=id_,
        version=dates.version,
        origin=declaration.origin,
        titles=model.texts("title", required=True),
        kind=model.text("kind", default="information model"),
        publisher=rights.publisher,
        licence=rights.licence,
        valid_from=dates.valid_from,
        redistribution=rights.redistribution,
        specification=model.text("specification", default=rights.homepage or id_),
        descriptions=model.texts("description"),
        identifiers=model.strings("identifiers"),
        is_model=True,
    )
    model.done()
    declaration.done()
    classes: dict[str, Row] = {}
    rows_by_path: dict[str, Row] = {}
    for path in data_files(edition):
        scope = RowScope()
        for row in read_table(path, required=("class", "attribute", "type", "card"), delimiter="\t", quoted=False):
            with scope:
                element = _element(row, id_)
                if element.path in rows_by_path:
                    raise InputError(
                        row.origin,
                        f"'{element.path}' already occurs in {rows_by_path[element.path].origin}.",
                        "Remove one of the two.",
                    )
                rows_by_path[element.path] = row
                owner = element.path.partition(".")[0]
                if element.path == owner:
                    classes[owner] = row
                elif owner not in classes:
                    raise InputError(
                        row.origin,
                        f"the attribute '{element.path}' belongs to a class that has no row above it.",
                        f"Add a row with class '{owner}' and an empty attribute.",
                    )
                yield element


def _element(row: Row, model: str) -> Element:
    owner, attribute = row.take("class"), row.take("attribute")
    for column, name in (("class", owner), ("attribute", attribute)):
        if (name or column == "class") and not _NAME.fullmatch(name):
            raise InputError(
                row.origin, f"'{name}' in the column '{column}' is not a valid name.", "Write it without . / and #."
            )
    datatype, card = row.take("type"), row.take("card")
    normalized_type = datatype.replace("_", ".")
    if attribute and not all(_is_datatype(one) for one in normalized_type.split("|")):
        raise InputError(
            row.origin,
            f"'{datatype}' is not an ISO 21090 type that NI uses.",
            f"Use one of: {', '.join(sorted(_TYPES))}.",
        )
    cardinality = _CARD.fullmatch(card)
    if card and not cardinality:
        raise InputError(row.origin, f"'{card}' is not a cardinality.", "Write 1, 0..1, 0..* or 1..*.")
    if not attribute and (datatype or card):
        raise InputError(
            row.origin, "a class has neither type nor cardinality.", "Empty the cells, or name the attribute."
        )
    bindings = _split(row.take_optional("binding"))
    systems = _split(row.take_optional("code_system"))
    if wrong := [each for each in bindings if not is_iri(each)]:
        raise InputError(
            row.origin,
            f"the binding '{wrong[0]}' is not a URI.",
            "Write the address of the value set, or use code_system.",
        )
    notes = texts(row.take_optional("note_sv"), row.take_optional("note_en"))
    element = Element(
        structure=model,
        path=f"{owner}.{attribute}" if attribute else owner,
        origin=row.origin,
        titles=texts(attribute or owner, row.take_optional("label_en")),
        descriptions=notes,
        parent=owner if attribute else "",
        datatype=normalized_type,
        min_card=cardinality["least"] if cardinality else "",
        max_card=(cardinality["most"] or cardinality["least"]) if cardinality else "",
        code_systems=systems,
        bindings=bindings,
        source=row.take_optional("source"),
        checked=parse_date(row.take_optional("checked"), row.origin, "checked"),
    )
    row.done()
    return element


def _is_datatype(datatype: str) -> bool:
    outer, _, inner = datatype.rstrip(")").partition("(")
    return bool(_TYPE.fullmatch(datatype)) and outer in _TYPES and (not inner or inner in _TYPES)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
