"""Any vocabulary published as SKOS: Turtle, RDF/XML, JSON-LD, N-Triples, N-Quads or TriG.

The publisher's IRIs are kept, and so is every triple that no record says (as a `Statement`). Graph names
are not kept: the release is one graph. Nothing is fetched: a remote JSON-LD context is an error, and a
DTD may hold nothing but short namespace entities.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pyoxigraph import Literal, NamedNode

from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.iris import Iris
from begrepp.namespaces import expand
from begrepp.privacy import refuse_identity_numbers
from begrepp.records import (
    Concept,
    Edition,
    Note,
    NoteKind,
    RdfTerm,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Statement,
    Status,
    Text,
)
from begrepp.rows import meter, parse_date
from loaders.agencies import BEGREPP
from loaders.declarations import file_list, read_declaration, release, release_dates, rights, slug
from loaders.keys import Keys
from loaders.rdf_files import Graph, Node, Pairs, Skolems, Term, read_rdf

SOURCE = Source(
    id="skos",
    title="Vokabulär i SKOS",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.w3.org/TR/skos-reference/",
    reads="a SKOS file: .ttl, .rdf, .xml, .jsonld, .nt, .nq or .trig",
)

_TYPE = expand("rdf:type")
_NOTATION = expand("skos:notation")
_BROADER, _NARROWER, _RELATED = expand("skos:broader"), expand("skos:narrower"), expand("skos:related")
_IN_SCHEME, _TOP_OF, _HAS_TOP = expand("skos:inScheme"), expand("skos:topConceptOf"), expand("skos:hasTopConcept")
_REPLACED_BY, _REPLACES = expand("dct:isReplacedBy"), expand("dct:replaces")
_DEPRECATED = expand("owl:deprecated")
_LABELS = {expand(f"skos:{kind}Label"): kind for kind in ("pref", "alt", "hidden")}
_XL_LABELS = {expand(f"skosxl:{kind}Label"): kind for kind in ("pref", "alt", "hidden")}
_LITERAL_FORM = expand("skosxl:literalForm")
_DEFINITION = expand("skos:definition")
_NOTES = {expand(kind.value): kind for kind in NoteKind}
_TITLES = tuple(expand(name) for name in ("skos:prefLabel", "dct:title", "rdfs:label"))
_STATUS = (expand("adms:status"), "http://publications.europa.eu/ontology/euvoc#status", expand("begrepp:status"))
# The last part of a status IRI, as the EU's and Eionet's lists and our own have it.
_STATUS_WORDS = {
    **dict.fromkeys(("current", "valid", "active", "published", "stable", "completed"), Status.ACTIVE),
    **dict.fromkeys(
        ("deprecated", "retired", "withdrawn", "obsolete", "inactive", "invalid", "superseded"), Status.INACTIVE
    ),
    **dict.fromkeys(("draft", "candidate", "submitted", "underdevelopment", "unstable", "testing"), Status.DRAFT),
}
_FROM = (
    "http://publications.europa.eu/ontology/euvoc#startDate",
    expand("schema:startDate"),
    expand("begrepp:validFrom"),
)
_UNTIL = ("http://publications.europa.eu/ontology/euvoc#endDate", expand("schema:endDate"), expand("begrepp:validTo"))
_LICENCES = (
    expand("dct:license"),
    "http://creativecommons.org/ns#license",
    expand("schema:license"),
    expand("dct:rights"),
)
_PUBLISHERS = (expand("dct:publisher"), expand("dct:creator"))
_ISSUED = (expand("dct:issued"), expand("dct:modified"), expand("dct:created"))
# Which release a concept is in, and whether it is in force, the record says; a file may not.
_OURS_TO_SAY = frozenset(expand(f"begrepp:{word}") for word in ("inRelease", "status", "validFrom", "validTo"))


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The schemes of the files with their concepts, and every other triple as it stands."""
    keys = read_declaration(edition, declared)
    graph = _read_files(edition, keys)
    main = _schemes(graph, keys)
    declared_schemes, language = _declared_schemes(keys, edition, graph, main)
    first = main[0]
    known = rights(keys, suggested=_suggested(graph, first))
    dates = release_dates(keys, edition, suggested=_first_day(graph, first, _ISSUED, graph.origin))
    keys.done()
    reader = _Reader(graph=graph, language=language, schemes=declared_schemes, in_force=dates.valid_from)
    for scheme in reader.used_schemes():
        yield scheme
        yield release(scheme, dates, known)
    yield from reader.records()


# Reading RDF, without trusting it.


def _read_files(edition: Edition, keys: Keys) -> Graph:
    names = [said for each in keys.tables("file") if (said := _file_name(each))]
    files = [p for p in data_files(edition) if not names or p.name in names]
    if not files:
        raise InputError(
            keys.origin, f"no file is called {file_list(names)}.", "Correct [[file]] name, or add the file."
        )
    graph = Graph(Origin(files[0].name))
    base = keys.iri("base")
    for path in files:
        graph.origin = Origin(path.name)
        for quad in read_rdf(path, base):
            meter().rows += 1
            if isinstance(quad.object, Literal):
                refuse_identity_numbers(quad.object.value, graph.origin)
            graph.add(quad)
    return graph


def _file_name(keys: Keys) -> str:
    name = keys.text("name", required=True)
    keys.text("format")
    keys.done()
    return name


# Schemes.


def _schemes(graph: Graph, keys: Keys) -> list[NamedNode]:
    """The file's schemes in its own order; where it declares none, the one that its concepts say they are in."""
    found = graph.typed(expand("skos:ConceptScheme"))
    if not found:
        said = dict.fromkeys(
            scheme
            for subject in graph.of
            for scheme in graph.objects(subject, _IN_SCHEME, _TOP_OF)
            if isinstance(scheme, NamedNode)
        )
        found = list(said)
    if not found and "scheme" not in keys:
        raise InputError(
            graph.origin,
            "there is no skos:ConceptScheme in the file.",
            'Declare one in source.toml: [scheme] title.sv = "…" (and iri = "https://…" if it has an address).',
        )
    return found or [NamedNode("urn:begrepp:none")]


def _declared_schemes(
    keys: Keys, edition: Edition, graph: Graph, found: list[NamedNode]
) -> tuple[dict[NamedNode, Scheme], str]:
    """Each scheme as a record; `[scheme]` speaks of the first, or of the one whose `iri` it names."""
    said = keys.table("scheme")
    iri = said.iri("iri")
    language = said.text("language", default="und")
    if iri:
        chosen = NamedNode(iri)
        found[:] = [chosen, *(node for node in found if node not in (chosen, NamedNode("urn:begrepp:none")))]
    id_ = said.slug("id", default=slug(edition.source))
    titles, descriptions = said.words("title"), said.words("description")
    pattern, system = said.pattern("notation_pattern"), said.iri("preferred_system_uri")
    identifiers = said.strings("identifiers")
    hierarchical = said.flag(
        "hierarchical", default=any(True for s in graph.of for _ in graph.objects(s, _BROADER, _NARROWER))
    )
    said.done()
    schemes: dict[NamedNode, Scheme] = {}
    for number, node in enumerate(found):
        own = node.value if node.value != "urn:begrepp:none" else ""
        name = re.split(r"[/#:]", own.rstrip("/#"))[-1]
        schemes[node] = Scheme(
            id=id_ if number == 0 else f"{id_}-{slug(name) or number}",
            titles=(titles if number == 0 else ())
            or _scheme_titles(graph, node, language)
            or (Text(name or id_, "und"),),
            descriptions=(descriptions if number == 0 else ())
            or _unique(_words(graph.objects(node, expand("dct:description"), _DEFINITION), language)),
            identifiers=tuple(
                dict.fromkeys(
                    (
                        *identifiers,
                        *(o.value for o in graph.objects(node, expand("dct:identifier")) if isinstance(o, Literal)),
                    )
                )
                if number == 0
                else (o.value for o in graph.objects(node, expand("dct:identifier")) if isinstance(o, Literal))
            ),
            preferred_system_uri=system if number == 0 else "",
            notation_pattern=pattern if number == 0 else "",
            hierarchical=hierarchical,
            iri=own,
        )
    return schemes, language


def _scheme_titles(graph: Graph, node: Node, language: str) -> tuple[Text, ...]:
    """The first kind of title that the scheme has; one for each language."""
    for predicate in _TITLES:
        if words := _words(graph.objects(node, predicate), language):
            return _unique(words)
    return ()


def _suggested(graph: Graph, scheme: NamedNode) -> dict[str, str]:
    """Licence and publisher as the file has them."""
    licence = next((o.value for o in graph.objects(scheme, *_LICENCES) if o.value.startswith("http")), "")
    publisher = next(graph.objects(scheme, *_PUBLISHERS), None)
    name = ""
    if isinstance(publisher, Literal):
        name = publisher.value
    elif publisher is not None:
        named = graph.objects(publisher, expand("foaf:name"), expand("rdfs:label"), expand("skos:prefLabel"))
        name = next((o.value for o in named if isinstance(o, Literal)), getattr(publisher, "value", ""))
    return {"licence": licence, "publisher": name}


# Concepts, and everything else.


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Turns the triples of a graph into records; what it says in a concept it does not repeat as a statement."""

    graph: Graph
    language: str
    schemes: dict[NamedNode, Scheme]
    in_force: date
    scheme_of: dict[NamedNode, NamedNode] = field(default_factory=dict)
    broader: dict[NamedNode, list[NamedNode]] = field(default_factory=dict)
    related: dict[NamedNode, list[NamedNode]] = field(default_factory=dict)
    successors: dict[NamedNode, list[NamedNode]] = field(default_factory=dict)
    skolems: Skolems = field(init=False)

    def __post_init__(self) -> None:
        self.skolems = Skolems(self.graph)
        for concept in self._find_concepts():
            self.scheme_of[concept] = self._scheme(concept)
        self._link(self.broader, _BROADER, _NARROWER)
        self._link(self.related, _RELATED, _RELATED)
        self._link(self.successors, _REPLACED_BY, _REPLACES)

    def used_schemes(self) -> list[Scheme]:
        """The schemes that a concept belongs to."""
        used = set(self.scheme_of.values())
        found = [scheme for node, scheme in self.schemes.items() if node in used]
        if not found:
            raise InputError(
                self.graph.origin, "there is no skos:Concept in the file.", "Check that you added the right file."
            )
        return found

    def records(self) -> Iterator[Record]:
        """The concepts, what had to be left out, and the statements."""
        first = self.used_schemes()[0].id
        xl_labels = self._xl_labels()
        used = set(self.scheme_of.values())
        for subject, pairs in self.graph.of.items():
            if isinstance(subject, NamedNode) and subject in self.scheme_of:
                concept = self._concept(subject)
                yield concept
                left = self._beyond(subject, concept)
                yield from self._other_schemes(subject)
                yield from self._statements(subject, left, concept.scheme)
            elif isinstance(subject, NamedNode) and subject in used:
                yield from self._statements(subject, self._beyond_scheme(subject), self.schemes[subject].id)
            elif subject in xl_labels:
                yield from self._label_node(subject, pairs)
            elif isinstance(subject, NamedNode) and subject.value.startswith(Iris().root):
                # A file may not speak of another source's releases, licences or datasets.
                reason = f"<{subject.value}> is one of begrepp's own; what it is, its own source says."
                yield Skipped(origin=self.graph.origin, reason=reason)
            else:
                yield from self._statements(subject, pairs, first)

    def _find_concepts(self) -> Iterator[NamedNode]:
        concept = NamedNode(expand("skos:Concept"))
        for subject, pairs in self.graph.of.items():
            if not isinstance(subject, NamedNode) or subject in self.schemes:
                continue
            said = {predicate for predicate, _ in pairs}
            # Whatever is in a scheme or in its hierarchy is a concept (SKOS S4, S7, S19), if it is named.
            named = said & (_LABELS.keys() | _XL_LABELS.keys())
            if (_TYPE, concept) in pairs or (named and said & {_IN_SCHEME, _TOP_OF, _BROADER, _NARROWER}):
                yield subject

    def _scheme(self, concept: NamedNode) -> NamedNode:
        """The first in the file's order of the schemes that the concept is in."""
        said = set(self.graph.objects(concept, _IN_SCHEME, _TOP_OF))
        return next((node for node in self.schemes if node in said), next(iter(self.schemes)))

    def _link(self, found: dict[NamedNode, list[NamedNode]], forward: str, back: str) -> None:
        """A relation from both of its sides, between concepts of the file."""
        for subject, pairs in self.graph.of.items():
            for predicate, object_ in pairs:
                for wanted, source, target in ((forward, subject, object_), (back, object_, subject)):
                    if predicate == wanted and self._together(source, target):
                        known = found.setdefault(source, [])  # type: ignore[arg-type]
                        if target not in known:
                            known.append(target)  # type: ignore[arg-type]

    def _together(self, one: Term, other: Term) -> bool:
        return one in self.scheme_of and other in self.scheme_of

    def _concept(self, node: NamedNode) -> Concept:
        graph, scheme = self.graph, self.schemes[self.scheme_of[node]]
        labels = self._labels(node)
        if not labels["pref"]:
            raise InputError(
                graph.origin, f"<{node.value}> has no skos:prefLabel.", "Give it one, or ask the publisher for it."
            )
        status = self._status(node)
        until = _first_day(graph, node, _UNTIL, graph.origin)
        if status is Status.INACTIVE and until is None:
            # The file tells that the concept is retired, not when: at the latest the day before this release.
            until = self.in_force - timedelta(days=1)
        return Concept(
            scheme=scheme.id,
            notation=self._notation(node),
            origin=graph.origin,
            iri=node.value,
            pref_labels=labels["pref"],
            alt_labels=labels["alt"],
            hidden_labels=labels["hidden"],
            definitions=_unique(_words(graph.objects(node, _DEFINITION), self.language), one=False),
            notes=tuple(
                Note(kind, words)
                for predicate, kind in _NOTES.items()
                for words in _words(graph.objects(node, predicate), self.language)
            ),
            broader=tuple(sorted(n.value for n in self.broader.get(node, ()))),
            related=tuple(sorted(n.value for n in self.related.get(node, ()))),
            status=status,
            valid_from=_first_day(graph, node, _FROM, graph.origin),
            valid_to=until,
            replaced_by=tuple(sorted(n.value for n in self.successors.get(node, ()))),
        )

    def _labels(self, node: NamedNode) -> dict[str, tuple[Text, ...]]:
        """Labels of each kind, those of SKOS-XL among them; a word is said once."""
        found: dict[str, tuple[Text, ...]] = {}
        taken: set[Text] = set()
        for kind in ("pref", "alt", "hidden"):
            plain = self.graph.objects(node, expand(f"skos:{kind}Label"))
            xl = (
                form
                for label in self.graph.objects(node, expand(f"skosxl:{kind}Label"))
                if not isinstance(label, Literal)
                for form in self.graph.objects(label, _LITERAL_FORM)
            )
            words = [w for w in _words((*plain, *xl), self.language) if w not in taken]
            found[kind] = tuple(dict.fromkeys(words))
            taken.update(words)
        return found

    def _notation(self, node: NamedNode) -> str:
        """The plain notation before a typed one; without any, the last part of the IRI."""
        said = [o for o in self.graph.objects(node, _NOTATION) if isinstance(o, Literal)]
        if said:
            return min(
                said, key=lambda o: (o.datatype.value != expand("xsd:string"), o.datatype.value, o.value)
            ).value.strip()
        return re.split(r"[/#]|:(?!//)", node.value.rstrip("/#"))[-1]

    def _status(self, node: NamedNode) -> Status:
        if any(
            o.value.lower() in ("true", "1") for o in self.graph.objects(node, _DEPRECATED) if isinstance(o, Literal)
        ):
            return Status.INACTIVE
        for said in self.graph.objects(node, *_STATUS):
            word = re.split(r"[/#]", said.value)[-1].lower().replace("-", "")
            if word in _STATUS_WORDS:
                return _STATUS_WORDS[word]
        return Status.ACTIVE

    def _beyond(self, node: NamedNode, concept: Concept) -> Pairs:
        """The triples about a concept that its record does not say."""
        said = {_DEFINITION, _DEPRECATED, *_LABELS, *_XL_LABELS, *_NOTES}
        links = {_BROADER: True, _NARROWER: False, _RELATED: True, _REPLACED_BY: True, _REPLACES: False}
        left: Pairs = []
        for predicate, object_ in self.graph.of[node]:
            if predicate in said and (isinstance(object_, Literal) or predicate in _XL_LABELS):
                continue
            if predicate in links and self._together(node, object_):
                continue
            if (
                predicate == _IN_SCHEME
                or predicate in _OURS_TO_SAY
                or (predicate, object_) == (_TYPE, NamedNode(expand("skos:Concept")))
            ):
                continue
            if predicate == _NOTATION and isinstance(object_, Literal) and object_.value.strip() == concept.notation:
                continue
            left.append((predicate, object_))
        return left

    def _other_schemes(self, node: NamedNode) -> Iterator[Skipped]:
        own = self.scheme_of[node]
        for other in dict.fromkeys(self.graph.objects(node, _IN_SCHEME)):
            if other != own and isinstance(other, NamedNode):
                yield Skipped(
                    origin=self.graph.origin,
                    reason=f"<{node.value}> is also in <{other.value}>; begrepp keeps it in <{own.value}> only.",
                )

    def _beyond_scheme(self, node: NamedNode) -> Pairs:
        scheme = self.schemes[node]
        titles = {t.value for t in (*scheme.titles, *scheme.descriptions)}
        return [
            (predicate, object_)
            for predicate, object_ in self.graph.of[node]
            if not (predicate == _TYPE and object_ == NamedNode(expand("skos:ConceptScheme")))
            and not (
                predicate == expand("skos:prefLabel") and isinstance(object_, Literal) and _clean(object_) in titles
            )
            and not (predicate == _HAS_TOP and object_ in self.scheme_of)
        ]

    def _xl_labels(self) -> set[Term]:
        return {o for s in self.graph.of for o in self.graph.objects(s, *_XL_LABELS)}

    def _label_node(self, node: Node, pairs: Pairs) -> Iterator[Skipped]:
        """The word of a SKOS-XL label is kept as a label; what else its node tells is not."""
        left = sorted({p for p, _ in pairs} - {_TYPE, _LITERAL_FORM})
        if left:
            words = ", ".join(f"<{predicate}>" for predicate in left)
            yield Skipped(origin=self.graph.origin, reason=f"of a SKOS-XL label only the word is kept, not {words}.")

    def _statements(self, subject: Node, pairs: Pairs, scheme: str) -> Iterator[Statement | Skipped]:
        name = self.skolems.name(subject)
        if name is None:
            yield self._circle()
            return
        for predicate, object_ in pairs:
            value = self._value(object_)
            if value is None:
                yield self._circle()
                continue
            yield Statement(scheme=scheme, origin=self.graph.origin, subject=name, predicate=predicate, object=value)

    def _circle(self) -> Skipped:
        return Skipped(
            origin=self.graph.origin, reason="blank nodes that refer to each other in a circle are left out."
        )

    def _value(self, term: Term) -> RdfTerm | None:
        if isinstance(term, Literal):
            datatype = "" if term.language or term.datatype.value == expand("xsd:string") else term.datatype.value
            return RdfTerm(unicodedata.normalize("NFC", term.value), "literal", term.language or "", datatype)
        name = self.skolems.name(term)
        return RdfTerm(name, "iri") if name is not None else None


def _words(terms: Iterable[Term], language: str) -> list[Text]:
    """Literals as texts; one without a language has that of the declaration."""
    found = [Text(_clean(o), (o.language or language)) for o in terms if isinstance(o, Literal)]
    return [text for text in found if text.value]


def _clean(literal: Literal) -> str:
    return unicodedata.normalize("NFC", literal.value).strip()


def _unique(words: Iterable[Text], *, one: bool = True) -> tuple[Text, ...]:
    """Each text once, or the first of each language."""
    if not one:
        return tuple(dict.fromkeys(words))
    first: dict[str, Text] = {}
    for text in words:
        first.setdefault(text.lang, text)
    return tuple(first.values())


def _first_day(graph: Graph, node: Node, predicates: tuple[str, ...], origin: Origin) -> date | None:
    for said in graph.objects(node, *predicates):
        if isinstance(said, Literal) and re.match(r"\d{4}-\d\d-\d\d", said.value):
            return parse_date(said.value, origin, predicates[0])
    return None
