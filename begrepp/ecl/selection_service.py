"""`SERVICE begrepp:ecl`: the concepts of an ECL expression as part of a SPARQL query.

    SERVICE begrepp:ecl { ?concept begrepp:expression "<< C34" ; skos:inScheme "icd-10-se" }

`skos:inScheme` names the code system by its id or IRI. Rows are in the order of the codes, at most ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterable

from begrepp.ecl.expression import evaluate_ecl
from begrepp.ecl.terminology_substrate import TerminologySubstrate
from begrepp.errors import QueryError
from begrepp.rdf.namespaces import expand
from begrepp.sparql.patterns import TriplePattern, iri_of, literal_of, service_parameters
from begrepp.sparql.services import Solution
from begrepp.terminology.terminology import Terminology

MOST = 10_000
_HELP = 'Use SERVICE begrepp:ecl { ?concept begrepp:expression "<< C34" ; skos:inScheme "icd-10-se" }.'


def run_selection_service(terminology: Terminology, patterns: Iterable[TriplePattern]) -> list[Solution]:
    """Return the rows of a SERVICE begrepp:ecl.

    Raises `QueryError` if its patterns are not as described above or there are too many concepts, and `EclError`.
    """
    subject, parameters = service_parameters(patterns)
    expression = literal_of(parameters.pop(expand("begrepp:expression"), ""))
    scheme = parameters.pop(expand("skos:inScheme"), "")
    if not subject or expression is None or parameters:
        raise QueryError("begrepp:ecl needs begrepp:expression, skos:inScheme and exactly one subject variable.", _HELP)
    system = terminology.scheme(iri_of(scheme) or literal_of(scheme) or "")
    if system is None:
        raise QueryError(f"begrepp:ecl does not know the code system {scheme}.", _HELP)
    found = evaluate_ecl(expression, system, TerminologySubstrate(terminology, system))
    if (number := len(found)) > MOST:
        raise QueryError(f"The expression has {number} concepts; a query can have {MOST}.", "Narrow the expression.")
    return [{subject: f"<{own.iri(concept)}>"} for own, bitmap in found.items() for concept in bitmap]
