"""Triple patterns of a query as text; `begrepp.sparql.query_algebra` extracts them from a query."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from begrepp.rdf.namespaces import compact

_IRI = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriplePattern:
    """A triple pattern: its terms in SPARQL syntax with full IRIs, its graph (empty for the default graph).

    The predicate may be a path (`is_path`). `required` tells whether the pattern has to match.
    """

    subject: str
    predicate: str
    object: str
    graph: str = ""
    required: bool = True
    is_path: bool = False

    @property
    def text(self) -> str:
        """The pattern in SPARQL syntax, with full IRIs and GRAPH."""
        inner = f"{self.subject} {self.predicate} {self.object} ."
        return f"GRAPH {self.graph} {{ {inner} }}" if self.graph else inner

    @property
    def short_text(self) -> str:
        """The pattern in SPARQL syntax, with prefixed names."""
        return _IRI.sub(lambda match: format_iri(match[1]), self.text)

    @property
    def terms(self) -> tuple[str, str, str]:
        """Subject, predicate and object."""
        return (self.subject, self.predicate, self.object)

    @property
    def property_iri(self) -> str:
        """The IRI of the predicate; empty for a variable or a path."""
        return "" if self.is_path else iri_of(self.predicate)


def service_parameters(patterns: Iterable[TriplePattern]) -> tuple[str, dict[str, str]]:
    """Return the subject of the patterns of a SERVICE of the build, and their objects by property.

    The subject is a variable without `?`, empty unless all patterns have the same variable as subject.
    """
    parameters: dict[str, str] = {}
    subjects = set()
    for pattern in patterns:
        parameters[pattern.property_iri or pattern.predicate] = pattern.object
        subjects.add(pattern.subject)
    subject = subjects.pop() if len(subjects) == 1 else ""
    return subject[1:] if subject.startswith("?") else "", parameters


def literal_of(term: str) -> str | None:
    """Return the text of a literal in SPARQL syntax as this module writes it; None for other terms."""
    return str(json.loads(quoted_part(term))) if term.startswith('"') else None


def quoted_part(literal: str) -> str:
    """Return a literal in SPARQL syntax without language and datatype."""
    return literal[: literal.rindex('"') + 1]


def iri_of(term: str) -> str:
    """Return the IRI of a term in SPARQL syntax; empty if it is no IRI."""
    found = _IRI.fullmatch(term)
    return found[1] if found else ""


def format_iri(iri: str) -> str:
    """Format an IRI as a prefixed name if a prefix matches, otherwise in angle brackets."""
    return name if (name := compact(iri)) != iri else f"<{iri}>"


def required_properties(patterns: Iterable[TriplePattern]) -> frozenset[str]:
    """Return the properties of the triple patterns that are required to match."""
    return frozenset(each.property_iri for each in patterns if each.required and each.property_iri)


def is_variable(term: str) -> bool:
    """Return whether a term in SPARQL syntax is a variable or a blank node."""
    return term.startswith("?")
