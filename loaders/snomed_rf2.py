"""Snomed CT, the terminology that health records speak, from a release in RF2, international or Swedish.

Give the whole packages together, unpacked: the international one and the extension. Of a package's folders
Snapshot is read; where there is only Full, the state on the day that the edition is named by. The Swedish
preferred term is the one that the Swedish language reference set prefers, whatever language the description
says it is in. Attributes are kept as triples with the attribute's own IRI, ungrouped: which of them belong
together could only be said with blank nodes. https://confluence.ihtsdotools.org/display/DOCRELFMT

Millions of rows are joined in a temporary database on disk, so that memory does not grow with them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from begrepp.editions import coverage, data_files, valid_from
from begrepp.errors import InputError, Origin
from begrepp.namespaces import expand
from begrepp.records import (
    Agent,
    Concept,
    Edition,
    Mapping,
    MappingSet,
    RdfTerm,
    Record,
    Redistribution,
    Release,
    Scheme,
    Skipped,
    Source,
    Statement,
    Status,
    Text,
    texts,
)
from begrepp.rows import meter, read_exact
from begrepp.successors import leading_on
from loaders.agencies import SNOMED_INTERNATIONAL, classifications_publisher

LICENCE = "https://www.snomed.org/get-snomed"
IRI = "http://snomed.info/id/"
SCHEME = Scheme(
    id="snomed-ct",
    titles=texts("Snomed CT", "SNOMED CT"),
    identifiers=(
        "http://snomed.info/sct",
        "http://snomed.info/sct/45991000052106",
        "urn:oid:2.16.840.1.113883.6.96",
        "urn:oid:1.2.752.116.2.1.1",
    ),
    preferred_system_uri="http://snomed.info/sct",
    notation_pattern=r"^[1-9][0-9]{5,17}$",
    iri_template=IRI + "{notation}",
)
SOURCE = Source(
    id="snomed_rf2",
    title="Snomed CT",
    publisher=SNOMED_INTERNATIONAL,
    licence=LICENCE,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.snomed.org/get-snomed",
    reads="unpacked RF2 release packages: the folder Snapshot (or Full), international and extension together",
    schemes=(SCHEME,),
)
_FILE = re.compile(
    r"x?(?:sct2|der2)_(?P<content>\w+?)_?(?P<state>Snapshot|Full|Delta)(?:-[A-Za-z-]+)?"
    r"_(?P<owner>[A-Z]{2,3}(?P<namespace>\d*))_(?P<day>\d{8})\.txt"
)
_MEMBER = ("id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId")
_MAP = (*_MEMBER, "mapGroup", "mapPriority", "mapRule", "mapAdvice", "mapTarget", "correlationId")
_DESCRIBED = ("conceptId", "languageCode", "typeId", "term", "caseSignificanceId")
_RELATED = ("relationshipGroup", "typeId", "characteristicTypeId", "modifierId")
COLUMNS = {
    "Concept": (*_MEMBER[:4], "definitionStatusId"),
    "Description": (*_MEMBER[:4], *_DESCRIBED),
    "TextDefinition": (*_MEMBER[:4], *_DESCRIBED),
    "Relationship": (*_MEMBER[:4], "sourceId", "destinationId", *_RELATED),
    "RelationshipConcreteValues": (*_MEMBER[:4], "sourceId", "value", *_RELATED),
    "Language": (*_MEMBER, "acceptabilityId"),
    "Association": (*_MEMBER, "targetComponentId"),
    "ExtendedMap": (*_MAP, "mapCategoryId"),
    "ComplexMap": _MAP,
    "SimpleMap": (*_MEMBER, "mapTarget"),
    "ModuleDependency": (*_MEMBER, "sourceEffectiveTime", "targetEffectiveTime"),
}
_REQUIRED = ("Concept", "Description", "Relationship", "Language")
_IS_A, _ROOT = 116680003, 138875005
_STATED = "900000000000010007"
_FULL_NAME, _SYNONYM, _DEFINITION = 900000000000003001, 900000000000013009, 900000000000550004
# Standing in a language reference set as one bit each, so that a description's standing is one number.
_SV, _US, _GB = "46011000052107", "900000000000509007", "900000000000508004"
_PREFERRED, _ACCEPTABLE = "900000000000548007", "900000000000549004"
_STANDING = {
    (_SV, _PREFERRED): 1,
    (_SV, _ACCEPTABLE): 2,
    (_US, _PREFERRED): 4,
    (_US, _ACCEPTABLE): 8,
    (_GB, _PREFERRED): 16,
    (_GB, _ACCEPTABLE): 32,
}
_SWEDISH, _ENGLISH = 1 | 2, 4 | 8 | 16 | 32
# SAME AS and REPLACED BY name the concept to use instead. POSSIBLY EQUIVALENT TO, MOVED TO, WAS A and the others
# do not, and are kept as they are.
_REPLACING = {900000000000527005, 900000000000526001}
# Map reference sets, and the scheme that each leads to.
TARGETS = {447562003: "icd-10", 446608001: "icd-o-3"}
# How the code that a map gives relates to the concept. Where the release does not say, it says no more than that
# the code is to be used, so the match is a related one.
_CORRELATION = {
    "447557004": "skos:exactMatch",
    "447558009": "skos:broadMatch",
    "447559001": "skos:narrowMatch",
    "447560006": "skos:relatedMatch",
    "447561005": "skos:relatedMatch",
    "": "skos:relatedMatch",
}
_NOT_MAPPABLE = "447556008"
_SORTED_ON_DISK = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; PRAGMA temp_store=FILE"
_TABLES = """
CREATE TABLE concept(id, time, active, file, line);
CREATE TABLE description(id, time, active, concept, lang, type, term);
CREATE TABLE relationship(id, time, active, concept, type, target, value);
CREATE TABLE language(id, time, active, description, standing);
CREATE TABLE association(id, time, active, concept, refset, target);
CREATE TABLE map(id, time, active, refset, concept, place, priority, rule, advice, target, correlation, file, line);
"""

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """An RF2 file and what its name says."""

    path: Path
    content: str
    state: str
    owner: str
    namespace: str
    day: date


def load(edition: Edition) -> Iterator[Record]:
    """The release, its concepts with their attributes and history, and the maps to other code systems."""
    files, left_out = _choose(edition)
    yield from left_out
    since = valid_from(edition) if files[0].state == "Full" else max(file.day for file in files)
    national = any(file.owner.startswith("SE") for file in files)
    publisher = classifications_publisher(since) if national else SNOMED_INTERNATIONAL
    title = f"Snomed CT {'SE ' if national else ''}{edition.version}"
    with closing(sqlite3.connect("")) as joined:
        joined.executescript(_SORTED_ON_DISK)
        joined.executescript(_TABLES)
        yield from _fill(joined, files, since)
        yield SCHEME
        yield Release(
            scheme=SCHEME.id,
            version=edition.version,
            valid_from=since,
            publisher=publisher,
            licence=LICENCE,
            redistribution=Redistribution.NOT_ALLOWED,
            coverage=coverage(edition),
            titles=texts(title, title),
        )
        meter().stage = "joining"
        yield from _concepts(joined, files)
        yield from _maps(joined, files, edition, since, publisher)


# Which files to read, and whether they belong together.


def _choose(edition: Edition) -> tuple[list[_File], list[Skipped]]:
    """The Snapshot files, or where there are none the Full ones; what is left out, and why."""
    named, left_out = [], []
    for path in data_files(edition):
        if file := _named(path):
            named.append(file)
        else:
            left_out.append(Skipped(origin=Origin(path.name), reason="it has no name of an RF2 data file."))
    here = Origin(f"{edition.source}/{edition.version}")
    state = next((state for state in ("Snapshot", "Full") if any(file.state == state for file in named)), "")
    if not state:
        what = "only Delta files, which hold no more than the latest changes" if named else "no RF2 files"
        raise InputError(here, f"there are {what}.", "Unpack the release package and add its folder Snapshot.")
    chosen = [file for file in named if file.state == state and file.content in COLUMNS]
    for file in named:
        if file.state != state:
            left_out.append(Skipped(origin=Origin(file.path.name), reason=f"{state} is read, not {file.state}."))
        elif file.content not in COLUMNS:
            left_out.append(Skipped(origin=Origin(file.path.name), reason=f"'{file.content}' is not kept."))
    for content in _REQUIRED:
        if all(file.content != content for file in chosen):
            others = sorted({file.state for file in named if file.content == content})
            raise InputError(
                here,
                f"there is no {content} {state} file" + (f", only {' and '.join(others)}." if others else "."),
                "Add all files of the release together: the whole folder Snapshot.",
            )
    _check_days(chosen)
    return chosen, left_out


def _named(path: Path) -> _File | None:
    match = _FILE.fullmatch(path.name)
    if not match:
        return None
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        raise InputError(path, f"'{match['day']}' in the file's name is no date.", "Check the file's name.") from None
    content = re.sub(r"^[a-z]*Refset_|Reference$", "", match["content"])
    return _File(
        path=path,
        content=content,
        state=match["state"],
        owner=match["owner"],
        namespace=match["namespace"],
        day=day,
    )


def _check_days(files: Iterable[_File]) -> None:
    """The files of one package are of one day."""
    first: dict[str, _File] = {}
    for file in files:
        other = first.setdefault(file.owner, file)
        if other.day != file.day:
            raise InputError(
                file.path,
                f"the file is of {file.day}, but {other.path.name} is of {other.day}: two releases are mixed.",
                "Add the files of one release only; begin with an empty folder.",
            )


def _check_packages(days: dict[str, date], modules: dict[str, set[str]], dependencies: list[tuple[str, ...]]) -> None:
    """An extension builds on the international release of one day, which its module dependencies name."""
    home = {module: owner for owner, found in modules.items() for module in found}
    for name, line, source, target, wanted in dependencies:
        owner, other = home.get(source, ""), home.get(target, "")
        if owner and other and owner != other and date.fromisoformat(wanted) != days[other]:
            raise InputError(
                Origin(name, int(line)),
                f"{owner} builds on the release of {date.fromisoformat(wanted)}, but {other} is of {days[other]}.",
                "Fetch the release that the extension builds on, and add both together.",
            )


def _check_modules(file: _File, modules: set[str]) -> None:
    """A long identifier carries the namespace of the extension that made it; a package holds modules of its own."""
    spaces = {module[-10:-3] if module[-3:-2] == "1" else "" for module in modules}
    if modules and file.namespace not in spaces:
        raise InputError(
            file.path,
            f"its name says {file.owner}, but it holds rows of other modules only ({', '.join(sorted(modules))}).",
            "Files of two packages are mixed up; fetch the release again.",
        )
    if not file.namespace and len(spaces) > 1:
        strange = next(module for module in sorted(modules) if module[-3:-2] == "1")
        raise InputError(
            file.path,
            f"the international file holds rows of the extension module {strange}.",
            "Files of two packages are mixed up; fetch the release again.",
        )


# From the files into the database.


def _fill(joined: sqlite3.Connection, files: Sequence[_File], until: date) -> Iterator[Skipped]:
    """All rows up to a day; then the latest of each component. Reference sets that are not known are told."""
    modules: dict[str, set[str]] = {}
    dependencies: list[tuple[str, ...]] = []
    several: set[str] = set()
    unknown: dict[str, Origin] = {}
    day = until.isoformat().replace("-", "")
    for number, file in enumerate(files):
        found: set[str] = set()
        rows = _rows(file, day, found)
        table = _TABLE[file.content]
        if file.content == "ModuleDependency":
            # Only the rows of this release: the snapshot keeps those of older ones too.
            dependencies += [
                (file.path.name, str(line), cells[3], cells[5], cells[7]) for line, cells in rows if cells[2] == "1"
            ]
            continue
        values = _values(file.content, number, rows, unknown, file.path.name)
        width = len(joined.execute(f"SELECT * FROM {table}").description)
        joined.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * width)})", values)
        _check_modules(file, found)
        modules.setdefault(file.owner, set()).update(found)
        same = [f for f in files if _TABLE[f.content] == table]
        if file.state == "Full" or len({f.owner for f in same}) > 1:
            several.add(table)
    _check_packages({file.owner: file.day for file in files}, modules, dependencies)
    joined.execute("CREATE TABLE began AS SELECT id, min(time) AS first FROM concept WHERE active GROUP BY id")
    for table in sorted(several):
        # With max(), SQLite takes the other columns of the row that has the maximum (lang_select.html, "Bare columns").
        joined.executescript(
            f"CREATE TABLE latest AS SELECT *, max(time) AS newest FROM {table} GROUP BY id;"
            f"DROP TABLE {table}; ALTER TABLE latest RENAME TO {table}"
        )
    if not joined.execute("SELECT 1 FROM concept WHERE id = ?", (_ROOT,)).fetchone():
        raise InputError(
            files[0].path,
            "the root of Snomed CT (138875005) is not there: this is an extension without what it builds on.",
            "Add the international release together with the extension.",
        )
    for refset, origin in unknown.items():
        yield Skipped(origin=origin, reason=f"the reference set {refset} is none that begrepp reads.")


_TABLE = {
    "Concept": "concept",
    "Description": "description",
    "TextDefinition": "description",
    "Relationship": "relationship",
    "RelationshipConcreteValues": "relationship",
    "Language": "language",
    "Association": "association",
    "ExtendedMap": "map",
    "ComplexMap": "map",
    "SimpleMap": "map",
    "ModuleDependency": "",
}


def _rows(file: _File, day: str, modules: set[str]) -> Iterator[tuple[int, list[str]]]:
    columns = COLUMNS[file.content]
    words = [column for column in ("term", "value", "mapRule", "mapAdvice", "mapTarget") if column in columns]
    for line, cells in read_exact(file.path, columns, texts=words):
        time, active = cells[1], cells[2]
        if active not in ("0", "1") or len(time) != 8 or not time.isdigit():
            raise InputError(
                Origin(file.path.name, line),
                f"active is '{active}' and effectiveTime '{time}'.",
                "They are 0 or 1, and a date without hyphens; fetch the file again.",
            )
        if time > day:
            if file.state == "Full":
                continue
            raise InputError(
                Origin(file.path.name, line),
                f"the row is of {time}, after the release of {day}.",
                "Files of two releases are mixed; fetch the release again.",
            )
        modules.add(cells[3])
        yield line, cells


def _values(
    content: str, file: int, rows: Iterator[tuple[int, list[str]]], unknown: dict[str, Origin], name: str
) -> Iterator[Values]:
    """What the database holds of each row."""
    try:
        for line, row in rows:
            id_, time, active = row[0], row[1], int(row[2])
            match content:
                case "Concept":
                    yield int(id_), time, active, file, line
                case "Description" | "TextDefinition":
                    yield int(id_), time, active, int(row[4]), row[5], int(row[6]), row[7].strip()
                case "Relationship":
                    if row[8] != _STATED:
                        yield int(id_), time, active, int(row[4]), int(row[7]), int(row[5]), None
                case "RelationshipConcreteValues":
                    if row[8] != _STATED:
                        yield int(id_), time, active, int(row[4]), int(row[7]), None, row[5]
                case "Language":
                    if standing := _STANDING.get((row[4], row[6])):
                        yield _member(id_), time, active, int(row[5]), standing
                    else:
                        unknown.setdefault(row[4], Origin(name, line))
                case "Association":
                    yield _member(id_), time, active, int(row[5]), int(row[4]), int(row[6])
                case "SimpleMap":
                    yield _member(id_), time, active, int(row[4]), int(row[5]), *(None,) * 4, row[6], "", file, line
                case _:
                    place, priority, *words = row[6:12]
                    rule, advice, target, correlation = words
                    where = (int(row[4]), int(row[5]), int(place), int(priority))
                    yield _member(id_), time, active, *where, rule, advice, target, correlation, file, line
    except ValueError as error:
        raise InputError(
            Origin(name, line), f"a cell that should be a number is none ({error}).", "Fetch the file again."
        ) from None


def _member(uuid: str) -> bytes:
    return bytes.fromhex(uuid.replace("-", ""))


# From the database into records, concept by concept.

_DESCRIPTIONS = """
SELECT d.concept, d.type, d.lang, d.term, coalesce(l.standings, 0) FROM description d
LEFT JOIN (SELECT description, sum(DISTINCT standing) AS standings FROM language WHERE active GROUP BY description) l
ON l.description = d.id WHERE d.active ORDER BY d.concept, d.id
"""
_RELATIONS = "SELECT DISTINCT concept, type, target, value FROM relationship WHERE active ORDER BY 1, 2, 3, 4"
_HISTORY = "SELECT DISTINCT concept, refset, target FROM association WHERE active ORDER BY 1, 2, 3"


class _Groups:
    """The rows of a query ordered by concept, handed out concept by concept."""

    def __init__(self, rows: Iterable[Values]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, concept: int) -> list[Values]:
        """The rows of the concept; those of concepts before it, which are not in the release, are passed over."""
        while self._next and self._next[0] < concept:
            self._next = next(self._groups, None)
        if not self._next or self._next[0] != concept:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def _concepts(joined: sqlite3.Connection, files: Sequence[_File]) -> Iterator[Record]:
    full = files[0].state == "Full"
    joined.execute("CREATE INDEX standing ON language(description)")
    # An extension may bring words for a concept that is not in it; a map or an association may have such an end too.
    descriptions, relations = _Groups(joined.execute(_DESCRIPTIONS)), _Groups(joined.execute(_RELATIONS))
    history = _Groups(joined.execute(_HISTORY))
    successors = _successors(joined)
    # A snapshot says when a concept last changed, not when it began.
    join = "LEFT JOIN began b ON b.id = c.id" if full else "LEFT JOIN (SELECT NULL AS first) b"
    joined.execute("CREATE INDEX beginning ON began(id)")
    for id_, time, active, file, line, first in joined.execute(
        f"SELECT c.id, c.time, c.active, c.file, c.line, b.first FROM concept c {join} ORDER BY c.id"
    ):
        origin = Origin(files[file].path.name, line)
        related = relations.of(id_)
        moved = history.of(id_)
        yield _concept(
            id_,
            origin,
            words=descriptions.of(id_),
            parents=tuple(str(target) for _, type_, target, _ in related if type_ == _IS_A),
            ended=None if active else date.fromisoformat(time) - timedelta(days=1),
            began=date.fromisoformat(first) if first else None,
            replaced_by=successors.get(id_, ()),
        )
        kept = [(type_, _object(target, value)) for _, type_, target, value in related if type_ != _IS_A]
        kept += [(refset, _object(target, None)) for _, refset, target in moved]
        for predicate, target in kept:
            yield Statement(
                scheme=SCHEME.id, origin=origin, subject=f"{IRI}{id_}", predicate=f"{IRI}{predicate}", object=target
            )


def _concept(
    id_: int,
    origin: Origin,
    *,
    words: list[Values],
    parents: tuple[str, ...],
    ended: date | None,
    began: date | None,
    replaced_by: tuple[int, ...],
) -> Concept:
    pref, alt, hidden, definitions = _texts(words)
    # The published example release has a concept without any word. Its identifier stands in, in no language.
    pref = pref or (Text(str(id_), "zxx"),)
    return Concept(
        scheme=SCHEME.id,
        notation=str(id_),
        origin=origin,
        pref_labels=pref,
        alt_labels=alt,
        hidden_labels=hidden,
        definitions=definitions,
        broader=parents,
        status=Status.INACTIVE if ended else Status.ACTIVE,
        valid_from=began if began and (not ended or began < ended) else None,
        valid_to=ended,
        replaced_by=tuple(map(str, replaced_by)) if ended else (),
    )


def _texts(words: list[Values]) -> tuple[tuple[Text, ...], tuple[Text, ...], tuple[Text, ...], tuple[Text, ...]]:
    """Preferred, other and hidden labels, and definitions.

    The fully specified name is another label, or the preferred one where nothing else is preferred. A word
    that no language reference set accepts is found in a search but not shown.
    """
    pref: dict[str, Text] = {}
    alt: dict[Text, None] = {}
    hidden: dict[Text, None] = {}
    definitions: dict[Text, None] = {}
    names: list[Text] = []
    for wanted, lang in ((1, "sv"), (4, "en"), (16, "en")):
        for _, type_, _, term, standing in words:
            if type_ == _SYNONYM and standing & wanted and lang not in pref:
                pref[lang] = Text(term, lang)
    for _, type_, language, term, standing in words:
        spoken = [lang for lang, bits in (("sv", _SWEDISH), ("en", _ENGLISH)) if standing & bits]
        said = [Text(term, lang) for lang in spoken or [language]]
        if type_ == _FULL_NAME:
            names += said
        into = definitions if type_ == _DEFINITION else hidden if type_ == _SYNONYM and not spoken else alt
        into.update(dict.fromkeys(said))
    for full_name in names:
        pref.setdefault(full_name.lang, full_name)
    if not pref and words:
        first = next(iter([*alt, *hidden]), None)
        pref |= {first.lang: first} if first else {}
    chosen = tuple(pref.values())
    others = tuple(text for text in alt if text not in chosen)
    return chosen, others, tuple(text for text in hidden if text not in chosen and text not in alt), tuple(definitions)


def _object(target: int | None, value: str | None) -> RdfTerm:
    """A concept, or a concrete value: `#500` is a number, `"text"` a text, `true` a truth value."""
    if value is None:
        return RdfTerm(f"{IRI}{target}", "iri")
    if value.startswith("#"):
        return RdfTerm(value[1:], "literal", datatype=expand("xsd:decimal"))
    if value in ("true", "false"):
        return RdfTerm(value, "literal", datatype=expand("xsd:boolean"))
    return RdfTerm(value.strip('"'), "literal")


def _successors(joined: sqlite3.Connection) -> dict[int, tuple[int, ...]]:
    """What replaces each retired concept, as far as it leads to a concept in use, directly or by steps."""
    steps: dict[int, list[int]] = {}
    refsets = ",".join(map(str, sorted(_REPLACING)))
    found = joined.execute(
        "SELECT DISTINCT a.concept, a.target FROM association a JOIN concept c ON c.id = a.concept"
        f" WHERE a.active AND NOT c.active AND a.refset IN ({refsets}) ORDER BY 1, 2"
    )
    for source, target in found:
        steps.setdefault(source, []).append(target)
    active = {
        id_
        for (id_,) in joined.execute(
            "SELECT c.id FROM concept c WHERE c.active AND c.id IN"
            f" (SELECT target FROM association WHERE refset IN ({refsets}))"
        )
    }
    return leading_on(steps, active)


_MAPS = """
SELECT m.refset, m.concept, m.place, m.priority, m.rule, m.advice, m.target, m.correlation, m.file, m.line FROM map m
JOIN concept c ON c.id = m.concept WHERE m.active ORDER BY 1, 2, 3, 4, 10
"""


def _maps(
    joined: sqlite3.Connection, files: Sequence[_File], edition: Edition, since: date, publisher: Agent
) -> Iterator[Record]:
    """Each map reference set as a mapping set; a row without a code says that there is none."""
    for refset, rows in groupby(joined.execute(_MAPS), key=itemgetter(0)):
        scheme = TARGETS.get(refset)
        first = next(rows)
        if not scheme:
            origin = Origin(files[first[8]].path.name, first[9])
            yield Skipped(origin=origin, reason=f"the map {refset} leads to a code system that begrepp does not know.")
            continue
        id_ = f"snomed-ct-{scheme}"
        yield MappingSet(
            id=id_,
            version=edition.version,
            titles=texts(f"Snomed CT till {scheme.upper()}", f"SNOMED CT to {scheme.upper()}"),
            licence=LICENCE,
            publisher=publisher,
            valid_from=since,
            redistribution=Redistribution.NOT_ALLOWED,
            iri=f"{IRI}{refset}",
        )
        for row in (first, *rows):
            yield _mapping(row, id_, scheme, files, publisher)


def _mapping(row: Values, set_: str, scheme: str, files: Sequence[_File], publisher: Agent) -> Mapping | Skipped:
    _, concept, place, priority, rule, advice, target, correlation, file, line = row
    origin = Origin(files[file].path.name, line)
    if not target or correlation == _NOT_MAPPABLE:
        return Skipped(origin=origin, reason=f"{concept} has no code in {scheme}{': ' + advice if advice else '.'}")
    if correlation not in _CORRELATION:
        raise InputError(origin, f"the correlation '{correlation}' is not known.", "Add it to the loader's table.")
    return Mapping(
        mapping_set=set_,
        origin=origin,
        subject=f"{IRI}{concept}",
        predicate=expand(_CORRELATION[correlation]),
        object=f"{scheme}:{target}",
        justification=expand("semapv:ManualMappingCuration"),
        authors=((publisher if files[file].namespace else SNOMED_INTERNATIONAL).names[0].value,),
        map_group=place,
        map_priority=priority,
        map_rule=rule or "",
        map_advice=advice or "",
    )
