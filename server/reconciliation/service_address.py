"""Address of a reconciliation service: which code system, as of which day.

`/reconcile` serves all code systems, `/reconcile/icd-10-se` one, `/reconcile/icd-10-se@2018-06-30` one as of a day, and
`/reconcile/icd-10-se@2018` an edition by its version. `?asOf=2018-06-30` means the same as the day in the path; the
path is the form that clients can extend by `/suggest/entity` and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import quote, unquote

from begrepp.errors import UsageError
from begrepp.terminology.concept_record import ConceptRecord
from begrepp.terminology.interface import CodeSystem
from server.served.as_of import DatedState, editions_in_force, find_dated_state, get_dated_build, parse_day
from server.served.build import ServedBuild
from server.served.dated_build import DatedBuild
from server.served.resolver import Missing, Resolved, find_scheme
from server.served.schemes import SchemeFacts

ROOT = "/reconcile"
VERSION_1 = "v1"
"""Path segment of the services that speak version 1.0 whatever the request accepts."""


@dataclass(frozen=True, kw_only=True)
class ReconciliationService:
    """The concepts of one code system, or of all, in force now or on a day."""

    build: ServedBuild
    host: str
    """Scheme, host and path prefix of the server, without a slash at the end."""
    scheme: SchemeFacts | None = None
    day: date | None = None

    @property
    def name(self) -> str:
        """The name of the service in its address; empty for that of all code systems as of now."""
        return (self.scheme.id if self.scheme else "") + (f"@{self.day}" if self.day else "")

    @property
    def path(self) -> str:
        """The path of the service."""
        return f"{ROOT}/{quote(self.name, safe='@')}" if self.name else ROOT

    @cached_property
    def schemes(self) -> tuple[SchemeFacts, ...]:
        """The code systems that are searched: one, or the parts of one; none means all."""
        if self.scheme is None:
            return ()
        return tuple(self.build.schemes.parts(self.scheme)) or (self.scheme,)

    @property
    def has_codes_as_ids(self) -> bool:
        """Whether an entity is identified by its code; otherwise by its IRI, as codes of several systems collide."""
        return len(self.schemes) == 1

    @cached_property
    def view(self) -> ServedBuild:
        """The build, or the build as of the day."""
        return self.dated_build or self.build

    @cached_property
    def dated_build(self) -> DatedBuild | None:
        """The build as of the day; None if there is no day. Raises `Missing` if no edition was in force then."""
        if self.day is None:
            return None
        if self.scheme:
            thing = Resolved(self.scheme.iri, f"/cs/{self.scheme.id}")
            return get_dated_build(self.build, find_dated_state(self.build, thing, self.day))
        editions = [each for each in editions_in_force(self.build, self.day) if each.kind == "scheme"]
        if not editions:
            raise Missing(f"No edition of any code system was in force on {self.day}.", "Use a later day.")
        # Each of them is part of that build, whichever the state names.
        return get_dated_build(self.build, DatedState(day=self.day, edition=editions[0], concept_edition=editions[0]))

    def edition(self, scheme: str) -> CodeSystem | None:
        """Return the edition of a code system (id) that the service serves; None if none was in force on the day."""
        return self.build.terminology.scheme(scheme, as_of=self.day)

    def record(self, iri: str) -> ConceptRecord | None:
        """Return the record of a concept, as its edition has it; None if the edition does not list it."""
        if self.day is None:
            return self.build.terminology.record(iri)
        found = self.build.terminology.locate_in_edition(iri, self.day)
        return found[0].record(found[1]) if found else None

    def entity_id(self, iri: str, notation: str) -> str:
        """Return the identifier of a concept in this service."""
        if not self.has_codes_as_ids:
            return iri
        own = f"{self.schemes[0].iri}/"
        return unquote(iri.removeprefix(own)) if iri.startswith(own) else notation


def open_service(build: ServedBuild, host: str, name: str = "", as_of: str = "") -> ReconciliationService:
    """Return the service with a name, `scheme`, `scheme@day`, `scheme@version` or `@day`.

    Raises `Missing` for an unknown code system, edition or day, and `UsageError` for two days.
    """
    id_, at, moment = name.partition("@")
    scheme = find_scheme(build, id_) if id_ else None
    if id_ and scheme is None:
        raise Missing(f"There is no code system {id_}.", "See /api/v1/schemes.")
    day = _find_day(build, scheme, moment) if at else None
    if as_of:
        if day and day != parse_day(as_of):
            raise UsageError(f"The address names two days, {day} and {as_of}.", "Name one of them.")
        day = parse_day(as_of)
    service = ReconciliationService(build=build, host=host, scheme=scheme, day=day)
    _ = service.view  # raises `Missing` now if nothing was in force that day
    return service


def _find_day(build: ServedBuild, scheme: SchemeFacts | None, moment: str) -> date | None:
    """Return the day that a part of an address names: a date, or the first day of an edition."""
    edition = build.manifest.find_graph("scheme", scheme.id, moment) if scheme and moment else None
    if edition:
        return edition.valid_from
    if not moment:
        raise UsageError("The address ends with @.", "Write a date or an edition after it, or leave it out.")
    return parse_day(moment)
