"""Adapts RDF/XML for pyoxigraph, which refuses three legal forms: entities in single quotes, an empty `xml:lang`, and
other encodings than UTF-8 (those whose first 128 characters are ASCII are converted).

XML 1.0 (section 4.3.2, EntityValue) allows both kinds of quotes. RDF 1.1 XML Syntax (section 2.7) says that
`xml:lang=""` removes an inherited language. `RdfXmlStream` replaces the empty language by a private one, and
`restore_quad` removes it from the literals that were read.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from typing import IO

from pyoxigraph import Literal, Quad

_NO_LANGUAGE = "x-begrepp-none"
_EMPTY_LANGUAGE = re.compile(rb"""(\bxml:lang\s{0,8}=\s{0,8})(""|'')""")
_ENTITY = re.compile(rb"(<!ENTITY\s+[\w:.-]+\s+)'([^'\"]*)'(\s*>)")
_DECLARATION = re.compile(
    rb"""(\s{0,8}<\?xml\b[^>]{0,200}?\bencoding\s{0,8}=\s{0,8}["'])"""
    rb"""((?:iso-8859-\d{1,2}|latin-?1|(?:windows-|cp)125\d|us-ascii))(?=["'])""",
    re.IGNORECASE,
)
"""XML declarations with an encoding of one byte a character."""
_MAX_MATCH = 64
"""Bytes that the beginning of a match may need at the end of a chunk; at least its longest length."""
_HEAD = 1 << 20
"""Bytes at the beginning of a file in which entities are declared."""
_CHUNK = 1 << 16


class RdfXmlStream(io.RawIOBase):
    """Byte stream of an RDF/XML file in a form that pyoxigraph reads."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        head = file.read(_HEAD)
        declared = _DECLARATION.match(head)
        self._decoder = codecs.getincrementaldecoder(declared[2].decode())() if declared else None
        if declared:
            head = declared[1] + b"UTF-8" + head[declared.end(2) :]
        self._pending = _ENTITY.sub(rb'\1"\2"\3', self._recoded(head))
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

    def _recoded(self, data: bytes) -> bytes:
        return self._decoder.decode(data).encode() if self._decoder else data

    def _fill(self) -> None:
        chunk = self._recoded(self._file.read(_CHUNK))
        self._at_end = not chunk
        text = _EMPTY_LANGUAGE.sub(rb'\1"' + _NO_LANGUAGE.encode() + b'"', self._pending + chunk)
        kept = 0 if self._at_end else _MAX_MATCH
        self._ready += text[: len(text) - kept] if kept else text
        self._pending = text[len(text) - kept :] if kept else b""


def restore_quads(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the quads with plain literals in place of those in the private language."""
    for quad in quads:
        term = quad.object
        if isinstance(term, Literal) and (term.language == _NO_LANGUAGE or _NO_LANGUAGE in term.value):
            yield Quad(quad.subject, quad.predicate, _restore(term), quad.graph_name)
        else:
            yield quad


def _restore(term: Literal) -> Literal:
    text = term.value.replace(f'"{_NO_LANGUAGE}"', '""')  # XML within the text of a literal
    if term.language:
        return Literal(text, language=term.language) if term.language != _NO_LANGUAGE else Literal(text)
    return Literal(text, datatype=term.datatype)
