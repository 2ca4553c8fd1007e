"""Labels and links: names, codes and paths of things in a language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from begrepp.queries.page_queries import named_nodes, select
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text, in_language, language_rank
from begrepp.settings import languages_for
from begrepp.terminology.concept_record import ThingName
from begrepp.text.swedish import sort_key
from server.http.urls import document_path
from server.served.build import ServedBuild
from server.served.refs import Ref

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
"""An absolute IRI of any scheme (RFC 3987), `doi:` and `mailto:` included."""
Statements = dict[str, list[NamedNode | Literal]]
"""Values of a thing, by property IRI."""


def choose_text(texts: Iterable[Text], language: str) -> Text | None:
    """Return the text in the language, else in the other language, else any; always the same one, or None.

    A regional variant of a language, `sv-SE`, comes after a text in the language without a region.
    """
    listed = [*texts]
    if len(listed) < 2:
        return listed[0] if listed else None
    return min(listed, key=lambda t: (_tag_rank(t.lang, language), t.lang, -len(t.value), t.value))


@lru_cache(4096)
def _tag_rank(tag: str, language: str) -> tuple[int, bool]:
    """Return the sort key of a language tag for a reader of the language."""
    return language_rank(tag, languages_for(language))


def texts_in_language(texts: Sequence[Text], language: str) -> list[Text]:
    """Return the texts in the language, or, if there are none, the texts in the language of the first, if any."""
    matching = [text for text in texts if in_language(text.lang, language)]
    return matching or [text for text in texts if text.lang == texts[0].lang]


def sort_texts(texts: Iterable[Text], language: str) -> list[Text]:
    """Return the distinct texts, those in the language first, alphabetically within each language."""
    distinct = {*texts}
    if len(distinct) < 2:
        return [*distinct]
    return sorted(distinct, key=lambda t: (language_rank(t.lang, (language,)), t.lang, sort_key(t.value)))


class Links(dict[str, Ref]):
    """Links by IRI; text that is no IRI, where a graph has a literal in place of a thing, is its own label."""

    def __missing__(self, text: str) -> Ref:
        return Ref(iri=text, href="/resource?uri=" + quote(text, safe=""), label=Text(text, ""), known=False)


def find_refs(build: ServedBuild, iris: Iterable[str], language: str) -> Links:
    """Return links to things by IRI; those that are not cached are read from the terminology of the build."""
    links = Links()
    uncached: list[str] = []
    for iri in {*iris}:
        if cached := build.refs_cache.get(iri, language):
            links[iri] = cached
        elif _IRI.fullmatch(iri):
            uncached.append(iri)
    if uncached:
        names = build.concepts.names(uncached)
        for iri in uncached:
            links[iri] = _make_ref(build, iri, names.get(iri), language)
            build.refs_cache.put(iri, links[iri], language)
    return links


def may_be_large(build: ServedBuild, iri: str) -> bool:
    """Return whether a thing may have thousands of statements: a level, a mapping set or a load."""
    kind, _, rest = iri.removeprefix(build.iris.root).partition("/")
    return kind in ("mapping", "load") or (kind == "cs" and "/level/" in rest)


def name_ref(build: ServedBuild, name: ThingName, language: str) -> Ref:
    """Return the link to a thing that has a name."""
    return _make_ref(build, name.iri, name, language)


def _make_ref(build: ServedBuild, iri: str, name: ThingName | None, language: str) -> Ref:
    notation = name.notation if name else ""
    scheme = build.schemes.by_iri.get(name.scheme) if name else None
    own_scheme = build.schemes.by_iri.get(iri)
    texts: Iterable[Text] = name.texts if name else ()
    label = choose_text(texts or (own_scheme.titles if own_scheme else ()), language)
    known = name is not None or own_scheme is not None
    href = (
        document_path(build.iris, iri, scheme.id if scheme else "", notation)
        if not own_scheme
        else f"/cs/{own_scheme.id}"
    )
    if not known and href.startswith("/resource?") and iri.startswith(("http://", "https://")):
        href = iri  # a thing without statements in the build has its document, if any, at its own address
    return Ref(
        iri=iri,
        href=href,
        label=label or Text("" if notation else compact(iri), ""),
        notation=notation,
        scheme=scheme.id if scheme else "",
        active=name is None or name.active,
        known=known,
    )


def find_statements(build: ServedBuild, iri: str) -> Statements:
    """Return the statements of a thing, by property IRI."""
    return find_all_statements(build, [iri])[iri]


def find_all_statements(build: ServedBuild, iris: Iterable[str]) -> dict[str, Statements]:
    """Return the statements of several things, by thing and property IRI."""
    iri_list = [*iris]
    statements: dict[str, Statements] = {iri: defaultdict(list) for iri in iri_list}
    if not iri_list:
        return statements
    for thing, property_, term in select(build.store, "thing", thing=named_nodes(iri_list)):
        assert isinstance(thing, NamedNode) and isinstance(property_, NamedNode)
        if isinstance(term, NamedNode | Literal):
            statements[thing.value][property_.value].append(term)
    return statements


def property_texts(statements: Statements, prefixed: str) -> list[Text]:
    """Return the literals of a property with their languages; `prefixed` is the property as `skos:prefLabel`."""
    return [Text(t.value, t.language or "") for t in statements.get(expand(prefixed), []) if isinstance(t, Literal)]


def property_iris(statements: Statements, prefixed: str) -> list[str]:
    """Return the IRIs of a property, sorted."""
    return sorted(t.value for t in statements.get(expand(prefixed), []) if isinstance(t, NamedNode))


def property_value(statements: Statements, prefixed: str) -> str:
    """Return the value of a single-valued property, or an empty string."""
    return min((t.value for t in statements.get(expand(prefixed), [])), default="")
