"""`SERVICE begrepp:search`: things found by their words in the build's own text index, as part of a query.

    SERVICE begrepp:search { ?concept begrepp:words "lungcanc" ; begrepp:kind "concept" ; begrepp:score ?score }

The words are matched as in the search box: parts of compounds, without diacritics, with a letter wrong. The rows
come best first, at most a thousand, or `begrepp:most` of them; `skos:inScheme` keeps to one code system.
"""

from __future__ import annotations

from rdflib import Literal, URIRef, Variable

from begrepp.errors import QueryError
from begrepp.rdf.namespaces import expand
from begrepp.search import TextIndex
from begrepp.sparql.patterns import patterns
from begrepp.sparql.services import Row, ServicePart

_MOST = 1_000
_HELP = 'Write SERVICE begrepp:search { ?thing begrepp:words "lungcancer" }.'


def search_part(index: TextIndex, prologue: str, part: ServicePart) -> list[Row]:
    """The rows of a search part; raises `QueryError` where it does not say what to look for."""
    said: dict[str, object] = {}
    things = set()
    for pattern in patterns(f"{prologue}SELECT * {{ {part.body} }}"):
        said[str(pattern.predicate)] = pattern.object
        things.add(pattern.subject)
    words, score = said.pop(expand("begrepp:words"), None), said.pop(expand("begrepp:score"), None)
    kind, scheme = said.pop(expand("begrepp:kind"), ""), said.pop(expand("skos:inScheme"), "")
    most = said.pop(expand("begrepp:most"), _MOST)
    if len(things) != 1 or not isinstance(thing := things.pop(), Variable) or not isinstance(words, Literal):
        raise QueryError("begrepp:search has no words to look for, or more than one thing.", _HELP)
    if said or not isinstance(scheme, URIRef | str):
        raise QueryError(f"begrepp:search does not know <{next(iter(said), scheme)}>.", _HELP)
    limit = min(_MOST, int(str(most)))
    _, hits = index.search(str(words), kind=str(kind), scheme=str(scheme), limit=limit)
    rows = [{str(thing): f"<{hit.iri}>"} for hit in hits]
    if isinstance(score, Variable):
        for place, row in enumerate(rows):
            row[str(score)] = str(len(rows) - place)
    return rows
