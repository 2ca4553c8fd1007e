"""Data of the generic page of a resource: its properties and incoming references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, structs
from pyoxigraph import Literal, NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from server.http.i18n import Translator
from server.pages.concepts.mapping_rows import external_name
from server.served.build import ServedBuild
from server.served.labels import Statements, find_refs, find_statements, property_iris, sort_texts
from server.served.property_layout import read_property_positions
from server.served.refs import Ref
from server.served.resolver import Resolved

MAX_INCOMING = 100
MAX_VALUES = 100
MANY = 1000
_UNPLACED = (99.0, 99.0)
"""Sort position of a property without a position in the shapes: after all others."""

_ENDS = ("owl:annotatedSource", "owl:annotatedTarget")
_HIDDEN = {expand("rdfs:isDefinedBy"), expand("begrepp:resourceHeader"), expand("begrepp:supplementHeader")}


class Property(Struct, frozen=True, kw_only=True):
    """A property with its label, its values (texts or links) and its group from the shapes."""

    words: Text
    name: str
    group: Text | None = None
    rank: tuple[float, float] = _UNPLACED
    texts: Sequence[Text] = ()
    things: Sequence[Ref] = ()
    hidden: int = 0

    @property
    def group_order(self) -> float:
        """Sort position of the group."""
        return self.rank[0]


class ResourcePage(Struct, frozen=True, kw_only=True):
    """Data of the generic page of a resource."""

    ref: Ref
    classes: Sequence[Text]
    properties: Sequence[Property]
    incoming: Sequence[Property]
    more_incoming: bool
    parent: Ref | None
    is_graph: bool


def resource_page(build: ServedBuild, found: Resolved, translate: Translator) -> ResourcePage:
    """Return the data of the generic page of a resource."""
    statements = find_statements(build, found.iri)
    pointing: dict[str, list[NamedNode | Literal]] = defaultdict(list)
    rows = [*select(build.store, "thing-incoming", thing=NamedNode(found.iri))]
    for row in rows[:MAX_INCOMING]:
        pointing[value(row, "property")].append(NamedNode(value(row, "subject")))
    parent = _parent(build, found.iri, translate.language)
    types = statements.pop(expand("rdf:type"), [])
    named = find_refs(build, [found.iri, *(t.value for t in types)], translate.language)
    return ResourcePage(
        ref=_named_mapping(build, named[found.iri], statements, translate.language),
        classes=[property_label(t.value, translate, named) for t in types if isinstance(t, NamedNode)],
        properties=properties(build, statements, translate),
        incoming=properties(build, pointing, translate),
        more_incoming=len(rows) > MAX_INCOMING,
        parent=parent,
        is_graph=found.is_graph,
    )


def _named_mapping(build: ServedBuild, ref: Ref, statements: Statements, language: str) -> Ref:
    """Return the link to a mapping with its two ends as label; that to another thing unchanged."""
    ends = [value for name in _ENDS for value in property_iris(statements, name)[:1]]
    if len(ends) != len(_ENDS):
        return ref
    known = find_refs(build, ends, language)
    words = [
        f"{known[iri].code} {known[iri].label.value}".strip() if known[iri].known else external_name(iri)[1]
        for iri in ends
    ]
    return structs.replace(ref, label=Text(" → ".join(words), ""))


def properties(
    build: ServedBuild, statements: Statements, translate: Translator, without: Iterable[str] = ()
) -> list[Property]:
    """Return statements as labelled properties, without those shown elsewhere on the page."""
    if not statements:
        return []
    left_out = {expand(name) for name in without} | _HIDDEN
    kept = {prop: values for prop, values in statements.items() if prop not in left_out and values}
    iris = {prop: sorted(t.value for t in values if isinstance(t, NamedNode)) for prop, values in kept.items()}
    # Up to `MANY` values are sorted by label; of more, only the first by IRI are looked up.
    shown = {prop: every if len(every) <= MANY else every[:MAX_VALUES] for prop, every in iris.items()}
    known = find_refs(build, {*kept, *(iri for some in shown.values() for iri in some)}, translate.language)
    found = []
    for prop, values in kept.items():
        place = read_property_positions().get(prop)
        things = sorted((known[iri] for iri in shown[prop]), key=lambda r: r.sort_key)[:MAX_VALUES]
        literals = [Text(t.value, t.language or "") for t in values if isinstance(t, Literal)]
        found.append(
            Property(
                words=property_label(prop, translate, known),
                name=compact(prop),
                group=_text(place.group_label, translate) if place else None,
                rank=(place.group_order, place.order) if place else _UNPLACED,
                texts=sort_texts(literals, translate.language)[:MAX_VALUES],
                things=things,
                hidden=len(iris[prop]) - len(things) + max(0, len(literals) - MAX_VALUES),
            )
        )
    return sorted(found, key=lambda p: (p.rank, p.name.startswith(("prov:", "begrepp:sha")), p.words.value))


def property_label(iri: str, translate: Translator, known: dict[str, Ref]) -> Text:
    """Return the label of a property or class: from the translations, the shapes or its vocabulary, else its prefixed
    name."""
    if words := translate.maybe(f"property.{compact(iri)}"):
        return Text(words, translate.language)
    if (place := read_property_positions().get(iri)) and place.name:
        return _text(place.name, translate)
    ref = known.get(iri)
    return ref.label if ref and ref.known else Text(compact(iri), "")


def _text(texts: Mapping[str, str], translate: Translator) -> Text:
    """Return the text in the page's language, or in any other."""
    language = translate.language if translate.language in texts else next(iter(texts), "")
    return Text(texts.get(language, ""), language)


def _parent(build: ServedBuild, iri: str, language: str) -> Ref | None:
    """Return the nearest resource whose IRI is a prefix: the dataset of a contact, the set of a mapping."""
    path = iri.removeprefix(build.iris.root)
    while "/" in path and path != iri:
        path = path.rpartition("/")[0]
        ref = find_refs(build, [build.iris.root + path], language)[build.iris.root + path]
        if ref.known:
            return ref
    return None
