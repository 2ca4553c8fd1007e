"""A build as of a day: the editions that were in force then, and Memento (RFC 7089).

The graph of an edition never changes, so a dated view is a query over another default graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace
from pyoxigraph import Literal, NamedNode, Triple

from begrepp.artefact.manifest import GraphEntry, Manifest
from begrepp.errors import UsageError
from begrepp.history.current_view import last_day_before
from begrepp.queries.page_queries import select, value
from begrepp.rdf.iris import read_segment
from begrepp.rdf.namespaces import expand
from begrepp.terminology.concept_record import ConceptMapping
from begrepp.text.days import parse_iso_day
from begrepp.text.version_order import version_key
from server.http.dates import parse_http_date
from server.served.build import ServedBuild
from server.served.dated_build import DatedBuild
from server.served.resolver import Missing, NotInForce, Resolved, find_meanings


class DatedState(Struct, frozen=True, kw_only=True):
    """State of a scheme or concept on a day: the edition in force, and the edition that lists the concept.

    Both are graph entries of the manifest; they differ if the edition in force does not list the concept.
    `retired_by` is the first complete edition without the concept, if there is one.
    """

    day: date
    edition: GraphEntry
    concept_edition: GraphEntry
    retired_by: GraphEntry | None = None

    @property
    def retired(self) -> bool:
        """Whether a complete edition without the concept was in force on the day."""
        return self.retired_by is not None

    @property
    def since(self) -> date:
        """The first day of this state."""
        return _valid_from(self.retired_by or self.concept_edition)

    @property
    def until(self) -> date:
        """The last day in force of a concept that was retired on the day."""
        return last_day_before(_valid_from(self.retired_by or self.edition), self.concept_edition.valid_to)


def parse_day(value: str) -> date | None:
    """Return the day of an `asOf` parameter, or None if it is empty; raises `UsageError` if it is not a date."""
    if not value.strip():
        return None
    try:
        return parse_iso_day(value)
    except ValueError:
        raise UsageError(f"'{value}' is not a date.", "Use the format ?asOf=2019-06-30.") from None


def parse_accept_datetime(value: str) -> datetime | None:
    """Return the time of an `Accept-Datetime` header, or None; raises `UsageError` if invalid (RFC 7089, 4.5.3)."""
    if not value:
        return None
    moment = parse_http_date(value)
    if moment is None:
        raise UsageError(
            f"Accept-Datetime '{value}' is not an HTTP date.", "Use the format Sun, 30 Jun 2019 00:00:00 GMT."
        )
    return moment


def find_scheme_id(build: ServedBuild, thing: Resolved) -> str:
    """Return the id of the scheme that a document describes or belongs to; empty for other documents."""
    kind, _, rest = thing.path.strip("/").partition("/")
    id_, _, code = rest.partition("/")
    if kind != "cs" or thing.is_graph or code.startswith(("release/", "level/", "difference/")):
        return ""
    return unquote(id_) if unquote(id_) in build.schemes.by_id else ""


def find_dated_state(build: ServedBuild, thing: Resolved, day: date) -> DatedState:
    """Return the state of a scheme or concept on a day.

    Raises `NotInForce` if no edition was in force, or if the code was added later, and `UsageError` for other things.
    """
    scheme = find_scheme_id(build, thing)
    if not scheme:
        raise UsageError("Only code systems and their concepts are available as of a date.", "Omit asOf.")
    editions = _editions(build, scheme)
    in_force = [g for g in editions if _valid_from(g) <= day]
    current_hint = f"{thing.path} shows the current state."
    if not in_force:
        first_edition = (
            f"The first edition is {editions[0].version}, from {editions[0].valid_from}." if editions else ""
        )
        raise NotInForce(
            f"No edition of {scheme} in this service was in force on {day}.",
            f"{first_edition} {current_hint}".strip(),
        )
    complete = [g for g in in_force if g.coverage == "complete"]
    edition = (complete or in_force)[-1]
    if edition.is_ended(day):
        raise NotInForce(
            f"No edition of {scheme} in this service was in force on {day}.",
            f"The edition {edition.version} ended on {edition.valid_to}. {current_hint}",
        )
    if thing.iri == build.schemes.by_id[scheme].iri:
        return DatedState(day=day, edition=edition, concept_edition=edition)
    graphs_with_concept = _graphs_with_concept(build, thing.iri)
    if edition.graph in graphs_with_concept:
        return DatedState(day=day, edition=edition, concept_edition=edition)
    for graph in reversed(in_force):
        if graph.graph in graphs_with_concept:
            later = (g for g in complete if g.id == graph.id and _valid_from(g) > _valid_from(graph))
            return DatedState(day=day, edition=edition, concept_edition=graph, retired_by=next(later, None))
    first_with_concept = next((g for g in editions if g.graph in graphs_with_concept), None)
    raise NotInForce(
        f"{read_segment(thing.path.rpartition('/')[2])} was not part of any edition of {scheme} in force on {day}.",
        f"It first occurs in {first_with_concept.version}, from {first_with_concept.valid_from}. {current_hint}"
        if first_with_concept
        else current_hint,
    )


def find_meaning_on(build: ServedBuild, concept: Resolved, day: date) -> Resolved:
    """Return the concept that a code denoted on a day, if its meaning has changed; otherwise the given concept.

    On a day between two meanings the code is retired, with the meaning that it had last.
    """
    last: tuple[date, Resolved] | None = None
    scheme = build.schemes.by_id.get(find_scheme_id(build, concept))
    record = build.stored.record(concept.iri) if scheme else None
    for code in record.codes if record else ():
        for meaning in find_meanings(build, scheme, code.value)[::-1] if scheme else []:
            try:
                state = find_dated_state(build, meaning, day)
            except Missing:
                continue
            if not state.retired:
                return meaning
            if last is None or last[0] < _valid_from(state.concept_edition):
                last = _valid_from(state.concept_edition), meaning
    return last[1] if last else concept


def _editions(build: ServedBuild, scheme: str) -> list[GraphEntry]:
    """Return the graph entries of the editions of a scheme, or of its parts if it has none, oldest first."""
    found = build.manifest.editions("scheme", scheme)
    if found or scheme not in build.schemes.by_id:
        return found
    parts = build.schemes.parts(build.schemes.by_id[scheme])
    return build.manifest.editions("scheme", *(part.id for part in parts))


def _graphs_with_concept(build: ServedBuild, concept: str) -> set[str]:
    """Return the graphs of editions that list a concept."""
    if record := build.stored.record(concept):
        return {each.graph for each in record.editions}
    rows = select(build.store, "concept-releases", concept=NamedNode(concept))
    return {value(row, "release") for row in rows}


def _valid_from(graph: GraphEntry) -> date:
    return graph.valid_from


def editions_in_force(build: ServedBuild, day: date) -> list[GraphEntry]:
    """Return the edition in force on a day of each scheme, mapping set and dataset that has one then."""
    groups: dict[tuple[str, str], list[GraphEntry]] = {}
    for graph in build.manifest.graphs:
        if _valid_from(graph) <= day:
            groups.setdefault((graph.kind, graph.id), []).append(graph)
    newest = []
    for graphs in groups.values():
        ordered = sorted(graphs, key=lambda g: (g.valid_from, version_key(g.version)))
        complete = [g for g in ordered if g.coverage == "complete"]
        newest.append((complete or ordered)[-1])
    return [each for each in newest if not each.is_ended(day)]


def get_dated_build(build: ServedBuild, state: DatedState) -> DatedBuild:
    """Return the build as of the day of a state, with the edition that lists the concept."""
    return get_build_on(build, state.day, state.concept_edition.graph)


def get_build_on(build: ServedBuild, day: date, *graphs: str) -> DatedBuild:
    """Return the build as of a day: for each scheme, mapping set and dataset the edition in force; caches 8 builds.

    `graphs` are editions that belong to it besides: those that list a concept which was retired by then.
    """
    in_force = {each.graph for each in editions_in_force(build, day)}
    chosen = tuple(sorted(in_force.union(graphs)))
    cache = build.dated_builds_cache
    if chosen not in cache:
        while len(cache) >= 8:
            cache.pop(next(iter(cache)))
        manifest: Manifest = replace(
            build.manifest, graphs=[replace(g, current=g.graph in in_force) for g in build.manifest.graphs]
        )
        cache[chosen] = DatedBuild(build.folder, manifest, full_build=build, graphs=chosen)
    dated = cache[chosen]
    assert isinstance(dated, DatedBuild)
    return dated


def mappings_on(build: ServedBuild, concept: str, day: date) -> tuple[ConceptMapping, ...]:
    """Return the mappings of a concept (IRI) as of a day: of the sets in force, between codes in force."""
    record = get_build_on(build, day).concepts.record(concept)
    return record.mappings if record else ()


class Memento(Struct, frozen=True, kw_only=True):
    """A state of a document: its first day and its path."""

    since: date
    href: str

    @property
    def http_date(self) -> str:
        """The first day as an HTTP date."""
        return format_http_date(self.since)


def format_http_date(day: date) -> str:
    """Format the start of a day (UTC) as an HTTP date."""
    return format_datetime(datetime.combine(day, time(), UTC), usegmt=True)


def list_mementos(build: ServedBuild, thing: Resolved) -> list[Memento]:
    """Return the states of a document, oldest first."""
    states: dict[str, Memento] = {}
    for graph in _editions(build, find_scheme_id(build, thing)):
        try:
            state = find_dated_state(build, thing, _valid_from(graph))
        except Missing:
            continue
        key = f"{state.concept_edition.graph} {state.retired}"
        if key not in states:
            states[key] = Memento(since=state.since, href=f"{thing.path}?asOf={state.since}")
    return sorted(states.values(), key=lambda memento: memento.since)


def mark_retired(triples: Iterable[Triple], concept: str, state: DatedState) -> list[Triple]:
    """Return the triples with a concept marked as retired, since the graph of its edition predates that."""
    node, status = NamedNode(concept), NamedNode(expand("begrepp:status"))
    marked = [t for t in triples if not (t.subject == node and t.predicate == status)]
    day = Literal(state.until.isoformat(), datatype=NamedNode(expand("xsd:date")))
    true = Literal("true", datatype=NamedNode(expand("xsd:boolean")))
    marked += [
        Triple(node, status, NamedNode(expand("begrepp:inactive"))),
        Triple(node, NamedNode(expand("owl:deprecated")), true),
    ]
    valid_to = NamedNode(expand("begrepp:validTo"))
    if not any(t.subject == node and t.predicate == valid_to for t in marked):
        marked.append(Triple(node, valid_to, day))
    return sorted(marked, key=str)
