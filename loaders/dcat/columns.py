"""Tables and columns of a dataset in HealthDCAT-AP, as CSVW in RDF.

HealthDCAT-AP repeats `csvw:column`; CSVW has an RDF list. Both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode

from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from loaders.declaration.agents import slug
from loaders.support.rdf_files import Graph, GraphNode, GraphTerm

_DATATYPES = {
    **{name.lower(): name for name in ("string", "integer", "nonNegativeInteger", "decimal", "double", "boolean")},
    **{name.lower(): name for name in ("date", "dateTime", "time", "gYear", "gYearMonth", "duration", "anyURI")},
    "int": "integer",
    "long": "integer",
    "number": "decimal",
    "float": "double",
    "datetime": "dateTime",
}
_FIRST, _REST = expand("rdf:first"), expand("rdf:rest")
_MAX_LIST = 100_000


@dataclass(slots=True, kw_only=True)
class Column:
    """A `csvw:Column`."""

    node: GraphNode
    table: str
    name: str
    datatype: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    property_url: str
    required: bool | None


@dataclass(slots=True)
class CsvwTable:
    """A `csvw:Table` of a dataset."""

    id: str
    node: GraphNode
    url: str


@dataclass(slots=True)
class Columns:
    """Reads the tables and columns of a dataset.

    `covered` collects the subjects and predicates that the records cover, `skipped_reasons` what was left out.
    """

    TITLES = tuple(expand(word) for word in ("csvw:title", "dct:title", "rdfs:label"))

    graph: Graph
    dataset: GraphNode
    single_dataset: bool
    tables: list[CsvwTable] = field(default_factory=list)
    covered: set[tuple[GraphNode, str]] = field(default_factory=set)
    skipped_reasons: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        groups = list(self._nodes(self.dataset, "health:hasVariables"))
        for group in groups:
            self._mark_covered(group, "rdf:type", "dct:title", "csvw:table")
        nodes = [node for group in groups for node in self._nodes(group, "csvw:table")]
        # In Release 5 no dataset points to the tables; a single dataset owns all of them.
        if self.single_dataset and not groups:
            table = NamedNode(expand("csvw:Table"))
            nodes = [node for node, pairs in self.graph.triples.items() if (expand("rdf:type"), table) in pairs]
        ids: dict[GraphNode, str] = {}
        # Numbered in the order of the IRIs, not of the file.
        for node in sorted(dict.fromkeys(nodes), key=str):
            last = re.split(r"[/#:]", node.value.rstrip("/#"))[-1] if isinstance(node, NamedNode) else ""
            id_ = slug(last) or "table"
            ids[node] = id_ if id_ not in ids.values() else f"{id_}-{len(ids) + 1}"
        for node in dict.fromkeys(nodes):
            url = next((o.value for o in self._objects(node, "csvw:url") if not isinstance(o, BlankNode)), "")
            self.tables.append(CsvwTable(ids[node], node, url if ":" in url else ""))

    def read(self) -> Iterator[Column]:
        """Yield the columns, table by table; skips columns without a name and repeated names."""
        for table in self.tables:
            self._mark_covered(
                table.node, "rdf:type", "dct:title", "dct:description", "dcat:keyword", "csvw:url", "csvw:column"
            )
            names: set[str] = set()
            for node in self._nodes(table.node, "csvw:column"):
                name = next((o.value for o in self._objects(node, "csvw:name") if isinstance(o, Literal)), "").strip()
                if not name or name in names:
                    self.skipped_reasons.append(f"a column of the table '{table.id}' has no name, or '{name}' twice.")
                    continue
                names.add(name)
                yield self._column(node, table.id, name)

    def _column(self, node: GraphNode, table: str, name: str) -> Column:
        self._mark_covered(node, "rdf:type", "csvw:name", "csvw:datatype", "csvw:title")
        self._mark_covered(node, "dct:description", "csvw:propertyUrl", "csvw:required", "csvw:describes")
        kind = next((o.value for o in self._objects(node, "csvw:datatype") if isinstance(o, Literal | NamedNode)), "")
        url = next((o.value for o in self._objects(node, "csvw:propertyUrl") if isinstance(o, NamedNode | Literal)), "")
        # Release 5 has title and description in one text, separated by a tab.
        joined_text = next((o.value for o in self._objects(node, "csvw:describes") if isinstance(o, Literal)), "")
        title, _, description = joined_text.partition("\t")
        required_value = next((o.value for o in self._objects(node, "csvw:required") if isinstance(o, Literal)), "")
        return Column(
            node=node,
            table=table,
            name=name,
            datatype=_DATATYPES.get(re.split(r"[/#:]", kind)[-1].partition(".")[0].lower(), "string"),
            titles=(Text(title, "und"),) if title else (),
            descriptions=(Text(description or title, "und"),) if joined_text else (),
            property_url=url if ":" in url else "",
            required={"true": True, "false": False}.get(required_value),
        )

    def _objects(self, node: GraphNode, prefixed: str) -> Iterator[GraphTerm]:
        return self.graph.objects(node, expand(prefixed))

    def _nodes(self, node: GraphNode, prefixed: str) -> Iterator[GraphNode]:
        """Yield the nodes that a property points to; members of an RDF list one by one."""
        for value in self._objects(node, prefixed):
            if isinstance(value, Literal):
                continue
            if next(self.graph.objects(value, _FIRST), None) is None:
                yield value
                continue
            cell: GraphTerm | None = value
            for _ in range(_MAX_LIST):
                if cell is None or isinstance(cell, Literal):
                    break
                first = next(self.graph.objects(cell, _FIRST), None)
                if first is not None and not isinstance(first, Literal):
                    yield first
                self.covered.update(((cell, _FIRST), (cell, _REST)))
                cell = next(self.graph.objects(cell, _REST), None)

    def _mark_covered(self, node: GraphNode, *properties: str) -> None:
        self.covered.update((node, expand(each)) for each in properties)
