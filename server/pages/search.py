"""Data of the search page: ranked hits, the label that matched, and facets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from msgspec import Struct

from begrepp.errors import UsageError
from begrepp.records import Text
from begrepp.search import Facets, Hit
from begrepp.search.documents import SEARCH_KINDS
from begrepp.search.query_operators import MAX_QUERY_LENGTH
from begrepp.search.schema import FACETS
from begrepp.search.species import SPECIES_VALUES
from begrepp.text.swedish import sort_key
from server.http.query_parameters import read_offset
from server.pages.hit_rows import HitRow, results, unite_hits
from server.pages.paging import Paged
from server.pages.search_branches import COUNTED, DRAWN, BranchHits, HitNode, find_within, hit_tree
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref

PAGE = 25
STATUSES = ("active", "inactive")
_FIXED_VALUES = {"kind": SEARCH_KINDS, "status": STATUSES, "species": SPECIES_VALUES}
"""Values of the facets that have the same in every build."""
_SHOWN_VALUES = 12
ORDERS = ("code", "name")
"""Orders of hits that can be chosen; otherwise the best come first."""
VIEWS = ("tree",)
"""Views of hits that can be chosen, beside the list."""
_SORTED = 1_000
"""Hits that are sorted by code or name: the best ones."""


class FacetValue(Struct, frozen=True, kw_only=True):
    """A facet value: its name in the URL, its label or translation key, and the number of hits."""

    value: str
    label: Text | None
    count: int
    chosen: bool


class SearchPage(Paged, frozen=True, kw_only=True):
    """Data of the search page."""

    size: ClassVar[int] = PAGE
    query: str
    chosen: Mapping[str, str]
    facets: Mapping[str, Sequence[FacetValue]]
    corrections: Sequence[tuple[str, str]]
    missing_codes: Sequence[str] = ()
    """The words of the query that are written as codes, but are none of a code system here."""
    results: Sequence[HitRow]
    is_cut: bool = False
    """Whether the query is longer than what is read of it."""
    ignored: Sequence[str] = ()
    loaded: Sequence[FacetValue] = ()
    order: str = ""
    sorted_hits: int = 0
    """Hits that are sorted by code or name, at most 1,000."""
    under: Ref | None = None
    branches: Sequence[BranchHits] = ()
    counted: int = 0
    """Hits that `branches` count: the best ones, at most `COUNTED`."""
    tree: Sequence[HitNode] = ()

    def as_typed(self, word: str) -> str:
        """Return the query with a word in quotation marks, which is then searched for as it is."""
        return re.sub(
            rf"(?<!\w){re.escape(word)}(?!\w)", lambda found: f'"{found[0]}"', self.query, flags=re.IGNORECASE
        )

    @property
    def end(self) -> int:
        """Largest offset that can be reached."""
        return self.sorted_hits if self.order else self.total

    @property
    def drawn(self) -> int:
        """Number of hits in `tree`."""
        return min(self.counted, DRAWN)


def search_page(build: ServedBuild, query: str, args: Mapping[str, str], language: str) -> SearchPage:
    """Return one page of hits, retired concepts last. `args` are the parameters of the URL.

    `ignored` are the parameters that are not used, such as facets with values that there are not. If there are no
    hits, `loaded` are the largest code systems that there are. Within one code system, `under` is a code whose
    branch is searched; `branches` and, with `view=tree`, `tree` show where the hits are.
    """
    query, typed = query.strip()[:MAX_QUERY_LENGTH], query.strip()
    offset = read_offset(args.get("offset", ""))
    wanted = {name: args.get(name, "") for name in FACETS}
    filters = index_filters(build, wanted)
    order, under = _order(args), args.get("under", "")
    system = build.terminology.current_system(filters.get("scheme", "")) if query else None

    def search(limit: int, start: int = 0) -> tuple[int, list[Hit]]:
        return build.index.search(query, limit=limit, offset=start, user_language=language, **filters)

    total, hits = search(_SORTED if order else COUNTED) if order or system else (0, [])
    found = find_within(build, system, hits[:COUNTED], under, language) if system else None
    if found and found.under:
        total, hits = len(found.hits), found.hits
    if order:
        hits = sort_hits(hits, order, language)
    if order or (found and (found.under or offset + PAGE <= COUNTED)):
        hits = hits[offset : offset + PAGE]
    else:
        total, hits = search(PAGE, offset)
    counts = build.index.facets(query, language, **filters)
    chosen = {name: _facet_key(build, name, value) for name, value in filters.items()}
    unused = [
        name
        for name, value in args.items()
        if (value and name in FACETS and name not in filters)
        or (value and name == "under" and not (found and found.under))
        or (value in ORDERS and name == "sort" and not order)
    ]
    return SearchPage(
        query=query,
        chosen=chosen,
        total=total,
        facets=dict(_facets(build, counts, chosen, language)),
        corrections=build.index.corrections(query),
        missing_codes=build.index.missing_codes(query),
        is_cut=len(typed) > len(query),
        results=[*unite_hits(hits, results(build, hits, language))],
        offset=offset,
        ignored=[f"{name}={args[name]}"[:100] for name in unused],
        loaded=[] if total else _loaded_schemes(build, language, _SHOWN_VALUES if query else None),
        order=order,
        sorted_hits=min(total, _SORTED),
        under=found.under if found else None,
        branches=found.branches if found else (),
        counted=len(found.numbers) if found else 0,
        tree=hit_tree(build, system, found.numbers, language)
        if system and found and args.get("view") == "tree"
        else (),
    )


def _facet_key(build: ServedBuild, name: str, value: str) -> str:
    """Return the value of a facet as in addresses: the id of a code system or dataset."""
    if name == "scheme":
        return build.schemes.by_iri[value].id
    return value.removeprefix(build.iris.dataset("")) if name == "dataset" else value


def _order(args: Mapping[str, str]) -> str:
    """Return the order that is asked for; best first within a branch, which has its own hits."""
    return args["sort"] if args.get("sort") in ORDERS and not args.get("under") else ""


def sort_hits(hits: Sequence[Hit], order: str, language: str) -> list[Hit]:
    """Return hits by code or by name; those without a code last."""
    if order == "code":
        return sorted(hits, key=lambda hit: (not hit.notation, sort_key(hit.notation), hit.scheme))
    return sorted(hits, key=lambda hit: (sort_key(hit.label(language)), sort_key(hit.notation)))


def _loaded_schemes(build: ServedBuild, language: str, most: int | None) -> list[FacetValue]:
    """Return the code systems with the most concepts, or with `most` None all."""
    sizes = sorted(build.index.scheme_sizes.items(), key=lambda item: -item[1])
    known = [(build.schemes.by_iri[iri], size) for iri, size in sizes if iri in build.schemes.by_iri]
    return [
        FacetValue(value=scheme.id, label=choose_text(scheme.titles, language), count=size, chosen=False)
        for scheme, size in known[:most]
    ]


def index_filters(build: ServedBuild, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the facet values as indexed; a code system or dataset is given by id or IRI; unknown values are not."""
    scheme = build.schemes.by_id.get(wanted.get("scheme", "")) or build.schemes.by_iri.get(wanted.get("scheme", ""))
    dataset = wanted.get("dataset", "").removeprefix(build.iris.dataset(""))
    known = {
        "kind": wanted.get("kind", "") if wanted.get("kind") in SEARCH_KINDS else "",
        "scheme": scheme.iri if scheme else "",
        "dataset": build.iris.dataset(dataset) if dataset else "",
        "status": wanted.get("status", "") if wanted.get("status") in STATUSES else "",
        "language": wanted.get("language", ""),
        "species": wanted.get("species", "") if wanted.get("species") in SPECIES_VALUES else "",
    }
    return {name: value for name, value in known.items() if value}


def unusable_filter_error(filters: Mapping[str, str], wanted: Mapping[str, str]) -> UsageError | None:
    """Return the error for the first facet whose value there is not, None if all have a value of `index_filters`."""
    for name in FACETS:
        if (value := wanted.get(name, "")) and name not in filters:
            listed = _FIXED_VALUES.get(name)
            step = f"Use one of: {', '.join(listed)}." if listed else "See /api/v1/schemes."
            return UsageError(f"{name} is '{value}'.", step)
    return None


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
