"""Registers that measure a concept, a narrower or a matching one, or that are coded in its code system.

A register is one row with the years as a bar, the coding and the access right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from msgspec import Struct, structs

from begrepp.terminology.concept_record import ConceptRecord
from begrepp.text.years import format_years
from server.pages.concepts.mapping_rows import MappingRow
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref
from server.served.variable_facts import DatasetFacts

SHOWN = 50
_MAX_CODED = 60
"""Variables that are shown because of the code system of the concept."""


class MeasuredRow(Struct, frozen=True, kw_only=True):
    """A variable with its years, and the concept it measures if that is not the concept of the page."""

    variable: Ref
    measures: Ref | None = None
    via: Ref | None = None
    """The concept that the page's is mapped to, if the match is by a mapping."""
    match: str = ""
    below: bool = False
    """Whether the measured concept is narrower than the concept of the page or than `via`."""
    years: str = ""
    """The years of the variable as `2005–2019`; empty if it states none."""
    table: Ref | None = None
    """The table of the variable, if another of the register has the same name."""


class MeasuredIn(Struct, frozen=True, kw_only=True):
    """The variables of one register; `x` and `width` place the bar of its years in per cent of the scale of
    `VariableIndex.year_range`.
    """

    dataset: Ref
    rows: Sequence[MeasuredRow]
    is_about: bool
    """Whether the register is about the concept."""
    is_specification: bool
    """Whether it only specifies variables."""
    codes: Sequence[Ref]
    access: str
    years: str
    """Years of the variables, or of the register; empty if neither states any."""
    own: bool
    """Whether the years are those of the variables."""
    x: float
    width: float


class MeasuredVariables(Struct, frozen=True, kw_only=True):
    """Registers that measure a concept or are about it, and registers that are coded in its code system."""

    datasets: Sequence[MeasuredIn]
    coded: Sequence[MeasuredIn]
    coded_key: tuple[str, ...]
    """Key of `coded` among those of all builds and pages."""
    total: int
    scale: tuple[int, int]
    """First and last year of the bars."""

    @property
    def about(self) -> list[Ref]:
        """The registers about the concept."""
        return sorted((row.dataset for row in (*self.datasets, *self.coded) if row.is_about), key=lambda r: r.sort_key)

    @property
    def shown(self) -> int:
        """Number of variables shown."""
        return sum(len(dataset.rows) for dataset in self.datasets)


NOTHING = MeasuredVariables(datasets=(), coded=(), coded_key=(), total=0, scale=(0, 0))


def measured_variables(
    build: ServedBuild, record: ConceptRecord, mappings: Sequence[MappingRow], language: str
) -> MeasuredVariables:
    """Return the registers with variables for a concept, its narrower concepts, and its exact and close matches."""
    iri = record.iri
    matched = {
        row.other.iri: row.predicate
        for row in reversed(mappings)
        if not row.negated and row.predicate in ("skos:exactMatch", "skos:closeMatch")
    }
    same = [*matched]
    index = build.schemes.measuring_variables
    entries = sorted({entry for concept in (iri, *same) for entry in index.get(concept, [])})
    shown = sorted(entries, key=lambda e: (e[2] != iri, e[2] not in same, e))[:SHOWN]
    about = {*record.subject_of}
    for other in same:
        about.update(found.subject_of if (found := build.concepts.record(other)) else ())
    if not (entries or about):
        coded = [row for row in registers_coded_in(build, record.schemes, language) if not row.is_specification]
        if not coded:
            return NOTHING
        return MeasuredVariables(
            datasets=(),
            coded=coded,
            coded_key=(build.view, record.schemes[0]),
            total=0,
            scale=build.schemes.variables.year_range,
        )
    facts = build.schemes.variables.variables
    lists = {code for entry in shown if entry[0] in facts for code in facts[entry[0]].codes}
    known = find_refs(build, {part for entry in shown for part in entry} | about | lists | {*same}, language)
    own = set(index.get(iri, ()))
    rows: dict[str, list[MeasuredRow]] = {dataset: [] for dataset in about}
    for variable, dataset, concept in shown:
        entry = (variable, dataset, concept)
        via = "" if entry in own else next((each for each in same if entry in index.get(each, ())), "")
        row = MeasuredRow(
            variable=known[variable],
            measures=None if concept == iri else known[concept],
            via=known[via] if via else None,
            match=matched.get(via, ""),
            below=concept not in (iri, via),
            years=_own_years(build, variable),
        )
        rows.setdefault(dataset, []).append(row)
    measuring = [
        _register(build, dataset, found, known, language, is_about=dataset in about) for dataset, found in rows.items()
    ]
    coded = [
        structs.replace(row, is_about=row.dataset.iri in about)
        for row in registers_coded_in(build, record.schemes, language)
        if not (row.is_specification or rows.get(row.dataset.iri))
    ]
    others = {row.dataset.iri for row in coded}
    return MeasuredVariables(
        datasets=sorted(
            (row for row in measuring if row.dataset.iri not in others),
            key=lambda d: (not d.rows, d.dataset.sort_key),
        ),
        coded=coded,
        coded_key=(build.view, *record.schemes, *sorted(others), "", *sorted(about)),
        total=len(entries),
        scale=build.schemes.variables.year_range,
    )


def registers_coded_in(build: ServedBuild, schemes: Sequence[str], language: str) -> Sequence[MeasuredIn]:
    """Return the registers and specifications with variables that are coded in the first of the schemes (IRIs)."""
    if not schemes or schemes[0] not in build.schemes.variables.coded:
        return ()
    cached = build.registers_cache.get(schemes[0], language)
    if cached is None:
        by_dataset: dict[str, list[str]] = defaultdict(list)
        for variable in build.schemes.variables.coded[schemes[0]][:_MAX_CODED]:
            by_dataset[build.schemes.variables.variables[variable].dataset].append(variable)
        known = find_refs(
            build, {*by_dataset, schemes[0], *(each for found in by_dataset.values() for each in found)}, language
        )
        rows = {
            dataset: [MeasuredRow(variable=known[each], years=_own_years(build, each)) for each in found]
            for dataset, found in by_dataset.items()
        }
        registers = [
            _register(build, dataset, found, known, language, is_about=False) for dataset, found in rows.items()
        ]
        # The code system stands above these rows, so it is not repeated in them.
        registers = [
            structs.replace(row, codes=[ref for ref in row.codes if ref.iri != schemes[0]]) for row in registers
        ]
        cached = sorted(registers, key=lambda d: d.dataset.sort_key)
        build.registers_cache.put(schemes[0], cached, language)
    return cached


def _register(
    build: ServedBuild,
    dataset: str,
    rows: Sequence[MeasuredRow],
    known: Mapping[str, Ref],
    language: str,
    *,
    is_about: bool,
) -> MeasuredIn:
    """Return a register with the years that its variables here cover together, else those of the register."""
    facts = [found for row in rows if (found := build.schemes.variables.variables.get(row.variable.iri))]
    described = build.schemes.variables.datasets.get(dataset) or DatasetFacts()
    stated = [each for each in facts if each.since or each.until]
    since = min((each.since for each in stated if each.since), default="") or described.since
    until = max((each.until for each in stated if each.until), default="")
    if not stated or any(not each.until for each in stated):
        until = described.until
    first, last = build.schemes.variables.year_range
    start, end = _year(since, first), _year(until, last)
    scale = 100 / (last + 1 - first)
    return MeasuredIn(
        dataset=known[dataset],
        rows=sorted(_with_tables(build, rows, language), key=lambda row: row.variable.sort_key),
        is_about=is_about,
        is_specification=described.is_specification,
        codes=[known[iri] for iri in sorted({iri for each in facts for iri in each.codes if iri in known})],
        access=described.access,
        years=format_years(since, until),
        own=bool(stated),
        x=round((max(start, first) - first) * scale, 1),
        width=round(max(end + 1 - max(start, first), 1) * scale, 1),
    )


def _with_tables(build: ServedBuild, rows: Sequence[MeasuredRow], language: str) -> Sequence[MeasuredRow]:
    """Return the rows, those that share a name with the table that each stands in."""
    names = Counter(row.variable.notation for row in rows)
    tables = {
        row.variable.iri: _table(build, row.variable.iri)
        for row in rows
        if row.variable.notation and names[row.variable.notation] > 1
    }
    if len({*tables.values()}) < 2:
        return rows
    known = find_refs(build, {*tables.values()}, language)
    return [
        structs.replace(row, table=known[tables[row.variable.iri]]) if row.variable.iri in tables else row
        for row in rows
    ]


def _table(build: ServedBuild, variable: str) -> str:
    """Return the IRI of the table that the IRI of a variable names."""
    dataset, _, table = variable.partition("/var/")[0].rpartition("/")
    return build.iris.part(dataset, "table", unquote(table))


def _own_years(build: ServedBuild, variable: str) -> str:
    facts = build.schemes.variables.variables.get(variable)
    return format_years(facts.since, facts.until) if facts else ""


def _year(day: str, default: int) -> int:
    return int(day[:4]) if day[:4].isdecimal() else default
