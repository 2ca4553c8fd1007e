"""The cookbook of example queries, by area and as RDF.

The RDF has the form that SIB's SPARQL editor and `sparql-examples` read: `sh:SPARQLExecutable` with the query text in
`sh:select` (or `sh:construct`, `sh:ask`), the title in `rdfs:comment`, and `schema:target` and `schema:keywords`
(https://github.com/sib-swiss/sparql-examples). Each query has one `rdfs:comment`, since the editor lists every comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from begrepp.queries.parameters import rebase
from begrepp.queries.query_files import Query, read_queries
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import prefixes
from begrepp.rdf.ntriples import Triple, iri, name, plain, text
from begrepp.records import Text
from begrepp.settings import DEFAULT_BASE

PREFIXES_IRI = f"{DEFAULT_BASE}prefixes"
"""The IRI of the prefix list, `ontology/prefixes.ttl`."""
_CLASSES = {
    "select": "sh:SPARQLSelectExecutable",
    "ask": "sh:SPARQLAskExecutable",
    "construct": "sh:SPARQLConstructExecutable",
}
AREAS = ("find", "harmonise", "terms", "change", "governance")
"""The areas of the cookbook, in order of presentation."""


def queries_by_area() -> dict[str, list[Query]]:
    """Return the example queries by area; numbered queries come first, in order of number."""
    examples = read_queries("examples")
    examples.sort(key=lambda query: (int(query.metadata.get("number", 99)), query.name))
    return {area: [query for query in examples if query.metadata["area"] == area] for area in AREAS}


def add_used_prefixes(query: str) -> str:
    """Prepend the `PREFIX` lines that a query uses, so that it can be run at any endpoint."""
    used = [f"PREFIX {prefix}: <{ns}>\n" for prefix, ns in prefixes().items() if re.search(rf"\b{prefix}:\w", query)]
    return "".join(used) + query


def example_query_triples(iris: Iris) -> Iterator[Triple]:
    """Yield the triples of all example queries."""
    for query in read_queries("examples"):
        yield from query_triples(query, iris)


def query_triples(query: Query, iris: Iris) -> Iterator[Triple]:
    """Yield the triples of one query: its texts in both languages, its SPARQL, and its endpoint."""
    subject = iri(iris.query(query.name))
    yield subject, name("rdf:type"), name("sh:SPARQLExecutable")
    if class_ := _CLASSES.get(query.form):
        yield subject, name("rdf:type"), name(class_)
    yield subject, name(f"sh:{query.form}"), plain(add_used_prefixes(rebase(query, iris)))
    yield subject, name("sh:prefixes"), iri(PREFIXES_IRI)
    yield subject, name("rdfs:comment"), text(query.translated("title", "en"))
    for key, predicate in (("title", "rdfs:label"), ("summary", "dct:description")):
        for language in ("sv", "en"):
            yield subject, name(predicate), text(query.translated(key, language))
    for keyword in query.metadata.get("keywords", "").split(", "):
        if keyword:
            yield subject, name("schema:keywords"), text(Text(keyword, "en"))
    yield subject, name("schema:target"), iri(f"{iris.base}sparql")
