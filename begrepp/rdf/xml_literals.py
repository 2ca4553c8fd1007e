"""Canonical form of XML literals, as RDF 1.1 XML Syntax (section 7.2.17) asks for."""

from __future__ import annotations

import re
from xml.etree.ElementTree import ParseError, canonicalize

_START_TAG = re.compile(r"""<[^\s<>/!?]+(?:\s+[^\s=<>]+="[^"]*")+""")
_ATTRIBUTE = re.compile(r"""\s+([^\s=<>]+)="[^"]*\"""")


def canonical_xml(text: str) -> str:
    """Return the content of an XML literal in canonical form, as pyoxigraph does not; unchanged if it is ill-formed.

    pyoxigraph repeats namespaces that the literal declares itself, and adds all that are in scope.
    """
    try:
        wrapped = canonicalize(f"<x>{_START_TAG.sub(_without_repeated, text)}</x>", with_comments=True)
    except ParseError:
        return text
    return wrapped.removeprefix("<x>").removesuffix("</x>")


def _without_repeated(tag: re.Match[str]) -> str:
    seen: set[str] = set()

    def first(attribute: re.Match[str]) -> str:
        is_repeated = attribute[1] in seen
        seen.add(attribute[1])
        return "" if is_repeated else attribute[0]

    return _ATTRIBUTE.sub(first, tag[0])
