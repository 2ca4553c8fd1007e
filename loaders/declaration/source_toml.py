"""What a `source.toml` says, read key by key: who publishes a list, under what licence, which scheme, which release.

`docs/how-to/source-toml.md` is its manual.
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
from loaders.declaration.toml_table import MANUAL, TomlTable
from loaders.support.agencies import KNOWN

PUBLISHER_TYPES = {
    # The publisher types of ADMS, which DCAT-AP-SE 3.0.1 demands of every agent.
    "national": "NationalAuthority",
    "regional": "RegionalAuthority",
    "local": "LocalAuthority",
    "supranational": "SupraNationalAuthority",
    "academia": "Academia-ScientificOrganisation",
    "company": "Company",
    "standards": "StandardisationBody",
    "nonprofit": "NonProfitOrganisation",
    "ngo": "NonGovernmentalOrganisation",
    "person": "PrivateIndividual(s)",
}
_ADMS = "http://purl.org/adms/publishertype/"
# Licences that let a text be passed on unchanged with its source named.
_OPEN_LICENCES = re.compile(
    r"^https?://(creativecommons\.org/(publicdomain/zero|licenses/by(-sa)?)/"
    r"|(www\.)?opendatacommons\.org/licenses/|data\.europa\.eu/eli/dec_impl/2011/833/oj"
    r"|publications\.europa\.eu/resource/authority/licence/(CC0|CC_BY|CC_BYSA|COM_REUSE))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRights:
    """Who publishes a source, and what its licence allows (`[source]`)."""

    titles: tuple[Text, ...]
    publisher: Agent
    licence: str
    redistribution: Redistribution
    homepage: str
    reads: str


def read_declaration(edition: EditionFiles, declared: Mapping[str, Any] | None) -> TomlTable:
    """What is declared of an edition: the list as begrepp knows it, and the `source.toml` beside the files above it."""
    beside = declaration(edition)
    origin = Origin(DECLARATION if beside or declared is None else f"loaders/declared/{edition.source}.toml")
    merged = {**(declared or {}), **beside}
    for section in ("source", "release"):
        above = [said.get(section, {}) for said in (declared or {}, beside)]
        if all(isinstance(said, dict) for said in above) and any(above):
            merged[section] = {**above[0], **above[1]}
    keys = TomlTable(merged, origin)
    keys.text("loader")
    return keys


def read_rights(keys: TomlTable, *, suggested: Mapping[str, str] | None = None) -> DeclaredRights:
    """`[source]`: title, publisher, homepage, licence, redistribution. `suggested` holds what the file itself says."""
    hint = suggested or {}
    if "source" not in keys and not (hint.get("publisher") and hint.get("licence")):
        raise InputError(
            keys.origin,
            "nobody says who publishes this list, and under what licence.",
            'Write a source.toml and add it with the files: loader = "…" on the first line, then a line [source] and'
            f' below it title.sv = "…", publisher = "…", publisher_type = "…" and licence = "https://…". {MANUAL}',
        )
    source = keys.table("source")
    titles = source.words("title")
    publisher = read_agent(source, "publisher", hint.get("publisher", ""))
    licence = source.iri("licence") or hint.get("licence", "")
    if not licence:
        source.fail(
            "licence",
            "is missing: nobody says under what licence the file may be used.",
            'Write the licence\'s address in source.toml: [source] licence = "https://…".',
        )
    by_licence = Redistribution.ALLOWED if _OPEN_LICENCES.match(licence) else Redistribution.NOT_ALLOWED
    found = DeclaredRights(
        titles=titles,
        publisher=publisher,
        licence=licence,
        redistribution=source.choice("redistribution", Redistribution, by_licence),
        homepage=source.iri("homepage"),
        reads=source.text("reads"),
    )
    source.done()
    return found


def read_agent(keys: TomlTable, key: str, default: str = "", known: Mapping[str, Agent] = KNOWN) -> Agent:
    """An agent by its id, or by its name together with its type."""
    name = keys.text(key, default=default)
    kind = keys.text(f"{key}_type")
    if name in known:
        return known[name]
    if not name:
        keys.fail(key, "is missing.", f"Name the organisation, or one of: {', '.join(sorted(known))}.")
    if kind not in PUBLISHER_TYPES:
        state = f"is '{kind}'" if kind else "is missing"
        keys.fail(
            f"{key}_type",
            f"{state}, and '{name}' is none of the organisations that begrepp knows ({', '.join(sorted(known))}).",
            f"Say what kind of organisation it is: {', '.join(PUBLISHER_TYPES)}.",
        )
    return Agent(id=slug(name), names=(Text(name, "sv"),), type=_ADMS + PUBLISHER_TYPES[kind])


def read_agents(keys: TomlTable) -> dict[str, Agent]:
    """`[agents.*]`: organisations that the declaration describes itself, together with the known ones."""
    found = dict(KNOWN)
    for id_, values in keys.table("agents").rest():
        agent = TomlTable(values if isinstance(values, dict) else {}, keys.origin, f"agents.{id_}")
        kind = agent.text("type", required=True)
        found[id_] = Agent(
            id=id_,
            names=agent.words("name", required=True),
            homepage=agent.iri("homepage"),
            email=agent.text("email"),
            contact_page=agent.iri("contact_page"),
            type=_ADMS + PUBLISHER_TYPES[kind] if kind in PUBLISHER_TYPES else kind,
        )
        agent.done()
    return found


def read_scheme(keys: TomlTable, default_id: str) -> Scheme:
    """`[scheme]`: what the list is, whatever the edition."""
    said = keys.table("scheme")
    found = Scheme(
        id=said.slug("id", default=default_id),
        titles=said.words("title", required=True),
        descriptions=said.words("description"),
        identifiers=said.strings("identifiers"),
        preferred_system_uri=said.iri("preferred_system_uri"),
        notation_pattern=said.pattern("notation_pattern"),
        hierarchical=said.flag("hierarchical", default=True),
        iri=said.iri("iri"),
        iri_template=said.text("iri_template"),
        part_of=said.slug("part_of"),
        ehds_coding_system=said.iri("ehds_coding_system"),
    )
    if found.iri_template and "{notation}" not in found.iri_template:
        said.fail("iri_template", "holds no {notation}.", 'Write it as "https://example.org/{notation}".')
    said.done()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionDates:
    """`[release]`: which state of the list this is."""

    version: str
    valid_from: date
    valid_to: date | None
    coverage: Coverage
    titles: tuple[Text, ...]


def read_edition_dates(keys: TomlTable, edition: EditionFiles, suggested: date | None = None) -> EditionDates:
    """`[release]`, where the edition's name stands in for what is not said."""
    said = keys.table("release")
    declared = said.day("valid_from")
    if declared is None:
        try:
            declared = valid_from(edition)
        except InputError:
            if suggested is None:
                raise
            declared = suggested
    found = EditionDates(
        version=said.text("version", default=edition.version),
        valid_from=declared,
        valid_to=said.day("valid_to"),
        coverage=said.choice("coverage", Coverage, Coverage.COMPLETE),
        titles=said.words("title"),
    )
    said.done()
    return found


def new_declared_edition(scheme_: Scheme, dates: EditionDates, rights_: DeclaredRights) -> Edition:
    """The release of a declared scheme."""
    return Edition(
        scheme=scheme_.id,
        version=dates.version,
        valid_from=dates.valid_from,
        valid_to=dates.valid_to,
        publisher=rights_.publisher,
        licence=rights_.licence,
        redistribution=rights_.redistribution,
        coverage=dates.coverage,
        titles=dates.titles or tuple(Text(f"{t.value} {dates.version}", t.lang) for t in scheme_.titles),
    )


def read_levels(keys: TomlTable, scheme_id: str) -> dict[str, tuple[Level, re.Pattern[str] | None]]:
    """`[[level]]`: the levels of a classification, each with the pattern that its notations have."""
    found: dict[str, tuple[Level, re.Pattern[str] | None]] = {}
    for depth, said in enumerate(keys.tables("level"), start=1):
        id_ = said.slug("id", required=True)
        pattern = said.pattern("pattern")
        level = Level(
            scheme=scheme_id, depth=said.number("depth") or depth, id=id_, titles=said.words("title", required=True)
        )
        found[id_] = (level, re.compile(pattern) if pattern else None)
        said.done()
    return found


def read_declared_source(id_: str, declared: Mapping[str, Any]) -> Source:
    """A list that begrepp knows, as `begrepp sources` shows it."""
    keys = TomlTable(declared, Origin(f"loaders/declared/{id_}.toml"))
    known = read_rights(keys)
    known_schemes = (read_scheme(keys, id_),) if "scheme" in keys else ()
    title = next((t.value for t in known.titles if t.lang == "sv"), id_)
    return Source(
        id=id_,
        title=title,
        publisher=known.publisher,
        licence=known.licence,
        redistribution=known.redistribution,
        homepage=known.homepage,
        reads=known.reads,
        schemes=known_schemes,
    )


def read_encoding(keys: TomlTable) -> str:
    """The encoding of a text file."""
    said = keys.text("encoding", default="utf-8")
    try:
        "".encode(said)
    except LookupError:
        keys.fail("encoding", f"is '{said}', which is no encoding.", "Use utf-8, windows-1252 or iso-8859-1.")
    return said


def slug(words: str) -> str:
    """Words as a name for addresses: `Ändtarmscancer (CT)` → `andtarmscancer-ct`."""
    plain = words.lower().translate(str.maketrans("åäöéèüæøß", "aaoeeuaos"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def join_names(names: Sequence[str]) -> str:
    """Names for a message."""
    return ", ".join(names) or "none"
