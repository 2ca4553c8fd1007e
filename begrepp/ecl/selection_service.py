"""`SERVICE begrepp:ecl`: the concepts of an ECL expression as part of a SPARQL query.

    SERVICE begrepp:ecl { ?concept begrepp:expression "<< C34" ; skos:inScheme "icd-10-se" }

`skos:inScheme` names the code system by its id or IRI, `begrepp:asOf "2019-06-30"` the day whose edition is asked.
Rows are in the order of the codes, at most ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from begrepp.ecl.expression import evaluate_ecl
from begrepp.ecl.terminology_substrate import TerminologySubstrate
from begrepp.errors import QueryError
from begrepp.rdf.namespaces import compact, expand
from begrepp.sparql.patterns import TriplePattern, iri_of, literal_of, service_parameters
from begrepp.sparql.services import Solution
from begrepp.terminology.terminology import Terminology
from begrepp.text.days import parse_iso_day

MOST = 10_000
_PROPERTIES = "Its properties are begrepp:expression, skos:inScheme and begrepp:asOf."
_HELP = 'Use SERVICE begrepp:ecl { ?concept begrepp:expression "<< C34" ; skos:inScheme "icd-10-se" }.'


def run_selection_service(terminology: Terminology, patterns: Iterable[TriplePattern]) -> list[Solution]:
    """Return the rows of a SERVICE begrepp:ecl.

    Raises `QueryError` if its patterns are not as described above or there are too many concepts, and `EclError`.
    """
    subject, parameters = service_parameters(patterns)
    expression = literal_of(parameters.pop(expand("begrepp:expression"), ""))
    scheme = parameters.pop(expand("skos:inScheme"), "")
    day = _day(parameters.pop(expand("begrepp:asOf"), ""))
    if parameters:
        raise QueryError(f"begrepp:ecl has no property {compact(min(parameters))}.", _PROPERTIES)
    if not subject or expression is None:
        raise QueryError("begrepp:ecl needs begrepp:expression, skos:inScheme and exactly one subject variable.", _HELP)
    name = iri_of(scheme) or literal_of(scheme) or ""
    system = terminology.scheme(name, as_of=day)
    if system is None:
        if terminology.scheme(name):
            raise QueryError(f"No edition of the code system {scheme} was in force on {day}.", "Give a later day.")
        raise QueryError(f"begrepp:ecl does not know the code system {scheme}.", _HELP)
    found = evaluate_ecl(expression, system, TerminologySubstrate(terminology, system, day))
    if (number := len(found)) > MOST:
        raise QueryError(f"The expression has {number} concepts; a query can have {MOST}.", "Narrow the expression.")
    return [{subject: f"<{own.iri(concept)}>"} for own, bitmap in found.items() for concept in bitmap]


def _day(term: str) -> date | None:
    """Return the day in a SPARQL literal; None without one."""
    if not term:
        return None
    text = literal_of(term) or term
    try:
        return parse_iso_day(text)
    except ValueError:
        raise QueryError(f"'{text}' is not a date.", 'Use the format begrepp:asOf "2019-06-30".') from None
