"""LOINC, codes for laboratory tests and clinical observations, from the release archive or folder.

Reads `Loinc.csv` and, if present, `MapTo.csv`, the linguistic variants (`svSE…LinguisticVariant.csv` has the Swedish
names) and the hierarchy of components by system, `ComponentHierarchyBySystem.csv` (`MultiAxialHierarchy.csv` before
2022), whose parts (`LP…`) become broader concepts of the terms. Columns are found by name, since they differ between
releases; unread columns are reported.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import CONSIDER, expand
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
from begrepp.sources.archives import unpack_members
from begrepp.sources.editions import data_files, valid_from
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row
from begrepp.sources.tables import read_table
from loaders.support.agencies import REGENSTRIEF
from loaders.support.editions import last_day_of_retired, new_edition
from loaders.support.successors import report_other_successors, usable_successors

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
# A trial term may change; a discouraged term may still be used, and its successors are in MapTo.csv.
_STATUS = {
    "ACTIVE": Status.ACTIVE,
    "TRIAL": Status.DRAFT,
    "DISCOURAGED": Status.ACTIVE,
    "DEPRECATED": Status.INACTIVE,
}
_AXES = ("COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP")
# Properties kept as statements with LOINC's own IRIs (https://hl7.org/fhir/loinc.html).
_PROPERTIES = (*_AXES, "CLASS", "EXAMPLE_UCUM_UNITS", "ORDER_OBS", "VersionFirstReleased", "VersionLastChanged")
_PROPERTY_IRI = "http://loinc.org/property/"
_HIERARCHY_FILES = ("ComponentHierarchyBySystem.csv", "MultiAxialHierarchy.csv")
_FILE_PATTERN = (
    r"(^|/)(Loinc|MapTo|ComponentHierarchyBySystem|MultiAxialHierarchy|[a-z]{2}[A-Z]{2}\d+LinguisticVariant)\.csv$"
)
_VARIANT = re.compile(r"(?P<language>[a-z]{2})(?P<country>[A-Z]{2})\d+LinguisticVariant\.csv")


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, and every term with its names, properties and successors."""
    with ExitStack() as stack:
        files = list(data_files(edition))
        if any(path.suffix == ".zip" for path in files):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for path in [path for path in files if path.suffix == ".zip"]:
                files += unpack_members(path, folder, _FILE_PATTERN)
        yield from _read_release(edition, files)


def _read_release(edition: EditionFiles, files: list[Path]) -> Iterator[Record]:
    tables = [path for path in files if path.name == "Loinc.csv"]
    if len(tables) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(tables)} files are called Loinc.csv, where one is expected.",
            "Add the release archive, or the folder LoincTable.",
        )
    table, edition_start = tables[0], valid_from(edition)
    for path in files:
        if path.suffix != ".zip" and not re.search(_FILE_PATTERN, path.name):
            reason = f"'{path.name}' is not read: LOINC has no table of this name (svSE99LinguisticVariant.csv, …)."
            yield Skipped(origin=Origin(path.name), reason=reason)
    hierarchy_files = [path for path in files if path.name in _HIERARCHY_FILES]
    if len(hierarchy_files) > 1:
        file_names = ", ".join(path.name for path in hierarchy_files)
        raise InputError(Origin(file_names), "there are several hierarchies.", "Add the files of one release only.")
    yield replace(SCHEME, hierarchical=bool(hierarchy_files))
    yield new_edition(SCHEME, edition, REGENSTRIEF, LICENCE, Redistribution.NOT_ALLOWED, name="LOINC")
    status: dict[str, str] = {}
    places: dict[str, Origin] = {}
    for row in read_table(table, required=("LOINC_NUM", "STATUS"), counted=False):
        code = row.take("LOINC_NUM")
        status[code], places[code] = row.take("STATUS"), row.origin
    replacements = {
        code: rows for path in files if path.name == "MapTo.csv" for code, rows in _read_replacements(path).items()
    }
    # A single target is a successor; several are suggestions that the comment explains.
    single_targets = {code: [rows[0][0]] for code, rows in replacements.items() if len(rows) == 1}
    in_use = {code for code, value in status.items() if value != "DEPRECATED"}
    retired = {code: new for code, new in single_targets.items() if status.get(code) == "DEPRECATED"}
    successors = usable_successors(retired, in_use)
    report_other_successors(retired, successors, in_use, places)
    variants = _read_variants([path for path in files if _VARIANT.fullmatch(path.name)])
    parents: dict[str, tuple[str, ...]] = {}
    for path in hierarchy_files:
        yield from _read_parts(path, status, parents)
    reported_columns: set[str] = set()
    scope = RowScope()
    for row in read_table(table, required=("LOINC_NUM", "LONG_COMMON_NAME", "STATUS")):
        with scope:
            code = row.take("LOINC_NUM")
            term_replacements, names = replacements.get(code, []), variants.get(code, {})
            yield from _term(
                code, row, term_replacements, successors.get(code, ()), names, parents.get(code, ()), edition_start
            )
            for column in row.remaining_columns():
                if column not in reported_columns:
                    reported_columns.add(column)
                    yield Skipped(origin=Origin(table.name), reason=f"the column '{column}' is not imported.")


def _term(
    code: str,
    row: Row,
    advice: list[tuple[str, str]],
    successors: tuple[str, ...],
    variants: dict[str, list[str]],
    broader: tuple[str, ...],
    edition_start: date,
) -> Iterator[Record]:
    status_value = row.take("STATUS")
    if status_value not in _STATUS:
        raise InputError(row.origin, f"the status '{status_value}' is not known.", f"Known are {', '.join(_STATUS)}.")
    names = [row.take("LONG_COMMON_NAME")]
    names += [row.take_optional(column) for column in ("DisplayName", "SHORTNAME", "CONSUMER_NAME")]
    properties = {name: value for name in _PROPERTIES if (value := row.take_optional(name))}
    names.append(":".join(properties.get(axis, "") for axis in _AXES).rstrip(":"))
    names_by_language = {"en": names} | variants
    first_names = {
        lang: next((name for name in names_in_language if name), "")
        for lang, names_in_language in names_by_language.items()
    }
    if not any(first_names.values()):
        raise InputError(row.origin, f"'{code}' has no name.", "Download the release again from its publisher.")
    pref = tuple(Text(name, lang) for lang, name in first_names.items() if name)
    others = dict.fromkeys(
        Text(name, lang) for lang, names_in_language in names_by_language.items() for name in names_in_language if name
    )
    notes = [
        Note(NoteKind.CHANGE, Text(f"{status_value.capitalize()}: use {to}. {why}".strip(), "en")) for to, why in advice
    ]
    if status_value == "DISCOURAGED":
        notes.append(Note(NoteKind.SCOPE, Text("Discouraged: do not use it for new data.", "en")))
    for column in ("STATUS_REASON", "STATUS_TEXT", "CHANGE_REASON_PUBLIC"):
        if text := row.take_optional(column):
            notes.append(Note(NoteKind.CHANGE, Text(text, "en")))
    status = _STATUS[status_value]
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
        # LOINC gives the version of the last change, not the day.
        valid_to=last_day_of_retired(edition_start) if status is Status.INACTIVE else None,
        replaced_by=successors,
    )
    statements = [(f"{_PROPERTY_IRI}{name}", value) for name, value in properties.items()]
    if notice := row.take_optional("EXTERNAL_COPYRIGHT_NOTICE"):
        statements.append((expand("dct:rights"), notice))
    terms = [(predicate, RdfTerm(value, "literal")) for predicate, value in statements]
    if status is Status.INACTIVE and len(advice) > 1:
        terms += [(CONSIDER, RdfTerm(f"{IRI}{to}", "iri")) for to in dict.fromkeys(to for to, _ in advice)]
    for predicate, term in terms:
        yield Statement(scheme=SCHEME.id, origin=row.origin, subject=f"{IRI}{code}", predicate=predicate, object=term)


def _read_parts(path: Path, terms: Mapping[str, str], parents: dict[str, tuple[str, ...]]) -> Iterator[Record]:
    """Yield the parts of the hierarchy as concepts, and collect the parents of each term in `parents`.

    A part or term has one row for each place in the hierarchy; several rows may have the same parent.
    """
    parents_by_code: dict[str, dict[str, Origin]] = {}
    parts: dict[str, tuple[str, Origin]] = {}
    for row in read_table(path, required=("IMMEDIATE_PARENT", "CODE", "CODE_TEXT")):
        code, parent, text = row.take("CODE"), row.take("IMMEDIATE_PARENT"), row.take("CODE_TEXT")
        row.ignore_remaining()
        if code not in terms and not code.startswith("LP"):
            yield Skipped(origin=row.origin, reason=f"'{code}' is neither a part nor a term of this release.")
            continue
        parents_by_code.setdefault(code, {})
        if parent:
            parents_by_code[code].setdefault(parent, row.origin)
        if code.startswith("LP"):
            parts.setdefault(code, (text, row.origin))
    for code, code_parents in parents_by_code.items():
        if missing := [parent for parent in code_parents if parent not in parts]:
            raise InputError(
                code_parents[missing[0]],
                f"'{code}' is below '{missing[0]}', which is not in the file.",
                "The file is truncated, or from another release: download it again.",
            )
        if code in terms:
            parents[code] = tuple(code_parents)
    for code, (text, origin) in parts.items():
        yield Concept(
            scheme=SCHEME.id,
            notation=code,
            origin=origin,
            pref_labels=(Text(text or code, "en"),),
            broader=tuple(parents_by_code[code]),
        )


def _read_replacements(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the replacements of each term with the reason (`MapTo.csv`)."""
    replacements: dict[str, list[tuple[str, str]]] = {}
    for row in read_table(path, required=("LOINC", "MAP_TO", "COMMENT"), may_be_empty=True):
        replacements.setdefault(row.take("LOINC"), []).append((row.take("MAP_TO"), row.take("COMMENT")))
        row.done()
    return replacements


def _read_variants(paths: list[Path]) -> dict[str, dict[str, list[str]]]:
    """Return the names of each term by language; without a name, one is made of its axes."""
    names_by_code: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        match = _VARIANT.fullmatch(path.name)
        assert match
        lang = "sv" if match["language"] == "sv" else f"{match['language']}-{match['country']}"
        for row in read_table(path, required=("LOINC_NUM",)):
            code = row.take("LOINC_NUM")
            names = [row.take_optional(column) for column in ("LinguisticVariantDisplayName", "LONG_COMMON_NAME")]
            names.append(row.take_optional("SHORTNAME"))
            names.append(":".join(row.take_optional(axis) for axis in _AXES).strip(":"))
            # RELATEDNAMES2 and CLASS are lists of search words.
            row.ignore_remaining()
            if any(names):
                names_by_code.setdefault(code, {})[lang] = names
    return names_by_code
