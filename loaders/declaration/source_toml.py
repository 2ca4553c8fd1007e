"""The sections of `source.toml` that all formats share: `[source]`, `[scheme]`, `[release]`, `[agents.*]`, `[[level]]`.

Manual: docs/how-to/source-toml.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Agent,
    Coverage,
    Edition,
    EditionFiles,
    Level,
    Redistribution,
    Scheme,
    Source,
    Text,
)
from begrepp.sources.editions import DECLARATION, declaration, valid_from
from begrepp.sources.row_faults import Fault, report_kinds
from loaders.declaration.agents import PUBLISHER_TYPES, read_agent
from loaders.declaration.limited_pattern import LimitedPattern, read_pattern
from loaders.declaration.problems import MANUAL, DeclarationProblems
from loaders.declaration.toml_lines import KeyPath, key_lines
from loaders.declaration.toml_table import TomlTable
from loaders.support.agencies import KNOWN

# Licences that allow redistribution of unchanged text with attribution.
_OPEN_LICENCES = re.compile(
    r"^https?://(creativecommons\.org/(publicdomain/zero|licenses/by(-sa)?)/"
    r"|(www\.)?opendatacommons\.org/licenses/|data\.europa\.eu/eli/dec_impl/2011/833/oj"
    r"|publications\.europa\.eu/resource/authority/licence/(CC0|CC_BY|CC_BYSA|COM_REUSE))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRights:
    """Publisher, licence and redistribution of a source (`[source]`)."""

    titles: tuple[Text, ...]
    publisher: Agent
    licence: str
    redistribution: Redistribution
    homepage: str
    reads: str


def read_declaration(edition: EditionFiles, declared: Mapping[str, Any] | None) -> TomlTable:
    """Return an edition's declaration: that of begrepp, overridden by the `source.toml` beside the files."""
    own_declaration = declaration(edition)
    origin = Origin(DECLARATION if own_declaration or declared is None else f"loaders/declared/{edition.source}.toml")
    merged = {**(declared or {}), **own_declaration}
    for section in ("source", "release"):
        sections = [part.get(section, {}) for part in (declared or {}, own_declaration)]
        if all(isinstance(part, dict) for part in sections) and any(sections):
            merged[section] = {**sections[0], **sections[1]}
    toml = TomlTable(merged, origin, problems=DeclarationProblems(origin, _key_lines(edition, origin)))
    toml.text("loader")
    report_kinds(read_report(toml))
    return toml


def _key_lines(edition: EditionFiles, origin: Origin) -> Mapping[KeyPath, int]:
    """Return the lines of the keys of `source.toml`; empty for a declaration of begrepp."""
    path = edition.folder / DECLARATION
    return key_lines(path.read_text(encoding="utf-8-sig")) if origin.file == DECLARATION and path.exists() else {}


def read_report(toml: TomlTable) -> tuple[str, ...]:
    """Read `report`: the kinds of faulty rows that are left out and reported."""
    kinds = toml.strings("report")
    for unknown in [kind for kind in kinds if kind not in list(Fault)]:
        toml.add_problem("report", f"holds {unknown!r}.", f"Use some of: {', '.join(Fault)}.")
    return tuple(kind for kind in kinds if kind in list(Fault))


def read_rights(toml: TomlTable, *, suggested: Mapping[str, str] | None = None) -> DeclaredRights:
    """Read `[source]`: title, publisher, homepage, licence, redistribution.

    `suggested` holds publisher and licence of the data file. Raises `InputError` if neither has them.
    """
    suggested_values = suggested or {}
    if "source" not in toml:
        _refuse_missing_rights(toml, suggested_values)
    source = toml.table("source")
    titles = source.texts("title")
    publisher = read_agent(
        source,
        "publisher",
        suggested_values.get("publisher", ""),
        default_type=suggested_values.get("publisher_type", ""),
    )
    is_declared = "licence" in source
    licence = source.iri("licence") or suggested_values.get("licence", "")
    if not licence and not is_declared:
        source.add_problem(
            "licence",
            "is missing: the licence of the file is not stated.",
            'Write the licence\'s address below [source]: licence = "https://…".',
            is_missing=True,
        )
    by_licence = Redistribution.ALLOWED if _OPEN_LICENCES.match(licence) else Redistribution.NOT_ALLOWED
    rights = DeclaredRights(
        titles=titles,
        publisher=publisher,
        licence=licence,
        redistribution=source.choice("redistribution", Redistribution, by_licence),
        homepage=source.iri("homepage"),
        reads=source.text("reads"),
    )
    source.done()
    return rights


def _refuse_missing_rights(toml: TomlTable, stated: Mapping[str, str]) -> None:
    """Raise `InputError` if the data files do not state all that `[source]` would."""
    name, licence = stated.get("publisher", ""), stated.get("licence", "")
    kind = stated.get("publisher_type", "") or name in KNOWN
    parts = {"publisher": name, "licence": licence, "type of the publisher": kind or not name}
    if all(parts.values()):
        return
    missing = " and ".join(part for part, value in parts.items() if not value)
    raise InputError(
        toml.origin,
        f"the {missing} of this list {'are' if ' and ' in missing else 'is'} missing.",
        'Write a source.toml and add it with the files: loader = "…" on the first line, then a line [source] and below'
        f' it title.sv = "…", publisher = "{name or "…"}", publisher_type = "…" (one of {", ".join(PUBLISHER_TYPES)})'
        f' and licence = "{licence or "https://…"}". {MANUAL}',
    )


def read_scheme(toml: TomlTable, default_id: str) -> Scheme:
    """Read `[scheme]`: the properties of the code list that all editions share."""
    section = toml.table("scheme")
    scheme = Scheme(
        id=section.slug("id", default=default_id),
        titles=section.texts("title", required=True),
        descriptions=section.texts("description"),
        identifiers=section.strings("identifiers"),
        preferred_system_uri=section.iri("preferred_system_uri"),
        notation_pattern=section.pattern("notation_pattern"),
        hierarchical=section.flag("hierarchical", default=True),
        iri=section.iri("iri"),
        iri_template=section.text("iri_template"),
        part_of=section.slug("part_of"),
        ehds_coding_system=section.iri("ehds_coding_system"),
    )
    if scheme.iri_template and "{notation}" not in scheme.iri_template:
        section.add_problem("iri_template", "holds no {notation}.", 'Write it as "https://example.org/{notation}".')
    section.done()
    return scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionDates:
    """Version, dates and coverage of an edition (`[release]`)."""

    version: str
    valid_from: date
    valid_to: date | None
    coverage: Coverage
    titles: tuple[Text, ...]


def read_edition_dates(toml: TomlTable, edition: EditionFiles, suggested: date | None = None) -> EditionDates:
    """Read `[release]`; the edition's name is the default of version and first day."""
    section = toml.table("release")
    is_declared = "valid_from" in section
    first_day = section.day("valid_from") or suggested or date.min
    if not is_declared:
        try:
            first_day = valid_from(edition)
        except InputError:
            if suggested is None:
                section.add_problem(
                    "valid_from",
                    f"is missing, and the edition's name '{edition.version}' does not begin with a year or a date.",
                    "Write the first day of the edition below [release]: valid_from = 2026-01-01",
                    is_missing=True,
                )
    dates = EditionDates(
        version=section.text("version", default=edition.version),
        valid_from=first_day,
        valid_to=section.day("valid_to"),
        coverage=section.choice("coverage", Coverage, Coverage.COMPLETE),
        titles=section.texts("title"),
    )
    if dates.valid_to and dates.valid_to < first_day:
        section.add_problem(
            "valid_to", f"is {dates.valid_to}, before the first day, {first_day}.", "Correct one of the days."
        )
    section.done()
    return dates


def new_declared_edition(scheme: Scheme, dates: EditionDates, rights: DeclaredRights) -> Edition:
    """Return the edition of a declared scheme."""
    return Edition(
        scheme=scheme.id,
        version=dates.version,
        valid_from=dates.valid_from,
        valid_to=dates.valid_to,
        publisher=rights.publisher,
        licence=rights.licence,
        redistribution=rights.redistribution,
        coverage=dates.coverage,
        titles=dates.titles or tuple(Text(f"{t.value} {dates.version}", t.lang) for t in scheme.titles),
    )


def read_levels(toml: TomlTable, scheme_id: str) -> dict[str, tuple[Level, LimitedPattern | None]]:
    """Read `[[level]]`: the levels of a classification by id, each with the pattern of its notations."""
    levels: dict[str, tuple[Level, LimitedPattern | None]] = {}
    for depth, section in enumerate(toml.tables("level"), start=1):
        id_ = section.slug("id", required=True)
        pattern = read_pattern(section, "pattern")
        level = Level(
            scheme=scheme_id,
            depth=section.number("depth") or depth,
            id=id_,
            titles=section.texts("title", required=True),
        )
        levels[id_] = (level, pattern if pattern.pattern else None)
        section.done()
    return levels


def read_declared_source(id_: str, declared: Mapping[str, Any]) -> Source:
    """Return a list of `declared/` as a source, as `begrepp sources` shows it."""
    toml = TomlTable(declared, Origin(f"loaders/declared/{id_}.toml"))
    rights = read_rights(toml)
    schemes = (read_scheme(toml, id_),) if "scheme" in toml else ()
    title = next((t.value for t in rights.titles if t.lang == "sv"), id_)
    return Source(
        id=id_,
        title=title,
        publisher=rights.publisher,
        licence=rights.licence,
        redistribution=rights.redistribution,
        homepage=rights.homepage,
        reads=rights.reads,
        schemes=schemes,
    )


def read_encoding(toml: TomlTable) -> str:
    """Read the encoding of a text file."""
    encoding = toml.text("encoding", default="utf-8")
    try:
        "".encode(encoding)
    except LookupError:
        toml.add_problem(
            "encoding",
            f"is '{encoding}', which is no encoding.",
            'Write: encoding = "windows-1252", or utf-8 or iso-8859-1.',
        )
        return "utf-8"
    return encoding


def join_names(names: Sequence[str]) -> str:
    """Join names for a message; "none" if there are none."""
    return ", ".join(names) or "none"
