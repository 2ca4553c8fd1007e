"""What things are called in the reader's language: names, codes and addresses, to show them as links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode

from begrepp.queries.pages import select
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from begrepp.settings import languages_for
from begrepp.text.swedish import sort_key
from server.http.urls import document
from server.served.build import ServedBuild
from server.served.refs import Ref

_CODES = (expand("skos:notation"), expand("csvw:name"))
_NAMING = [
    expand(name)
    for name in (
        "skos:prefLabel",
        "dct:title",
        "csvw:title",
        "skosxl:literalForm",
        "foaf:name",
        "vcard:fn",
        "rdfs:label",
    )
]
_BATCH = 1000


def choose(texts: Iterable[Text], language: str) -> Text | None:
    """The text in the reader's language, else in the other, else any; always the same one."""
    order = languages_for(language)
    ranked = sorted(
        texts, key=lambda t: (order.index(t.lang) if t.lang in order else len(order), t.lang, -len(t.value), t.value)
    )
    return ranked[0] if ranked else None


def mine(texts: Sequence[Text], language: str) -> list[Text]:
    """The texts in the reader's language, or, where there is none, those in the language of the first."""
    own = [text for text in texts if text.lang == language]
    return own or [text for text in texts if text.lang == texts[0].lang]


def in_order(texts: Iterable[Text], language: str) -> list[Text]:
    """All texts, those in the reader's language first, alphabetically within each language."""
    return sorted(set(texts), key=lambda t: (t.lang != language, t.lang, sort_key(t.value)))


def refs(build: ServedBuild, iris: Iterable[str], language: str) -> dict[str, Ref]:
    """The links to things; those that are not kept are asked for all at once."""
    found: dict[str, Ref] = {}
    unknown: list[str] = []
    for iri in sorted({iri for iri in iris if "://" in iri or iri.startswith("urn:")}):
        if kept := build.refs_cache.get(iri, language):
            found[iri] = kept
        else:
            unknown.append(iri)
    for iri, said in _names(build, unknown).items():
        found[iri] = _ref(build, iri, said, language)
        build.refs_cache.put(iri, language, found[iri])
    return found


def _names(build: ServedBuild, iris: Iterable[str]) -> dict[str, dict[str, list[Text]]]:
    """What names the things, by thing and property."""
    said: dict[str, dict[str, list[Text]]] = {iri: defaultdict(list) for iri in iris}
    wide = [iri for iri in said if is_wide(build, iri)]
    narrow = [iri for iri in said if iri not in wide]
    batches = [("names", narrow[start : start + _BATCH]) for start in range(0, len(narrow), _BATCH)]
    for query, batch in [*batches, *([("names-of-wide", wide)] if wide else [])]:
        for thing, named, term in select(build.store, query, thing=[NamedNode(iri) for iri in batch]):
            assert isinstance(thing, NamedNode) and isinstance(named, NamedNode)
            if isinstance(term, NamedNode | Literal):
                lang = term.language or "" if isinstance(term, Literal) else ""
                said[thing.value][named.value].append(Text(term.value, lang))
    return said


def is_wide(build: ServedBuild, iri: str) -> bool:
    """Whether a thing may have thousands of statements: a level, a mapping set, a load."""
    kind, _, rest = iri.removeprefix(build.iris.root).partition("/")
    return kind in ("mapping", "load") or (kind == "cs" and "/level/" in rest)


def _ref(build: ServedBuild, iri: str, said: dict[str, list[Text]], language: str) -> Ref:
    def first(prefixed: str) -> str:
        return min((text.value for text in said.get(expand(prefixed), [])), default="")

    notation = next((min(t.value for t in said[code]) for code in _CODES if said.get(code)), "")
    scheme = build.schemes.by_iri.get(first("skos:inScheme"))
    names = next((said[naming] for naming in _NAMING if said.get(naming)), [])
    own = build.schemes.by_iri.get(iri)
    if not names and own:
        names = own.titles
    label = choose(names, language)
    known = bool(said) or own is not None
    href = document(build.iris, iri, scheme.id if scheme else "", notation) if not own else f"/cs/{own.id}"
    if not known and href.startswith("/resource?") and iri.startswith(("http://", "https://")):
        href = iri  # what is not described here is described, if at all, where it is
    return Ref(
        iri=iri,
        href=href,
        label=label or Text("" if notation else compact(iri), ""),
        notation=notation,
        scheme=scheme.id if scheme else "",
        active=first("begrepp:status") != expand("begrepp:inactive"),
        known=known,
    )


def statements(build: ServedBuild, iri: str) -> dict[str, list[NamedNode | Literal]]:
    """All that is said of a thing, by property."""
    return statements_of(build, [iri])[iri]


def statements_of(build: ServedBuild, iris: Iterable[str]) -> dict[str, dict[str, list[NamedNode | Literal]]]:
    """All that is said of several things, by thing and property."""
    wanted = [*iris]
    said: dict[str, dict[str, list[NamedNode | Literal]]] = {iri: defaultdict(list) for iri in wanted}
    if not wanted:
        return said
    for thing, about, term in select(build.store, "thing", thing=[NamedNode(iri) for iri in wanted]):
        assert isinstance(thing, NamedNode) and isinstance(about, NamedNode)
        if isinstance(term, NamedNode | Literal):
            said[thing.value][about.value].append(term)
    return said


Said = dict[str, list[NamedNode | Literal]]


def texts(said: Said, prefixed: str) -> list[Text]:
    """The literals under a property, with their languages."""
    return [Text(t.value, t.language or "") for t in said.get(expand(prefixed), []) if isinstance(t, Literal)]


def iris_of(said: Said, prefixed: str) -> list[str]:
    """The IRIs under a property, sorted."""
    return sorted(t.value for t in said.get(expand(prefixed), []) if isinstance(t, NamedNode))


def one(said: Said, prefixed: str) -> str:
    """The value of a property that has one, else empty."""
    return min((t.value for t in said.get(expand(prefixed), [])), default="")
