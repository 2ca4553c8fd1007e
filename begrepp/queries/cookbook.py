"""The questions of the cookbook as RDF, so that an endpoint tells what may be asked of it.

In the form that SIB's SPARQL editor and `sparql-examples` read: `sh:SPARQLExecutable` with the text in `sh:select`
(or `sh:construct`, `sh:ask`), the question in `rdfs:comment`, and `schema:target` and `schema:keywords`
(https://github.com/sib-swiss/sparql-examples). One `rdfs:comment` each, since the editor makes a row of every one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from begrepp.queries.files import Query, queries
from begrepp.queries.parameters import ready
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import prefixes
from begrepp.rdf.ntriples import Triple, iri, name, plain, text
from begrepp.records import Text
from begrepp.settings import DEFAULT_BASE

PREFIXES = f"{DEFAULT_BASE}prefixes"
"""The list of prefixes, `ontology/prefixes.ttl`."""
_CLASSES = {
    "select": "sh:SPARQLSelectExecutable",
    "ask": "sh:SPARQLAskExecutable",
    "construct": "sh:SPARQLConstructExecutable",
}
AREAS = ("find", "harmonise", "terms", "change", "governance")
"""What questions are about, in the order in which they are listed."""


def by_area() -> dict[str, list[Query]]:
    """The questions of every area, those with a number first and in its order."""
    found = queries("examples")
    return {
        area: sorted(
            (q for q in found if q.said["area"] == area), key=lambda q: (int(q.said.get("number", 99)), q.name)
        )
        for area in AREAS
    }


def with_prefixes(query: str) -> str:
    """The query with the `PREFIX` lines that it needs, so that it runs anywhere."""
    used = [f"PREFIX {prefix}: <{ns}>\n" for prefix, ns in prefixes().items() if re.search(rf"\b{prefix}:\w", query)]
    return "".join(used) + query


def cookbook_triples(iris: Iris) -> Iterator[Triple]:
    """Every question of the cookbook."""
    for query in queries("examples"):
        yield from query_triples(query, iris)


def query_triples(query: Query, iris: Iris) -> Iterator[Triple]:
    """One question: its words in both languages, its text, and where to ask it."""
    subject = iri(iris.query(query.name))
    yield subject, name("rdf:type"), name("sh:SPARQLExecutable")
    if class_ := _CLASSES.get(query.form):
        yield subject, name("rdf:type"), name(class_)
    yield subject, name(f"sh:{query.form}"), plain(with_prefixes(ready(query, iris)))
    yield subject, name("sh:prefixes"), iri(PREFIXES)
    yield subject, name("rdfs:comment"), text(query.words("title", "en"))
    for key, predicate in (("title", "rdfs:label"), ("summary", "dct:description")):
        for language in ("sv", "en"):
            yield subject, name(predicate), text(query.words(key, language))
    for keyword in query.said.get("keywords", "").split(", "):
        if keyword:
            yield subject, name("schema:keywords"), text(Text(keyword, "en"))
    yield subject, name("schema:target"), iri(f"{iris.base}sparql")
