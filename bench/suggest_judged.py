"""Quality of suggestions on judged sets that the suggester was not made from, tuning and final sets apart.

The judgements come from codes and cross-references in the files, or from reading the labels (`bench/judged/`); texts
are read from `../shared/data`. Sets:

- variables of registers (ARGO and half of LISA: tuning; REDCap, OSIRIS and the other half of LISA: final), with the
  concepts of the starter; those without a right concept show how often something is suggested where nothing fits;
- values with the figures that files have, against lists of the starter;
- the same codes in two languages: ICD-10-SE and ICD-10 of WHO, ATC; and OncoTree and HPO with the same UMLS code. The
  half of the codes with an even CRC-32 is for tuning.

For each set: recall at 1 and 10 without a threshold; what is shown first at the threshold that users get, and how much
of it is right; for what has no right answer, how often something is shown.
"""

from __future__ import annotations

import csv
import math
import random
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from begrepp.artefact.manifest import Manifest, read_manifest
from begrepp.queries.page_queries import select, value
from begrepp.rdf.iris import Iris
from begrepp.records import Text
from begrepp.store.disk import DiskStore
from begrepp.variables.suggestion.candidates import concept_targets, linked_variables
from begrepp.variables.suggestion.code_suggester import CodeSuggester, value_entry
from begrepp.variables.suggestion.entries import ConceptTarget, Suggestion, VariableEntry
from begrepp.variables.suggestion.suggester import Suggester
from bench.publishers_texts import (
    argo_variables,
    atc_labels,
    gp_terms,
    hpo_targets,
    icd10_se_labels,
    icd10_who_labels,
    lisa_variables,
    oncotree_labels,
    osiris_variables,
    redcap_variables,
)

JUDGED = Path(__file__).with_name("judged")
GP_TERMS = "GP terms"
FIT_STEPS, FIT_RATE = 800, 1.5
"""Steps of gradient descent, and their length."""
SAMPLE = 600
"""Codes per half of a code system."""
BANDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)


@dataclass(frozen=True, slots=True)
class JudgedEntry:
    """An entry with the IRIs of its right answers; none: nothing fits."""

    name: str
    entry: VariableEntry
    right: frozenset[str]


def run(data: Path, kind: str = "tuning", details: str = "") -> None:
    """Print the figures of the sets of a kind, `tuning` or `final`; with `details`, every first suggestion.

    With `fit` as the kind, print the coefficients of the confidence, computed from the tuning sets.
    """
    build = (data / "current").resolve()
    store, manifest = DiskStore(build / "store"), read_manifest(build)
    if kind == "fit":
        _fit(store, manifest)
        return
    shown: list[tuple[float, bool]] = []
    print(f"{'set':34}{'n':>6}{'R@1':>7}{'R@10':>7}{'shown':>7}{'right':>7}{'none':>6}{'said':>6}{'ms':>8}")
    for name, suggester, entries in (
        *_variable_sets(store, manifest, kind),
        *_value_sets(store, Iris(manifest.base), kind),
        *_code_sets(kind),
    ):
        shown += _print_set(name, suggester, entries, details=bool(details))
    print("\nscore of what is shown first, and how much of it is right")
    for low, high in pairwise(BANDS):
        if band := [right for score, right in shown if low <= score < high]:
            print(f"{low:.2f}-{min(high, 1):.2f}{len(band):7}{sum(band) / len(band):8.2f}")


def _fit(store: DiskStore, manifest: Manifest) -> None:
    """Print coefficients by gradient descent; variables have twice the weight of codes, which are far more."""
    rows: list[tuple[Sequence[float], bool, float]] = []
    for sets, share in ((_variable_sets(store, manifest, "tuning"), 1.0), (_code_sets("tuning"), 0.5)):
        found = [
            (evidence.features(), target.iri in each.right, 1.0 if place == 0 else 0.3)
            for name, suggester, entries in sets
            if not name.startswith(GP_TERMS)
            for each in entries
            for place, (target, evidence, _) in enumerate(suggester.rank(each.entry)[:3])
        ]
        total = sum(weight for _, _, weight in found)
        rows += [(features, right, share * weight / total) for features, right, weight in found]
    coefficients = [0.0] * len(rows[0][0])
    for _ in range(FIT_STEPS):
        gradient = [0.002 * each for each in coefficients]
        for features, right, weight in rows:
            expected = 1 / (1 + math.exp(-sum(a * b for a, b in zip(coefficients, features, strict=True))))
            for place, each in enumerate(features):
                gradient[place] += weight * (expected - right) * each
        coefficients = [each - FIT_RATE * slope for each, slope in zip(coefficients, gradient, strict=True)]
    print(tuple(round(each, 2) for each in coefficients))


def _print_set(
    name: str,
    suggester: Suggester | Mapping[str, CodeSuggester],
    entries: Sequence[JudgedEntry],
    *,
    details: bool,
) -> list[tuple[float, bool]]:
    started = time.process_time()
    first = tenth = told = right = said = 0
    shown = []
    answerable = [each for each in entries if each.right]
    for each in entries:
        found = _suggest(suggester, each, 0.0, 10)
        first += bool(found) and found[0].target.iri in each.right
        tenth += any(one.target.iri in each.right for one in found)
    elapsed = (time.process_time() - started) * 1000 / max(len(entries), 1)
    for each in entries:
        best = _suggest(suggester, each, None, 1)[:1]
        if best:
            correct = best[0].target.iri in each.right
            shown.append((best[0].score, correct))
            told += bool(each.right)
            right += correct
            said += not each.right
        if details:
            answer = f"{best[0].target.name} {best[0].score} {best[0].reasons}" if best else "-"
            mark = (
                "ok " if best and best[0].target.iri in each.right else "   " if not best and not each.right else "** "
            )
            print(f"  {mark}{each.entry.name} | {each.entry.label[:60]} → {answer}")
    n = max(len(answerable), 1)
    print(
        f"{name:34}{len(answerable):6}{first / n:7.2f}{tenth / n:7.2f}{told:7}{right:7}"
        f"{len(entries) - len(answerable):6}{said:6}{elapsed:8.1f}"
    )
    return shown


def _suggest(
    suggester: Suggester | Mapping[str, CodeSuggester], each: JudgedEntry, min_score: float | None, limit: int
) -> list[Suggestion]:
    if isinstance(suggester, Suggester):
        if min_score is None:
            return suggester.suggest(each.entry, limit=limit)
        return suggester.suggest(each.entry, limit=limit, min_score=min_score)
    # `begrepp suggest` shows codes from 0.5.
    return suggester[each.name].suggest(each.entry, limit=limit, min_score=0.5 if min_score is None else min_score)


def _rows(file: str, kind: str) -> Iterator[dict[str, str]]:
    with (JUDGED / file).open(encoding="utf-8") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        yield from (row for row in rows if row["set"] == kind)


def _variable_sets(
    store: DiskStore, manifest: Manifest, kind: str
) -> Iterator[tuple[str, Suggester, Sequence[JudgedEntry]]]:
    iris = Iris(manifest.base)
    datasets = [iris.dataset(graph.id) for graph in manifest.current_graphs("dataset")]
    targets = concept_targets(store, [value(row, "scheme") for row in select(store, "schemes-measured")])
    suggester = Suggester(targets, linked_variables(store, datasets))
    texts = {
        "argo": argo_variables(),
        "redcap": redcap_variables(),
        "osiris": osiris_variables(),
        "lisa": lisa_variables(),
    }
    by_source: dict[str, list[JudgedEntry]] = {}
    for row in _rows("variables.tsv", kind):
        entry = texts[row["source"]][row["variable"]]
        right = frozenset(iris.concept("onkologi", key) for key in row["concepts"].split())
        by_source.setdefault(row["source"], []).append(JudgedEntry("", entry, right))
    for source, entries in by_source.items():
        yield f"variables of {source}", suggester, entries


def _value_sets(
    store: DiskStore, iris: Iris, kind: str
) -> Iterator[tuple[str, Mapping[str, CodeSuggester], Sequence[JudgedEntry]]]:
    entries, schemes = [], set()
    for number, row in enumerate(_rows("values.tsv", kind)):
        right = frozenset(iris.concept(row["list"], code) for code in row["right"].split())
        schemes.add(row["list"])
        entries.append(JudgedEntry(row["list"], value_entry(f"urn:{number}", "x", row["code"], row["label"]), right))
    suggesters = {scheme: CodeSuggester(concept_targets(store, [iris.scheme(scheme)])) for scheme in schemes}
    yield "values with their figures", suggesters, entries


def _code_sets(kind: str) -> Iterator[tuple[str, Suggester, Sequence[JudgedEntry]]]:
    icd_sv, icd_en = icd10_se_labels(), icd10_who_labels()
    atc_sv, atc_en = atc_labels()
    for name, source, language, target, target_language in (
        ("ICD-10-SE sv → ICD-10 en", icd_sv, "sv", icd_en, "en"),
        ("ICD-10 en → ICD-10-SE sv", icd_en, "en", icd_sv, "sv"),
        ("ATC en → sv", atc_en, "en", atc_sv, "sv"),
    ):
        targets = [_target(code, words, target_language) for code, words in sorted(target.items())]
        chosen = _sample((code for code in source if code in target), kind)
        entries = [
            JudgedEntry("", VariableEntry(iri=code, name="", labels=(Text(source[code], language),)), frozenset([code]))
            for code in chosen
        ]
        yield name, Suggester(targets), entries
    for name, targets in (
        (f"{GP_TERMS} → ICD-10 en", [_target(code, words, "en") for code, words in sorted(icd_en.items())]),
        (
            f"{GP_TERMS}, names of ICD-10-SE",
            [
                replace(_target(code, words, "en"), borrowed=(Text(icd_sv[code], "sv"),) if code in icd_sv else ())
                for code, words in sorted(icd_en.items())
            ],
        ),
    ):
        terms = {f"{code} {words}": code for code, words in gp_terms() if code in icd_en}
        entries = [
            JudgedEntry("", value_entry(name, "", "", name.partition(" ")[2]), frozenset([terms[name]]))
            for name in _sample(terms, kind)
        ]
        yield name, Suggester(targets), entries
    oncotree, hpo, by_umls = oncotree_labels(), *hpo_targets()
    entries = [
        JudgedEntry("", VariableEntry(iri=code, name="", labels=(Text(words, "en"),)), frozenset(by_umls[umls]))
        for code, (words, umls) in sorted(oncotree.items())
        if umls in by_umls and (zlib.crc32(code.encode()) % 2 == 0) == (kind == "tuning")
    ]
    yield "OncoTree → HPO", Suggester(hpo), entries


def _sample(codes: Iterable[str], kind: str) -> list[str]:
    half = sorted(code for code in codes if (zlib.crc32(code.encode()) % 2 == 0) == (kind == "tuning"))
    return sorted(random.Random(1).sample(half, min(SAMPLE, len(half))))


def _target(code: str, words: str, language: str) -> ConceptTarget:
    return ConceptTarget(iri=code, notation=code, scheme="", labels=(Text(words, language),))
