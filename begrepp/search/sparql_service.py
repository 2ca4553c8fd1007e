"""`SERVICE begrepp:search`: full-text search in the text index of the build, as part of a SPARQL query.

    SERVICE begrepp:search { ?concept begrepp:words "lungcanc" ; begrepp:kind "concept" ; begrepp:score ?score }

Words are matched as in the search box: as parts of compounds, without diacritics, with spelling corrections. Rows are
ordered best first, at most a thousand or `begrepp:most`; `skos:inScheme` limits the search to one code system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from begrepp.errors import QueryError
from begrepp.rdf.namespaces import expand
from begrepp.search import TextIndex
from begrepp.sparql.patterns import TriplePattern, iri_of, literal_of, service_parameters
from begrepp.sparql.services import Solution

_MAX_WORDS = 400
_MOST = 1_000
_HELP = 'Use SERVICE begrepp:search { ?thing begrepp:words "lungcancer" }.'


def run_search_service(index: TextIndex, patterns: Iterable[TriplePattern]) -> list[Solution]:
    """Return the rows of a SERVICE begrepp:search; raises `QueryError` if its patterns are not as described above."""
    subject, parameters = service_parameters(patterns)
    words = literal_of(parameters.pop(expand("begrepp:words"), ""))
    score = parameters.pop(expand("begrepp:score"), "")
    kind, scheme = parameters.pop(expand("begrepp:kind"), ""), parameters.pop(expand("skos:inScheme"), "")
    most = literal_of(parameters.pop(expand("begrepp:most"), f'"{_MOST}"')) or ""
    if not subject or words is None:
        raise QueryError("begrepp:search needs begrepp:words and exactly one subject variable.", _HELP)
    if parameters or (scheme and not iri_of(scheme)):
        raise QueryError(f"begrepp:search does not support <{next(iter(parameters), scheme)}>.", _HELP)
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", most, re.ASCII):
        raise QueryError(f"begrepp:most is no whole number: '{most}'.", f"Write a number up to {_MOST}.")
    if len(words) > _MAX_WORDS:
        raise QueryError(f"begrepp:words has more than {_MAX_WORDS} characters.", _HELP)
    limit = min(_MOST, int(most))
    _, hits = index.search(words, kind=literal_of(kind) or iri_of(kind), scheme=iri_of(scheme), limit=limit)
    rows = [{subject: f"<{hit.iri}>"} for hit in hits]
    if score.startswith("?"):
        for position, row in enumerate(rows):
            row[score[1:]] = str(len(rows) - position)
    return rows
