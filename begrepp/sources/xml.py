"""XML from outside as plain nodes that know their rows, read without trusting it: no DTD, no entities, no network.

For formats whose errors name the row. `begrepp.sources.archives.iterate_xml` streams without row numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.sources.meter import current_meter

_CHUNK = 1 << 16
_MAX_DEPTH = 200
_MAX_NODES = 5_000_000
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(slots=True)
class XmlNode:
    """An element: its local name, namespace, attributes by their local names, words, children and row.

    Attributes of a namespace are found by `{namespace}name` too; `lang` is `xml:lang`, taken from above if need be.
    """

    name: str
    namespace: str
    attributes: dict[str, str]
    row: int
    lang: str
    children: list[XmlNode] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def get(self, attribute: str) -> str:
        """An attribute, empty where there is none."""
        return self.attributes.get(attribute, "").strip()

    def all(self, *names: str) -> Iterator[XmlNode]:
        """The children of these names."""
        return (child for child in self.children if child.name in names)

    def first(self, *path: str) -> XmlNode | None:
        """The first node at the path of names below this one."""
        found: XmlNode | None = self
        for name in path:
            found = next(found.all(name), None) if found else None
        return found

    def find(self, *names: str) -> Iterator[XmlNode]:
        """All nodes of these names below this one, in the order of the file."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.find(*names)

    @property
    def text(self) -> str:
        """The words of the node and all below it, with single spaces."""
        return " ".join("".join(self._all_words()).split())

    def _all_words(self) -> Iterator[str]:
        yield from self.words
        for child in self.children:
            yield " "
            yield from child._all_words()


def read_xml(
    path: Path,
    *,
    yielding: Collection[str] = (),
    refused: Mapping[str, str] | None = None,
    dropped: Collection[str] = (),
    first_only: bool = False,
) -> Iterator[XmlNode]:
    """The nodes of the names `yielding`, each when it is whole, and last the root without them.

    `refused` are names of elements that hold data about persons, each with the reason; `dropped` are not kept.
    With `first_only` the root comes as soon as it begins, and no more is read.
    Raises `InputError` with the row, `PersonalDataError` for what is refused.
    """
    handler = _Handler(Origin(path.name), set(yielding), dict(refused or {}), set(dropped))
    parser: Any = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    # Fed piece by piece, the parser tells no handler where it is; it is its own locator.
    handler.setDocumentLocator(parser)
    counter = current_meter()
    try:
        with path.open("rb") as stream:
            while data := stream.read(_CHUNK):
                counter.bytes += len(data)
                parser.feed(data)
                yield from handler.take()
                if first_only and handler.root is not None:
                    yield handler.root
                    return
            parser.close()
    except DefusedXmlException:
        raise InputError(
            Origin(path.name, _line_number(parser)),
            "the XML declares a DTD or entities, which are refused: they can read files or exhaust memory.",
            "Remove the DOCTYPE in a copy, and check where the file comes from.",
        ) from None
    except SAXParseException as error:
        raise InputError(
            Origin(path.name, error.getLineNumber() or 0),
            f"the XML is not well-formed ({error.getMessage()}).",
            "Mend the line, or fetch the file again from its publisher.",
        ) from None
    except (SAXException, LookupError, UnicodeError) as error:
        raise InputError(path, f"the XML cannot be read ({error}).", "Fetch the file again.") from None
    yield from handler.take()
    if handler.root is None:
        raise InputError(path, "the file is empty.", "Fetch the file again from its publisher.")
    yield handler.root


def read_root_name(path: Path) -> tuple[str, str]:
    """The local name and the namespace of a file's outermost element. Raises `InputError` as `read_xml` does."""
    for node in read_xml(path, first_only=True):
        return node.name, node.namespace
    raise AssertionError("read_xml yields a root, or raises")


def _line_number(parser: Any) -> int:
    return int(parser.getLineNumber() or 0)


class _Handler(ContentHandler):
    """Builds nodes as the parser meets them."""

    def __init__(self, origin: Origin, yielding: set[str], refused: dict[str, str], dropped: set[str]) -> None:
        super().__init__()
        self.origin, self.yielding, self.refused, self.dropped = origin, yielding, refused, dropped
        self.root: XmlNode | None = None
        self._open: list[XmlNode] = []
        self._ready: list[XmlNode] = []
        self._nodes = 0
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # SAX's name
        self._locator = locator

    def take(self) -> list[XmlNode]:
        """The nodes that became whole since the last time."""
        ready, self._ready = self._ready, []
        return ready

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        row = int(self._locator.getLineNumber())
        namespace, local = name
        if local in self.refused:
            raise PersonalDataError(
                Origin(self.origin.file, row),
                f"<{local}> holds {self.refused[local]}; begrepp takes metadata only, never data about a person.",
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
        above = self._open[-1].lang if self._open else ""
        node = XmlNode(local, namespace or "", attributes, row, attributes.get(f"{{{_XML}}}lang", above))
        if self._open and local not in self.yielding and local not in self.dropped:
            self._open[-1].children.append(node)
        if not self._open:
            self.root = node
        self._open.append(node)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        node = self._open.pop()
        if node.name in self.yielding and self._open:
            current_meter().rows += 1
            self._ready.append(node)

    def characters(self, content: str) -> None:
        self._open[-1].words.append(content)
