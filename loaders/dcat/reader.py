"""Reader of DCAT graphs: triples to records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode

from begrepp.errors import InputError, Origin
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import (
    Catalogue,
    Dataset,
    RdfTerm,
    Record,
    Skipped,
    Statement,
    Table,
    Text,
    Variable,
)
from loaders.dcat.authority_lists import LANGUAGES, current_address
from loaders.dcat.columns import Columns, CsvwTable
from loaders.declaration.agents import slug
from loaders.declaration.source_toml import DeclaredRights, EditionDates
from loaders.support.distinct_ids import distinct_ids
from loaders.support.rdf_files import Graph, GraphNode, GraphTerm
from loaders.support.skolem_iris import Skolemizer

_DATASET_TYPES = (expand("dcat:Dataset"), expand("dcat:DatasetSeries"))
_LISTING_PROPERTIES = tuple(expand(f"dcat:{word}") for word in ("dataset", "seriesMember", "inSeries"))
_FOREIGN_TYPES = tuple(
    expand(name)
    for name in (
        *("skos:Concept", "skos:ConceptScheme", "skos:Collection", "skosxl:Label"),
        *("csvw:Column", "csvw:Table", "csvw:TableGroup", "cdi:InstanceVariable", "sssom:Mapping", "owl:Axiom"),
    )
)
_LDP = "http://www.w3.org/ns/ldp#"


@dataclass(slots=True)
class CatalogueReader:
    """Converts the triples of a catalogue to records; triples that a record covers yield no statement."""

    graph: Graph
    origins: Mapping[GraphNode, Origin]
    catalogue_id: str
    rights: DeclaredRights
    dates: EditionDates
    language: str
    skolemizer: Skolemizer = field(init=False)
    single_dataset: bool = False
    covered: set[tuple[GraphNode, str]] = field(default_factory=set)
    """Subjects and predicates that a record covers."""

    def __post_init__(self) -> None:
        self.skolemizer = Skolemizer(self.graph)

    def records(self) -> Iterator[Record]:
        """Yield all records. Raises `InputError` if there is no `dcat:Dataset`."""
        catalogues = self.graph.instances_of(expand("dcat:Catalog"))
        own = catalogues[0] if len(catalogues) == 1 else None
        yield Catalogue(
            id=self.catalogue_id,
            version=self.dates.version,
            origin=self.graph.origin,
            titles=self.rights.titles or (self.texts(own, _TITLE) if own else ()) or (Text(self.catalogue_id, "und"),),
            publisher=self.rights.publisher,
            licence=self.rights.licence,
            valid_from=self.dates.valid_from,
            redistribution=self.rights.redistribution,
            iri=own.value if own else "",
        )
        if own and not self.rights.titles:
            self.covered.add((own, _TITLE))
        datasets = [
            node for node, pairs in self.graph.triples.items() if any(t in _DATASET_TYPES for t in _types(pairs))
        ]
        if not datasets:
            raise InputError(
                self.graph.origin,
                "there is no dcat:Dataset in the file(s).",
                "A catalogue's page that only lists its datasets is not enough: add the pages of the datasets too.",
            )
        self.single_dataset = len(datasets) == 1
        self.name_by_identifier(datasets)
        ids = self.dataset_ids(datasets)
        for node in datasets:
            yield from self.dataset(node, ids[node])
        yield from self.untyped_nodes()
        yield from self.undescribed_datasets(set(datasets))
        yield from self.memberships()
        yield from self.statements()

    def name_by_identifier(self, datasets: Iterable[GraphNode]) -> None:
        """Give a dataset without an IRI one that follows its `dct:identifier`, if it alone has that identifier."""
        nodes_by_key: dict[str, list[BlankNode]] = {}
        for node in datasets:
            identifiers = sorted(
                o.value for o in self.graph.objects(node, expand("dct:identifier")) if isinstance(o, Literal)
            )
            if isinstance(node, BlankNode) and identifiers:
                nodes_by_key.setdefault(f"{self.catalogue_id} {identifiers[0]}", []).append(node)
        for key, nodes in nodes_by_key.items():
            if len(nodes) == 1:
                self.skolemizer.set_key(nodes[0], key)

    def dataset(self, node: GraphNode, id_: str) -> Iterator[Record]:
        """Yield a dataset, which has an id in IRIs, and its variables."""
        origin = self.origins[node]
        titles = self.texts(node, _TITLE) or self.texts(node, _LABEL)
        if not titles or (name := self.skolemizer.iri_of(node)) is None:
            reason = f"the dataset {node} has no title." if not titles else f"the dataset {node} refers to itself."
            self.covered.add((node, _TYPE))
            yield Skipped(origin=origin, reason=reason)
            return
        columns = Columns(self.graph, node, single_dataset=self.single_dataset)
        tables = tuple(self.table(each, titles) for each in columns.tables)
        if self.texts(node, _TITLE):
            self.covered.add((node, _TITLE))
        self.covered.update((node, predicate) for predicate in (_DESCRIPTION, _KEYWORD))
        yield Dataset(
            id=id_,
            version="",  # that of the file, if it has one, is among its statements
            origin=origin,
            titles=titles,
            descriptions=self.texts(node, _DESCRIPTION),
            keywords=self.texts(node, _KEYWORD, several=True),
            publisher=None,
            custodian=None,
            catalogue_publisher=self.rights.publisher,
            licence=self.rights.licence,
            tables=tables,
            valid_from=self.dates.valid_from,
            redistribution=self.rights.redistribution,
            catalogue=self.catalogue_id,
            iri=name,
            identifiers=(name,),
        )
        if tables:
            self.covered.add((node, expand("health:hasVariables")))
        yield from self.duplicate_texts(node, (*titles, *self.texts(node, _DESCRIPTION)))
        for column in columns.read():
            titles_of_column = self.texts(column.node, *Columns.TITLES) or column.titles
            yield Variable(
                dataset=id_,
                table=column.table,
                name=column.name,
                origin=origin,
                titles=titles_of_column or (Text(column.name, "und"),),
                descriptions=self.texts(column.node, _DESCRIPTION) or column.descriptions,
                datatype=column.datatype,
                property_url=column.property_url,
                required=column.required,
                iri=self.skolemizer.iri_of(column.node) or "",
            )
        self.covered.update(columns.covered)
        yield from (Skipped(origin=origin, reason=reason) for reason in columns.skipped_reasons)

    def table(self, csvw_table: CsvwTable, titles: tuple[Text, ...]) -> Table:
        """Return a table; `titles` are those of its dataset, used if it has none."""
        return Table(
            id=csvw_table.id,
            titles=self.texts(csvw_table.node, _TITLE) or titles,
            descriptions=self.texts(csvw_table.node, _DESCRIPTION),
            keywords=self.texts(csvw_table.node, _KEYWORD, several=True),
            url=csvw_table.url,
        )

    def dataset_ids(self, nodes: Iterable[GraphNode]) -> dict[GraphNode, str]:
        """Return new ids: the source's id, and the last segment of the publisher's IRI or a title.

        Ids that would be the same are numbered in the order of the IRIs, not of the file.
        """
        names: list[tuple[GraphNode, str]] = []
        for node in sorted(nodes, key=lambda each: self.skolemizer.iri_of(each) or ""):
            last_segment = re.split(r"[/#:]", node.value.rstrip("/#"))[-1] if isinstance(node, NamedNode) else ""
            titles = self.texts(node, _TITLE) or self.texts(node, _LABEL)
            words = slug(last_segment) or (slug(titles[0].value)[:60] if titles else "")
            names.append((node, f"{self.catalogue_id}-{words}"))
        return distinct_ids(names)

    def duplicate_texts(self, node: GraphNode, texts: tuple[Text, ...]) -> Iterator[Skipped]:
        """Report a second title or description in the same language: a record holds one of each."""
        kept_texts = {text.value for text in texts}
        for other in self.graph.objects(node, _TITLE, _DESCRIPTION):
            if isinstance(other, Literal) and other.value.strip() not in kept_texts:
                subject = getattr(node, "value", node)
                reason = f"<{subject}> has a second title or description in one language: '{other.value}'."
                yield Skipped(origin=self.origins[node], reason=reason)

    def texts(self, node: GraphNode, *predicates: str, several: bool = False) -> tuple[Text, ...]:
        """Return the texts of the first predicate that has any: one per language, or all if `several`."""
        for predicate in predicates:
            found: dict[object, Text] = {}
            for each in self.graph.objects(node, predicate):
                if isinstance(each, Literal) and each.value.strip():
                    text = Text(each.value.strip(), each.language or self.language_of(node))
                    found.setdefault(text if several else text.lang, text)
            if found:
                return tuple(found.values())
        return ()

    def language_of(self, node: GraphNode) -> str:
        """Return the language of untagged literals: the declared one, or the only `dct:language` of the node."""
        if self.language:
            return self.language
        covered = {
            LANGUAGES.get(code, code if len(code) == 2 else "")
            for each in self.graph.objects(node, _LANGUAGE)
            if (code := each.value.rstrip("/").rpartition("/")[2] if not isinstance(each, BlankNode) else "")
        }
        return covered.pop() or "und" if len(covered) == 1 else "und"

    def untyped_nodes(self) -> Iterator[Skipped]:
        """Drop the type of copied concepts and of columns without a dataset, and report them."""
        for node, pairs in self.graph.triples.items():
            if any(each in _FOREIGN_TYPES for each in _types(pairs)) and (node, _TYPE) not in self.covered:
                self.covered.add((node, _TYPE))
                types = ", ".join(compact(each) for each in _types(pairs))
                iri = self.skolemizer.iri_of(node)
                reason = f"{iri} is kept without its type ({types}): its own list or dataset states it."
                yield Skipped(origin=self.origins[node], reason=reason)

    def undescribed_datasets(self, described: set[GraphNode]) -> Iterator[Skipped]:
        """Report datasets that the catalogue lists and does not describe."""
        listed = {
            o
            for pairs in self.graph.triples.values()
            for p, o in pairs
            if p in _LISTING_PROPERTIES and isinstance(o, NamedNode)
        }
        missing = sorted(o.value for o in listed if o not in described and isinstance(o, NamedNode))
        for iri in missing:
            reason = f"<{iri}> is listed, but not described here: add its page to have it."
            yield Skipped(origin=self.graph.origin, reason=reason)

    def memberships(self) -> Iterator[Statement]:
        """Yield the triples that an LDP container of a FAIR Data Point implies for each of its members."""
        for node, pairs in self.graph.triples.items():
            containers = [o for p, o in pairs if p == f"{_LDP}membershipResource" and isinstance(o, NamedNode)]
            relations = [o for p, o in pairs if p == f"{_LDP}hasMemberRelation" and isinstance(o, NamedNode)]
            for member in (o for p, o in pairs if p == f"{_LDP}contains" and isinstance(o, NamedNode)):
                for container, predicate in ((a, r) for a in containers for r in relations):
                    if (predicate.value, member) not in self.graph.triples.get(container, ()):
                        yield self.statement(container.value, predicate.value, member, self.origins[node])

    def statements(self) -> Iterator[Record]:
        """Yield every triple that no record covers."""
        for node, pairs in self.graph.triples.items():
            name = self.skolemizer.iri_of(node)
            if name is None:
                yield Skipped(origin=self.origins[node], reason="blank nodes that refer to each other in a cycle.")
                continue
            if name.startswith(Iris().root):
                # A file must not describe editions, licences or datasets of another source.
                reason = f"<{name}> is an IRI of begrepp, which only its own source may describe."
                yield Skipped(origin=self.origins[node], reason=reason)
                continue
            for predicate, object_ in pairs:
                if (node, predicate) not in self.covered:
                    yield self.statement(name, predicate, object_, self.origins[node])

    def statement(self, subject: str, predicate: str, object_: GraphTerm, origin: Origin) -> Statement:
        """Return a triple as a statement, with the current IRIs of authority lists."""
        if isinstance(object_, Literal):
            value = RdfTerm(
                object_.value, "literal", object_.language or "", "" if object_.language else object_.datatype.value
            )
        else:
            value = RdfTerm(current_address(self.skolemizer.iri_of(object_) or "urn:begrepp:circle"), "iri")
        return Statement(
            catalogue=self.catalogue_id,
            origin=origin,
            subject=current_address(subject),
            predicate=predicate,
            object=value,
        )


def _types(pairs: list[tuple[str, GraphTerm]]) -> list[str]:
    return [o.value for p, o in pairs if p == _TYPE and isinstance(o, NamedNode)]


_TYPE, _TITLE, _LABEL = expand("rdf:type"), expand("dct:title"), expand("rdfs:label")
_DESCRIPTION, _KEYWORD, _LANGUAGE = expand("dct:description"), expand("dcat:keyword"), expand("dct:language")
