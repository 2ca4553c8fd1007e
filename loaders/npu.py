"""NPU, the Nordic terminology for laboratory examinations, where the unit is a part of the code.

1. The table `NPUdefinitionEN….csv`: windows-1252, semicolons, a line above the header; codes in use only.
2. The XML: one element for each version of a code. The current version counts; one that is not active is retired.
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
from begrepp.sources.meter import meter
from begrepp.sources.privacy import refuse_identity_numbers
from begrepp.sources.tables import Row, parse_date, read_table
from loaders.support.agencies import IFCC
from loaders.support.editions import new_edition
from loaders.support.html_text import from_html
from loaders.support.successors import usable_successors

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
# What the code is made of, as it is said of each concept; the columns of the table and the elements of the XML.
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
_IN_XML = {
    *("created_date", "change_date", "change_comment", "npu_code", "short_definition", "full_definition", "group"),
    *("replaces", "replaced_by", "effective_from", "effective_to", "active", "current_version"),
    *_PARTS,
    *(f"{part}_short" for part in _SHORT),
}
_SUPERSCRIPTS = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """What a file says of one version of a code."""

    origin: Origin
    code: str
    full: str
    short: str
    parts: dict[str, str]
    created: date | None
    begins: date | None
    comment: str = ""
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    active: bool = True
    current: bool = True


def load(edition: EditionFiles) -> Iterator[Record]:
    """The release, and each code in its current version."""
    files = data_files(edition)
    if len(files) != 1 or files[0].suffix.lower() not in (".csv", ".xml"):
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"there are {len(files)} files, where one .csv or .xml is expected.",
            "Add the one file of the edition.",
        )
    since = valid_from(edition)
    yield SCHEME
    yield new_edition(SCHEME, edition, IFCC, LICENCE, Redistribution.NOT_ALLOWED, name="NPU")
    versions: dict[str, list[_Version]] = {}
    for version in _table(files[0]) if files[0].suffix.lower() == ".csv" else _xml(files[0]):
        versions.setdefault(version.code, []).append(version)
    current = {code: _current(found) for code, found in versions.items()}
    successors: dict[str, list[str]] = {}
    for code, version in current.items():
        successors.setdefault(code, []).extend(version.replaced_by)
        for old in version.replaces:
            successors.setdefault(old, []).append(code)
    kept = usable_successors(successors, {code for code, version in current.items() if version.active})
    for code, version in current.items():
        known = tuple(new for new in kept.get(code, ()) if new in current)
        yield _concept(version, versions[code], known, since)


def _current(found: list[_Version]) -> _Version:
    marked = [version for version in found if version.current]
    if len(marked) != 1:
        raise InputError(
            found[-1].origin,
            f"{len(marked)} versions of '{found[0].code}' are said to be the current one.",
            "One should be; fetch the file again from its publisher.",
        )
    return marked[0]


def _concept(version: _Version, versions: list[_Version], successors: tuple[str, ...], since: date) -> Concept:
    if not version.full:
        raise InputError(version.origin, f"'{version.code}' has no name.", "Fetch the file again from its publisher.")
    notes = [Note(NoteKind.SCOPE, Text(f"{_PARTS[part]}: {words}", "en")) for part, words in version.parts.items()]
    if version.comment and len(versions) > 1:
        notes.append(Note(NoteKind.CHANGE, Text(version.comment, "en")))
    notes += [Note(NoteKind.CHANGE, Text(f"Replaces {old}", "en")) for old in version.replaces]
    ended = None if version.active else (version.begins or since) - timedelta(days=1)
    began = version.created
    # A name that a version before this one had is still looked for.
    names = {Text(each.full, "en") for each in versions} | {Text(version.short, "en")} - {Text("", "en")}
    return Concept(
        scheme=SCHEME.id,
        notation=version.code,
        origin=version.origin,
        pref_labels=(Text(version.full, "en"),),
        alt_labels=tuple(sorted(names - {Text(version.full, "en")})),
        notes=tuple(notes),
        status=Status.ACTIVE if version.active else Status.INACTIVE,
        valid_from=began if not (ended and began and began >= ended) else None,
        valid_to=ended,
        replaced_by=successors if ended else (),
    )


# The two forms.


def _table(path: Path) -> Iterator[_Version]:
    for row in read_table(path, delimiter=";", encoding="windows-1252", skip=1):
        column = {_plain(name): name for name in row.left()}

        def cell(name: str, row: Row = row, column: dict[str, str] = column) -> str:
            return row.take(column.get(name, name))

        parts = {part: words for part in _PARTS if (words := cell(part))}
        version = _Version(
            origin=row.origin,
            code=cell("npu_code"),
            full=_name(parts),
            short="",
            parts=parts,
            created=_day(cell("created_date"), row.origin),
            begins=_day(cell("change_date"), row.origin),
            replaces=_codes(cell("replaces")),
        )
        row.done()
        yield version


def _xml(path: Path) -> Iterator[_Version]:
    with path.open("rb") as stream:
        for number, element in enumerate(iterate_xml(stream, "Npubegreb", Origin(path.name)), start=1):
            meter().rows += 1
            yield _version(element, Origin(path.name, number))


def _version(element: Element, origin: Origin) -> _Version:
    said = {local_name(child): _words(child.text or "") for child in element}
    refuse_identity_numbers("\t".join(said.values()), origin)
    if strange := sorted(said.keys() - _IN_XML):
        raise InputError(origin, f"the element <{strange[0]}> is not known.", "See what it is, and change the loader.")
    if missing := sorted({"npu_code", "active", "current_version"} - said.keys()):
        raise InputError(origin, f"the element <{missing[0]}> is missing.", "Fetch the file again from its publisher.")
    if said["active"] not in ("0", "1") or said["current_version"] not in ("true", "false"):
        raise InputError(origin, f"active is '{said['active']}'.", "It is 0 or 1, and current_version true or false.")
    parts = {part: said[part] for part in _PARTS if said.get(part)}
    return _Version(
        origin=origin,
        code=said["npu_code"],
        full=said.get("full_definition", "") or _name(parts),
        short=said.get("short_definition", ""),
        parts=parts,
        created=_day(said.get("created_date", ""), origin),
        begins=_day(said.get("effective_from", ""), origin),
        comment=said.get("change_comment", ""),
        replaces=_codes(said.get("replaces", "")),
        replaced_by=_codes(said.get("replaced_by", "")),
        active=said["active"] == "1",
        current=said["current_version"] == "true",
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]+", "_", name.lower()).strip("_")


def _words(cell: str) -> str:
    """Text without markup; a power of ten keeps its exponent."""
    raised = re.sub(r"<sup>(.*?)</sup>", lambda match: match[1].translate(_SUPERSCRIPTS), cell)
    return " ".join(from_html(raised).split())


def _name(parts: dict[str, str]) -> str:
    """`System(spec)—Component(spec); kind of property(procedure) = ? unit`, as NPU writes its definitions."""

    def with_spec(part: str, spec: str) -> str:
        return parts.get(part, "") + (f"({parts[spec]})" if spec in parts else "")

    kind = with_spec("kind_of_property", "proc")
    unit = f" {parts['unit']}" if "unit" in parts else ""
    return f"{with_spec('system', 'sys_spec')}—{with_spec('component', 'comp_spec')}; {kind} = ?{unit}"


def _day(cell: str, origin: Origin) -> date | None:
    return parse_date(cell, origin, "date")


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[A-Z]{3}\d{5}", cell))
