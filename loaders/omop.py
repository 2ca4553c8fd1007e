"""The vocabularies of OMOP, the common data model of observational research; each is a code system. Reads two forms:

1. Athena's download: tab-separated, unquoted, dates as YYYYMMDD, `CONCEPT.csv` in capitals.
2. Eunomia's excerpt: comma-separated and quoted, dates as YYYY-MM-DD.

`Maps to` gives the standard concept for analyses, which may be broader, so it becomes a close match
(https://ohdsi.github.io/CommonDataModel/, "Standard concepts"). Relationships and ancestors are held in memory,
which is sufficient for a download of selected vocabularies.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import (
    Concept,
    Edition,
    EditionFiles,
    Mapping,
    MappingSet,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Status,
    Text,
    texts,
)
from begrepp.sources.editions import coverage, data_files, valid_from
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row
from begrepp.sources.tables import read_table
from loaders.declaration.agents import slug
from loaders.support.agencies import IN_COPYRIGHT, OHDSI
from loaders.support.successors import report_other_successors, usable_successors

UMBRELLA = Scheme(
    id="omop",
    titles=texts("OMOP:s vokabulärer", "OMOP standardised vocabularies"),
    identifiers=("https://athena.ohdsi.org/",),
    preferred_system_uri="https://athena.ohdsi.org/",
)
SOURCE = Source(
    id="omop",
    title="OMOP-vokabulärer",
    publisher=OHDSI,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://athena.ohdsi.org/",
    reads="CONCEPT.csv and VOCABULARY.csv, with CONCEPT_RELATIONSHIP, CONCEPT_ANCESTOR and CONCEPT_SYNONYM",
    schemes=(UMBRELLA,),
)
MAPS = "omop-maps-to"
_FILES = ("concept", "vocabulary", "concept_relationship", "concept_ancestor", "concept_synonym")
# OMOP's concept ids of languages; names in other languages are tagged `und`.
_LANGUAGES = {"4180186": "en", "4175777": "sv"}
_STANDARD_CONCEPT = {"S": "standard", "C": "classification", "": "not standard"}
_NO_END, _NO_START = date(2099, 12, 31), date(1970, 1, 1)


@dataclass(slots=True)
class _Links:
    """Relations between concepts by OMOP concept id; `concepts` has vocabulary and code."""

    concepts: dict[str, tuple[str, str]] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    parents: dict[str, dict[str, None]] = field(default_factory=dict)
    replacements: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, Origin] = field(default_factory=dict)
    maps: dict[tuple[str, str, str], Origin] = field(default_factory=dict)
    synonyms: dict[str, list[Text]] = field(default_factory=dict)
    skipped_counts: Counter[str] = field(default_factory=Counter)
    hierarchy_file: str = ""
    """Names of the files with the parents."""


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield an edition for each vocabulary that has concepts, the concepts, and `Maps to` as mappings."""
    files = {path.name.lower().removesuffix(".csv"): path for path in data_files(edition)}
    for name in ("concept", "vocabulary"):
        if name not in files:
            raise InputError(
                Origin(f"{edition.source}/{edition.version}"), f"the file {name}.csv is missing.", "Add all files."
            )
    links = _read_links(files)
    edition_start = valid_from(edition)
    yield UMBRELLA
    vocabularies = _read_vocabularies(files["vocabulary"])
    used = dict.fromkeys(vocabulary for vocabulary, _ in links.concepts.values())
    for vocabulary in used:
        if vocabulary not in vocabularies:
            raise InputError(
                files["vocabulary"], f"the vocabulary '{vocabulary}' is not in it.", "Download both again."
            )
        name, version = vocabularies[vocabulary]
        scheme = _scheme(vocabulary, name, links)
        yield scheme
        title = f"{name}, {version or edition.version}"
        yield Edition(
            scheme=scheme.id,
            version=edition.version,
            valid_from=edition_start,
            publisher=OHDSI,
            licence=IN_COPYRIGHT,
            redistribution=Redistribution.NOT_ALLOWED,
            coverage=coverage(edition),
            titles=(Text(title, "en"),),
        )
    for name in sorted(vocabularies.keys() - used.keys()):
        yield Skipped(origin=Origin(files["vocabulary"].name), reason=f"the vocabulary '{name}' has no concepts here.")
    in_use = links.concepts.keys() - links.retired
    successors = usable_successors(links.replacements, in_use)
    report_other_successors(links.replacements, successors, in_use, links.places, links.concepts)
    scope = RowScope()
    for row in _rows(files["concept"]):
        with scope:
            yield _concept(row, links, successors)
    if links.maps:
        yield MappingSet(
            id=MAPS,
            version=edition.version,
            titles=texts("Maps to i OMOP", "Maps to in OMOP"),
            licence=IN_COPYRIGHT,
            publisher=OHDSI,
            valid_from=edition_start,
            redistribution=Redistribution.NOT_ALLOWED,
        )
    for (source, target, predicate), origin in links.maps.items():
        yield Mapping(
            mapping_set=MAPS,
            origin=origin,
            subject=_reference(links, source),
            predicate=expand(predicate),
            object=_reference(links, target),
            justification=expand("semapv:UnspecifiedMatching"),
            authors=("OHDSI",),
        )
    for reason, count in sorted(links.skipped_counts.items()):
        yield Skipped(origin=Origin(f"{edition.source}/{edition.version}"), reason=f"{reason} ({count:,} rows).")
    for name, path in sorted(files.items()):
        if name not in _FILES:
            yield Skipped(origin=Origin(path.name), reason="the file holds no concepts.")


def _rows(path: Path, *, counted: bool = True) -> Iterator[Row]:
    with path.open("rb") as file:
        athena = b"\t" in file.readline(10_000)
    return read_table(
        path,
        delimiter="\t" if athena else ",",
        quoted=not athena,
        counted=counted,
        # A download of a few vocabularies may have no relationships, synonyms or mappings.
        may_be_empty=path.stem.lower() not in ("concept", "vocabulary"),
    )


def _read_vocabularies(path: Path) -> dict[str, tuple[str, str]]:
    found = {}
    for row in _rows(path):
        found[row.take("vocabulary_id")] = (row.take("vocabulary_name"), row.take("vocabulary_version"))
        row.ignore("vocabulary_reference", "vocabulary_concept_id")
        row.done()
    return found


def _scheme(vocabulary: str, name: str, links: _Links) -> Scheme:
    children = (child for child, parents in links.parents.items() if parents)
    return Scheme(
        id=f"omop-{slug(vocabulary)}",
        titles=texts(f"{name} (OMOP)", f"{name} (OMOP)"),
        identifiers=(f"https://athena.ohdsi.org/vocabulary/{slug(vocabulary)}",),
        notation_pattern=r"^\S(.*\S)?$",
        hierarchical=any(links.concepts[child][0] == vocabulary for child in children),
        part_of=UMBRELLA.id,
    )


def _reference(links: _Links, id_: str) -> str:
    vocabulary, code = links.concepts[id_]
    return f"omop-{slug(vocabulary)}:{code}"


def _read_links(files: dict[str, Path]) -> _Links:
    hierarchy = [files[name].name for name in ("concept_ancestor", "concept_relationship") if name in files]
    links = _Links(hierarchy_file=", ".join(hierarchy))
    for row in _rows(files["concept"], counted=False):
        id_ = row.take("concept_id")
        links.concepts[id_] = (row.take("vocabulary_id"), row.take("concept_code"))
        if row.take("invalid_reason"):
            links.retired.add(id_)
    for row in _rows(files["concept_ancestor"]) if "concept_ancestor" in files else ():
        _add_ancestor(row, links)
    for row in _rows(files["concept_relationship"]) if "concept_relationship" in files else ():
        _add_relationship(row, links)
    for row in _rows(files["concept_synonym"]) if "concept_synonym" in files else ():
        id_ = row.take("concept_id")
        lang = _LANGUAGES.get(row.take("language_concept_id"), "und")
        links.synonyms.setdefault(id_, []).append(Text(row.take("concept_synonym_name"), lang))
        row.done()
    links.skipped_counts["a synonym of a concept that is not in the file"] += sum(
        len(found) for id_, found in links.synonyms.items() if id_ not in links.concepts
    )
    links.skipped_counts = Counter({reason: count for reason, count in links.skipped_counts.items() if count})
    return links


def _add_ancestor(row: Row, links: _Links) -> None:
    ancestor, descendant = row.take("ancestor_concept_id"), row.take("descendant_concept_id")
    distance = row.take("min_levels_of_separation")
    row.ignore("max_levels_of_separation")
    row.done()
    if ancestor not in links.concepts or descendant not in links.concepts:
        links.skipped_counts["an ancestor or a descendant is not in the file"] += 1
    elif ancestor == descendant:
        links.skipped_counts["a concept is its own ancestor"] += 1
    elif distance != "1":
        # Implied by the ancestors at distance one.
        links.skipped_counts["the ancestor is not one step away"] += 1
    elif links.concepts[ancestor][0] == links.concepts[descendant][0]:
        links.parents.setdefault(descendant, {})[ancestor] = None
    else:
        links.maps.setdefault((descendant, ancestor, "skos:broadMatch"), row.origin)


def _add_relationship(row: Row, links: _Links) -> None:
    source, target, kind = row.take("concept_id_1"), row.take("concept_id_2"), row.take("relationship_id")
    invalid_reason = row.take("invalid_reason")
    row.ignore("valid_start_date", "valid_end_date")
    row.done()
    is_within = links.concepts.get(source, ("",))[0] == links.concepts.get(target, ("",))[0]
    if source not in links.concepts or target not in links.concepts:
        links.skipped_counts[f"an end of '{kind}' is not in the file"] += 1
    elif invalid_reason:
        links.skipped_counts[f"'{kind}' no longer holds"] += 1
    elif source == target:
        links.skipped_counts[f"'{kind}' leads from a concept to itself"] += 1
    elif kind == "Maps to":
        links.maps.setdefault((source, target, "skos:closeMatch"), row.origin)
    elif kind == "Is a" and is_within:
        links.parents.setdefault(source, {})[target] = None
    elif kind == "Concept replaced by" and is_within and source in links.retired:
        links.replacements.setdefault(source, []).append(target)
        links.places.setdefault(source, row.origin)
    else:
        links.skipped_counts[f"'{kind}' is not imported"] += 1


def _concept(row: Row, links: _Links, successors: dict[str, tuple[str, ...]]) -> Concept:
    id_, vocabulary, code = row.take("concept_id"), row.take("vocabulary_id"), row.take("concept_code")
    name, standard, invalid_reason = row.take("concept_name"), row.take("standard_concept"), row.take("invalid_reason")
    domain, concept_class = row.take("domain_id"), row.take("concept_class_id")
    start, end = (_date(row.take(column), row.origin) for column in ("valid_start_date", "valid_end_date"))
    row.done()
    if not name:
        raise InputError(row.origin, f"the concept {id_} has no name.", "Download the file again.")
    if standard not in _STANDARD_CONCEPT or invalid_reason not in ("", "D", "U"):
        reason = f"standard_concept is '{standard}' and invalid_reason '{invalid_reason}'."
        raise InputError(row.origin, reason, "OMOP allows S, C or nothing, and D, U or nothing; see the file.")
    pref = Text(name, "en")
    synonyms = dict.fromkeys(links.synonyms.get(id_, ()))
    note = f"{_STANDARD_CONCEPT[standard]}; domain {domain}; class {concept_class}"
    valid_from = None if start == _NO_START else start
    return Concept(
        scheme=f"omop-{slug(vocabulary)}",
        notation=code,
        origin=row.origin,
        pref_labels=(pref,),
        alt_labels=tuple(text for text in synonyms if text != pref and text.value),
        # Makes the concept searchable by OMOP's concept id.
        hidden_labels=(Text(id_, "zxx"),) if id_ != name else (),
        notes=(Note(NoteKind.SCOPE, Text(f"OMOP concept {id_}: {note}", "en")),),
        broader=tuple(links.concepts[parent][1] for parent in links.parents.get(id_, ())),
        hierarchy_file=links.hierarchy_file,
        status=Status.INACTIVE if invalid_reason else Status.ACTIVE,
        valid_from=valid_from if not (valid_from and invalid_reason and valid_from >= end) else None,
        valid_to=None if end == _NO_END and not invalid_reason else end,
        replaced_by=tuple(links.concepts[new][1] for new in successors.get(id_, ())) if invalid_reason else (),
    )


def _date(cell: str, origin: Origin) -> date:
    if re.fullmatch(r"\d{8}|\d{4}-\d\d-\d\d", cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            pass
    raise InputError(origin, f"'{cell}' is not a date.", "OMOP writes 20260131 or 2026-01-31; download the file again.")
