"""Context of the tools: the served build, and the functions that all tools share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from begrepp.artefact.manifest import GraphEntry
from begrepp.errors import BegreppError, UsageError
from begrepp.records import Text
from begrepp.text.days import parse_iso_day
from server.assistant.tool_answers import ConceptName, SystemSource, Unresolved
from server.pages.signposting import rights_of
from server.served.as_of import find_dated_state, find_meaning_on, get_dated_build
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref
from server.served.resolver import Missing, Resolved, find_scheme, resolve_iri, resolve_system_code
from server.served.schemes import SchemeFacts
from server.state import AppState

MAX_IDS = 50
"""Identifiers of a request, except codes to check."""
_MAX_LENGTH = 400
_SEPARATORS = "|/:# "
Found = TypeVar("Found")


class ToolContext:
    """The state of the server, read by the tools. Every method reads the build that is current when it is called."""

    def __init__(self, state: AppState) -> None:
        self.state = state

    @property
    def build(self) -> ServedBuild:
        """The build that is served now."""
        return self.state.current_build()

    def scheme(self, system: str) -> SchemeFacts:
        """Return a code system by any identifier. Raises `Missing`."""
        found = find_scheme(self.build, system)
        if found is None:
            raise Missing(f"There is no code system {system[:100]}.", "The tool schemes lists them.")
        return found

    def find(self, id_: str) -> Resolved:
        """Return the thing with an identifier: an IRI, or system and code as `icd-10-se|C50.9`. Raises `Missing`."""
        text = id_.strip()
        if not text or len(text) > _MAX_LENGTH:
            raise UsageError("The identifier is empty or too long.", "Give an IRI, or system|code.")
        if text.startswith(("http://", "https://")) and "|" not in text:
            return resolve_iri(self.build, text)
        for mark in _SEPARATORS:
            system, _, code = text.rpartition(mark) if mark == "|" else text.partition(mark)
            if code and find_scheme(self.build, system):
                return resolve_system_code(self.build, system, code.strip())
        raise Missing(
            f"'{text[:100]}' is no identifier.",
            "Give an IRI, or system|code as icd-10-se|C50.9; the tool search finds them.",
            tuple(self.build.index.find_code(text, kind="concept")[:6]),
        )

    def find_concept(self, id_: str, day: date | None = None) -> Resolved:
        """Return a concept, with a day the one that its code meant then. Raises `Missing`."""
        found = self.find(id_)
        if self.build.concepts.record(found.iri) is None:
            raise Missing(f"{id_} is no concept.", "Give a concept as system|code or by its IRI.")
        return find_meaning_on(self.build, found, day) if day else found

    def view_of(self, concept: Resolved, day: date | None) -> ServedBuild:
        """Return the build, or the build as of a day on which an edition lists the concept. Raises `Missing`."""
        return get_dated_build(self.build, find_dated_state(self.build, concept, day)) if day else self.build

    def each(self, ids: Sequence[str], read: Callable[[str], Found]) -> tuple[list[Found], list[Unresolved]]:
        """Return what `read` returns for each identifier, and the identifiers for which it raises an error."""
        if not ids or len(ids) > MAX_IDS:
            raise UsageError(f"There are {len(ids)} identifiers.", f"Give from 1 to {MAX_IDS}.")
        found, missing = [], []
        for id_ in dict.fromkeys(ids):
            try:
                found.append(read(id_))
            except BegreppError as error:
                near = error.near if isinstance(error, Missing) else ()
                similar = [f"{hit.scheme.rpartition('/')[2]}|{hit.notation} {hit.label()}".strip() for hit in near]
                missing.append(Unresolved(id=id_[:100], reason=f"{error.reason} {error.next_step}", similar=similar))
        return found, missing

    def names(self, iris: Iterable[str], language: str, view: ServedBuild | None = None) -> dict[str, ConceptName]:
        """Return the names of things by IRI."""
        return {iri: concept_name(ref) for iri, ref in find_refs(view or self.build, iris, language).items()}

    def edition(self, scheme: str, day: date | None = None) -> GraphEntry | None:
        """Return the edition of a code system in force now or on a day; None if there is none."""
        if day is None:
            return self.build.manifest.find_graph("scheme", scheme)
        try:
            return find_dated_state(self.build, Resolved(self.build.iris.scheme(scheme), f"/cs/{scheme}"), day).edition
        except BegreppError:
            return None

    def versions(self, scheme: str) -> list[str]:
        """Return the versions of all editions of a code system, newest first."""
        return [edition.version for edition in self.build.manifest.editions("scheme", scheme)[::-1]]

    def sources(self, systems: Iterable[str | None], language: str, day: date | None = None) -> list[SystemSource]:
        """Return the code systems of an answer, by id, with edition and licence."""
        by_id = self.build.schemes.by_id
        return [self.source(by_id[id_], language, day) for id_ in sorted({*filter(None, systems)}) if id_ in by_id]

    def source(self, scheme: SchemeFacts, language: str, day: date | None = None) -> SystemSource:
        """Return a code system with the edition in force and its licence."""
        edition = self.edition(scheme.id, day)
        return SystemSource(
            system=scheme.id,
            title=(choose_text(scheme.titles, language) or Text(scheme.id, "")).value,
            edition=edition.version if edition else None,
            valid_from=edition.valid_from.isoformat() if edition else None,
            licence=(rights_of(self.build, edition.graph).licence or None) if edition else None,
            texts_restricted=bool(edition and edition.redistribution != "allowed"),
        )


def concept_name(ref: Ref) -> ConceptName:
    """Return the name of a thing."""
    has_label = bool(ref.label.value) and ref.label.value != ref.iri
    return ConceptName(
        iri=ref.iri,
        code=ref.notation or None,
        system=ref.scheme or None,
        status="active" if ref.active else "retired",
        label=ref.label.value if has_label else None,
        language=ref.label.lang or None,
    )


def read_day(text: str) -> date | None:
    """Return the day of an `as_of` argument, or None if it is empty. Raises `UsageError`."""
    try:
        return parse_iso_day(text) if text.strip() else None
    except ValueError:
        raise UsageError(f"as_of is '{text[:40]}', which is not a day.", "Write it as 2019-06-30.") from None


def shorten(items: Sequence[Found], limit: int) -> tuple[list[Found], bool]:
    """Return the first items, and whether there are more."""
    return [*items[:limit]], len(items) > limit
