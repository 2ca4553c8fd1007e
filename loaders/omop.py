"""The vocabularies of OMOP, the common data model of observational research: each vocabulary a code system of its own.

1. Athena's download: tab-separated, unquoted, dates as YYYYMMDD, `CONCEPT.csv` in capitals.
2. Eunomia's excerpt: comma-separated and quoted, dates as YYYY-MM-DD.

`Maps to` leads to the concept that analyses use instead, which may be a wider one, so it is a close match and never
an exact one (https://ohdsi.github.io/CommonDataModel/, "Standard concepts"). What is read of relationships and
ancestors is held in memory, which suits a download of chosen vocabularies.
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
from begrepp.sources.tables import Row, read_table
from loaders.declaration.source_toml import slug
from loaders.support.agencies import IN_COPYRIGHT, OHDSI
from loaders.support.successors import usable_successors

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
_READ = ("concept", "vocabulary", "concept_relationship", "concept_ancestor", "concept_synonym")
_IDS = (
    *("concept_id", "concept_code", "concept_id_1", "concept_id_2", "ancestor_concept_id", "descendant_concept_id"),
    *("language_concept_id", "vocabulary_concept_id"),
)
# OMOP's concepts for languages; names in others are kept without one.
_LANGUAGES = {"4180186": "en", "4175777": "sv"}
_STANDING = {"S": "standard", "C": "classification", "": "not standard"}
_NO_END, _NO_START = date(2099, 12, 31), date(1970, 1, 1)


@dataclass(slots=True)
class _Links:
    """What the files say between concepts, by OMOP's concept id."""

    of: dict[str, tuple[str, str]] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    parents: dict[str, dict[str, None]] = field(default_factory=dict)
    replaced: dict[str, list[str]] = field(default_factory=dict)
    maps: dict[tuple[str, str, str], Origin] = field(default_factory=dict)
    synonyms: dict[str, list[Text]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def load(edition: EditionFiles) -> Iterator[Record]:
    """A release for each vocabulary that has concepts, the concepts, and `Maps to` as mappings."""
    files = {path.name.lower().removesuffix(".csv"): path for path in data_files(edition)}
    for name in ("concept", "vocabulary"):
        if name not in files:
            raise InputError(
                Origin(f"{edition.source}/{edition.version}"), f"the file {name}.csv is missing.", "Add all files."
            )
    links = _read_links(files)
    since = valid_from(edition)
    yield UMBRELLA
    vocabularies = _vocabularies(files["vocabulary"])
    used = dict.fromkeys(vocabulary for vocabulary, _ in links.of.values())
    for vocabulary in used:
        if vocabulary not in vocabularies:
            raise InputError(files["vocabulary"], f"the vocabulary '{vocabulary}' is not in it.", "Fetch both again.")
        name, version = vocabularies[vocabulary]
        scheme = _scheme(vocabulary, name, links)
        yield scheme
        title = f"{name}, {version or edition.version}"
        yield Edition(
            scheme=scheme.id,
            version=edition.version,
            valid_from=since,
            publisher=OHDSI,
            licence=IN_COPYRIGHT,
            redistribution=Redistribution.NOT_ALLOWED,
            coverage=coverage(edition),
            titles=(Text(title, "en"),),
        )
    yield from (
        Skipped(origin=Origin(files["vocabulary"].name), reason=f"the vocabulary '{name}' has no concepts here.")
        for name in sorted(vocabularies.keys() - used.keys())
    )
    successors = usable_successors(links.replaced, links.of.keys() - links.retired)
    for row in _rows(files["concept"]):
        yield _concept(row, links, successors)
    if links.maps:
        yield MappingSet(
            id=MAPS,
            version=edition.version,
            titles=texts("Maps to i OMOP", "Maps to in OMOP"),
            licence=IN_COPYRIGHT,
            publisher=OHDSI,
            valid_from=since,
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
    for reason, count in sorted(links.left_out.items()):
        yield Skipped(origin=Origin(f"{edition.source}/{edition.version}"), reason=f"{reason} ({count:,} rows).")
    for name, path in sorted(files.items()):
        if name not in _READ:
            yield Skipped(origin=Origin(path.name), reason="the file holds no concepts.")


def _rows(path: Path, *, counted: bool = True) -> Iterator[Row]:
    with path.open("rb") as file:
        athena = b"\t" in file.readline(10_000)
    return read_table(path, delimiter="\t" if athena else ",", quoted=not athena, identifiers=_IDS, counted=counted)


def _vocabularies(path: Path) -> dict[str, tuple[str, str]]:
    found = {}
    for row in _rows(path):
        found[row.take("vocabulary_id")] = (row.take("vocabulary_name"), row.take("vocabulary_version"))
        row.ignore("vocabulary_reference", "vocabulary_concept_id")
        row.done()
    return found


def _scheme(vocabulary: str, name: str, links: _Links) -> Scheme:
    children = (child for child, above in links.parents.items() if above)
    return Scheme(
        id=f"omop-{slug(vocabulary)}",
        titles=texts(f"{name} (OMOP)", f"{name} (OMOP)"),
        identifiers=(f"https://athena.ohdsi.org/vocabulary/{slug(vocabulary)}",),
        notation_pattern=r"^\S(.*\S)?$",
        hierarchical=any(links.of[child][0] == vocabulary for child in children),
        part_of=UMBRELLA.id,
    )


def _reference(links: _Links, id_: str) -> str:
    vocabulary, code = links.of[id_]
    return f"omop-{slug(vocabulary)}:{code}"


def _read_links(files: dict[str, Path]) -> _Links:
    links = _Links()
    for row in _rows(files["concept"], counted=False):
        id_ = row.take("concept_id")
        links.of[id_] = (row.take("vocabulary_id"), row.take("concept_code"))
        if row.take("invalid_reason"):
            links.retired.add(id_)
    for row in _rows(files["concept_ancestor"]) if "concept_ancestor" in files else ():
        _ancestor(row, links)
    for row in _rows(files["concept_relationship"]) if "concept_relationship" in files else ():
        _relationship(row, links)
    for row in _rows(files["concept_synonym"]) if "concept_synonym" in files else ():
        id_ = row.take("concept_id")
        lang = _LANGUAGES.get(row.take("language_concept_id"), "und")
        links.synonyms.setdefault(id_, []).append(Text(row.take("concept_synonym_name"), lang))
        row.done()
    links.left_out["a synonym of a concept that is not in the file"] += sum(
        len(found) for id_, found in links.synonyms.items() if id_ not in links.of
    )
    links.left_out = Counter({reason: count for reason, count in links.left_out.items() if count})
    return links


def _ancestor(row: Row, links: _Links) -> None:
    above, below = row.take("ancestor_concept_id"), row.take("descendant_concept_id")
    steps = row.take("min_levels_of_separation")
    row.ignore("max_levels_of_separation")
    row.done()
    if above not in links.of or below not in links.of:
        links.left_out["an ancestor or a descendant is not in the file"] += 1
    elif above == below:
        links.left_out["a concept is its own ancestor"] += 1
    elif steps != "1":
        # It follows from the single steps.
        links.left_out["the ancestor is not one step away"] += 1
    elif links.of[above][0] == links.of[below][0]:
        links.parents.setdefault(below, {})[above] = None
    else:
        links.maps.setdefault((below, above, "skos:broadMatch"), row.origin)


def _relationship(row: Row, links: _Links) -> None:
    one, other, kind = row.take("concept_id_1"), row.take("concept_id_2"), row.take("relationship_id")
    ended = row.take("invalid_reason")
    row.ignore("valid_start_date", "valid_end_date")
    row.done()
    if one not in links.of or other not in links.of:
        links.left_out[f"an end of '{kind}' is not in the file"] += 1
    elif ended:
        links.left_out[f"'{kind}' no longer holds"] += 1
    elif one == other:
        links.left_out[f"'{kind}' leads from a concept to itself"] += 1
    elif kind == "Maps to":
        links.maps.setdefault((one, other, "skos:closeMatch"), row.origin)
    elif kind == "Is a" and links.of[one][0] == links.of[other][0]:
        links.parents.setdefault(one, {})[other] = None
    elif kind == "Concept replaced by" and links.of[one][0] == links.of[other][0] and one in links.retired:
        links.replaced.setdefault(one, []).append(other)
    else:
        links.left_out[f"'{kind}' is not kept"] += 1


def _concept(row: Row, links: _Links, successors: dict[str, tuple[str, ...]]) -> Concept:
    id_, vocabulary, code = row.take("concept_id"), row.take("vocabulary_id"), row.take("concept_code")
    name, standing, ended = row.take("concept_name"), row.take("standard_concept"), row.take("invalid_reason")
    domain, kind = row.take("domain_id"), row.take("concept_class_id")
    first, last = (_day(row.take(column), row.origin) for column in ("valid_start_date", "valid_end_date"))
    row.done()
    if not name:
        raise InputError(row.origin, f"the concept {id_} has no name.", "Fetch the file again.")
    if standing not in _STANDING or ended not in ("", "D", "U"):
        what = f"standard_concept is '{standing}' and invalid_reason '{ended}'."
        raise InputError(row.origin, what, "OMOP knows S, C or nothing, and D, U or nothing; see the file.")
    pref = Text(name, "en")
    other = dict.fromkeys(links.synonyms.get(id_, ()))
    note = f"{_STANDING[standing]}; domain {domain}; class {kind}"
    began = None if first == _NO_START else first
    return Concept(
        scheme=f"omop-{slug(vocabulary)}",
        notation=code,
        origin=row.origin,
        pref_labels=(pref,),
        alt_labels=tuple(text for text in other if text != pref and text.value),
        # So that a search for OMOP's own number finds the concept.
        hidden_labels=(Text(id_, "zxx"),) if id_ != name else (),
        notes=(Note(NoteKind.SCOPE, Text(f"OMOP concept {id_}: {note}", "en")),),
        broader=tuple(links.of[above][1] for above in links.parents.get(id_, ())),
        status=Status.INACTIVE if ended else Status.ACTIVE,
        valid_from=began if not (began and ended and began >= last) else None,
        valid_to=None if last == _NO_END and not ended else last,
        replaced_by=tuple(links.of[new][1] for new in successors.get(id_, ())) if ended else (),
    )


def _day(cell: str, origin: Origin) -> date:
    if re.fullmatch(r"\d{8}|\d{4}-\d\d-\d\d", cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            pass
    raise InputError(origin, f"'{cell}' is no date.", "OMOP writes 20260131 or 2026-01-31; fetch the file again.")
