"""Ablation of the search: nDCG@10 of the judged sets with each mechanism switched off alone.

The index is that of the build, so what an index holds (borrowed names, forms of words) is left out by weight or when
the query is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from begrepp.artefact.manifest import current_build
from begrepp.rdf.iris import Iris
from begrepp.search import (
    TextIndex,
    candidate_search,
    lexicon,
    query_parser,
    query_parts,
    query_relaxation,
    ranking,
    relatives,
    system_names,
)
from begrepp.search.words import CODE_WORDS, FUNCTION_WORDS
from begrepp.settings import Settings
from bench.search_quality import JUDGED, evaluate, index_search, mean, read_judged

Patches = list[tuple[object, str, object]]


def _role(*roles: str) -> Patches:
    return [(ranking, "_ROLES", {**ranking._ROLES, **dict.fromkeys(roles, 0.0)})]


def _nothing(*values: object) -> list[object]:
    return []


MECHANISMS: dict[str, Patches] = {
    "nothing": [],
    "synonyms": [(query_parser, "synonyms", _nothing)],
    "abbreviations": [(query_parser, "expansions", _nothing)],
    "compounds taken apart": [(query_parser, "split_compound", _nothing)],
    "two words joined": [(query_parser, "join_words", lambda words, lexicon: None)],
    "corrections": [(lexicon.IndexLexicon, "closest", lambda self, word: "")],
    "names of systems": [(system_names.SystemNames, "find", lambda self, name: frozenset())],
    "question words": [(query_parser, "SILENT_WORDS", FUNCTION_WORDS | CODE_WORDS)],
    "words that say little not required": [(query_relaxation, "_TELLING_SHARE", 0.0)],
    "fewer words with few hits": [(candidate_search.CandidateSearch.find, "__defaults__", (None, 1))],
    "relatives of the best hits": [(relatives, "_ORIGINS", 0)],
    "phrases of everyday language in any order": [(query_parts, "find_phrases", _nothing)],
    "words of circumstances": [(query_parser, "ORDINARY_WORDS", frozenset())],
    "names of matches": _role("via"),
    "names of the same code elsewhere": _role("sibling", "variant"),
    "names of the same name elsewhere": _role("namesake"),
    "names of the broader code": _role("parent"),
    "names of the measured concept": _role("measured"),
    "second best label": [(ranking, "_SECOND", 0.0)],
    "reader's language": [(ranking, "_DOCUMENT_LANGUAGE", 0.0), (ranking, "_LABEL_LANGUAGE", 0.0)],
    "people before animals, real lists before demonstrations": [
        (ranking, "_ANIMAL", 0.0),
        (ranking, "_DEMONSTRATION", 0.0),
    ],
    "size of the system, length of the code": [(ranking, "_SIZE", 0.0), (ranking, "_UPPER", 0.0)],
}


@contextmanager
def _without(patches: Patches) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, name, value in patches:
            stack.enter_context(patch.object(owner, name, value))
        yield


def run(data: Path) -> None:
    """Print a table: for each mechanism, what the sets lose without it."""
    settings = Settings(data=data)
    sets = {path.stem: read_judged(path) for path in sorted(JUDGED.parent.glob("judged*.tsv"))}
    print(f"{'without':<58}", *(f"{name:>16}" for name in sets))
    whole: list[float] = []
    for name, patches in MECHANISMS.items():
        with _without(patches):
            search: Callable[[str], object] = index_search(
                TextIndex(current_build(settings) / "index"), Iris(settings.base)
            )
            scores = [mean(each.ndcg for each in evaluate(search, judged)) for judged in sets.values()]  # type: ignore[arg-type]
        whole = whole or scores
        print(f"{name:<58}", *(f"{s:>8.3f} {s - w:>+7.3f}" for s, w in zip(scores, whole, strict=True)), flush=True)
