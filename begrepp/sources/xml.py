"""Safe XML reader that yields nodes with row numbers: no entities, no network; a DTD that a file names is not read.

For formats whose errors name the row; `begrepp.sources.archives.iterate_xml` streams without row numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_external_ges, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.sources.meter import current_meter

_CHUNK = 1 << 16
_TRUNCATED = ("unclosed token", "no element found", "unclosed CDATA section", "partial character")
"""Messages of the parser at the end of a file."""
_MAX_DEPTH = 200
_MAX_NODES = 5_000_000
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(slots=True)
class XmlNode:
    """An XML element: local name, namespace, attributes, text, children and row.

    Attributes are keyed by local name, and by `{namespace}name` too if they have a namespace; `lang` is `xml:lang`,
    inherited from the parent.
    """

    name: str
    namespace: str
    attributes: dict[str, str]
    row: int
    lang: str
    children: list[XmlNode] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

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
    def text(self) -> str:
        """The text of the node and its descendants, with whitespace collapsed."""
        return " ".join("".join(self._text_parts()).split())

    def _text_parts(self) -> Iterator[str]:
        yield from self.words
        for child in self.children:
            yield " "
            yield from child._text_parts()


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
        self._open[-1].words.append(content)
