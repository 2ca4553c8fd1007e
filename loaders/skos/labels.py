"""The words of SKOS and of what stands beside it in files, and how its texts and days are read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from pyoxigraph import Literal

from begrepp.errors import Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import NoteKind, Status, Text
from begrepp.sources.rows import parse_date
from loaders.support.rdf_files import Graph, Node, Term

TYPE = expand("rdf:type")
NOTATION = expand("skos:notation")
BROADER, NARROWER, RELATED = expand("skos:broader"), expand("skos:narrower"), expand("skos:related")
IN_SCHEME, TOP_OF, HAS_TOP = expand("skos:inScheme"), expand("skos:topConceptOf"), expand("skos:hasTopConcept")
REPLACED_BY, REPLACES = expand("dct:isReplacedBy"), expand("dct:replaces")
DEPRECATED = expand("owl:deprecated")
LABELS = {expand(f"skos:{kind}Label"): kind for kind in ("pref", "alt", "hidden")}
XL_LABELS = {expand(f"skosxl:{kind}Label"): kind for kind in ("pref", "alt", "hidden")}
LITERAL_FORM = expand("skosxl:literalForm")
DEFINITION = expand("skos:definition")
NOTES = {expand(kind.value): kind for kind in NoteKind}
TITLES = tuple(expand(name) for name in ("skos:prefLabel", "dct:title", "rdfs:label"))
STATUS = (expand("adms:status"), "http://publications.europa.eu/ontology/euvoc#status", expand("begrepp:status"))
# The last part of a status IRI, as the EU's and Eionet's lists and our own have it.
STATUS_WORDS = {
    **dict.fromkeys(("current", "valid", "active", "published", "stable", "completed"), Status.ACTIVE),
    **dict.fromkeys(
        ("deprecated", "retired", "withdrawn", "obsolete", "inactive", "invalid", "superseded"), Status.INACTIVE
    ),
    **dict.fromkeys(("draft", "candidate", "submitted", "underdevelopment", "unstable", "testing"), Status.DRAFT),
}
FROM = (
    "http://publications.europa.eu/ontology/euvoc#startDate",
    expand("schema:startDate"),
    expand("begrepp:validFrom"),
)
UNTIL = ("http://publications.europa.eu/ontology/euvoc#endDate", expand("schema:endDate"), expand("begrepp:validTo"))
LICENCES = (
    expand("dct:license"),
    "http://creativecommons.org/ns#license",
    expand("schema:license"),
    expand("dct:rights"),
)
PUBLISHERS = (expand("dct:publisher"), expand("dct:creator"))
ISSUED = (expand("dct:issued"), expand("dct:modified"), expand("dct:created"))
# Which release a concept is in, and whether it is in force, the record says; a file may not.
OURS_TO_SAY = frozenset(expand(f"begrepp:{word}") for word in ("inRelease", "status", "validFrom", "validTo"))


def words_of(terms: Iterable[Term], language: str) -> list[Text]:
    """Literals as texts; one without a language has that of the declaration."""
    found = [Text(clean(o), (o.language or language)) for o in terms if isinstance(o, Literal)]
    return [text for text in found if text.value]


def clean(literal: Literal) -> str:
    """The characters of a literal, composed (NFC) and without blanks around."""
    return unicodedata.normalize("NFC", literal.value).strip()


def unique(words: Iterable[Text], *, one: bool = True) -> tuple[Text, ...]:
    """Each text once, or the first of each language."""
    if not one:
        return tuple(dict.fromkeys(words))
    first: dict[str, Text] = {}
    for text in words:
        first.setdefault(text.lang, text)
    return tuple(first.values())


def first_day(graph: Graph, node: Node, predicates: tuple[str, ...], origin: Origin) -> date | None:
    """The first day that one of the predicates tells. Raises `InputError` where a date is none."""
    for said in graph.objects(node, *predicates):
        if isinstance(said, Literal) and re.match(r"\d{4}-\d\d-\d\d", said.value):
            return parse_date(said.value, origin, predicates[0])
    return None
