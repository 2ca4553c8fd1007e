"""Properties of SKOS and related vocabularies, and conversion of literals to texts and dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from pyoxigraph import Literal, NamedNode

from begrepp.errors import Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import NoteKind, Status, Text
from begrepp.sources.rows import parse_date
from loaders.support.editions import last_day_of_retired
from loaders.support.html_text import from_html
from loaders.support.partial_dates import days_of, last_day_of_retirement
from loaders.support.rdf_files import Graph, GraphNode, GraphTerm

TYPE = expand("rdf:type")
NOTATION = expand("skos:notation")
BROADER, NARROWER, RELATED = expand("skos:broader"), expand("skos:narrower"), expand("skos:related")
IN_SCHEME, TOP_OF, HAS_TOP = expand("skos:inScheme"), expand("skos:topConceptOf"), expand("skos:hasTopConcept")
REPLACED_BY, REPLACES = expand("dct:isReplacedBy"), expand("dct:replaces")
DEPRECATED = expand("owl:deprecated")
DEPRECATED_CLASS = NamedNode(expand("owl:DeprecatedClass"))
MATCHES_OF_RELATIONS = {
    BROADER: expand("skos:broadMatch"),
    NARROWER: expand("skos:narrowMatch"),
    RELATED: expand("skos:relatedMatch"),
}
"""The mapping relation that stands for a relation to a concept of another scheme (SKOS Reference, 10.6.4)."""
LABELS = {expand(f"skos:{kind}Label"): kind for kind in ("pref", "alt", "hidden")}
OBJECT_PROPERTIES = frozenset(
    expand(f"skos:{name}")
    for name in (
        *("broader", "narrower", "related", "broaderTransitive", "narrowerTransitive", "semanticRelation"),
        *("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "mappingRelation"),
        *("inScheme", "topConceptOf", "hasTopConcept", "member"),
    )
)
"""Properties whose values are resources, never texts (SKOS Reference, S3, S18, S38)."""
_MARKED_UP = (expand("rdf:XMLLiteral"), expand("rdf:HTML"))
XL_LABEL = NamedNode(expand("skosxl:Label"))
XL_LABELS = {expand(f"skosxl:{kind}Label"): kind for kind in ("pref", "alt", "hidden")}
LITERAL_FORM = expand("skosxl:literalForm")
DEFINITION = expand("skos:definition")
NOTES = {expand(kind.value): kind for kind in NoteKind}
TITLES = tuple(expand(name) for name in ("skos:prefLabel", "dct:title", "rdfs:label"))
STATUS = (expand("adms:status"), "http://publications.europa.eu/ontology/euvoc#status", expand("begrepp:status"))
# The last segment of a status IRI in the lists of the EU, Eionet and begrepp.
STATUS_WORDS = {
    **dict.fromkeys(("current", "valid", "active", "published", "stable", "completed"), Status.ACTIVE),
    **dict.fromkeys(
        ("deprecated", "retired", "withdrawn", "obsolete", "inactive", "invalid", "superseded"), Status.INACTIVE
    ),
    **dict.fromkeys(("draft", "candidate", "submitted", "underdevelopment", "unstable", "testing"), Status.DRAFT),
}
_VALID_FROM = (
    "http://publications.europa.eu/ontology/euvoc#startDate",
    expand("schema:startDate"),
    expand("begrepp:validFrom"),
)
_VALID_TO = (
    "http://publications.europa.eu/ontology/euvoc#endDate",
    expand("schema:endDate"),
    expand("begrepp:validTo"),
)
LICENCES = (
    expand("dct:license"),
    "http://creativecommons.org/ns#license",
    expand("schema:license"),
    expand("dct:rights"),
)
PUBLISHERS = (expand("dct:publisher"), expand("dct:creator"))
ISSUED = (expand("dct:issued"), expand("dct:modified"), expand("dct:created"))
# Edition and validity come from records; a file must not state them.
RESERVED = frozenset(expand(f"begrepp:{word}") for word in ("inRelease", "status", "validFrom", "validTo"))


def read_status(graph: Graph, node: NamedNode) -> Status:
    """Return the status of a concept by its deprecation, or by the word of a status property."""
    deprecated = (o.value.strip().lower() for o in graph.objects(node, DEPRECATED) if isinstance(o, Literal))
    if any(value in ("true", "1") for value in deprecated) or DEPRECATED_CLASS in graph.objects(node, TYPE):
        return Status.INACTIVE
    for value in graph.objects(node, *STATUS):
        word = re.split(r"[/#]", value.value)[-1].lower().replace("-", "")
        if word in STATUS_WORDS:
            return STATUS_WORDS[word]
    return Status.ACTIVE


def texts_of(terms: Iterable[GraphTerm], language: str) -> list[Text]:
    """Return literals as texts; those without a language tag get `language`."""
    texts = [Text(_plain_text(o), (o.language or language)) for o in terms if isinstance(o, Literal)]
    return [text for text in texts if text.value]


def normalized_text(literal: Literal) -> str:
    """Return the value of a literal in NFC, stripped."""
    return unicodedata.normalize("NFC", literal.value).strip()


def _plain_text(literal: Literal) -> str:
    """Return the text of a literal, without the markup of one in XML or HTML."""
    text = normalized_text(literal)
    return from_html(text, paragraphs=True) if literal.datatype.value in _MARKED_UP else text


def unique_texts(texts: Iterable[Text], *, per_language: bool = True) -> tuple[Text, ...]:
    """Return distinct texts, or the first of each language."""
    if not per_language:
        return tuple(dict.fromkeys(texts))
    first: dict[str, Text] = {}
    for text in texts:
        first.setdefault(text.lang, text)
    return tuple(first.values())


def first_date(graph: Graph, node: GraphNode, predicates: tuple[str, ...], origin: Origin) -> date | None:
    """Return the first date among the objects of the predicates. Raises `InputError` for an invalid date."""
    for value in graph.objects(node, *predicates):
        if isinstance(value, Literal) and re.match(r"\d{4}-\d\d-\d\d", value.value):
            return parse_date(value.value, origin, predicates[0], "property")
    return None


def read_validity(
    graph: Graph, node: GraphNode, status: Status, edition_start: date
) -> tuple[date | None, date | None]:
    """Return the first and the last day of a concept. Raises `InputError` for an invalid date."""
    start, end = (_first_period(graph, node, each) for each in (_VALID_FROM, _VALID_TO))
    valid_from, valid_to = start and start[0], end and end[1]
    if status is Status.INACTIVE:
        valid_to = last_day_of_retirement(end, last_day_of_retired(edition_start, valid_from))
    return valid_from, valid_to


def _first_period(graph: Graph, node: GraphNode, predicates: tuple[str, ...]) -> tuple[date, date] | None:
    """Return the first and the last day of the first year, month or date among the objects of the predicates."""
    for value in graph.objects(node, *predicates):
        if isinstance(value, Literal) and (days := days_of(value.value)):
            return days
    day = first_date(graph, node, predicates, graph.origin)
    return (day, day) if day else None
