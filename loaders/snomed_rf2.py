"""Snomed CT, the terminology that health records speak, from a release in RF2, international or Swedish.

Give the whole packages together, unpacked: the international one and the extension. Of a package's folders
Snapshot is read; where there is only Full, the state on the day that the edition is named by. The Swedish
preferred term is the one that the Swedish language reference set prefers, whatever language the description
says it is in. Attributes are kept as triples with the attribute's own IRI, ungrouped: which of them belong
together could only be said with blank nodes. https://confluence.ihtsdotools.org/display/DOCRELFMT

Millions of rows are joined in a temporary database (`begrepp.columns`), so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from duckdb import DuckDBPyConnection

from begrepp.columns import Values, database, rows
from begrepp.editions import coverage, valid_from
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
    Status,
    Text,
    texts,
)
from begrepp.rows import meter
from begrepp.successors import leading_on
from loaders.agencies import SNOMED_INTERNATIONAL, classifications_publisher
from loaders.snomed_files import Rf2File, choose, is_map
from loaders.snomed_tables import fill

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
_IS_A = 116680003
_FULL_NAME, _SYNONYM, _DEFINITION = 900000000000003001, 900000000000013009, 900000000000550004
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


def load(edition: Edition) -> Iterator[Record]:
    """The release, its concepts with their attributes and history, and the maps to other code systems."""
    for share in SHARES:
        yield from share(edition)


def concepts(edition: Edition) -> Iterator[Record]:
    """The release, and its concepts with their attributes and history."""
    files, left_out = choose(edition)
    yield from left_out
    since, publisher = _issued(edition, files)
    national = publisher is not SNOMED_INTERNATIONAL
    title = f"Snomed CT {'SE ' if national else ''}{edition.version}"
    own = [file for file in files if not is_map(file)]
    with database() as joined:
        yield from fill(joined, own, since)
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
        yield from _concepts(joined, own)


def maps(edition: Edition) -> Iterator[Record]:
    """The maps to other code systems, of what is a concept of the release."""
    files, _ = choose(edition)
    since, publisher = _issued(edition, files)
    if not any(map(is_map, files)):
        return
    own = [file for file in files if is_map(file) or file.content == "Concept"]
    with database() as joined:
        yield from fill(joined, own, since, counted=is_map)
        meter().stage = "joining"
        yield from _maps(joined, own, edition, since, publisher)


SHARES = (concepts, maps)
"""Two processes read a package side by side; the maps are a fifth of it."""


def _issued(edition: Edition, files: Sequence[Rf2File]) -> tuple[date, Agent]:
    """Since when the release counts, and who publishes it."""
    since = valid_from(edition) if files[0].state == "Full" else max(file.day for file in files)
    national = any(file.owner.startswith("SE") for file in files)
    return since, classifications_publisher(since) if national else SNOMED_INTERNATIONAL


# From the database into records, concept by concept.

_DESCRIPTIONS = """
SELECT d.concept, d.type, d.lang, d.term, coalesce(l.standings, 0) FROM description d
LEFT JOIN (SELECT description, bit_or(standing) AS standings FROM language WHERE active GROUP BY description) l
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


def _concepts(joined: DuckDBPyConnection, files: Sequence[Rf2File]) -> Iterator[Record]:
    full = files[0].state == "Full"
    names = [file.path.name for file in files]
    # An extension may bring words for a concept that is not in it; a map or an association may have such an end too.
    descriptions, relations = _Groups(rows(joined, _DESCRIPTIONS)), _Groups(rows(joined, _RELATIONS))
    history = _Groups(rows(joined, _HISTORY))
    successors = _successors(joined)
    # A snapshot says when a concept last changed, not when it began.
    join = "LEFT JOIN began b ON b.id = c.id" if full else "CROSS JOIN (SELECT NULL AS first) b"
    for id_, time, active, file, line, first in rows(
        joined, f"SELECT c.id, c.time, c.active, c.file, c.line, b.first FROM concept c {join} ORDER BY c.id"
    ):
        related = relations.of(id_)
        said = [(f"{IRI}{type_}", _object(target, value)) for _, type_, target, value in related if type_ != _IS_A]
        said += [(f"{IRI}{refset}", _object(target, None)) for _, refset, target in history.of(id_)]
        yield _concept(
            id_,
            Origin(names[file], line),
            words=descriptions.of(id_),
            parents=tuple(str(target) for _, type_, target, _ in related if type_ == _IS_A),
            ended=None if active else date.fromisoformat(time) - timedelta(days=1),
            began=date.fromisoformat(first) if first else None,
            replaced_by=successors.get(id_, ()),
            statements=tuple(said),
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
    statements: tuple[tuple[str, RdfTerm], ...],
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
        statements=statements,
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


def _successors(joined: DuckDBPyConnection) -> dict[int, tuple[int, ...]]:
    """What replaces each retired concept, as far as it leads to a concept in use, directly or by steps."""
    steps: dict[int, list[int]] = {}
    refsets = ",".join(map(str, sorted(_REPLACING)))
    found = rows(
        joined,
        "SELECT DISTINCT a.concept, a.target FROM association a JOIN concept c ON c.id = a.concept"
        f" WHERE a.active AND NOT c.active AND a.refset IN ({refsets}) ORDER BY 1, 2",
    )
    for source, target in found:
        steps.setdefault(source, []).append(target)
    active = {
        id_
        for (id_,) in rows(
            joined,
            "SELECT c.id FROM concept c WHERE c.active AND c.id IN"
            f" (SELECT target FROM association WHERE refset IN ({refsets}))",
        )
    }
    return leading_on(steps, active)


_MAPS = """
SELECT m.refset, m.concept, m.place, m.priority, m.rule, m.advice, m.target, m.correlation, m.file, m.line FROM map m
JOIN concept c ON c.id = m.concept WHERE m.active ORDER BY 1, 2, 3, 4, 10
"""


def _maps(
    joined: DuckDBPyConnection, files: Sequence[Rf2File], edition: Edition, since: date, publisher: Agent
) -> Iterator[Record]:
    """Each map reference set as a mapping set; a row without a code says that there is none."""
    for refset, found in groupby(rows(joined, _MAPS), key=itemgetter(0)):
        scheme = TARGETS.get(refset)
        first = next(found)
        if not scheme:
            origin = Origin(files[first[8]].path.name, first[9])
            yield Skipped(origin=origin, reason=f"the map {refset} leads to an unknown code system.")
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
        for row in (first, *found):
            yield _mapping(row, id_, scheme, files, publisher)


def _mapping(row: Values, set_: str, scheme: str, files: Sequence[Rf2File], publisher: Agent) -> Mapping | Skipped:
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
