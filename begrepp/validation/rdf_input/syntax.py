"""Detection of the RDF syntax of a file by name, media type, suffix or content."""

from __future__ import annotations

import re
from pathlib import Path

from pyoxigraph import RdfFormat

from begrepp.errors import InputError

SYNTAX_NAMES: dict[str, RdfFormat] = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "n3": RdfFormat.N3,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
"""The syntaxes by the names that users give them."""

SUFFIXES: dict[str, RdfFormat] = {
    **dict.fromkeys(("ttl", "turtle"), RdfFormat.TURTLE),
    **dict.fromkeys(("rdf", "xml", "owl", "rdfs"), RdfFormat.RDF_XML),
    **dict.fromkeys(("jsonld", "json"), RdfFormat.JSON_LD),
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "n3": RdfFormat.N3,
}

_HEAD = 8192
"""Characters at the beginning of a file by which its syntax is detected."""

_LOADED_SUFFIXES = {"tsv": "sssom", "csv": "variables", "obo": "obo"}
"""Suffixes of files that are not RDF, with the source that `begrepp add` loads them as."""

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


def syntax_of_file(name: str) -> RdfFormat | None:
    """Return the syntax by file suffix, or None. Raises `InputError` for a table or OBO."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if suffix in _LOADED_SUFFIXES:
        source = _LOADED_SUFFIXES[suffix]
        step = f"Take it into the graph with `begrepp add {source} FILE --edition E`, which validates it."
        raise InputError(name, "is not RDF; profiles validate RDF only.", step)
    return SUFFIXES.get(suffix)


def syntax_of_media_type(media_type: str) -> RdfFormat | None:
    """Return the syntax by media type; None if the media type is unknown or generic."""
    essence = media_type.partition(";")[0].strip().lower()
    if essence in ("text/plain", "application/octet-stream", ""):
        return None
    return _MEDIA_TYPES.get(essence) or RdfFormat.from_media_type(essence)


def detect_syntax(beginning: str) -> RdfFormat:
    """Return the syntax by the beginning of a text; Turtle by default."""
    return next((syntax for pattern, syntax in _BEGINNINGS if pattern.match(beginning)), RdfFormat.TURTLE)


def find_syntax(path: Path, name: str) -> RdfFormat:
    """Return the syntax by the suffix of a name, else by the beginning of the file. Raises `InputError` for a table."""
    if syntax := syntax_of_file(name):
        return syntax
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return detect_syntax(file.read(_HEAD))


def syntax_by_name(name: str) -> RdfFormat:
    """Return the syntax by a name, suffix or media type that a user gives. Raises `InputError` if it is unknown."""
    syntax = SYNTAX_NAMES.get(name) or SUFFIXES.get(name) or syntax_of_media_type(name)
    if syntax is None:
        raise InputError(name, "is not a supported RDF syntax.", f"Use one of {', '.join(SYNTAX_NAMES)}.")
    return syntax
