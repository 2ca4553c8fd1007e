"""LOINC, the international codes for laboratory tests and clinical observations, from its release folder or archive.

Read are `Loinc.csv`, and where they are there `MapTo.csv`, the linguistic variants (`svSE…LinguisticVariant.csv` has
the Swedish names) and the hierarchy of components by system, whose parts (`LP…`) become concepts above the terms:
`ComponentHierarchyBySystem.csv`, which was called `MultiAxialHierarchy.csv` before 2022. Columns are found by name,
since each release has others; what is not kept is told.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import (
    Concept,
    EditionFiles,
    Note,
    NoteKind,
    RdfTerm,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Statement,
    Status,
    Text,
    texts,
)
from begrepp.sources.archives import unpacked
from begrepp.sources.editions import data_files, valid_from
from begrepp.sources.tables import Row, read_table
from loaders.support.agencies import REGENSTRIEF
from loaders.support.editions import new_edition
from loaders.support.successors import usable_successors

LICENCE = "https://loinc.org/license/"
IRI = "https://loinc.org/rdf/"
SCHEME = Scheme(
    id="loinc",
    titles=texts("LOINC, laboratorietester och kliniska observationer", "LOINC, laboratory and clinical observations"),
    identifiers=("http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"),
    preferred_system_uri="http://loinc.org",
    notation_pattern=r"^(LP)?[0-9]{1,7}-[0-9]$",
    hierarchical=False,
    iri_template=IRI + "{notation}",
)
SOURCE = Source(
    id="loinc",
    title="LOINC",
    publisher=REGENSTRIEF,
    licence=LICENCE,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://loinc.org/downloads/",
    reads="the release archive (.zip), or Loinc.csv with MapTo.csv, …LinguisticVariant.csv and "
    "ComponentHierarchyBySystem.csv",
    schemes=(SCHEME,),
)
# A trial term may still change; what is discouraged may be used, and its successors are in MapTo.csv.
_STATUS = {
    "ACTIVE": Status.ACTIVE,
    "TRIAL": Status.DRAFT,
    "DISCOURAGED": Status.ACTIVE,
    "DEPRECATED": Status.INACTIVE,
}
_AXES = ("COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP")
# Properties that are kept as they are, under LOINC's own addresses (https://hl7.org/fhir/loinc.html).
_PROPERTIES = (*_AXES, "CLASS", "EXAMPLE_UCUM_UNITS", "ORDER_OBS", "VersionFirstReleased", "VersionLastChanged")
_PROPERTY = "http://loinc.org/property/"
_HIERARCHY = ("ComponentHierarchyBySystem.csv", "MultiAxialHierarchy.csv")
_WANTED = (
    r"(^|/)(Loinc|MapTo|ComponentHierarchyBySystem|MultiAxialHierarchy|[a-z]{2}[A-Z]{2}\d+LinguisticVariant)\.csv$"
)
_VARIANT = re.compile(r"(?P<language>[a-z]{2})(?P<country>[A-Z]{2})\d+LinguisticVariant\.csv")


def load(edition: EditionFiles) -> Iterator[Record]:
    """The release, and every term with its names, properties and successors."""
    with ExitStack() as stack:
        files = list(data_files(edition))
        if any(path.suffix == ".zip" for path in files):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for path in [path for path in files if path.suffix == ".zip"]:
                files += unpacked(path, folder, _WANTED)
        yield from _load(edition, files)


def _load(edition: EditionFiles, files: list[Path]) -> Iterator[Record]:
    mains = [path for path in files if path.name == "Loinc.csv"]
    if len(mains) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(mains)} files are called Loinc.csv, where one is expected.",
            "Add the release archive, or the folder LoincTable.",
        )
    main, since = mains[0], valid_from(edition)
    above = [path for path in files if path.name in _HIERARCHY]
    if len(above) > 1:
        words = ", ".join(path.name for path in above)
        raise InputError(Origin(words), "there are several hierarchies.", "Add the files of one release only.")
    yield replace(SCHEME, hierarchical=bool(above))
    yield new_edition(SCHEME, edition, REGENSTRIEF, LICENCE, Redistribution.NOT_ALLOWED, name="LOINC")
    status = {}
    for row in read_table(main, required=("LOINC_NUM", "STATUS"), counted=False):
        status[row.take("LOINC_NUM")] = row.take("STATUS")
    advice = {code: rows for path in files if path.name == "MapTo.csv" for code, rows in _map_to(path).items()}
    # One successor is a successor; several are a choice that the comment explains.
    single = {code: [rows[0][0]] for code, rows in advice.items() if len(rows) == 1}
    in_use = {code for code, said in status.items() if said != "DEPRECATED"}
    retired = {code: new for code, new in single.items() if status.get(code) == "DEPRECATED"}
    successors = {old: new for old, new in usable_successors(retired, in_use).items() if new[0] in status}
    variants = _variants([path for path in files if _VARIANT.fullmatch(path.name)])
    parents: dict[str, tuple[str, ...]] = {}
    for path in above:
        yield from _parts(path, status, parents)
    left: set[str] = set()
    for row in read_table(main, required=("LOINC_NUM", "LONG_COMMON_NAME", "STATUS")):
        code = row.take("LOINC_NUM")
        advised, names = advice.get(code, []), variants.get(code, {})
        yield from _term(code, row, advised, successors.get(code, ()), names, parents.get(code, ()), since)
        for column in row.left():
            if column not in left:
                left.add(column)
                yield Skipped(origin=Origin(main.name), reason=f"the column '{column}' is not kept.")


def _term(
    code: str,
    row: Row,
    advice: list[tuple[str, str]],
    successors: tuple[str, ...],
    variants: dict[str, list[str]],
    broader: tuple[str, ...],
    since: date,
) -> Iterator[Record]:
    said = row.take("STATUS")
    if said not in _STATUS:
        raise InputError(row.origin, f"the status '{said}' is not known.", f"Known are {', '.join(_STATUS)}.")
    names = [row.take("LONG_COMMON_NAME")]
    names += [row.take_optional(column) for column in ("DisplayName", "SHORTNAME", "CONSUMER_NAME")]
    properties = {name: value for name in _PROPERTIES if (value := row.take_optional(name))}
    names.append(":".join(properties.get(axis, "") for axis in _AXES).rstrip(":"))
    words = {"en": names} | variants
    chosen = {lang: next((name for name in found if name), "") for lang, found in words.items()}
    if not any(chosen.values()):
        raise InputError(row.origin, f"'{code}' has no name.", "Fetch the release again from its publisher.")
    pref = tuple(Text(name, lang) for lang, name in chosen.items() if name)
    others = dict.fromkeys(Text(name, lang) for lang, found in words.items() for name in found if name)
    notes = [Note(NoteKind.CHANGE, Text(f"{said.capitalize()}: use {to}. {why}".strip(), "en")) for to, why in advice]
    if said == "DISCOURAGED":
        notes.append(Note(NoteKind.SCOPE, Text("Discouraged: do not use it for new data.", "en")))
    for column in ("STATUS_REASON", "STATUS_TEXT", "CHANGE_REASON_PUBLIC"):
        if text := row.take_optional(column):
            notes.append(Note(NoteKind.CHANGE, Text(text, "en")))
    status = _STATUS[said]
    yield Concept(
        scheme=SCHEME.id,
        notation=code,
        origin=row.origin,
        pref_labels=pref,
        alt_labels=tuple(text for text in others if text not in pref),
        definitions=texts(en=row.take_optional("DefinitionDescription")),
        notes=tuple(notes),
        broader=broader,
        status=status,
        # LOINC says in which version a term last changed, not on which day: at the latest before this release.
        valid_to=since - timedelta(days=1) if status is Status.INACTIVE else None,
        replaced_by=successors,
    )
    kept = [(f"{_PROPERTY}{name}", value) for name, value in properties.items()]
    if notice := row.take_optional("EXTERNAL_COPYRIGHT_NOTICE"):
        kept.append((expand("dct:rights"), notice))
    for predicate, value in kept:
        yield Statement(
            scheme=SCHEME.id,
            origin=row.origin,
            subject=f"{IRI}{code}",
            predicate=predicate,
            object=RdfTerm(value, "literal"),
        )


def _parts(path: Path, terms: Mapping[str, str], parents: dict[str, tuple[str, ...]]) -> Iterator[Record]:
    """The parts of the hierarchy as concepts; where each term stands in it is put into `parents`.

    A part or a term stands in as many places as it has rows, and several rows have the same parent.
    """
    above: dict[str, dict[str, None]] = {}
    parts: dict[str, tuple[str, Origin]] = {}
    for row in read_table(path, required=("IMMEDIATE_PARENT", "CODE", "CODE_TEXT")):
        code, parent, words = row.take("CODE"), row.take("IMMEDIATE_PARENT"), row.take("CODE_TEXT")
        row.drop()
        if code not in terms and not code.startswith("LP"):
            yield Skipped(origin=row.origin, reason=f"'{code}' is neither a part nor a term of this release.")
            continue
        above.setdefault(code, {})
        if parent:
            above[code][parent] = None
        if code.startswith("LP"):
            parts.setdefault(code, (words, row.origin))
    for code, of in above.items():
        if missing := [parent for parent in of if parent not in parts]:
            raise InputError(
                Origin(path.name),
                f"'{code}' stands below '{missing[0]}', which is not in the file.",
                "The file is cut off, or from another release: fetch it again.",
            )
        if code in terms:
            parents[code] = tuple(of)
    for code, (words, origin) in parts.items():
        yield Concept(
            scheme=SCHEME.id,
            notation=code,
            origin=origin,
            pref_labels=(Text(words or code, "en"),),
            broader=tuple(above[code]),
        )


def _map_to(path: Path) -> dict[str, list[tuple[str, str]]]:
    """What to use in place of a term, and why."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in read_table(path, required=("LOINC", "MAP_TO", "COMMENT")):
        found.setdefault(row.take("LOINC"), []).append((row.take("MAP_TO"), row.take("COMMENT")))
        row.done()
    return found


def _variants(paths: list[Path]) -> dict[str, dict[str, list[str]]]:
    """The names of each term in other languages; where there is no name, its axes make one."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        match = _VARIANT.fullmatch(path.name)
        assert match
        lang = "sv" if match["language"] == "sv" else f"{match['language']}-{match['country']}"
        for row in read_table(path, required=("LOINC_NUM",)):
            code = row.take("LOINC_NUM")
            names = [row.take_optional(column) for column in ("LinguisticVariantDisplayName", "LONG_COMMON_NAME")]
            names.append(row.take_optional("SHORTNAME"))
            names.append(":".join(row.take_optional(axis) for axis in _AXES).strip(":"))
            # RELATEDNAMES2 and CLASS are lists of words for searching.
            row.drop()
            if any(names):
                found.setdefault(code, {})[lang] = names
    return found
