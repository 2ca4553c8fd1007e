"""`SERVICE begrepp:search`: full-text search in the text index of the build, as part of a SPARQL query.

    SERVICE begrepp:search { ?concept begrepp:words "lungcanc" ; begrepp:kind "concept" ; begrepp:score ?score }

Words are matched as in the search box: as parts of compounds, without diacritics, with spelling corrections. Rows are
ordered best first, at most a thousand or `begrepp:most`; `skos:inScheme` limits the search to one code system.
"""

from __future__ import annotations

from rdflib import Literal, URIRef, Variable

from begrepp.errors import QueryError
from begrepp.rdf.namespaces import expand
from begrepp.search import TextIndex
from begrepp.sparql.patterns import triple_patterns
from begrepp.sparql.services import ServicePattern, Solution

_MOST = 1_000
_HELP = 'Use SERVICE begrepp:search { ?thing begrepp:words "lungcancer" }.'


def run_search_service(index: TextIndex, prologue: str, service: ServicePattern) -> list[Solution]:
    """Return the rows of a SERVICE begrepp:search; raises `QueryError` if its patterns are not as described above."""
    parameters: dict[str, object] = {}
    subjects = set()
    for pattern in triple_patterns(f"{prologue}SELECT * {{ {service.body} }}"):
        parameters[str(pattern.predicate)] = pattern.object
        subjects.add(pattern.subject)
    words, score = parameters.pop(expand("begrepp:words"), None), parameters.pop(expand("begrepp:score"), None)
    kind, scheme = parameters.pop(expand("begrepp:kind"), ""), parameters.pop(expand("skos:inScheme"), "")
    most = parameters.pop(expand("begrepp:most"), _MOST)
    if len(subjects) != 1 or not isinstance(subject := subjects.pop(), Variable) or not isinstance(words, Literal):
        raise QueryError("begrepp:search needs begrepp:words and exactly one subject variable.", _HELP)
    if parameters or not isinstance(scheme, URIRef | str):
        raise QueryError(f"begrepp:search does not support <{next(iter(parameters), scheme)}>.", _HELP)
    limit = min(_MOST, int(str(most)))
    _, hits = index.search(str(words), kind=str(kind), scheme=str(scheme), limit=limit)
    rows = [{str(subject): f"<{hit.iri}>"} for hit in hits]
    if isinstance(score, Variable):
        for position, row in enumerate(rows):
            row[str(score)] = str(len(rows) - position)
    return rows
