"""Quality of suggestions, next to plain BM25 on the same targets.

Gold sets, none of which the suggester is given. Concepts for variables:

- `variables`: the links of the bundled starter (CC BY 4.0), variable → concept. A dataset at a time is left out: its
  own links are hidden, and what is suggested for its variables is compared with them. Swedish and English. The list of
  abbreviations was made by people who have seen such dictionaries, these too.
- `biomappings`: what curators of Biomappings (CC0) mapped by hand from MeSH to Mondo and HPO: the MeSH term alone is
  given, the concept is to be found among all of Mondo or HPO. English. Needs `../shared/data`; also told without the
  terms that are written exactly as a label, which any search finds.

Codes for values, among the codes of one list:

- `values`: the starter's mappings between value lists of registers (CC BY 4.0): a code and its words are given, the
  code that it is mapped to is to be found in the other list. The mappings are not read by the suggester.
- `KSH97-P`: what Swedish general practitioners call diagnoses (SFAM's alternative terms), each with its code in
  KSH97-P: the term is given, the code is to be found among the official titles. Swedish, by others. Needs
  `../shared/data`.

A hit at 1 or 10 is a gold concept among the first 1 or 10.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import loaders
from begrepp.artefact.manifest import read_manifest
from begrepp.queries.page_queries import select, value
from begrepp.rdf.iris import Iris
from begrepp.records import Concept, EditionFiles, Text
from begrepp.settings import ROOT
from begrepp.store.disk import DiskStore
from begrepp.text.swedish import fold
from begrepp.variables.suggestion.candidates import all_entries, concept_targets, linked_variables
from begrepp.variables.suggestion.code_suggester import CodeSuggester, value_entry
from begrepp.variables.suggestion.entries import ConceptTarget, VariableEntry
from begrepp.variables.suggestion.suggester import Suggester
from bench.bm25 import Bm25
from bench.publishers_texts import SHARED

Ranker = Callable[[VariableEntry, str], Sequence[str]]
Gold = Sequence[tuple[VariableEntry, str, set[str]]]


def run(data: Path) -> None:
    """Print recall and time for both gold sets."""
    print(f"{'gold set':38}{'method':26}{'n':>6}{'recall@1':>10}{'recall@10':>11}{'ms each':>9}")
    _variables(data)
    _values(data)
    _primary_care()
    _biomappings()


def _score(gold_set: str, gold: Gold, rankers: dict[str, Ranker]) -> None:
    for method, rank in rankers.items():
        started = time.perf_counter()
        ranked = [rank(entry, dataset) for entry, dataset, _ in gold]
        each = (time.perf_counter() - started) * 1000 / max(len(gold), 1)
        first = sum(bool(set(found[:1]) & right) for found, (_, _, right) in zip(ranked, gold, strict=True))
        tenth = sum(bool(set(found[:10]) & right) for found, (_, _, right) in zip(ranked, gold, strict=True))
        n = len(gold)
        print(f"{gold_set:38}{method:26}{n:6}{first / n:10.3f}{tenth / n:11.3f}{each:9.1f}")


def _rankers(
    suggester: Suggester | CodeSuggester, targets: Sequence[ConceptTarget], *, all_words: bool
) -> dict[str, Ranker]:
    plain = Bm25(targets)

    def ours(entry: VariableEntry, dataset: str) -> list[str]:
        if isinstance(suggester, CodeSuggester):
            return [found.target.iri for found in suggester.suggest(entry, limit=10, min_score=0.0)]
        return [found.target.iri for found in suggester.suggest(entry, dataset=dataset, limit=10, min_score=0.0)]

    def label(entry: VariableEntry, _: str) -> list[str]:
        return [target.iri for target in plain.rank(" ".join(text.value for text in entry.labels))]

    def whole(entry: VariableEntry, _: str) -> list[str]:
        parts = [entry.name, *(text.value for text in (*entry.labels, *entry.descriptions))]
        return [target.iri for target in plain.rank(" ".join(parts))]

    rankers: dict[str, Ranker] = {"begrepp suggest": ours, "BM25 on the label": label}
    return rankers | ({"BM25 on all words": whole} if all_words else {})


def _variables(data: Path) -> None:
    build = (data / "current").resolve()
    store, manifest = DiskStore(build / "store"), read_manifest(build)
    iris = Iris(manifest.base)
    datasets = [iris.dataset(graph.id) for graph in manifest.current_graphs("dataset")]
    linked = linked_variables(store, datasets)
    known = {one.entry.iri: set(one.concepts) for one in linked}
    gold = [
        (entry, dataset, known[entry.iri])
        for dataset in datasets
        for entry in all_entries(store, dataset)
        if entry.iri in known
    ]
    targets = concept_targets(store, [value(row, "scheme") for row in select(store, "schemes-measured")])
    _score("variables", gold, _rankers(Suggester(targets, linked), targets, all_words=True))
    without = Suggester(targets)
    _score(
        "variables",
        gold,
        {"… without linked variables": _rankers(without, targets, all_words=False)["begrepp suggest"]},
    )


def _values(data: Path) -> None:
    """Return gold pairs: codes of one register's list and of another's."""
    store = DiskStore((data / "current").resolve() / "store")
    by_scheme: dict[str, list[ConceptTarget]] = {}
    pairs = set()
    for file in sorted((ROOT / "starter" / "vardelistor-mappings").glob("*/*.sssom.tsv")):
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"):
                if not row.get("predicate_modifier"):
                    pairs.add((row["subject_id"], row["object_id"]))
    schemes = {end.partition(":")[0] for pair in pairs for end in pair}
    for scheme in schemes:
        by_scheme[scheme] = concept_targets(store, [Iris().scheme(scheme)])
    named = {f"{scheme}:{target.notation}": target for scheme, found in by_scheme.items() for target in found}
    gold: dict[str, list[tuple[VariableEntry, str, set[str]]]] = {}
    for one, other in sorted({*pairs, *((right, left) for left, right in pairs)}):
        if one in named and other in named:
            source, target = named[one], named[other]
            entry = value_entry(source.iri, "", source.notation, source.name)
            gold.setdefault(other.partition(":")[0], []).append((entry, "", {target.iri}))
    ranked = {scheme: _rankers(CodeSuggester(by_scheme[scheme]), by_scheme[scheme], all_words=True) for scheme in gold}
    for method in next(iter(ranked.values())):
        told = [(entry, scheme, right) for scheme, found in sorted(gold.items()) for entry, _, right in _merged(found)]
        _score("values", told, {method: lambda entry, scheme, method=method: ranked[scheme][method](entry, "")})


def _merged(gold: Gold) -> Gold:
    """Merge pairs: a code mapped to several codes is one case with several correct answers."""
    found: dict[str, tuple[VariableEntry, str, set[str]]] = {}
    for entry, dataset, right in gold:
        found.setdefault(entry.iri, (entry, dataset, set()))[2].update(right)
    return list(found.values())


def _primary_care() -> None:
    """Return gold pairs of Swedish general practice terms and the official titles of KSH97-P."""
    folder = SHARED / "se-ksh97p-ansi"
    if not folder.exists():
        print("KSH97-P: ../shared/data is not there", file=sys.stderr)
        return
    files = tuple(
        sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in (".ANS", ".ans", ".txt"))
    )
    edition = EditionFiles(source="ksh97p", version="1997", folder=folder, files=files)
    concepts = [record for record in loaders.read_records(edition) if isinstance(record, Concept)]
    targets = [
        ConceptTarget(iri=c.notation, notation=c.notation, scheme="ksh97p", labels=c.pref_labels)
        for c in concepts
        if c.pref_labels
    ]
    gold = [
        (value_entry(c.notation, "", "", term.value), "", {c.notation})
        for c in concepts
        for term in c.alt_labels
        if c.pref_labels
    ]
    rankers = _rankers(CodeSuggester(targets), targets, all_words=False)
    _score(f"KSH97-P, terms → codes ({len(targets):,})", gold, rankers)
    written = {fold(text.value) for target in targets for text in target.labels}
    _score("KSH97-P, reworded", [one for one in gold if fold(one[0].label) not in written], rankers)


def _biomappings() -> None:
    file = SHARED / "sssom-biomappings" / "positive.sssom.tsv"
    if not file.exists():
        print("biomappings: ../shared/data is not there", file=sys.stderr)
        return
    for source, prefix, folder in (("mondo", "mondo", "mondo-json"), ("hpo", "hp", "hpo")):
        files = tuple(sorted(path for path in (SHARED / folder).iterdir() if path.is_file()))
        targets = [*_targets(source, files)]
        known = {target.notation.replace("_", ":").lower(): target for target in targets}
        gold = []
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"):
                ends = {row["subject_id"]: row["subject_label"], row["object_id"]: row["object_label"]}
                mesh = next((end for end in ends if end.startswith("mesh:")), "")
                other = next((end for end in ends if end.startswith(f"{prefix}:")), "")
                target = known.get(other.lower()) or known.get(other.partition(":")[2].lower())
                if mesh and target and row["predicate_id"] == "skos:exactMatch":
                    entry = VariableEntry(iri=mesh, name="", labels=(Text(ends[mesh], "en"),))
                    gold.append((entry, "", {target.iri}))
        rankers = _rankers(Suggester(targets), targets, all_words=False)
        name = f"biomappings → {source} ({len(targets):,})"
        _score(name, gold, rankers)
        written = {fold(text.value) for target in targets for text in (*target.labels, *target.other)}
        harder = [one for one in gold if fold(one[0].label) not in written]
        _score(f"{name}, reworded", harder, rankers)


def _targets(source: str, files: tuple[Path, ...]) -> Iterable[ConceptTarget]:
    edition = EditionFiles(source=source, version="2026", folder=files[0].parent, files=files)
    for record in loaders.read_records(edition):
        if isinstance(record, Concept) and str(record.status) != "inactive":
            yield ConceptTarget(
                iri=record.iri or record.notation,
                notation=record.notation,
                scheme=source,
                labels=record.pref_labels,
                other=(*record.alt_labels, *record.hidden_labels),
            )
