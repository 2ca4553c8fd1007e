"""From an address to a thing: by IRI, by code however it is written, or by an alias of its code system."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from begrepp.errors import BegreppError
from begrepp.queries.pages import ask, select, value
from begrepp.rdf.namespaces import expand
from begrepp.search import Hit
from begrepp.text.stemming import code_key
from server.http.urls import KINDS, document, thing
from server.served.build import ServedBuild
from server.served.labels import refs
from server.served.schemes import SchemeFacts


@dataclass(frozen=True, slots=True)
class Resolved:
    """A thing and the path of its document."""

    iri: str
    path: str
    is_graph: bool = False


class Missing(BegreppError):
    """Nothing here has that name; `near` are things whose code or words are like it."""

    status = 404

    def __init__(self, reason: str, next_step: str, near: tuple[Hit, ...] = ()) -> None:
        super().__init__(reason, next_step)
        self.near = near


class Ambiguous(Missing):
    """One code stands for different concepts in the parts of a system; `near` are those."""

    status = 300


class Gone(BegreppError):
    """It was here in an earlier release, and is in none that counts now."""

    status = 410

    def __init__(self, reason: str, next_step: str, graphs: tuple[str, ...]) -> None:
        super().__init__(reason, next_step)
        self.graphs = graphs


def resolve_path(build: ServedBuild, path: str) -> Resolved:
    """The thing whose document is at a raw path (without `/id`), however its code is written.

    Raises `Missing` with near misses, or `Gone` where only superseded releases know it.
    """
    kind, _, rest = path.strip("/").partition("/")
    iri = thing(build.iris, path)
    if build.manifest.find_difference(iri):
        return Resolved(iri, document(build.iris, iri), is_graph=True)
    if kind == "cs" and rest:
        scheme, _, code = rest.partition("/")
        # A code that was given another meaning is two concepts: the address says which.
        if code and exists(build, iri):
            return Resolved(iri, document(build.iris, iri))
        if found := _in_scheme(build, unquote(scheme), unquote(code)):
            return found
    if kind in KINDS and rest:
        if ask(build.store, "thing-exists", thing=NamedNode(iri)):
            return Resolved(iri, document(build.iris, iri))
        if ask(build.store, "graph-exists", graph=NamedNode(iri)):
            return Resolved(iri, document(build.iris, iri), is_graph=True)
        _refuse_gone(build, iri)
    raise Missing(f"There is no page at /{path.strip('/')}.", "Search by word or code.", _near(build, path))


def _in_scheme(build: ServedBuild, scheme_id: str, code: str) -> Resolved | None:
    """A scheme, or one of its concepts by exact code or by the code as people write it."""
    scheme = build.schemes.by_id.get(scheme_id) or build.schemes.by_id.get(scheme_id.lower())
    if scheme is None:
        return None
    if not code:
        return Resolved(scheme.iri, f"/cs/{scheme.id}")
    return concept(build, scheme, code)


def concept(build: ServedBuild, scheme: SchemeFacts, code: str) -> Resolved | None:
    """The concept that a code stands for in a scheme or in its parts, or None.

    Raises `Ambiguous` where two parts have the code: KVÅ's headings differ in meaning between KKÅ and KMÅ.
    """
    prefix, colon, rest = code.partition(":")
    if colon and prefix.lower() == scheme.id:
        # HL7's resources write 1101, the gene committee HGNC:1101.
        code = rest
    for look in (_exact, _as_written):
        if own := look(build, scheme, code):
            return own
        found = [hit for part in build.schemes.parts(scheme) if (hit := look(build, part, code))]
        if len(found) > 1:
            near = [hit for part in build.schemes.parts(scheme) for hit in _same_code(build, part, code)]
            raise Ambiguous(
                f"{code} has different meanings in {scheme.id}.", "Choose one of the concepts.", tuple(near)
            )
        if found:
            return found[0]
    return None


def _exact(build: ServedBuild, scheme: SchemeFacts, code: str) -> Resolved | None:
    """The concept with exactly this code; of several meanings that which is in use, else the last."""
    found = meanings(build, scheme, code)
    return found[-1] if found else None


def meanings(build: ServedBuild, scheme: SchemeFacts, code: str) -> list[Resolved]:
    """The concepts that a code has stood for, the one that counts now last."""
    rows = select(build.store, "concept-by-notation", scheme=NamedNode(scheme.iri), notation=Literal(code))
    inactive = expand("begrepp:inactive")
    found = {value(row, "concept"): value(row, "status") != inactive for row in rows}
    ordered = sorted(found, key=lambda iri: (found[iri], iri))
    return [Resolved(iri, document(build.iris, iri, scheme.id, code)) for iri in ordered]


def _as_written(build: ServedBuild, scheme: SchemeFacts, code: str) -> Resolved | None:
    """`c509` and `C50 9` are C50.9, where one code alone is meant."""
    same = {hit.notation for hit in _same_code(build, scheme, code)}
    return _exact(build, scheme, same.pop()) if len(same) == 1 else None


def _same_code(build: ServedBuild, scheme: SchemeFacts, code: str) -> list[Hit]:
    """The concepts of a scheme whose code is this one, however it is written."""
    return build.index.find_code(code, scheme=scheme.iri, kind="concept")


def by_iri(build: ServedBuild, iri: str) -> Resolved:
    """The thing with any IRI, ours or a publisher's; raises `Missing`."""
    if iri.startswith(build.iris.root):
        return resolve_path(build, iri.removeprefix(build.iris.root))
    known = exists(build, iri)
    if scheme := build.schemes.by_alias.get(iri.rstrip("/")):
        return Resolved(scheme.iri, f"/cs/{scheme.id}")
    if not known:
        words = unquote(iri.rstrip("/").rpartition("/")[2]).rpartition(":")[2]
        raise Missing(f"There is no resource with the IRI {iri}.", "Search for the code.", _near(build, words))
    return Resolved(iri, refs(build, [iri], "sv")[iri].href)


def exists(build: ServedBuild, iri: str) -> bool:
    """Whether the current view says anything of an IRI; what is no IRI is not there."""
    try:
        return ask(build.store, "thing-exists", thing=NamedNode(iri))
    except ValueError:
        return False


def known_as(build: ServedBuild, system: str) -> SchemeFacts | None:
    """The scheme that any of its identifiers names: short name, IRI, URI, OID with or without `urn:oid:`.

    A version after `|`, as FHIR writes it, is left out: a concept has one IRI whatever the edition.
    """
    aliases = build.schemes.by_alias
    plain = system.strip().partition("|")[0].rstrip("/")
    oid = plain.lower().removeprefix("urn:oid:")
    other = (
        plain.replace("https://", "http://", 1)
        if plain.startswith("https://")
        else plain.replace("http://", "https://", 1)
    )
    return next((aliases[name] for name in (plain, oid, other, plain.lower()) if name in aliases), None)


def by_system(build: ServedBuild, system: str, code: str) -> Resolved:
    """The concept behind a code of a system that is named by any of its identifiers; raises `Missing`."""
    scheme = known_as(build, system)
    if scheme is None:
        raise Missing(f"There is no code system with the identifier {system}.", "See the list of code systems.")
    if not code:
        return Resolved(scheme.iri, f"/cs/{scheme.id}")
    if found := concept(build, scheme, code):
        return found
    raise Missing(f"No concept {code} in {scheme.id}.", "Check the code.", _near(build, code, scheme))


def _refuse_gone(build: ServedBuild, iri: str) -> None:
    once = {value(row, "graph") for row in select(build.store, "thing-once", thing=NamedNode(iri))}
    graphs = tuple(sorted(graph for graph in once if not build.manifest.find_difference(graph)))
    if graphs:
        raise Gone(
            "This resource was part of an earlier edition but is not in the one currently in force.",
            "It is kept in the earlier edition; use GRAPH in SPARQL to query it.",
            graphs,
        )


def _near(build: ServedBuild, path: str, scheme: SchemeFacts | None = None) -> tuple[Hit, ...]:
    """Things in the same scheme with a code that begins alike, else with like words."""
    kind, _, rest = path.strip("/").partition("/")
    code = unquote(rest or kind)
    if scheme is None and kind == "cs":
        id_, _, code = unquote(rest).partition("/")
        scheme = build.schemes.by_id.get(id_)
        code = code or id_
    within = scheme.iri if scheme else ""
    for end in range(len(code), max(1, len(code) - 4), -1):
        hits = build.index.search(code[:end], scheme=within, limit=50)[1]
        # A search forgives errors in words; a near miss of a code is a code that begins alike.
        if alike := [hit for hit in hits if code_key(hit.notation).startswith(code_key(code[:end]) or "?")]:
            return tuple(sorted(alike, key=lambda hit: code_key(hit.notation))[:6])
    return tuple(build.index.search(code, limit=6)[1])
