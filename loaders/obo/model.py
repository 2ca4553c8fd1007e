"""A term of an OBO document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from begrepp.errors import Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import RdfTerm
from loaders.support.obo_syntax import OboClause


@dataclass(slots=True)
class OboTerm:
    """A term: its labels, relations and statements."""

    id: str
    origin: Origin
    names: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    synonyms: list[tuple[str, str]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    replaced_by: list[str] = field(default_factory=list)
    suggested: list[str] = field(default_factory=list)
    xrefs: dict[str, Origin] = field(default_factory=dict)
    """Targets of cross-references with a known prefix."""
    matches: dict[tuple[str, str], Origin] = field(default_factory=dict)
    """Targets and predicates of stated SKOS matches."""
    statements: list[tuple[str, RdfTerm, Origin]] = field(default_factory=list)
    obsolete: bool = False

    def state(self, clause: OboClause, predicate: str, value: RdfTerm) -> None:
        """Add a statement of a clause."""
        self.statements.append((predicate, value, clause.origin))

    def all_matches(self) -> Iterator[tuple[str, str, Origin]]:
        """Yield target, predicate and place of each match; a cross-reference with a stated match is not repeated."""
        stated = {target for target, _ in self.matches}
        for (target, predicate), origin in self.matches.items():
            yield target, predicate, origin
        for target, origin in self.xrefs.items():
            if target not in stated:
                yield target, expand("skos:relatedMatch"), origin
