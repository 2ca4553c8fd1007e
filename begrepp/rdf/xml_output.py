"""RDF/XML and SPARQL Query Results XML as XML 1.0 asks for them, where pyoxigraph writes other bytes.

A carriage return is written as `&#xD;`, because a reader of XML turns a literal one into a line feed (XML 1.0, section
2.11). What XML cannot hold is refused: characters that are not in XML 1.0 (section 2.2), and in RDF/XML properties
whose IRI does not end in a name without a colon (Namespaces in XML, section 4; RDF 1.1 XML Syntax, section 1). A type
without such a name is written as `rdf:type` and not as the name of an element.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Protocol

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple, serialize

from begrepp.errors import UnsuitableFormat
from begrepp.rdf.namespaces import prefixes as project_prefixes

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAME_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_LOCAL_NAME = re.compile(f"[{_NAME_START}][{_NAME_START}0-9.\u00b7\u0300-\u036f\u203f-\u2040-]*$")
"""The name at the end of an IRI: NameStartChar and NameChar of XML 1.0, section 2.3, without the colon."""
_RESERVED = frozenset(
    _RDF + name
    for name in (
        *("RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID", "datatype"),
        *("li", "Description", "aboutEach", "aboutEachPrefix"),
    )
)
"""Names that are no properties in RDF/XML (RDF 1.1 XML Syntax, sections 5.1 and 6.1.4)."""
_RESERVED_NAMESPACES = ("http://www.w3.org/2000/xmlns/", "http://www.w3.org/XML/1998/namespace")
_OTHER_GRAPH_FORMATS = ("text/turtle", "application/ld+json", "application/n-triples")
_OTHER_RESULT_FORMATS = ("application/sparql-results+json", "text/csv", "text/tab-separated-values")
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that are not in XML 1.0, in UTF-8."""
_LONGEST_CHARACTER = 3
_NODE_WITHOUT_NAME = re.compile(
    rb'<(?P<prefix>[\w.-]+):(?: xmlns:oxprefix="(?P<iri>[^"]*)")?(?P<node> rdf:(?:about|nodeID)="[^"]*")?(?P<end>/?)>'
)
_END_WITHOUT_NAME = re.compile(rb"</[\w.-]+:>")


class Output(Protocol):
    """A writer of bytes, as pyoxigraph needs one."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""

    def flush(self) -> object:
        """Do nothing, or send what was taken."""


def write_triples(
    triples: Iterable[Triple], out: Output, rdf_format: RdfFormat, prefixes: Mapping[str, str] | None = None
) -> None:
    """Write triples with prefixes, those of the project by default; raises `UnsuitableFormat` for RDF/XML."""
    used = dict(project_prefixes() if prefixes is None else prefixes)
    if rdf_format != RdfFormat.RDF_XML:
        serialize(triples, out, format=rdf_format, prefixes=used)  # type: ignore[arg-type]
        return
    xml = _XmlOutput(out, _OTHER_GRAPH_FORMATS, used)
    serialize(_check_properties(triples), xml, format=rdf_format, prefixes=used)  # type: ignore[arg-type]
    xml.close()


def write_results(results: QuerySolutions | QueryBoolean, out: Output, results_format: QueryResultsFormat) -> None:
    """Write the result of SELECT or ASK; raises `UnsuitableFormat` for XML."""
    if results_format != QueryResultsFormat.XML:
        results.serialize(out, format=results_format)  # type: ignore[arg-type]
        return
    xml = _XmlOutput(out, _OTHER_RESULT_FORMATS, None)
    results.serialize(xml, format=results_format)  # type: ignore[arg-type]
    xml.close()


def check_rdf_xml(triples: Iterable[Triple]) -> None:
    """Raise `UnsuitableFormat` for the first property that RDF/XML cannot write."""
    for _ in _check_properties(triples):
        pass


@lru_cache(10_000)
def can_be_property(iri: str) -> bool:
    """Return whether RDF/XML can write an IRI as a property."""
    found = _LOCAL_NAME.search(iri)
    return found is not None and iri not in _RESERVED and iri[: found.start()] not in _RESERVED_NAMESPACES


def _check_properties(triples: Iterable[Triple]) -> Iterator[Triple]:
    known: set[str] = set()
    for triple in triples:
        if (iri := triple.predicate.value) not in known:
            if not can_be_property(iri):
                raise UnsuitableFormat(
                    f"RDF/XML cannot hold the property {iri}: its IRI does not end in a name of XML.",
                    "Request Turtle, JSON-LD or N-Triples instead.",
                    _OTHER_GRAPH_FORMATS,
                )
            known.add(iri)
        if isinstance(triple.object, Triple):
            check_rdf_xml((triple.object,))
        yield triple


class _XmlOutput:
    """Output that changes what pyoxigraph writes, and passes it on; tags arrive in pieces of any length."""

    def __init__(self, out: Output, others: tuple[str, ...], prefixes: Mapping[str, str] | None) -> None:
        self._out = out
        self._others = others
        self._prefixes = prefixes
        self._rest = b""

    def write(self, data: bytes) -> int:
        """Take bytes, and pass on all but a tag or a character that is not complete."""
        text = self._rest + bytes(data)
        tag_end = text.rfind(b">") + 1
        tag_start = text.find(b"<", tag_end)
        end = max(tag_end, len(text) - _LONGEST_CHARACTER + 1) if tag_start < 0 else tag_start
        self._pass_on(text[:end])
        self._rest = text[end:]
        return len(data)

    def flush(self) -> None:
        """Do nothing: the engine calls it at the end, and `close` passes on the rest."""

    def close(self) -> None:
        """Pass on the rest."""
        self._pass_on(self._rest)
        self._rest = b""
        self._out.flush()

    def _pass_on(self, text: bytes) -> None:
        if found := _FORBIDDEN.search(text):
            raise UnsuitableFormat(
                f"XML cannot hold the character {_code_point(found[0])}, which is in a text.",
                "Request another format, such as Turtle or JSON.",
                self._others,
            )
        text = text.replace(b"\r", b"&#xD;")
        if self._prefixes is not None:
            text = _END_WITHOUT_NAME.sub(b"</rdf:Description>", _NODE_WITHOUT_NAME.sub(self._typed_node, text))
        self._out.write(text)

    def _typed_node(self, tag: re.Match[bytes]) -> bytes:
        iri = tag["iri"] if tag["iri"] is not None else (self._prefixes or {})[tag["prefix"].decode()].encode()
        end = b"\n\t</rdf:Description>" if tag["end"] else b""
        return b'<rdf:Description%b>\n\t\t<rdf:type rdf:resource="%b"/>%b' % (tag["node"] or b"", iri, end)


def _code_point(character: bytes) -> str:
    return f"U+{ord(character.decode()):04X}"
