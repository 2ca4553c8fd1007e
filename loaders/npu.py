"""NPU, the Nordic terminology for laboratory examinations; a code includes the unit. Reads two forms:

1. The table `NPUdefinitionEN….csv`: windows-1252, semicolons, a line above the header; active codes only.
2. The XML: one element for each version of a code. The current version is used; a code is retired if it is inactive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    EditionFiles,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Source,
    Status,
    Text,
    texts,
)
from begrepp.sources.archives import iterate_xml, local_name
from begrepp.sources.editions import data_files, valid_from
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import RowScope, add_remark
from begrepp.sources.rows import Row, parse_date
from begrepp.sources.tables import read_table
from begrepp.sources.xml import element_text
from loaders.support.agencies import IFCC
from loaders.support.editions import new_edition
from loaders.support.html_text import from_html
from loaders.support.successors import report_other_successors, usable_successors

LICENCE = "https://www.npu-terminology.org/npu-database/"
SCHEME = Scheme(
    id="npu",
    titles=texts("NPU, egenskaper och enheter inom laboratoriemedicin", "NPU, properties and units in the laboratory"),
    identifiers=("urn:oid:1.2.752.108.1", "http://npu-terminology.org"),
    preferred_system_uri="http://npu-terminology.org",
    # National codes begin with SWE, DNK or NOR.
    notation_pattern=r"^[A-Z]{3}[0-9]{5}$",
    hierarchical=False,
)
SOURCE = Source(
    id="npu",
    title="NPU",
    publisher=IFCC,
    licence=LICENCE,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.npu-terminology.org/npu-database/",
    reads="NPUdefinitionEN….csv, or the .xml with one <Npubegreb> for each version of a code",
    schemes=(SCHEME,),
)
# The parts of a definition: column or element, and its name in notes.
_PARTS = {
    "system": "System",
    "sys_spec": "System specification",
    "component": "Component",
    "comp_spec": "Component specification",
    "kind_of_property": "Kind of property",
    "proc": "Procedure",
    "unit": "Unit",
    "scale_type": "Scale",
    "specialty": "Specialty",
    "context_dependent": "Depends on context",
}
_SHORT = ("system", "sys_spec", "component", "comp_spec", "kind_of_property", "proc", "unit")
_XML_ELEMENTS = {
    *("created_date", "change_date", "change_comment", "npu_code", "short_definition", "full_definition", "group"),
    *("replaces", "replaced_by", "effective_from", "effective_to", "active", "current_version"),
    *_PARTS,
    *(f"{part}_short" for part in _SHORT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One version of a code."""

    origin: Origin
    code: str
    full: str
    short: str
    parts: dict[str, str]
    created: date | None
    begins: date | None
    ends: date | None = None
    comment: str = ""
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    active: bool = True
    current: bool = True


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, and each code in its current version."""
    files = data_files(edition)
    if len(files) != 1 or files[0].suffix.lower() not in (".csv", ".xml"):
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"there are {len(files)} files, where one .csv or .xml is expected.",
            "Add the one file of the edition.",
        )
    edition_start = valid_from(edition)
    yield SCHEME
    yield new_edition(SCHEME, edition, IFCC, LICENCE, Redistribution.NOT_ALLOWED, name="NPU")
    versions: dict[str, list[_Version]] = {}
    for version in _read_table(files[0]) if files[0].suffix.lower() == ".csv" else _read_xml(files[0]):
        versions.setdefault(version.code, []).append(version)
    current = {code: _current_version(found) for code, found in versions.items()}
    successors: dict[str, list[str]] = {}
    for code, version in current.items():
        successors.setdefault(code, []).extend(version.replaced_by)
        for old in version.replaces:
            successors.setdefault(old, []).append(code)
    active = {code for code, version in current.items() if version.active}
    usable = {
        code: tuple(new for new in found if new in current)
        for code, found in usable_successors(successors, active).items()
    }
    report_other_successors(successors, usable, active, {code: version.origin for code, version in current.items()})
    for code, version in current.items():
        yield _concept(version, versions[code], usable.get(code, ()), edition_start)


def _current_version(versions: list[_Version]) -> _Version:
    current = [version for version in versions if version.current]
    if len(current) != 1:
        raise InputError(
            versions[-1].origin,
            f"{len(current)} versions of '{versions[0].code}' are marked as current.",
            "One should be; download the file again from its publisher.",
        )
    return current[0]


def _concept(version: _Version, versions: list[_Version], successors: tuple[str, ...], edition_start: date) -> Concept:
    if not version.full:
        raise InputError(
            version.origin, f"'{version.code}' has no name.", "Download the file again from its publisher."
        )
    notes = [Note(NoteKind.SCOPE, Text(f"{_PARTS[part]}: {text}", "en")) for part, text in version.parts.items()]
    if version.comment and len(versions) > 1:
        notes.append(Note(NoteKind.CHANGE, Text(version.comment, "en")))
    notes += [Note(NoteKind.CHANGE, Text(f"Replaces {old}", "en")) for old in version.replaces]
    others = (new for new in version.replaced_by if new not in successors)
    notes += [Note(NoteKind.CHANGE, Text(f"Replaced by {new}", "en")) for new in others]
    if version.active and version.ends:
        add_remark(version.origin, "a code is active, and has a last day in <effective_to>.")
        notes.append(Note(NoteKind.CHANGE, Text(f"Effective to {version.ends}", "en")))
    valid_to = None if version.active else (version.begins or edition_start) - timedelta(days=1)
    valid_from = version.created
    # Names of earlier versions remain searchable.
    names = {Text(each.full, "en") for each in versions} | {Text(version.short, "en")} - {Text("", "en")}
    return Concept(
        scheme=SCHEME.id,
        notation=version.code,
        origin=version.origin,
        pref_labels=(Text(version.full, "en"),),
        alt_labels=tuple(sorted(names - {Text(version.full, "en")})),
        notes=tuple(notes),
        status=Status.ACTIVE if version.active else Status.INACTIVE,
        valid_from=valid_from if not (valid_to and valid_from and valid_from >= valid_to) else None,
        valid_to=valid_to,
        replaced_by=successors if valid_to else (),
    )


def _read_table(path: Path) -> Iterator[_Version]:
    scope = RowScope()
    for row in read_table(path, delimiter=";", encoding="windows-1252", skip=1):
        with scope:
            column = {_normalized_name(name): name for name in row.remaining_columns()}

            def cell(name: str, row: Row = row, column: dict[str, str] = column) -> str:
                return row.take(column.get(name, name))

            def date_of(name: str, row: Row = row, column: dict[str, str] = column) -> date | None:
                return row.take_date(column.get(name, name))

            parts = {part: text for part in _PARTS if (text := cell(part))}
            version = _Version(
                origin=row.origin,
                code=cell("npu_code"),
                full=_definition(parts),
                short="",
                parts=parts,
                created=date_of("created_date"),
                begins=date_of("change_date"),
                replaces=_codes(cell("replaces")),
            )
            row.done()
            yield version


def _read_xml(path: Path) -> Iterator[_Version]:
    with path.open("rb") as stream:
        scope = RowScope()
        for number, element in enumerate(iterate_xml(stream, "Npubegreb", Origin(path.name)), start=1):
            with scope:
                current_meter().rows += 1
                yield _read_version(element, Origin(path.name, number))


def _read_version(element: Element, origin: Origin) -> _Version:
    values = {local_name(child): _plain_text(element_text(child)) for child in element}
    if unknown := sorted(values.keys() - _XML_ELEMENTS):
        raise InputError(origin, f"the element <{unknown[0]}> is not known.", "See what it is, and change the loader.")
    if missing := sorted({"npu_code", "active", "current_version"} - values.keys()):
        raise InputError(
            origin, f"the element <{missing[0]}> is missing.", "Download the file again from its publisher."
        )
    if values["active"] not in ("0", "1") or values["current_version"] not in ("true", "false"):
        raise InputError(origin, f"active is '{values['active']}'.", "It is 0 or 1, and current_version true or false.")

    def date_of(element: str) -> date | None:
        return parse_date(values.get(element, ""), origin, element, "element")

    parts = {part: values[part] for part in _PARTS if values.get(part)}
    return _Version(
        origin=origin,
        code=values["npu_code"],
        full=values.get("full_definition", "") or _definition(parts),
        short=values.get("short_definition", ""),
        parts=parts,
        created=date_of("created_date"),
        begins=date_of("effective_from"),
        ends=date_of("effective_to"),
        comment=values.get("change_comment", ""),
        replaces=_codes(values.get("replaces", "")),
        replaced_by=_codes(values.get("replaced_by", "")),
        active=values["active"] == "1",
        current=values["current_version"] == "true",
    )


def _normalized_name(name: str) -> str:
    return re.sub(r"[^a-z]+", "_", name.lower()).strip("_")


def _plain_text(cell: str) -> str:
    """Return text without markup, in one line."""
    return " ".join(from_html(cell).split())


def _definition(parts: dict[str, str]) -> str:
    """Return the definition `System(spec)—Component(spec); kind of property(procedure) = ? unit`."""

    def with_spec(part: str, spec: str) -> str:
        return parts.get(part, "") + (f"({parts[spec]})" if spec in parts else "")

    kind = with_spec("kind_of_property", "proc")
    unit = f" {parts['unit']}" if "unit" in parts else ""
    return f"{with_spec('system', 'sys_spec')}—{with_spec('component', 'comp_spec')}; {kind} = ?{unit}"


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[A-Z]{3}\d{5}", cell))
