"""Exact names and codes: the rank of concepts asked for by their own preferred label, and by their code.

Forty concepts of each code system, drawn at random with a fixed seed. A concept is found if it is first, or if what is
before it has the same name (or code) too: `bladder` in two systems are equal answers.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from begrepp.artefact.manifest import current_build
from begrepp.search import Hit, TextIndex
from begrepp.search.documents import SearchDocument, read_documents
from begrepp.settings import Settings
from begrepp.text.stemming import code_key
from begrepp.text.swedish import fold

_EACH, _DEPTH = 40, 20


def _draw(current: Path) -> dict[str, list[SearchDocument]]:
    """Return forty random concepts in force, with a name and a code, of each code system with as many."""
    drawn: dict[str, list[SearchDocument]] = {}
    seen: Counter[str] = Counter()
    rng = random.Random(1)
    for document in read_documents(current):
        if document.kind == "concept" and document.active and document.notation and document.texts.get("pref"):
            kept = drawn.setdefault(document.scheme, [])
            seen[document.scheme] += 1
            if len(kept) < _EACH:
                kept.append(document)
            elif (place := rng.randrange(seen[document.scheme])) < _EACH:
                kept[place] = document
    return {scheme: kept for scheme, kept in drawn.items() if len(kept) == _EACH}


def _is_equal(found: Hit, query: str) -> bool:
    """Return whether a hit answers a query as exactly as the wanted one: by its code or one of its names."""
    if code_key(found.notation) == code_key(query):
        return True
    names = {fold(label) for label in found.labels.values()} | ({fold(found.matched.value)} if found.matched else set())
    return fold(query) in names


def _failures(index: TextIndex, asked: Sequence[tuple[SearchDocument, str]]) -> Iterator[tuple[str, str, str]]:
    """Yield the queries whose concept is not first, the wanted code, and what is before it."""
    for wanted, query in asked:
        for hit in index.search(query, limit=_DEPTH)[1]:
            if hit.iri == wanted.iri:
                break
            if not _is_equal(hit, query):
                yield query, wanted.notation, f"{hit.notation} {hit.label()}"
                break
        else:
            yield query, wanted.notation, "more equal names"


def run(data: Path) -> None:
    """Print a table by code system: how many of the names and codes are found first."""
    build = current_build(Settings(data=data))
    index = TextIndex(build / "index")
    print(f"{'code system':<40}{'labels':>10}{'codes':>10}")
    for scheme, concepts in sorted(_draw(build / "graphs" / "current.nt").items()):
        labels = [(concept, concept.texts["pref"][0].value) for concept in concepts]
        codes = [(concept, concept.notation) for concept in concepts]
        wrong = [[*_failures(index, asked)] for asked in (labels, codes)]
        counts = (f"{_EACH - len(bad)}/{_EACH}" for bad in wrong)
        print(f"{scheme.rpartition('/')[2]:<40}", *(f"{count:>9}" for count in counts), flush=True)
        for query, notation, before in (each for bad in wrong for each in bad):
            print(f"    {query[:60]!r} is {notation}; before it: {before[:60]}")
