"""Which syntax of RDF a file is written in: by what its sender says, by its name, or by how it begins."""

from __future__ import annotations

import re

from pyoxigraph import RdfFormat

from begrepp.errors import InputError

NAMES: dict[str, RdfFormat] = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "n3": RdfFormat.N3,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
"""The syntaxes by the names that people use for them."""

SUFFIXES: dict[str, RdfFormat] = {
    **dict.fromkeys(("ttl", "turtle"), RdfFormat.TURTLE),
    **dict.fromkeys(("rdf", "xml", "owl", "rdfs"), RdfFormat.RDF_XML),
    **dict.fromkeys(("jsonld", "json"), RdfFormat.JSON_LD),
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "n3": RdfFormat.N3,
}

_LOADED = {"tsv": "sssom", "csv": "variables", "obo": "obo"}
"""Endings of files that are no RDF, and the source under which `begrepp add` takes and judges such a file."""

_MEDIA_TYPES: dict[str, RdfFormat] = {
    "application/x-turtle": RdfFormat.TURTLE,
    "application/json": RdfFormat.JSON_LD,
    "application/xml": RdfFormat.RDF_XML,
    "text/xml": RdfFormat.RDF_XML,
    "text/n3": RdfFormat.N3,
}

_BEGINNINGS = (
    (re.compile(r"\s*(<\?xml|<!DOCTYPE\s+rdf|<!--|<rdf:RDF)", re.IGNORECASE), RdfFormat.RDF_XML),
    (re.compile(r"\s*[{\[]\s*[\"{}\]\[]"), RdfFormat.JSON_LD),
    (
        re.compile(r"\s*(<[^<>\s]+>|_:\S+)\s+<[^<>\s]+>\s+(<[^<>\s]+>|_:\S+|\"[^\n]*\")\S*\s*\.\s*(\n|$)"),
        RdfFormat.N_TRIPLES,
    ),
    (re.compile(r"(?s).*?(^|\s)(GRAPH\s+)?<?[\w:/.#-]+>?\s*\{", re.IGNORECASE), RdfFormat.TRIG),
)


def of_file(name: str) -> RdfFormat | None:
    """By the ending of a file's name. Raises `InputError` where it is that of a table or of OBO."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in _LOADED:
        step = f"Take it into the graph with `begrepp add {_LOADED[ending]} FILE --edition E`, which validates it."
        raise InputError(name, "is not RDF; profiles validate RDF only.", step)
    return SUFFIXES.get(ending)


def of_media_type(media_type: str) -> RdfFormat | None:
    """By a media type; None where it says nothing of use."""
    bare = media_type.partition(";")[0].strip().lower()
    if bare in ("text/plain", "application/octet-stream", ""):
        return None
    return _MEDIA_TYPES.get(bare) or RdfFormat.from_media_type(bare)


def of_text(beginning: str) -> RdfFormat:
    """By how a text begins; Turtle, where nothing tells otherwise."""
    return next((syntax for pattern, syntax in _BEGINNINGS if pattern.match(beginning)), RdfFormat.TURTLE)


def named(name: str) -> RdfFormat:
    """By the name that a user gives. Raises `InputError` for one that is none."""
    found = NAMES.get(name) or SUFFIXES.get(name) or of_media_type(name)
    if found is None:
        raise InputError(name, "is not a supported RDF syntax.", f"Use one of {', '.join(NAMES)}.")
    return found
