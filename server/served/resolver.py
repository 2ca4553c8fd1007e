"""Resolution of paths, IRIs and codes to things, with different spellings of codes and aliases of code systems."""

from __future__ import annotations

from urllib.parse import unquote

from msgspec import Struct
from pyoxigraph import NamedNode

from begrepp.errors import BegreppError
from begrepp.queries.page_queries import ask, select, value
from begrepp.rdf.iris import read_segment
from begrepp.search import Hit
from begrepp.terminology.concept_record import ConceptRecord, ThingName
from begrepp.text.stemming import code_key
from server.http.urls import DOCUMENT_KINDS, document_path, resource_iri
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.schemes import SchemeFacts

_PREFIX_SEPARATORS = tuple(":|_-/# ")
"""Characters between the id of a scheme and a code, as different publishers write them."""

_MAX_NEAR_LENGTH = 100
"""Characters of a path or code that a search for near misses reads."""
_MAX_CODE_LENGTH = 24
"""Characters of a code whose beginnings are searched for; the longest notations of code systems are shorter."""


class Resolved(Struct, frozen=True):
    """A resolved thing: its IRI and the path of its document."""

    iri: str
    path: str
    is_graph: bool = False


class Missing(BegreppError):
    """Raised if no resource has this path, IRI or code; `near` are search hits with a similar code or similar words."""

    status = 404

    def __init__(self, reason: str, next_step: str, near: tuple[Hit, ...] = ()) -> None:
        super().__init__(reason, next_step)
        self.near = near


class NotInForce(Missing):
    """Raised if a code system or concept was in force on other days than the one that is asked about."""


class Ambiguous(Missing):
    """A code denotes different concepts in the parts of a code system; `near` are these concepts."""

    status = 300


class Gone(BegreppError):
    """Only editions that are no longer in force list the thing; `graphs` are theirs."""

    status = 410

    def __init__(self, reason: str, next_step: str, graphs: tuple[str, ...]) -> None:
        super().__init__(reason, next_step)
        self.graphs = graphs


def resolve_path(build: ServedBuild, path: str) -> Resolved:
    """Return the thing whose document is at a raw path (without `/id`), for any spelling of its code.

    Raises `Missing` with near misses, or `Gone` if only superseded editions list the thing.
    """
    kind, _, rest = path.strip("/").partition("/")
    iri = resource_iri(build.iris, path)
    if build.manifest.find_difference(iri):
        return Resolved(iri, document_path(build.iris, iri), is_graph=True)
    if kind == "cs" and rest:
        scheme, _, code = rest.partition("/")
        # A code with several meanings is several concepts: the path determines which.
        if code and iri_exists(build, iri):
            return Resolved(iri, document_path(build.iris, iri))
        if found := _find_in_scheme(build, unquote(scheme), read_segment(code)):
            return found
    if kind in DOCUMENT_KINDS and rest:
        if iri_exists(build, iri):
            return Resolved(iri, document_path(build.iris, iri))
        if ask(build.store, "graph-exists", graph=NamedNode(iri)):
            return Resolved(iri, document_path(build.iris, iri), is_graph=True)
        _raise_if_gone(build, iri)
    raise Missing(
        f"There is no page at /{path.strip('/')}.",
        "Search by word or code.",
        _find_near_misses(build, path),
    )


def has_document(build: ServedBuild, path: str) -> bool:
    """Return whether a raw path names a thing as written: by its IRI, or by a code of a publisher's concept."""
    scheme_id, _, code = path.strip("/").removeprefix("cs/").partition("/")
    scheme = build.schemes.by_id.get(unquote(scheme_id)) if path.startswith("/cs/") else None
    by_code = scheme is not None and bool(code) and bool(find_meanings(build, scheme, read_segment(code)))
    return by_code or iri_exists(build, resource_iri(build.iris, path))


def _find_in_scheme(build: ServedBuild, scheme_id: str, code: str) -> Resolved | None:
    """Return a scheme or one of its concepts, by exact notation or by another spelling of it, or None."""
    scheme = build.schemes.by_id.get(scheme_id) or build.schemes.by_id.get(scheme_id.lower())
    if scheme is None:
        return None
    if not code:
        return Resolved(scheme.iri, f"/cs/{scheme.id}")
    return find_concept(build, scheme, code)


def find_concept(build: ServedBuild, scheme: SchemeFacts, code: str) -> Resolved | None:
    """Return the concept of a code in a scheme or in its parts, or None.

    Raises `Ambiguous` if two parts have the code: KVÅ's headings differ in meaning between KKÅ and KMÅ.
    """
    # A code as written comes before the code without a prefix: Mondo's own codes begin with MONDO:.
    for spelling in _without_prefix(scheme, code):
        for finder in (_find_exact, _find_other_notation, _find_other_spelling):
            if concept := finder(build, scheme, spelling):
                return concept
            in_parts = [hit for part in build.schemes.parts(scheme) if (hit := finder(build, part, spelling))]
            if len(in_parts) > 1:
                near = [hit for part in build.schemes.parts(scheme) for hit in _search_code(build, part, spelling)]
                raise Ambiguous(
                    f"{code} has different meanings in {scheme.id}.", "Choose one of the concepts.", tuple(near)
                )
            if in_parts:
                return in_parts[0]
    return None


def _without_prefix(scheme: SchemeFacts, code: str) -> list[str]:
    """Return a code as written, then without the id of its scheme: HL7 writes 1101, HGNC writes HGNC:1101."""
    prefix, rest = code[: len(scheme.id)], code[len(scheme.id) :]
    return [code, rest[1:]] if prefix.lower() == scheme.id and rest[:1] in _PREFIX_SEPARATORS and rest[1:] else [code]


def _find_exact(build: ServedBuild, scheme: SchemeFacts, code: str) -> Resolved | None:
    """Return the concept with exactly this notation: the active one, else the last of several meanings."""
    found = find_meanings(build, scheme, code)
    return found[-1] if found else None


def _find_other_notation(build: ServedBuild, scheme: SchemeFacts, code: str) -> Resolved | None:
    """Return the concept that has exactly this notation with a datatype, beside the one that names it."""
    system = build.stored.system(scheme.iri)
    concepts = system.typed_indices(code) if system else ()
    return _document_of(build, scheme, system.name(concepts[0])) if system and concepts else None


def find_meanings(build: ServedBuild, scheme: SchemeFacts, code: str) -> list[Resolved]:
    """Return the concepts that a notation has denoted, the active one last; a collection has no status."""
    return [_document_of(build, scheme, name) for name in build.terminology.meanings(scheme.iri, code)]


def _document_of(build: ServedBuild, scheme: SchemeFacts, name: ThingName) -> Resolved:
    return Resolved(name.iri, document_path(build.iris, name.iri, scheme.id, name.notation))


def concept_document(build: ServedBuild, record: ConceptRecord) -> Resolved:
    """Return a concept as a resolved thing."""
    scheme = next((facts for iri in record.schemes if (facts := build.schemes.by_iri.get(iri))), None)
    return Resolved(record.iri, document_path(build.iris, record.iri, scheme.id if scheme else "", record.code))


def _find_other_spelling(build: ServedBuild, scheme: SchemeFacts, code: str) -> Resolved | None:
    """Return the concept of another spelling of a notation, `c509` or `C50 9` for C50.9, if it is unique."""
    system = build.stored.system(scheme.iri)
    same = {system.code(concept) for concept in system.find(code)} if system else set()
    return _find_exact(build, scheme, same.pop()) if len(same) == 1 else None


def _search_code(build: ServedBuild, scheme: SchemeFacts, code: str) -> list[Hit]:
    """Return the search hits in a scheme whose notation equals the code, apart from spelling."""
    return build.index.find_code(code, scheme=scheme.iri, kind="concept")


def resolve_iri(build: ServedBuild, iri: str) -> Resolved:
    """Return the thing with an IRI of this project or of a publisher; raises `Missing`."""
    if iri.startswith(build.iris.root):
        return resolve_path(build, iri.removeprefix(build.iris.root))
    known = iri_exists(build, iri)
    if scheme := build.schemes.by_alias.get(iri.rstrip("/")):
        return Resolved(scheme.iri, f"/cs/{scheme.id}")
    if not known:
        words = unquote(iri.rstrip("/").rpartition("/")[2]).rpartition(":")[2]
        raise Missing(
            f"There is no resource with the IRI {iri}.", "Search for the code.", _find_near_misses(build, words)
        )
    href = find_refs(build, [iri], "sv")[iri].href
    return Resolved(iri, href if href.startswith("/") else document_path(build.iris, iri))


def iri_exists(build: ServedBuild, iri: str) -> bool:
    """Return whether the current view has statements about an IRI; False for an invalid IRI."""
    if build.concepts.names([iri]):
        return True
    try:
        return ask(build.store, "thing-exists", thing=NamedNode(iri))
    except ValueError:
        return False


def find_scheme(build: ServedBuild, system: str) -> SchemeFacts | None:
    """Return the scheme with an identifier: id, IRI, URI, or OID with or without `urn:oid:`; None if there is none.

    A version after `|`, as FHIR writes it, is ignored: a concept has one IRI in all editions.
    """
    aliases = build.schemes.by_alias
    identifier = system.strip().partition("|")[0].rstrip("/")
    oid = identifier.lower().removeprefix("urn:oid:")
    with_other_protocol = (
        identifier.replace("https://", "http://", 1)
        if identifier.startswith("https://")
        else identifier.replace("http://", "https://", 1)
    )
    return next(
        (aliases[name] for name in (identifier, oid, with_other_protocol, identifier.lower()) if name in aliases), None
    )


def resolve_system_code(build: ServedBuild, system: str, code: str, *, near_misses: bool = True) -> Resolved:
    """Return the concept of a code in a system named by any of its identifiers; raises `Missing`.

    Near misses take far longer than the look-up itself, so a request for many codes searches for few of them.
    """
    scheme = find_scheme(build, system)
    if scheme is None:
        raise Missing(f"There is no code system with the identifier {system}.", "See the list of code systems.")
    if not code:
        return Resolved(scheme.iri, f"/cs/{scheme.id}")
    if found := find_concept(build, scheme, code):
        return found
    near = _find_near_misses(build, code, scheme) if near_misses else ()
    raise Missing(f"No concept {code} in {scheme.id}.", "Check the code.", near)


def _raise_if_gone(build: ServedBuild, iri: str) -> None:
    graphs_with_thing = {value(row, "graph") for row in select(build.store, "thing-once", thing=NamedNode(iri))}
    graphs = tuple(sorted(graph for graph in graphs_with_thing if not build.manifest.find_difference(graph)))
    if graphs:
        raise Gone(
            "This resource was part of an earlier edition but is not in the one currently in force.",
            "It is kept in the earlier edition; use GRAPH in SPARQL to query it.",
            graphs,
        )


def _find_near_misses(build: ServedBuild, path: str, scheme: SchemeFacts | None = None) -> tuple[Hit, ...]:
    """Return hits in the same scheme whose code has the same beginning, else hits with similar words."""
    kind, _, rest = path.strip("/").partition("/")
    code = unquote(rest or kind)
    if scheme is None and kind == "cs":
        id_, _, code = unquote(rest).partition("/")
        scheme = build.schemes.by_id.get(id_)
        code = code or id_
    within = scheme.iri if scheme else ""
    code = code[:_MAX_NEAR_LENGTH]
    for end in range(len(code), max(1, len(code) - 4), -1) if len(code) <= _MAX_CODE_LENGTH else ():
        hits = build.index.search(code[:end], scheme=within, limit=50)[1]
        # The search tolerates errors in words; only a code with the same beginning is a near miss of a code.
        if same_beginning := [hit for hit in hits if code_key(hit.notation).startswith(code_key(code[:end]) or "?")]:
            return tuple(sorted(same_beginning, key=lambda hit: code_key(hit.notation))[:6])
    return tuple(build.index.search(code, limit=6)[1])
