"""Data of the search page: ranked hits, the label that matched, and facets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from begrepp.records import Text
from begrepp.search import Facets, Hit
from begrepp.search.documents import SEARCH_KINDS
from begrepp.search.species import SPECIES_VALUES
from server.http.urls import document_path
from server.pages.paging import Paged
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref, is_mnemonic

PAGE = 25
MAX_OFFSET = 2000
STATUSES = ("active", "inactive")
FACETS = ("kind", "scheme", "dataset", "status", "language", "species")
_SHOWN_VALUES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRow:
    """A hit; `matched` is the label that matched, if it is not the label shown, `source` the system that has it."""

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

    @property
    def code(self) -> str:
        """The notation, if it adds to the label."""
        return "" if is_mnemonic(self.notation, self.scheme) else self.notation


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A facet value: its name in the URL, its label or translation key, and the number of hits."""

    value: str
    label: Text | None
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(Paged):
    """Data of the search page."""

    size: ClassVar[int] = PAGE
    query: str
    chosen: Mapping[str, str]
    total: int
    facets: Mapping[str, Sequence[FacetValue]]
    corrections: Sequence[tuple[str, str]]
    results: Sequence[HitRow]
    offset: int

    @property
    def end(self) -> int:
        """Largest offset that can be reached."""
        return min(self.total, MAX_OFFSET)


def search_page(build: ServedBuild, query: str, wanted: Mapping[str, str], offset: int, language: str) -> SearchPage:
    """Return one page of hits, retired concepts last. `wanted` are facet values from the URL."""
    query = query.strip()[:200]
    filters = index_filters(build, wanted)
    offset = min(max(0, offset), MAX_OFFSET)
    total, hits = build.index.search(query, limit=PAGE, offset=offset, user_language=language, **filters)
    counts = build.index.facets(query, **filters)
    chosen = {name: wanted[name] for name in filters}
    return SearchPage(
        query=query,
        chosen=chosen,
        total=total,
        facets=dict(_facets(build, counts, chosen, language)),
        corrections=build.index.corrections(query),
        results=results(build, hits, language),
        offset=offset,
    )


def index_filters(build: ServedBuild, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the facet values as indexed; unknown values are ignored."""
    scheme = build.schemes.by_id.get(wanted.get("scheme", ""))
    known = {
        "kind": wanted.get("kind", "") if wanted.get("kind") in SEARCH_KINDS else "",
        "scheme": scheme.iri if scheme else "",
        "dataset": build.iris.dataset(wanted["dataset"]) if wanted.get("dataset") else "",
        "status": wanted.get("status", "") if wanted.get("status") in STATUSES else "",
        "language": wanted.get("language", ""),
        "species": wanted.get("species", "") if wanted.get("species") in SPECIES_VALUES else "",
    }
    return {name: value for name, value in known.items() if value}


def _facets(
    build: ServedBuild, counts: Facets, chosen: Mapping[str, str], language: str
) -> Iterator[tuple[str, Sequence[FacetValue]]]:
    """Return the facets with more than one value, most frequent values first; the kind facet always."""
    titles = find_refs(build, counts.get("dataset", {}), language)
    for name in FACETS:
        divided = sorted(counts.get(name, {}).items(), key=lambda item: (-item[1], item[0]))
        choices = [_choice(build, name, value, count, chosen, titles, language) for value, count in divided]
        shown = [choice for place, choice in enumerate(choices) if place < _SHOWN_VALUES or choice.chosen]
        if len(shown) > 1 or any(choice.chosen for choice in shown):
            yield name, shown


def _choice(
    build: ServedBuild,
    name: str,
    value: str,
    count: int,
    chosen: Mapping[str, str],
    titles: Mapping[str, Ref],
    language: str,
) -> FacetValue:
    label: Text | None = None
    if name == "scheme" and (scheme := build.schemes.by_iri.get(value)):
        value, label = scheme.id, choose_text(scheme.titles, language)
    elif name == "dataset":
        label = titles[value].label if value in titles else None
        value = value.removeprefix(build.iris.dataset(""))
    return FacetValue(value=value, label=label, count=count, chosen=chosen.get(name) == value)


def results(build: ServedBuild, hits: Sequence[Hit], language: str) -> list[HitRow]:
    """Return hits as rows."""
    homes = {hit.iri: _dataset_of(build, hit.iri) for hit in hits if hit.kind == "variable"}
    known = find_refs(build, homes.values(), language)
    return [_result(build, hit, language, known.get(homes.get(hit.iri, ""))) for hit in hits]


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
        source=_short_title(build, hit.matched.scheme, language) if hit.matched else "",
    )


def _short_title(build: ServedBuild, scheme: str, language: str) -> str:
    """Return the title of a code system up to its first comma; empty if there is no such system."""
    facts = build.schemes.by_iri.get(scheme)
    title = choose_text(facts.titles, language) if facts else None
    return title.value.partition(",")[0] if title else ""
