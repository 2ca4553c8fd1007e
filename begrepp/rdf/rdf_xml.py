"""Adapts RDF/XML for pyoxigraph, which refuses three legal forms: entities in single quotes, an empty `xml:lang`, and
a literal whose text is interrupted by a CDATA section, a comment or an instruction; and which writes XML literals in a
form of its own. Files in other encodings than UTF-8 are converted before (`utf8_xml`).

XML 1.0 (section 4.3.2, EntityValue) allows both kinds of quotes. RDF 1.1 XML Syntax (section 2.7) says that
`xml:lang=""` removes an inherited language. `RdfXmlStream` replaces the empty language by a private one, and
`restore_quad` removes it from the literals that were read, and writes XML literals in
canonical form.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import IO

from pyoxigraph import Literal, NamedNode, Quad

from begrepp.rdf.namespaces import prefixes
from begrepp.rdf.xml_literals import canonical_xml

_NO_LANGUAGE = "x-begrepp-none"
_XML_LITERAL = NamedNode(prefixes()["rdf"] + "XMLLiteral")
_EMPTY_LANGUAGE = re.compile(rb"""(\bxml:lang\s{0,8}=\s{0,8})(""|'')""")
_ENTITY = re.compile(rb"(<!ENTITY\s+[\w:.-]+\s+)'([^'\"]*)'(\s*>)")
_MAX_MATCH = 64
"""Bytes that the beginning of a match may need at the end of a chunk; at least its longest length."""
_HEAD = 1 << 20
"""Bytes at the beginning of a file in which entities are declared."""
_CHUNK = 1 << 16
_SECTION = re.compile(rb"<!\[CDATA\[|<!--|<\?(?!xml\s)")
_SECTION_OR_TAG = re.compile(_SECTION.pattern + rb"|</?[^\s/<>!?]+(?=[\s/>])")
_SECTION_ENDS = {b"<![CDATA[": b"]]>", b"<!--": b"-->", b"<?": b"?>"}
_LONGEST_START = 9


class RdfXmlStream(io.RawIOBase):
    """Byte stream of an RDF/XML file in a form that pyoxigraph reads."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        head = file.read(_HEAD)
        self._pending = _ENTITY.sub(rb'\1"\2"\3', head)
        self._sections = _SectionFilter()
        self._ready = b""
        self._at_end = False

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, all remaining ones if it is negative; none at the end."""
        while not self._at_end and (size < 0 or len(self._ready) < size):
            self._fill()
        taken = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(taken) :]
        return taken

    def readable(self) -> bool:
        """Return True."""
        return True

    def _fill(self) -> None:
        chunk = self._file.read(_CHUNK)
        self._at_end = not chunk
        text = _EMPTY_LANGUAGE.sub(rb'\1"' + _NO_LANGUAGE.encode() + b'"', self._pending + chunk)
        end = len(text) if self._at_end else max(len(text) - _MAX_MATCH, 0)
        self._ready += self._sections.feed(text[:end], is_last=self._at_end)
        self._pending = text[end:]


class _SectionFilter:
    """Writes CDATA sections as escaped text, and leaves out comments and processing instructions.

    RDF ignores comments and instructions (RDF 1.1 XML Syntax, section 6.1), and CDATA is text (XML 1.0, section 2.7).
    Their line breaks follow the name of the next tag, so that errors name the same line.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._start = b""
        self._line_breaks = 0

    def feed(self, data: bytes, *, is_last: bool) -> bytes:
        """Return what can be written of the data so far; with `is_last`, all of it, also of a section without end."""
        data, written, at = self._rest + data, [], 0
        while True:
            if self._start:
                end = _SECTION_ENDS[self._start]
                found = data.find(end, at)
                stop = found if found >= 0 else len(data) if is_last else max(len(data) - len(end) + 1, at)
                written.append(self._shown(data[at:stop]))
                at = stop
                if found < 0:
                    break
                at, self._start = found + len(end), b""
            match = (_SECTION_OR_TAG if self._line_breaks else _SECTION).search(data, at)
            stop = match.start() if match else len(data) if is_last else self._safe_end(data, at)
            written.append(data[at:stop])
            at = stop
            if not match:
                break
            at = match.end()
            if match[0] in _SECTION_ENDS:
                self._start = match[0]
            else:
                written += (match[0], b"\n" * self._line_breaks)
                self._line_breaks = 0
        self._rest = data[at:]
        if is_last and self._start:
            written.append(self._start)  # the parser refuses a section without end
        return b"".join(written)

    def _safe_end(self, data: bytes, at: int) -> int:
        """Return up to where the data hold no beginning of a section, or of the tag that line breaks wait for."""
        start = data.rfind(b"<", at) if self._line_breaks else -1
        return start if start >= 0 else max(len(data) - _LONGEST_START + 1, at)

    def _shown(self, inside: bytes) -> bytes:
        if self._start == b"<![CDATA[":
            return inside.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
        self._line_breaks += inside.count(b"\n")
        return b""


def restore_quads(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the quads with plain literals in place of those in the private language."""
    for quad in quads:
        term = quad.object
        if isinstance(term, Literal) and (
            term.language == _NO_LANGUAGE or _NO_LANGUAGE in term.value or term.datatype == _XML_LITERAL
        ):
            yield Quad(quad.subject, quad.predicate, _restore(term), quad.graph_name)
        else:
            yield quad


def _restore(term: Literal) -> Literal:
    text = term.value.replace(f'"{_NO_LANGUAGE}"', '""')  # XML within the text of a literal
    if term.language:
        return Literal(text, language=term.language) if term.language != _NO_LANGUAGE else Literal(text)
    return Literal(canonical_xml(text) if term.datatype == _XML_LITERAL else text, datatype=term.datatype)
