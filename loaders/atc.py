"""ATC, the WHO classification of medicines, as used in Sweden. Reads three forms:

1. Läkemedelsverket's NSL archive: `codesystems\\atc-code.xml`, Swedish and English names, last dates.
2. The normalised CSV: `code,label,label_en,parent_code,valid_from,valid_to`.
3. Regionala cancercentrum's table of `key,value`, Swedish only, with veterinary codes.

The length of the code gives the level: 1, 3, 4, 5 or 7 characters; veterinary codes have a prefix Q.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

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
    Status,
    texts,
)
from begrepp.sources.archives import iterate_xml, open_member
from begrepp.sources.editions import data_files
from begrepp.sources.editions import valid_from as edition_valid_from
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import parse_date
from begrepp.sources.tables import read_table
from begrepp.sources.xml import element_text
from loaders.support.agencies import IN_COPYRIGHT, LAKEMEDELSVERKET, RCC
from loaders.support.editions import protected_edition
from loaders.support.key_tables import is_key_table

SCHEME = Scheme(
    id="atc",
    titles=texts(
        "ATC, anatomisk terapeutisk kemisk klassifikation av läkemedel",
        "ATC, Anatomical Therapeutic Chemical Classification",
    ),
    identifiers=(
        "urn:oid:1.2.752.129.2.2.3.1.1",
        "urn:oid:2.16.840.1.113883.6.73",
        "http://www.whocc.no/atc",
    ),
    preferred_system_uri="http://www.whocc.no/atc",
    notation_pattern=r"^Q?[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$|^Q$",
)
SOURCE = Source(
    id="atc",
    title="ATC",
    publisher=LAKEMEDELSVERKET,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://nsl.mpa.se/",
    reads="the NSL archive (.zip) with codesystems\\atc-code.xml; or the normalised .csv; or RCC's key,value .csv",
    schemes=(SCHEME,),
)
LEVELS = {
    1: texts("Anatomisk huvudgrupp", "Anatomical main group"),
    2: texts("Terapeutisk undergrupp", "Therapeutic subgroup"),
    3: texts("Farmakologisk undergrupp", "Pharmacological subgroup"),
    4: texts("Kemisk undergrupp", "Chemical subgroup"),
    5: texts("Kemisk substans", "Chemical substance"),
}
_DEPTH = {1: 1, 3: 2, 4: 3, 5: 4, 7: 5}
_CODE = re.compile(r"Q|Q?[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?")
_NORMALISED_COLUMNS = ("code", "label", "label_en", "parent_code", "valid_from", "valid_to")
SUCCESSORS = Path(__file__).with_name("atc_successors.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One code of a file in any of the three forms."""

    origin: Origin
    code: str
    sv: str
    en: str = ""
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, its levels and its concepts."""
    path = _find_file(edition)
    edition_start = edition_valid_from(edition)
    key_table = path.suffix == ".csv" and is_key_table(path)
    yield SCHEME
    yield protected_edition(SCHEME, edition, RCC if key_table else LAKEMEDELSVERKET)
    for depth, titles in LEVELS.items():
        yield Level(scheme=SCHEME.id, depth=depth, id=str(depth), titles=titles)
    entries = list(
        _read_archive(path) if path.suffix == ".zip" else _read_key_table(path) if key_table else _read_normalised(path)
    )
    retired = {entry.code: entry.valid_to is not None and entry.valid_to < edition_start for entry in entries}
    scope = RowScope()
    for entry in entries:
        with scope:
            yield _read_entry(entry, retired)


def _find_file(edition: EditionFiles) -> Path:
    files = data_files(edition)
    if len(files) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(files)} files, where one is expected.",
            "Add one of the three forms; see `begrepp sources`.",
        )
    return files[0]


def _read_entry(entry: _Entry, retired: Mapping[str, bool]) -> Concept | Skipped:
    if not _CODE.fullmatch(entry.code):
        return Skipped(origin=entry.origin, reason=f"'{entry.code}' is not an ATC code.")
    if not entry.sv and not entry.en:
        return Skipped(origin=entry.origin, reason=f"'{entry.code}' has no name.")
    is_retired = retired[entry.code]
    return Concept(
        scheme=SCHEME.id,
        notation=entry.code,
        origin=entry.origin,
        pref_labels=texts(entry.sv, entry.en),
        broader=_parent_of(entry, retired),
        level=_level_of(entry.code),
        status=Status.INACTIVE if is_retired else Status.ACTIVE,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        # A retired code has a successor only if the file has it as an active code.
        replaced_by=tuple(new for new in successors().get(entry.code, ()) if retired.get(new) is False)
        if is_retired
        else (),
    )


def _parent_of(entry: _Entry, codes: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the longest prefix that is a code in the file: Q for QA, L01E for L01EB.

    A stated parent that the file lacks is returned if it is a longer prefix: the row refers to a missing code. Raises
    `InputError` if a stated parent is another one.
    """
    code = entry.code
    nearest = next((code[:end] for end in range(len(code) - 1, 0, -1) if code[:end] in codes), "")
    if not entry.parent or entry.parent == nearest:
        return (nearest,) if nearest else ()
    is_prefix = code.startswith(entry.parent) and _CODE.fullmatch(entry.parent)
    if not is_prefix or not len(nearest) < len(entry.parent) < len(code):
        raise InputError(
            entry.origin,
            f"'{code}' has the parent_code '{entry.parent}', but is below '{nearest or code[:1]}' by its own letters.",
            "Correct or empty the cell in a copy; the code itself gives the hierarchy.",
        )
    return (entry.parent,)


def _level_of(code: str) -> str:
    """Return the level of a code by its length. Q alone, the root of the veterinary groups, is level 1."""
    code_without_prefix = code.removeprefix("Q") or code
    return str(_DEPTH[len(code_without_prefix)])


@cache
def successors() -> dict[str, tuple[str, ...]]:
    """Return the successors of retired codes (`atc_successors.csv`, with the source of each row)."""
    found: dict[str, tuple[str, ...]] = {}
    for row in read_table(SUCCESSORS, required=("old", "new", "since", "source"), counted=False):
        old = row.take("old")
        found[old] = (*found.get(old, ()), row.take("new"))
        row.ignore("since", "source")
        row.done()
    return found


def _read_archive(path: Path) -> Iterator[_Entry]:
    """Read Läkemedelsverket's XML: `concept@code@throughDate` with a `designation` for each language."""
    with open_member(path, "atc-code.xml") as (stream, origin):
        scope = RowScope()
        for number, concept in enumerate(iterate_xml(stream, "concept", origin), start=1):
            with scope:
                row_origin = Origin(origin.file, number)
                current_meter().rows += 1
                names = {
                    (each.get("language") or "").lower(): " ".join(element_text(each).split())
                    for each in concept.iter()
                    if each.tag.rpartition("}")[2] == "designation"
                }
                yield _Entry(
                    origin=row_origin,
                    code=(concept.get("code") or "").strip(),
                    sv=names.get("sv", ""),
                    en=names.get("en", ""),
                    valid_to=parse_date(
                        (concept.get("throughDate") or "").strip(), row_origin, "throughDate", "attribute"
                    ),
                )


def _read_normalised(path: Path) -> Iterator[_Entry]:
    scope = RowScope()
    for row in read_table(path, required=_NORMALISED_COLUMNS):
        with scope:
            yield _Entry(
                origin=row.origin,
                code=row.take("code"),
                sv=row.take("label"),
                en=row.take("label_en"),
                # Empty in the agency's file: the code itself gives the hierarchy.
                parent=row.take("parent_code"),
                valid_from=row.take_date("valid_from"),
                valid_to=row.take_date("valid_to"),
            )
            row.done()


def _read_key_table(path: Path) -> Iterator[_Entry]:
    for row in read_table(path, required=("key", "value")):
        yield _Entry(origin=row.origin, code=row.take("key"), sv=row.take("value"))
        row.done()
