"""Safe XML reader that yields nodes with row numbers: no entities, no network; a DTD that a file names is not read.

For formats whose errors name the row; `begrepp.sources.archives.iterate_xml` streams without row numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_external_ges, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.sources.meter import current_meter
from begrepp.sources.text_encodings import find_xml_encoding_error
from begrepp.text.plain_text import PlainText, collapse_lines, script_named

_CHUNK = 1 << 16
_TRUNCATED = ("unclosed token", "no element found", "unclosed CDATA section", "partial character")
"""Messages of the parser at the end of a file."""
_MAX_DEPTH = 200
_MAX_NODES = 5_000_000
_BLOCKS = frozenset(
    {
        *("p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "table", "tr", "blockquote", "pre", "section"),
        *(f"h{level}" for level in range(1, 7)),
        # Elements of DDI Codebook 2.5 (FormType).
        *("list", "itm", "head"),
    }
)
"""Elements within texts that are lines of their own."""
_PHRASES = frozenset({"emph", "hi", "sup", "sub", "b", "i", "em", "strong", "span", "a", "ExtLink", "Link"})
"""Elements within a line, of XHTML, DDI Codebook (PhraseType) and others."""
_CELLS = frozenset({"td", "th"})
_SPACES = re.compile(r"\s+")
_XHTML = "http://www.w3.org/1999/xhtml"
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(slots=True)
class XmlNode:
    """An XML element: local name, namespace, attributes, text, children and row.

    Attributes are keyed by local name, and by `{namespace}name` too if they have a namespace; `lang` is `xml:lang`,
    inherited from the parent. `content` holds words and children in document order.
    """

    name: str
    namespace: str
    attributes: dict[str, str]
    row: int
    lang: str
    children: list[XmlNode] = field(default_factory=list)
    content: list[str | XmlNode] = field(default_factory=list)

    def get(self, attribute: str) -> str:
        """Return an attribute, or an empty string."""
        return self.attributes.get(attribute, "").strip()

    def all(self, *names: str) -> Iterator[XmlNode]:
        """Return the children with one of the names."""
        return (child for child in self.children if child.name in names)

    def first(self, *path: str) -> XmlNode | None:
        """Return the first descendant at a path of child names, or None."""
        node: XmlNode | None = self
        for name in path:
            node = next(node.all(name), None) if node else None
        return node

    def find(self, *names: str) -> Iterator[XmlNode]:
        """Yield all descendants with one of the names, in document order."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.find(*names)

    @property
    def words(self) -> str:
        """The text of the node without that of its children, as written."""
        return "".join(part for part in self.content if isinstance(part, str))

    @property
    def text(self) -> str:
        """The text of the node and its descendants in document order, one line per block, spaces collapsed.

        Elements beside each other are separated by a space, unless they are parts of a line (`H<sub>2</sub>O`).
        """
        plain = PlainText()
        self._add_to(plain)
        return collapse_lines(plain.text())

    def _add_to(self, plain: PlainText) -> None:
        is_line = any(isinstance(part, str) and part.strip() for part in self.content)
        for part in self.content:
            if isinstance(part, str):
                plain.add(_SPACES.sub(" ", part))
            elif part.name in _BLOCKS:
                plain.break_line()
                part._add_to(plain)
                plain.break_line()
            elif part.is_phrase or (is_line and part.name not in _CELLS):
                part._add_phrase(plain)
            else:
                plain.add(" ")
                part._add_to(plain)
                plain.add(" ")

    @property
    def is_phrase(self) -> bool:
        """Whether the element is a part of a line by its name."""
        return self.name in _PHRASES or (self.namespace == _XHTML and self.name not in _CELLS)

    def _add_phrase(self, plain: PlainText) -> None:
        marks = (self.name, *(self.attributes.get(key, "") for key in ("rend", "class")))
        if script := script_named(" ".join(marks)):
            plain.begin_script(script)
            self._add_to(plain)
            plain.end_script()
        else:
            self._add_to(plain)


def element_text(element: Element) -> str:
    """Return the text of a streamed element as `XmlNode.text` does; without spaces collapsed if it has no children."""
    return _node_of(element).text if len(element) else element.text or ""


def _node_of(element: Element) -> XmlNode:
    namespace, _, name = element.tag.rpartition("}")
    node = XmlNode(name, namespace.removeprefix("{"), dict(element.attrib), row=0, lang="")
    node.content.append(element.text or "")
    for child in element:
        node.children.append(_node_of(child))
        node.content += (node.children[-1], child.tail or "")
    return node


def read_xml(
    path: Path,
    *,
    yielding: Collection[str] = (),
    refused: Mapping[str, str] | None = None,
    dropped: Collection[str] = (),
    first_only: bool = False,
) -> Iterator[XmlNode]:
    """Yield each node with a name in `yielding` at its end tag, and finally the root without them.

    `refused` maps names of elements that hold personal data to a description; nodes in `dropped` are discarded.
    With `first_only`, the root is yielded at its start tag, and reading stops.
    Raises `InputError` with the row, and `PersonalDataError` for `refused` elements.
    """
    handler = _Handler(Origin(path.name), set(yielding), dict(refused or {}), set(dropped))
    parser: Any = make_parser()
    # A DTD that a file names is accepted and not read; entities are refused.
    parser.forbid_dtd = parser.forbid_external = False
    parser.setFeature(feature_external_ges, False)
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    # A parser that is fed in chunks does not set the locator; it is its own locator.
    handler.setDocumentLocator(parser)
    counter = current_meter()
    try:
        with path.open("rb") as stream:
            while data := stream.read(_CHUNK):
                counter.bytes += len(data)
                parser.feed(data)
                yield from handler.take_completed()
                if first_only and handler.root is not None:
                    yield handler.root
                    return
            parser.close()
    except DefusedXmlException:
        raise InputError(
            Origin(path.name, _line_number(parser)),
            "the XML declares entities, which are refused: they can read files or exhaust memory.",
            "Remove the DOCTYPE in a copy, and check where the file comes from.",
        ) from None
    except SAXParseException as error:
        with path.open("rb") as stream:
            if encoding_error := find_xml_encoding_error(stream, Origin(path.name)):
                raise encoding_error from None
        raise InputError(
            Origin(path.name, error.getLineNumber() or 0),
            f"the XML is truncated: it ends too early ({error.getMessage()})."
            if error.getMessage() in _TRUNCATED
            else f"the XML is not well-formed ({error.getMessage()}).",
            "Fix the line, or download the file again from its publisher.",
        ) from None
    except (SAXException, LookupError, UnicodeError) as error:
        raise InputError(path, f"the XML cannot be read ({error}).", "Download the file again.") from None
    yield from handler.take_completed()
    if handler.root is None:
        raise InputError(path, "the file is empty.", "Download the file again from its publisher.")
    yield handler.root


def read_root_name(path: Path) -> tuple[str, str]:
    """Return local name and namespace of the root element. Raises `InputError` as `read_xml` does."""
    for node in read_xml(path, first_only=True):
        return node.name, node.namespace
    raise AssertionError("read_xml yields a root, or raises")


def _line_number(parser: Any) -> int:
    return int(parser.getLineNumber() or 0)


class _Handler(ContentHandler):
    """SAX handler that builds nodes."""

    def __init__(self, origin: Origin, yielding: set[str], refused: dict[str, str], dropped: set[str]) -> None:
        super().__init__()
        self.origin, self.yielding, self.refused, self.dropped = origin, yielding, refused, dropped
        self.root: XmlNode | None = None
        self._open: list[XmlNode] = []
        self._completed: list[XmlNode] = []
        self._nodes = 0
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # name defined by SAX
        self._locator = locator

    def take_completed(self) -> list[XmlNode]:
        """Return the nodes completed since the last call."""
        completed, self._completed = self._completed, []
        return completed

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        row = int(self._locator.getLineNumber())
        namespace, local = name
        if local in self.refused:
            raise PersonalDataError(
                Origin(self.origin.file, row),
                f"<{local}> holds {self.refused[local]}; begrepp accepts metadata only, never data about a person.",
                "Export the metadata alone, without the data, and add that file.",
            )
        self._nodes += 1
        if len(self._open) >= _MAX_DEPTH or self._nodes > _MAX_NODES:
            raise InputError(
                Origin(self.origin.file, row),
                f"the XML is nested deeper than {_MAX_DEPTH} levels or holds more than {_MAX_NODES:,} elements.",
                "Check that you added the right file.",
            )
        attributes: dict[str, str] = {}
        for (space, key), value in attrs.items():
            attributes.setdefault(key, value)
            if space:
                attributes[f"{{{space}}}{key}"] = value
        inherited = self._open[-1].lang if self._open else ""
        node = XmlNode(local, namespace or "", attributes, row, attributes.get(f"{{{_XML}}}lang", inherited))
        if self._open and local not in self.yielding and local not in self.dropped:
            self._open[-1].children.append(node)
            self._open[-1].content.append(node)
        if not self._open:
            self.root = node
        self._open.append(node)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        node = self._open.pop()
        if node.name in self.yielding and self._open:
            current_meter().rows += 1
            self._completed.append(node)

    def skippedEntity(self, name: str) -> None:  # name defined by SAX
        raise InputError(
            Origin(self.origin.file, int(self._locator.getLineNumber())),
            f"the entity &{name}; is defined in a DTD, which is not read.",
            "Write the character itself in a copy of the file.",
        )

    def characters(self, content: str) -> None:
        self._open[-1].content.append(content)
