"""The W3C test suites for SPARQL 1.1, read from their manifests into plain records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlparse

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, parse

from begrepp.settings import ROOT

HOME = (
    Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared")) / "suites" / "w3c-rdf-tests" / "sparql" / "sparql11"
)
QUERY = (
    *("aggregates", "bind", "bindings", "cast", "construct", "exists", "functions", "grouping", "negation"),
    *("project-expression", "property-path", "subquery", "syntax-query", "csv-tsv-res", "json-res"),
    *("syntax-fed", "service"),
)
UPDATE = (
    *("add", "basic-update", "clear", "copy", "delete", "delete-data", "delete-insert", "delete-where", "drop"),
    *("move", "syntax-update-1", "syntax-update-2", "update-silent"),
)
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_HT = "http://www.w3.org/2011/http#"
_CNT = "http://www.w3.org/2011/content#"
Node = NamedNode | BlankNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test: what is asked of which data, and what must come."""

    suite: str
    name: str
    kind: str
    query: Path | None = None
    data: tuple[Path, ...] = ()
    graphs: tuple[Path, ...] = ()
    service: tuple[tuple[str, Path], ...] = ()
    result: Path | None = None

    @property
    def id(self) -> str:
        """`aggregates/agg01`, as the table of exceptions calls it."""
        return f"{self.suite}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request of a protocol test and what its answer must be."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: frozenset[str]
    boolean: bool | None
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A test of the protocol."""

    name: str
    graphs: tuple[tuple[str, Path], ...]
    requests: tuple[Request, ...]


@dataclass(slots=True)
class Manifest:
    """A manifest as a graph."""

    folder: Path
    store: Store = field(default_factory=Store)

    def __post_init__(self) -> None:
        path = self.folder / "manifest.ttl"
        for quad in parse(path=path, format=RdfFormat.TURTLE, base_iri=path.as_uri()):
            self.store.add(quad)

    def all(self, subject: Node, predicate: str) -> list[Node | Literal]:
        return [q.object for q in self.store.quads_for_pattern(subject, NamedNode(predicate), None)]  # type: ignore[misc]

    def one(self, subject: Node, predicate: str) -> Node | Literal | None:
        return next(iter(self.all(subject, predicate)), None)

    def items(self, head: Node | Literal | None) -> Iterator[Node]:
        while isinstance(head, NamedNode | BlankNode) and head.value != _RDF + "nil":
            item = self.one(head, _RDF + "first")
            assert isinstance(item, NamedNode | BlankNode)
            yield item
            head = self.one(head, _RDF + "rest")

    def entries(self) -> Iterator[NamedNode]:
        for quad in self.store.quads_for_pattern(None, NamedNode(_MF + "entries"), None):
            for item in self.items(quad.object):  # type: ignore[arg-type]
                assert isinstance(item, NamedNode)
                yield item

    def paths(self, subject: Node, predicate: str) -> tuple[Path, ...]:
        return tuple(file_of(node) for node in self.all(subject, predicate) if isinstance(node, NamedNode))


def file_of(node: Node | Literal | None) -> Path:
    """The file that a `file:` IRI names."""
    assert isinstance(node, NamedNode)
    return Path(unquote(urlparse(node.value).path))


def _text(node: Node | Literal | None) -> str:
    return node.value if node is not None else ""


def cases(suite: str) -> Iterator[Case]:
    """The tests of a suite."""
    manifest = Manifest(HOME / suite)
    for entry in manifest.entries():
        kind = _text(manifest.one(entry, _RDF + "type")).removeprefix(_MF)
        name = entry.value.rpartition("#")[2]
        action, result = manifest.one(entry, _MF + "action"), manifest.one(entry, _MF + "result")
        if isinstance(action, NamedNode):
            yield Case(suite=suite, name=name, kind=kind, query=file_of(action))
        elif isinstance(action, BlankNode):
            query = manifest.one(action, _QT + "query") or manifest.one(action, _UT + "request")
            yield Case(
                suite=suite,
                name=name,
                kind=kind,
                query=file_of(query),
                data=manifest.paths(action, _QT + "data"),
                graphs=manifest.paths(action, _QT + "graphData"),
                service=tuple(
                    (_text(manifest.one(s, _QT + "endpoint")), manifest.paths(s, _QT + "data")[0])
                    for s in manifest.all(action, _QT + "serviceData")
                    if isinstance(s, NamedNode | BlankNode)
                ),
                result=file_of(result) if isinstance(result, NamedNode) else None,
            )


def exchanges() -> Iterator[Exchange]:
    """The tests of the protocol."""
    manifest = Manifest(HOME / "protocol")
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    for entry in manifest.entries():
        action = manifest.one(entry, _MF + "action")
        assert isinstance(action, BlankNode)
        graphs = [node for node in manifest.all(entry, _UT + "graphData") if isinstance(node, BlankNode)]
        yield Exchange(
            name=entry.value.rpartition("#")[2],
            graphs=tuple((_text(manifest.one(g, label)), file_of(manifest.one(g, _UT + "graph"))) for g in graphs),
            requests=tuple(_request(manifest, r) for r in manifest.items(manifest.one(action, _HT + "requests"))),
        )


def _request(manifest: Manifest, node: Node) -> Request:
    answer = manifest.one(node, _HT + "resp")
    body = manifest.one(node, _HT + "body")
    headers = {
        _text(manifest.one(h, _HT + "fieldName")): _text(manifest.one(h, _HT + "fieldValue"))
        for h in manifest.items(manifest.one(node, _HT + "headers"))
    }
    chars, encoding = "", "utf-8"
    if isinstance(body, BlankNode):
        chars = _text(manifest.one(body, _CNT + "chars"))
        encoding = _text(manifest.one(body, _CNT + "characterEncoding")) or "utf-8"
    assert isinstance(answer, BlankNode)
    boolean = manifest.one(answer, _MF + "expectedBoolean")
    return Request(
        method=_text(manifest.one(node, _HT + "methodName")),
        path=_text(manifest.one(node, _HT + "absolutePath")),
        headers=headers,
        body=chars.encode(encoding),
        statuses=frozenset(_text(s).rpartition("StatusCode")[2] for s in manifest.all(answer, _MF + "expectedStatus")),
        boolean=None if boolean is None else boolean.value == "true",
        form=_text(manifest.one(answer, _MF + "expectedFormat")),
    )
