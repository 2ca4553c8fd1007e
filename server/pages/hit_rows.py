"""Rows of search hits: the label shown, the label that matched, where it comes from, and what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from msgspec import Struct, structs

from begrepp.records import Text
from begrepp.search import Hit
from begrepp.search.indexed_documents import Label
from begrepp.search.ranking import SynonymUse
from server.http.urls import document_path
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref, is_mnemonic


class HitRow(Struct, frozen=True, kw_only=True):
    """A hit; `matched` is the label that matched, if it is not the label shown, `source` the system that has it.

    `parent` is the name of the broader code; `synonyms` are those of the query that found it; `same` are the hits for
    the same concept in other code systems; `successors` are what a retired concept is replaced by.
    """

    href: str
    iri: str
    kind: str
    label: Text
    other: Text | None
    notation: str
    scheme: str
    within: Text | None
    active: bool
    matched: Text | None
    role: str
    source: str
    parent: Text | None = None
    synonyms: Sequence[SynonymUse] = ()
    same: Sequence[HitRow] = ()
    successors: Sequence[Ref] = ()

    @property
    def code(self) -> str:
        """The notation, if it adds to the label."""
        return "" if is_mnemonic(self.notation, self.scheme) else self.notation


def unite_hits(hits: Sequence[Hit], rows: Sequence[HitRow]) -> Iterator[HitRow]:
    """Yield the rows of hits; the same concept in another code system is shown with the first hit for it."""
    taken: set[str] = set()
    for hit, row in zip(hits, rows, strict=True):
        if hit.iri in taken:
            continue
        names = {(hit.scheme, label) for label in hit.labels.values()}
        same = [
            other
            for found, other in zip(hits, rows, strict=True)
            if found.scheme != hit.scheme
            and found.iri not in taken
            and hit.scheme
            and not names.isdisjoint(found.equals)
        ]
        taken.update(other.iri for other in same)
        yield structs.replace(row, same=same)


def results(build: ServedBuild, hits: Sequence[Hit], language: str) -> list[HitRow]:
    """Return hits as rows."""
    homes = {hit.iri: _dataset_of(build, hit.iri) for hit in hits if hit.kind == "variable"}
    later = {hit.iri: _successors(build, hit) for hit in hits if not hit.active}
    known = find_refs(build, {*homes.values(), *(iri for iris in later.values() for iri in iris)}, language)
    return [
        structs.replace(
            _result(build, hit, language, known.get(homes.get(hit.iri, ""))),
            successors=[known[iri] for iri in later.get(hit.iri, ()) if iri in known],
        )
        for hit in hits
    ]


def _successors(build: ServedBuild, hit: Hit) -> Sequence[str]:
    """Return the IRIs of what a retired concept is replaced by."""
    record = build.stored.record(hit.iri) if hit.kind == "concept" else None
    return record.successors if record else ()


def _dataset_of(build: ServedBuild, variable: str) -> str:
    """Return the dataset whose IRI is a prefix of the variable's IRI."""
    return build.iris.dataset(variable.removeprefix(build.iris.dataset("")).partition("/")[0])


def _result(build: ServedBuild, hit: Hit, language: str, dataset: Ref | None) -> HitRow:
    scheme = build.schemes.by_iri.get(hit.scheme or (hit.iri if hit.kind == "scheme" else ""))
    labels = [Text(text, lang) for lang, text in hit.labels.items()]
    label = choose_text(labels, language) or Text(hit.notation or hit.iri, "")
    return HitRow(
        href=f"/cs/{scheme.id}"
        if scheme and hit.kind == "scheme"
        else document_path(build.iris, hit.iri, scheme.id if scheme else "", hit.notation),
        iri=hit.iri,
        kind=hit.kind,
        label=label,
        other=next((text for text in labels if text.lang != label.lang and text.value != label.value), None),
        notation=hit.notation,
        scheme=scheme.id if scheme else "",
        within=choose_text(scheme.titles, language)
        if scheme and hit.kind != "scheme"
        else (dataset.label if dataset else None),
        active=hit.active,
        matched=hit.matched.text if hit.matched else None,
        role=hit.matched.role if hit.matched else "",
        parent=hit.parent.text if hit.parent else None,
        synonyms=[
            replace(each, source=_short_title(build, each.source, language) or each.source) for each in hit.synonyms
        ],
        source=_source(build, hit.matched, language) if hit.matched else "",
    )


def _source(build: ServedBuild, label: Label, language: str) -> str:
    """Return the title of the code system that a label is of; of a name for searching, who says that it is one."""
    return label.scheme if label.role == "synonym" else _short_title(build, label.scheme, language)


def _short_title(build: ServedBuild, scheme: str, language: str) -> str:
    """Return the title of a code system up to its first comma; empty if there is no such system."""
    facts = build.schemes.by_iri.get(scheme)
    title = choose_text(facts.titles, language) if facts else None
    return title.value.partition(",")[0] if title else ""
