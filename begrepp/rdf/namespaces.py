"""Namespace prefixes of the project, read from `ontology/prefixes.ttl`."""

from __future__ import annotations

from functools import cache, lru_cache

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from begrepp.settings import ROOT

_SHACL = "http://www.w3.org/ns/shacl#"
CONSIDER = "http://www.geneontology.org/formats/oboInOwl#consider"
"""Property of OBO: a concept that may be meant instead of a retired one, which a person has to judge."""


@cache
def prefixes() -> dict[str, str]:
    """Return the map from prefix to namespace, sorted by prefix."""
    names: dict[object, str] = {}
    namespaces: dict[object, str] = {}
    for quad in parse(path=ROOT / "ontology" / "prefixes.ttl", format=RdfFormat.TURTLE):
        if quad.predicate == NamedNode(_SHACL + "prefix") and isinstance(quad.object, Literal):
            names[quad.subject] = quad.object.value
        elif quad.predicate == NamedNode(_SHACL + "namespace") and isinstance(quad.object, Literal):
            namespaces[quad.subject] = quad.object.value
    return dict(sorted((names[node], namespaces[node]) for node in names))


@cache
def expand(name: str) -> str:
    """Expand a prefixed name such as `skos:prefLabel` to an IRI; raises `KeyError` for an unknown prefix."""
    prefix, _, local = name.partition(":")
    return prefixes()[prefix] + local


@lru_cache(maxsize=10_000)
def compact(iri: str) -> str:
    """Shorten an IRI to a prefixed name by the longest matching namespace; return it unchanged where none matches."""
    namespace = max((ns for ns in prefixes().values() if iri.startswith(ns)), key=len, default="")
    if not namespace or not (local := iri[len(namespace) :]) or "/" in local or "#" in local:
        return iri
    return next(prefix for prefix, ns in prefixes().items() if ns == namespace) + ":" + local


def local_name(iri: str) -> str:
    """Return the last part of an IRI."""
    return iri.rstrip("/").rpartition("#")[2].rpartition("/")[2]


def sparql_prologue() -> str:
    """Return `PREFIX` lines for all prefixes."""
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes().items())
