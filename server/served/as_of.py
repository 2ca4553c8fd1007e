"""As it read on a day: a build seen through the editions that were in force then, and Memento (RFC 7089).

The graph of an edition is never changed, so reading as of a day is reading another default graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import cached_property
from urllib.parse import unquote

from msgspec.structs import replace
from pyoxigraph import Literal, NamedNode, Triple
from werkzeug.http import parse_date

from begrepp.artefact.manifest import GraphEntry, Manifest
from begrepp.errors import UsageError
from begrepp.queries.pages import select, value
from begrepp.rdf.namespaces import expand
from begrepp.search import TextIndex
from begrepp.store import QueryResults, Store
from server.served.build import ServedBuild
from server.served.labels import statements, texts
from server.served.resolve import Missing, Resolved, meanings
from server.served.schemes import SchemeIndex


class DatedStore:
    """A store whose default graph is made of chosen graphs."""

    def __init__(self, whole: Store, default: Iterable[str], named: Iterable[str]) -> None:
        self._whole = whole
        # Where no graph is chosen nothing is to be found, and not everything.
        self._default, self._named = [*default] or ["urn:none"], [*named]

    def query(
        self,
        query: str,
        *,
        default_graphs: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        base: str | None = None,
    ) -> QueryResults:
        """Ask, of the chosen graphs."""
        return self._whole.query(query, default_graphs=self._default, named_graphs=self._named, base=base)


@dataclass(frozen=True)
class DatedBuild(ServedBuild):
    """A build as it read on a day."""

    whole: ServedBuild = field(kw_only=True)
    graphs: tuple[str, ...] = field(kw_only=True)

    @cached_property
    def store(self) -> Store:
        """The graphs in force that day."""
        iris = self.whole.iris
        always = [iris.graph("catalog"), iris.graph("provenance")]
        return DatedStore(self.whole.store, [*self.graphs, *always], [g.graph for g in self.manifest.graphs])

    def store_of(self, scheme: str) -> Store:
        """The graph of the scheme that counted that day; each graph more would make every look-up slower."""
        own = [g.graph for g in self.manifest.graphs if g.kind == "scheme" and g.id == scheme]
        return DatedStore(self.whole.store, [graph for graph in own if graph in self.graphs], [])

    @cached_property
    def index(self) -> TextIndex:
        """The words of now; nothing is searched as of a day."""
        return self.whole.index

    @cached_property
    def catalogue(self) -> SchemeIndex:
        """The schemes as they are known now, their concepts as of the day."""
        schemes = SchemeIndex(self.store, self.iris)
        for name in ("by_iri", "by_id", "by_alias", "measuring"):
            schemes.__dict__[name] = getattr(self.whole.schemes, name)
        return schemes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read as of a day: the edition that counts, and where the concept stands if not in that."""

    day: date
    base: GraphEntry
    held_in: GraphEntry
    retired: bool = False

    @property
    def since(self) -> date:
        """From when it read so."""
        return _since(self.base if self.retired else self.held_in)

    @property
    def until(self) -> date:
        """The last day of a concept that had been retired by then."""
        return _since(self.base) - timedelta(days=1)


def day_asked(value: str) -> date | None:
    """The day that `asOf` names; raises `UsageError` where it is none."""
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise UsageError(f"'{value}' is not a date.", "Use the format ?asOf=2019-06-30.") from None


def datetime_asked(value: str) -> datetime | None:
    """The moment that `Accept-Datetime` names; raises `UsageError` where it is none (RFC 7089, 4.5.3)."""
    if not value:
        return None
    moment = parse_date(value)
    if moment is None:
        raise UsageError(
            f"Accept-Datetime '{value}' is not an HTTP date.", "Use the format Sun, 30 Jun 2019 00:00:00 GMT."
        )
    return moment


def scheme_of(build: ServedBuild, found: Resolved) -> str:
    """The short name of the scheme that a document is about or within; empty for any other document."""
    kind, _, rest = found.path.strip("/").partition("/")
    id_, _, code = rest.partition("/")
    if kind != "cs" or found.is_graph or code.startswith(("release/", "level/", "difference/")):
        return ""
    return unquote(id_) if unquote(id_) in build.schemes.by_id else ""


def reading(build: ServedBuild, found: Resolved, day: date) -> Reading:
    """What to read of a scheme or concept as of a day.

    Raises `Missing` where nothing was in force yet, or where the code came later.
    """
    scheme = scheme_of(build, found)
    if not scheme:
        raise UsageError("Only code systems and their concepts are available as of a date.", "Omit asOf.")
    every = sorted(_releases(build, scheme), key=lambda g: (g.valid_from, g.version))
    valid = [g for g in every if _since(g) <= day]
    now = f"{found.path} shows the current state."
    if not valid:
        first = f"The first edition is {every[0].version}, from {every[0].valid_from}." if every else ""
        raise Missing(f"No edition of {scheme} in this service was in force on {day}.", f"{first} {now}".strip())
    complete = [g for g in valid if g.coverage == "complete"]
    base = (complete or valid)[-1]
    if found.iri == build.schemes.by_id[scheme].iri:
        return Reading(day=day, base=base, held_in=base)
    holding = _holding(build, found.iri)
    if base.graph in holding:
        return Reading(day=day, base=base, held_in=base)
    for graph in reversed(valid):
        if graph.graph in holding:
            return Reading(day=day, base=base, held_in=graph, retired=_since(graph) < _since(base))
    begins = next((g for g in every if g.graph in holding), None)
    raise Missing(
        f"{unquote(found.path.rpartition('/')[2])} was not part of any edition of {scheme} in force on {day}.",
        f"It first occurs in {begins.version}, from {begins.valid_from}. {now}" if begins else now,
    )


def meant_on(build: ServedBuild, found: Resolved, day: date) -> Resolved:
    """The concept that a code stood for on a day, where it has stood for several."""
    scheme = build.schemes.by_id.get(scheme_of(build, found))
    said = statements(build, found.iri) if scheme else {}
    for code in texts(said, "skos:notation") if scheme else []:
        for other in meanings(build, scheme, code.value)[::-1] if scheme else []:
            try:
                if not reading(build, other, day).retired:
                    return other
            except Missing:
                continue
    return found


def _releases(build: ServedBuild, scheme: str) -> list[GraphEntry]:
    """The releases of a scheme, or of its parts where it has none of its own."""
    graphs = [g for g in build.manifest.graphs if g.kind == "scheme" and g.id == scheme]
    if graphs or scheme not in build.schemes.by_id:
        return graphs
    parts = {part.id for part in build.schemes.parts(build.schemes.by_id[scheme])}
    return [g for g in build.manifest.graphs if g.kind == "scheme" and g.id in parts]


def _holding(build: ServedBuild, concept: str) -> set[str]:
    """The graphs of releases that list a concept."""
    rows = select(build.store, "concept-releases", concept=NamedNode(concept))
    return {value(row, "release") for row in rows}


def _since(graph: GraphEntry) -> date:
    return graph.valid_from


def build_as_of(build: ServedBuild, read: Reading) -> DatedBuild:
    """The build as of the day: per scheme, mapping set and dataset what counted then."""
    groups: dict[tuple[str, str], list[GraphEntry]] = {}
    for graph in build.manifest.graphs:
        if _since(graph) <= read.day:
            groups.setdefault((graph.kind, graph.id), []).append(graph)
    counting = set()
    for graphs in groups.values():
        ordered = sorted(graphs, key=lambda g: (g.valid_from, g.version))
        complete = [g for g in ordered if g.coverage == "complete"]
        counting.add((complete or ordered)[-1].graph)
    chosen = tuple(sorted(counting | {read.held_in.graph}))
    kept = build.dated_builds_cache
    if chosen not in kept:
        while len(kept) >= 8:
            kept.pop(next(iter(kept)))
        manifest: Manifest = replace(
            build.manifest, graphs=[replace(g, current=g.graph in counting) for g in build.manifest.graphs]
        )
        kept[chosen] = DatedBuild(build.folder, manifest, whole=build, graphs=chosen)
    then = kept[chosen]
    assert isinstance(then, DatedBuild)
    return then


@dataclass(frozen=True, slots=True, kw_only=True)
class Memento:
    """A state of a document: since when it read so, and its address."""

    since: date
    href: str

    @property
    def http_date(self) -> str:
        """As HTTP writes it."""
        return http_date(self.since)


def http_date(day: date) -> str:
    """A day's beginning as HTTP writes it."""
    return format_datetime(datetime.combine(day, time(), UTC), usegmt=True)


def mementos(build: ServedBuild, found: Resolved) -> list[Memento]:
    """The states of a document that are kept, oldest first."""
    states: dict[str, Memento] = {}
    for graph in sorted(_releases(build, scheme_of(build, found)), key=lambda g: (g.valid_from, g.version)):
        try:
            read = reading(build, found, _since(graph))
        except Missing:
            continue
        state = f"{read.held_in.graph} {read.retired}"
        if state not in states:
            states[state] = Memento(since=read.since, href=f"{found.path}?asOf={read.since}")
    return sorted(states.values(), key=lambda memento: memento.since)


def retired_then(triples: Iterable[Triple], concept: str, read: Reading) -> list[Triple]:
    """A concept that had been retired by the day, said to be so; its edition could not know."""
    node, status = NamedNode(concept), NamedNode(expand("begrepp:status"))
    kept = [t for t in triples if not (t.subject == node and t.predicate == status)]
    day = Literal(read.until.isoformat(), datatype=NamedNode(expand("xsd:date")))
    true = Literal("true", datatype=NamedNode(expand("xsd:boolean")))
    kept += [
        Triple(node, status, NamedNode(expand("begrepp:inactive"))),
        Triple(node, NamedNode(expand("owl:deprecated")), true),
    ]
    ended = NamedNode(expand("begrepp:validTo"))
    if not any(t.subject == node and t.predicate == ended for t in kept):
        kept.append(Triple(node, ended, day))
    return sorted(kept, key=str)
