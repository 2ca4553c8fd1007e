"""The search page: things by their words and codes, best first, with why each was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from begrepp.records import Text
from begrepp.search import Hit, code_key
from begrepp.swedish import fold, words
from server.addresses import document
from server.names import Ref, choose, is_mnemonic, refs
from server.pages.scheme import SchemeRow, scheme_rows
from server.state import Build

PAGE = 25
KINDS = ("concept", "scheme", "dataset", "variable")
MAX_OFFSET = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing found."""

    href: str
    iri: str
    kind: str
    label: Text
    other: Text | None
    notation: str
    scheme: str
    within: Text | None
    active: bool
    matched: str

    @property
    def code(self) -> str:
        """The notation where it says more than the label does."""
        return "" if is_mnemonic(self.notation, self.scheme) else self.notation


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """What a search found."""

    query: str
    kind: str
    scheme: str
    total: int
    counts: dict[str, int]
    results: Sequence[Result]
    offset: int
    schemes: Sequence[SchemeRow]

    @property
    def next(self) -> int | None:
        """Where the next page begins, if there is one."""
        return self.offset + PAGE if self.offset + PAGE < min(self.total, MAX_OFFSET) else None

    @property
    def previous(self) -> int | None:
        """Where the page before begins, if there is one."""
        return max(0, self.offset - PAGE) if self.offset else None


def search_page(build: Build, query: str, kind: str, scheme: str, offset: int, language: str) -> SearchPage:
    """A page of results; what is retired comes last on it."""
    query = query.strip()[:200]
    within = build.catalogue.by_id.get(scheme)
    kind = kind if kind in KINDS else ""
    offset = min(max(0, offset), MAX_OFFSET)
    total, hits = _search(build, query, kind, within.iri if within else "", PAGE, offset)
    counts = {"": total} if query else {}
    if query:
        for each in KINDS:
            counts[each] = _search(build, query, each, within.iri if within else "", 1, 0)[0]
        counts[""] = sum(counts[each] for each in KINDS)
    return SearchPage(
        query=query,
        kind=kind,
        scheme=within.id if within else "",
        total=total,
        counts=counts,
        results=results(build, hits, query, language),
        offset=offset,
        schemes=scheme_rows(build, language),
    )


def _search(build: Build, query: str, kind: str, scheme: str, limit: int, offset: int) -> tuple[int, list[Hit]]:
    if not query:
        return 0, []
    return build.index.search(query, kind=kind, scheme=scheme, limit=limit, offset=offset)


def results(build: Build, hits: Sequence[Hit], query: str, language: str) -> list[Result]:
    """Hits as they are shown, retired ones last."""
    homes = {hit.iri: _dataset_of(build, hit.iri) for hit in hits if hit.kind == "variable"}
    known = refs(build, homes.values(), language)
    return sorted(
        (_result(build, hit, query, language, known.get(homes.get(hit.iri, ""))) for hit in hits),
        key=lambda result: not result.active,
    )


def _dataset_of(build: Build, variable: str) -> str:
    """The dataset whose IRI a variable's IRI begins with."""
    return build.iris.dataset(variable.removeprefix(build.iris.dataset("")).partition("/")[0])


def _result(build: Build, hit: Hit, query: str, language: str, dataset: Ref | None) -> Result:
    scheme = build.catalogue.by_iri.get(hit.scheme or (hit.iri if hit.kind == "scheme" else ""))
    labels = [Text(text, lang) for lang, text in hit.labels.items()]
    label = choose(labels, language) or Text(hit.notation or hit.iri, "")
    return Result(
        href=f"/cs/{scheme.id}"
        if scheme and hit.kind == "scheme"
        else document(build.iris, hit.iri, scheme.id if scheme else "", hit.notation),
        iri=hit.iri,
        kind=hit.kind,
        label=label,
        other=next((text for text in labels if text.lang != label.lang and text.value != label.value), None),
        notation=hit.notation,
        scheme=scheme.id if scheme else "",
        within=choose(scheme.titles, language)
        if scheme and hit.kind != "scheme"
        else (dataset.label if dataset else None),
        active=hit.active,
        matched=matched(query, label.value, hit.notation, hit.matched),
    )


def matched(query: str, label: str, notation: str, synonyms: str) -> str:
    """The synonym that a thing was found by, where neither its label nor its code says it."""
    asked = list(words(query))
    shown = fold(label)
    if not asked or all(word in shown for word in asked) or code_key(query) in code_key(notation):
        return ""
    candidates = [s for s in synonyms.split(" | ") if s]
    ranked = sorted(candidates, key=lambda s: (-sum(word in fold(s) for word in asked), len(s), s))
    return ranked[0] if ranked and any(word in fold(ranked[0]) for word in asked) else ""
