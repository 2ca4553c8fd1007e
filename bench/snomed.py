"""Synthetic Snomed CT release of full size in RF2: `python -m bench.snomed FOLDER [CONCEPTS] [--later]`.

370,000 active concepts, 1.5 million descriptions (English and Swedish), 3 million relationships, as many members
of language reference sets as it takes, retired concepts with their associations, and a map to ICD-10. Words are
put together from words that clinical terms are made of; nothing is copied. Rows are written as they are made.
"""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from loaders.snomed_rf2.release_files import COLUMNS

CONCEPTS = 370_000
DAY, LATER = "20260531", "20261130"
_CORE, _SWEDEN, _PRIMITIVE = "900000000000207008", "45991000052106", "900000000000074008"
_US, _SV = "900000000000509007", "46011000052107"
_PREFERRED, _ACCEPTABLE = "900000000000548007", "900000000000549004"
_FULL_NAME, _SYNONYM, _CASE = "900000000000003001", "900000000000013009", "900000000000448009"
_INFERRED, _MODIFIER = "900000000000011006", "900000000000451002"
_ROOT, _IS_A = 138875005, 116680003
_ATTRIBUTES = (363698007, 116676008, 246075003, 363714003, 260686004, 405813007, 272741003, 42752001)
_EN = (
    ("acute", "chronic", "recurrent", "congenital", "acquired", "benign", "malignant", "primary", "suspected"),
    ("inflammation", "neoplasm", "fracture", "stenosis", "ulcer", "haemorrhage", "infection", "injury", "deformity"),
    ("lung", "liver", "kidney", "breast", "colon", "femur", "retina", "thyroid", "prostate", "cervix", "heart"),
    ("with complication", "due to trauma", "following surgery", "in remission", "caused by virus", "of unknown cause"),
)
_SWEDISH_WORDS = (
    ("akut", "kronisk", "återkommande", "medfödd", "förvärvad", "godartad", "elakartad", "primär", "misstänkt"),
    ("inflammation", "tumör", "fraktur", "förträngning", "sår", "blödning", "infektion", "skada", "missbildning"),
    ("lunga", "lever", "njure", "bröst", "tjocktarm", "lårben", "näthinna", "sköldkörtel", "prostata", "hjärta"),
    ("med komplikation", "efter olycka", "efter operation", "i remission", "orsakad av virus", "av okänd orsak"),
)
Rows = Iterable[tuple[object, ...]]


Numbered = list[tuple[int, int]]
"""Concepts with the numbers that their words are made from."""


def run(folder: Path, concepts: int = CONCEPTS, *, later: bool = False) -> None:
    """Write the release below the folder, or the one half a year later.

    Later, of a thousand concepts five are new, two or three retired, three have another Swedish term and two
    another parent.
    """
    first = [_ROOT, _IS_A, *_ATTRIBUTES, *(_sctid(n, "00") for n in range(1, concepts - 1 - len(_ATTRIBUTES)))]
    active: Numbered = [*enumerate(first)]
    retired: Numbered = [(n, _sctid(n, "00")) for n in range(concepts * 2, concepts * 2 + concepts // 4)]
    if later:
        retired += [pair for pair in active if _goes(pair[0])]
        active = [pair for pair in active if not _goes(pair[0])]
        active += [(n, _sctid(n, "00")) for n in range(concepts * 3, concepts * 3 + concepts // 200)]
    home = folder / "Snapshot"
    day = LATER if later else DAY

    def write(place: str, stem: str, content: str, rows: Rows) -> None:
        _write(home / place, stem, day, content, rows)

    write("Terminology", "sct2_Concept_Snapshot", "Concept", _concepts(active, retired))
    write("Terminology", "sct2_Relationship_Snapshot", "Relationship", _relationships(active, first, later))
    write("Terminology", "sct2_Description_Snapshot-en", "Description", _english(active, retired))
    write("Terminology", "sct2_Description_Snapshot-sv", "Description", _swedish(active, later))
    write("Refset/Language", "der2_cRefset_LanguageSnapshot-en", "Language", _members_en(active, retired))
    write("Refset/Language", "der2_cRefset_LanguageSnapshot-sv", "Language", _members_sv(active))
    write("Refset/Content", "der2_cRefset_AssociationSnapshot", "Association", _history(active, retired))
    write("Refset/Map", "der2_iisssccRefset_ExtendedMapSnapshot", "ExtendedMap", _map(active))


def _goes(n: int) -> bool:
    return n % 400 == 399


def _write(folder: Path, stem: str, day: str, content: str, rows: Rows) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    owner = "SE1000052" if stem.endswith("-sv") else "INT"
    with (folder / f"{stem}_{owner}_{day}.txt").open("w", encoding="utf-8", newline="") as out:
        out.write("\t".join(COLUMNS[content]) + "\r\n")
        written = 0
        for row in rows:
            out.write("\t".join(map(str, row)) + "\r\n")
            written += 1
    print(f"{stem}: {written:,} rows")


def _sctid(item: int, partition: str) -> int:
    """Return an identifier with its partition and a final digit that is not a valid check digit."""
    return int(f"{10_000_000 + item}{partition}{item % 10}")


def _words(n: int, words: tuple[tuple[str, ...], ...], variant: int) -> str:
    rng = random.Random(n * 31)
    first, what, where, how = map(rng.choice, words)
    preposition, number = ("of", f"type {n}") if words is _EN else ("i", f"typ {n}")
    return (
        f"{first} {what} {preposition} {where} {how}, {number}",
        f"{where} {what}, {first}, {number}",
        f"{what} {where} {number}",
    )[variant]


def _concepts(active: Numbered, retired: Numbered) -> Rows:
    for _, id_ in active:
        yield id_, "20200131", 1, _CORE, _PRIMITIVE
    for _, id_ in retired:
        yield id_, "20240131", 0, _CORE, _PRIMITIVE


def _relationships(active: Numbered, first: list[int], later: bool) -> Rows:
    """Return eight relationships per concept: one to three parents among earlier concepts, the rest attributes."""
    ids = count(1)
    kept = [(n, id_) for n, id_ in active if n]
    for n, id_ in kept:
        position = min(n, len(first) - 1)
        rng = random.Random(n + (1_000_000_007 if later and n % 500 == 250 else 0))
        parents = {
            _kept(first, rng.randrange(position // 12, max(position // 4, 1))) for _ in range(rng.choice((1, 1, 2, 3)))
        }
        for parent in sorted(parents):
            yield _related(next(ids), id_, parent, 0, _IS_A)
        for group in range(8 - len(parents)):
            yield _related(next(ids), id_, _kept(first, rng.randrange(len(first))), group // 2 + 1, _attribute(rng))


def _attribute(rng: random.Random) -> int:
    return rng.choice(_ATTRIBUTES)


def _kept(concepts: list[int], place: int) -> int:
    """Return the concept at an index, or the previous one if it is retired later."""
    return concepts[place - 1 if _goes(place) else place]


def _related(number: int, source: int, target: int, group: int, type_: int) -> tuple[object, ...]:
    return _sctid(number, "02"), "20200131", 1, _CORE, source, target, group, type_, _INFERRED, _MODIFIER


def _description(n: int, variant: int, swedish: bool) -> int:
    return _sctid(n * 8 + variant + (4 if swedish else 0), "01")


def _english(active: Numbered, retired: Numbered) -> Rows:
    for n, id_ in [*active, *retired]:
        head = _words(n, _EN, 0)
        for variant, (type_, term) in enumerate(((_FULL_NAME, f"{head} (disorder)"), (_SYNONYM, head))):
            yield _description(n, variant, False), "20200131", 1, _CORE, id_, "en", type_, term, _CASE
        if n % 2:
            yield _description(n, 2, False), "20200131", 1, _CORE, id_, "en", _SYNONYM, _words(n, _EN, 1), _CASE


def _swedish(active: Numbered, later: bool) -> Rows:
    for n, id_ in active:
        head = _words(n + (7 if later and n % 333 == 111 else 0), _SWEDISH_WORDS, 0)
        yield _description(n, 0, True), "20200131", 1, _SWEDEN, id_, "sv", _SYNONYM, head, _CASE
        if n % 3 == 0:
            other = _words(n, _SWEDISH_WORDS, 2)
            yield _description(n, 1, True), "20200131", 1, _SWEDEN, id_, "sv", _SYNONYM, other, _CASE


def _members(descriptions: Iterator[tuple[int, bool]], refset: str, module: str) -> Rows:
    rng = random.Random(refset)
    for id_, preferred in descriptions:
        member = uuid.UUID(int=rng.getrandbits(128), version=4)
        yield member, "20200131", 1, module, refset, id_, _PREFERRED if preferred else _ACCEPTABLE


def _members_en(active: Numbered, retired: Numbered) -> Rows:
    found = ((_description(n, v, False), v < 2) for n, _ in [*active, *retired] for v in range(3 if n % 2 else 2))
    return _members(found, _US, _CORE)


def _members_sv(active: Numbered) -> Rows:
    found = ((_description(n, v, True), v < 1) for n, _ in active for v in range(1 if n % 3 else 2))
    return _members(found, _SV, _SWEDEN)


def _history(active: Numbered, retired: Numbered) -> Rows:
    rng = random.Random(2)
    for place, (n, id_) in enumerate(retired):
        refset = ("900000000000527005", "900000000000526001", "900000000000523009")[n % 3]
        for _ in range(2 if n % 3 == 2 else 1):
            target = active[(n * 7919 + place) % (len(active) // 2)][1]
            yield uuid.UUID(int=rng.getrandbits(128), version=4), "20240131", 1, _CORE, refset, id_, target


def _map(active: Numbered) -> Rows:
    rng = random.Random(3)
    for n, id_ in active[::3]:
        code = f"{'ABCDEFGHIJ'[n % 10]}{n // 10 % 100:02}.{n // 1000 % 10}"
        member = uuid.UUID(int=rng.getrandbits(128), version=4)
        rule = ("TRUE", f"ALWAYS {code}", code, "447561005", "447637006")
        yield member, "20240131", 1, _CORE, "447562003", id_, 1, 1, *rule


if __name__ == "__main__":
    options = [word for word in sys.argv[2:] if word != "--later"]
    run(Path(sys.argv[1]), int(options[0]) if options else CONCEPTS, later="--later" in sys.argv)
