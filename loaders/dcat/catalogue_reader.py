"""The triples of a DCAT catalogue as records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
from loaders.dcat.authority_lists import official
from loaders.dcat.columns import Columns, CsvwTable
from loaders.declaration.source_toml import EditionDates, Rights, slug
from loaders.support.rdf_files import Graph, Node, Skolems, Term

_DATASETS = (expand("dcat:Dataset"), expand("dcat:DatasetSeries"))
_LISTED = tuple(expand(f"dcat:{word}") for word in ("dataset", "seriesMember", "inSeries"))
_NOT_ITS_OWN = tuple(
    expand(name)
    for name in (
        *("skos:Concept", "skos:ConceptScheme", "skos:Collection", "skosxl:Label"),
        *("csvw:Column", "csvw:Table", "csvw:TableGroup", "cdi:InstanceVariable", "sssom:Mapping", "owl:Axiom"),
    )
)
_LDP = "http://www.w3.org/ns/ldp#"


# Languages by the codes of the EU's list and of the Library of Congress; what is not here is undetermined.
_LANGUAGES = {
    "SWE": "sv",
    "ENG": "en",
    "NOR": "no",
    "NOB": "nb",
    "NNO": "nn",
    "DAN": "da",
    "FIN": "fi",
    "ISL": "is",
    "DEU": "de",
    "FRA": "fr",
    "NLD": "nl",
    "SPA": "es",
    "ITA": "it",
    "POR": "pt",
    "SLV": "sl",
    "EST": "et",
    "POL": "pl",
    "CES": "cs",
    "HUN": "hu",
    "ELL": "el",
    "LAV": "lv",
    "LIT": "lt",
    "HRV": "hr",
    "GLE": "ga",
}


@dataclass(slots=True)
class CatalogueReader:
    """Turns the triples of a catalogue into records; what a record says is not repeated as a statement."""

    graph: Graph
    where: Mapping[Node, Origin]
    id: str
    known: Rights
    dates: EditionDates
    language: str
    skolems: Skolems = field(init=False)
    alone: bool = False
    said: set[tuple[Node, str]] = field(default_factory=set)
    """Subjects and predicates that a record says."""

    def __post_init__(self) -> None:
        self.skolems = Skolems(self.graph)

    def records(self) -> Iterator[Record]:
        catalogues = self.graph.typed(expand("dcat:Catalog"))
        own = catalogues[0] if len(catalogues) == 1 else None
        yield Catalogue(
            id=self.id,
            version=self.dates.version,
            origin=self.graph.origin,
            titles=self.known.titles or (self.texts(own, _TITLE) if own else ()) or (Text(self.id, "und"),),
            publisher=self.known.publisher,
            licence=self.known.licence,
            valid_from=self.dates.valid_from,
            redistribution=self.known.redistribution,
            iri=own.value if own else "",
        )
        if own and not self.known.titles:
            self.said.add((own, _TITLE))
        datasets = [node for node, pairs in self.graph.of.items() if any(t in _DATASETS for t in _types(pairs))]
        if not datasets:
            raise InputError(
                self.graph.origin,
                "there is no dcat:Dataset in the file(s).",
                "A catalogue's page that only lists its datasets is not enough: add the pages of the datasets too.",
            )
        self.alone = len(datasets) == 1
        ids: set[str] = set()
        for node in datasets:
            yield from self.dataset(node, ids)
        yield from self.foreign_classes()
        yield from self.elsewhere(set(datasets))
        yield from self.memberships()
        yield from self.statements()

    # Datasets and their columns.

    def dataset(self, node: Node, ids: set[str]) -> Iterator[Record]:
        origin = self.where[node]
        titles = self.texts(node, _TITLE) or self.texts(node, _LABEL)
        if not titles or (name := self.skolems.name(node)) is None:
            reason = f"the dataset {node} has no title." if not titles else f"the dataset {node} refers to itself."
            self.said.add((node, _TYPE))
            yield Skipped(origin=origin, reason=reason)
            return
        id_ = self.dataset_id(node, titles, ids)
        columns = Columns(self.graph, node, alone=self.alone)
        tables = tuple(self.table(each, titles) for each in columns.tables)
        if self.texts(node, _TITLE):
            self.said.add((node, _TITLE))
        self.said.update((node, predicate) for predicate in (_DESCRIPTION, _KEYWORD))
        yield Dataset(
            id=id_,
            version=self.dates.version,
            origin=origin,
            titles=titles,
            descriptions=self.texts(node, _DESCRIPTION),
            keywords=self.texts(node, _KEYWORD, several=True),
            publisher=None,
            custodian=None,
            catalogue_publisher=self.known.publisher,
            licence=self.known.licence,
            tables=tables,
            valid_from=self.dates.valid_from,
            redistribution=self.known.redistribution,
            catalogue=self.id,
            iri=name,
            identifiers=(name,),
        )
        if tables:
            self.said.add((node, expand("health:hasVariables")))
        yield from self.doubled(node, (*titles, *self.texts(node, _DESCRIPTION)))
        for column in columns.all():
            said_titles = self.texts(column.node, *Columns.TITLES) or column.titles
            yield Variable(
                dataset=id_,
                table=column.table,
                name=column.name,
                origin=origin,
                titles=said_titles or (Text(column.name, "und"),),
                descriptions=self.texts(column.node, _DESCRIPTION) or column.descriptions or said_titles,
                datatype=column.datatype,
                property_url=column.property_url,
                required=column.required,
                iri=self.skolems.name(column.node) or "",
            )
        self.said.update(columns.said)
        yield from (Skipped(origin=origin, reason=reason) for reason in columns.left_out)

    def table(self, of: CsvwTable, titles: tuple[Text, ...]) -> Table:
        return Table(
            id=of.id,
            titles=self.texts(of.node, _TITLE) or titles,
            descriptions=self.texts(of.node, _DESCRIPTION),
            keywords=self.texts(of.node, _KEYWORD, several=True),
            url=of.url,
        )

    def dataset_id(self, node: Node, titles: tuple[Text, ...], ids: set[str]) -> str:
        """The last part of the publisher's address after the source's id; a title where there is no address."""
        last = re.split(r"[/#:]", node.value.rstrip("/#"))[-1] if isinstance(node, NamedNode) else ""
        own = f"{self.id}-{slug(last) or slug(titles[0].value)[:60]}"
        found, number = own, 1
        while found in ids:
            number += 1
            found = f"{own}-{number}"
        ids.add(found)
        return found

    def doubled(self, node: Node, texts: tuple[Text, ...]) -> Iterator[Skipped]:
        """A second title or description in a language cannot be told from the first; it is reported."""
        kept = {text.value for text in texts}
        for other in self.graph.objects(node, _TITLE, _DESCRIPTION):
            if isinstance(other, Literal) and other.value.strip() not in kept:
                about = getattr(node, "value", node)
                reason = f"<{about}> has a second title or description in one language: '{other.value}'."
                yield Skipped(origin=self.where[node], reason=reason)

    def texts(self, node: Node, *predicates: str, several: bool = False) -> tuple[Text, ...]:
        """The words of the first predicate that has any: one for each language, unless several are allowed."""
        for predicate in predicates:
            found: dict[object, Text] = {}
            for each in self.graph.objects(node, predicate):
                if isinstance(each, Literal) and each.value.strip():
                    text = Text(each.value.strip(), each.language or self.language_of(node))
                    found.setdefault(text if several else text.lang, text)
            if found:
                return tuple(found.values())
        return ()

    def language_of(self, node: Node) -> str:
        """The language of words that have none: as declared, or the only one that the description names."""
        if self.language:
            return self.language
        said = {
            _LANGUAGES.get(code, code if len(code) == 2 else "")
            for each in self.graph.objects(node, _LANGUAGE)
            if (code := each.value.rstrip("/").rpartition("/")[2] if not isinstance(each, BlankNode) else "")
        }
        return said.pop() or "und" if len(said) == 1 else "und"

    # What is listed, contained, and everything else.

    def foreign_classes(self) -> Iterator[Skipped]:
        """A catalogue's copy of a concept, or a column of no dataset, is kept but not called one: others say that."""
        for node, pairs in self.graph.of.items():
            if any(each in _NOT_ITS_OWN for each in _types(pairs)) and (node, _TYPE) not in self.said:
                self.said.add((node, _TYPE))
                kinds = ", ".join(compact(each) for each in _types(pairs))
                reason = (
                    f"{self.skolems.name(node)} is kept without its type ({kinds}): its own list or dataset says it."
                )
                yield Skipped(origin=self.where[node], reason=reason)

    def elsewhere(self, described: set[Node]) -> Iterator[Skipped]:
        """Datasets that are listed here and described elsewhere."""
        listed = {o for pairs in self.graph.of.values() for p, o in pairs if p in _LISTED and isinstance(o, NamedNode)}
        missing = sorted(o.value for o in listed if o not in described and isinstance(o, NamedNode))
        for iri in missing:
            reason = f"<{iri}> is listed, but not described here: add its page to have it."
            yield Skipped(origin=self.graph.origin, reason=reason)

    def memberships(self) -> Iterator[Statement]:
        """A container of a FAIR Data Point says of each of its pages how it belongs to the thing above it (LDP)."""
        for node, pairs in self.graph.of.items():
            above = [o for p, o in pairs if p == f"{_LDP}membershipResource" and isinstance(o, NamedNode)]
            relation = [o for p, o in pairs if p == f"{_LDP}hasMemberRelation" and isinstance(o, NamedNode)]
            for page in (o for p, o in pairs if p == f"{_LDP}contains" and isinstance(o, NamedNode)):
                for thing, predicate in ((a, r) for a in above for r in relation):
                    if (predicate.value, page) not in self.graph.of.get(thing, ()):
                        yield self.statement(thing.value, predicate.value, page, self.where[node])

    def statements(self) -> Iterator[Record]:
        for node, pairs in self.graph.of.items():
            name = self.skolems.name(node)
            if name is None:
                yield Skipped(origin=self.where[node], reason="blank nodes that refer to each other in a cycle.")
                continue
            if name.startswith(Iris().root):
                # A file may not speak of another source's releases, licences or datasets.
                reason = f"<{name}> is one of begrepp's own; what it is, its own source says."
                yield Skipped(origin=self.where[node], reason=reason)
                continue
            for predicate, object_ in pairs:
                if (node, predicate) not in self.said:
                    yield self.statement(name, predicate, object_, self.where[node])

    def statement(self, subject: str, predicate: str, object_: Term, origin: Origin) -> Statement:
        if isinstance(object_, Literal):
            value = RdfTerm(
                object_.value, "literal", object_.language or "", "" if object_.language else object_.datatype.value
            )
        else:
            value = RdfTerm(official(self.skolems.name(object_) or "urn:begrepp:circle"), "iri")
        return Statement(catalogue=self.id, origin=origin, subject=official(subject), predicate=predicate, object=value)


def _types(pairs: list[tuple[str, Term]]) -> list[str]:
    return [o.value for p, o in pairs if p == _TYPE and isinstance(o, NamedNode)]


_TYPE, _TITLE, _LABEL = expand("rdf:type"), expand("dct:title"), expand("rdfs:label")
_DESCRIPTION, _KEYWORD, _LANGUAGE = expand("dct:description"), expand("dcat:keyword"), expand("dct:language")
