"""Identifier spaces of an OBO document: prefixes that its header declares (`idspace`) and those that are known."""

from __future__ import annotations

import re

from begrepp.rdf.namespaces import prefixes
from loaders.support.obo_identifiers import OBO_IN_OWL, cross_reference, obo_iri

_KNOWN = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": prefixes()["dct"],
    "terms": prefixes()["dct"],
    "owl": prefixes()["owl"],
    "skos": prefixes()["skos"],
    "rdfs": prefixes()["rdfs"],
    "oboInOwl": OBO_IN_OWL,
}
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.-]*:[^\s\"/][^\s\"]*")


class IdSpaces:
    """The spaces of a document. A declared prefix stands for its IRI (OBO 1.4, section 2.1), others for OBO's own."""

    def __init__(self) -> None:
        self._declared: dict[str, str] = {}

    def declare(self, prefix: str, iri: str) -> None:
        """Add a prefix of the header."""
        self._declared[prefix] = iri

    def iri(self, identifier: str) -> str:
        """Return the IRI of an identifier; IRIs are returned unchanged."""
        prefix, colon, local = identifier.partition(":")
        space = self._declared.get(prefix) or _KNOWN.get(prefix) if colon and "://" not in identifier else ""
        return f"{space}{local}" if space else obo_iri(identifier)

    def reference(self, identifier: str) -> str:
        """Return the target of a cross-reference as an IRI or `scheme:notation`; empty for an unknown prefix."""
        if target := cross_reference(identifier):
            return target
        return self.iri(identifier) if identifier.partition(":")[0] in self._declared else ""


def is_identifier(text: str) -> bool:
    """Return whether a text without quotation marks is an identifier with a prefix: `SNOMEDCT:123`."""
    return bool(_IDENTIFIER.fullmatch(text))
