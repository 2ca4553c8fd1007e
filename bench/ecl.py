"""Benchmark of ECL: expressions on a synthetic hierarchy of the size of Snomed CT, and on systems of a build.

The synthetic hierarchy has 370,000 concepts with one to three parents and three relations each, most in role groups.
Each expression is evaluated once to make the tables, then ten times; the figures are the median and the first time in
milliseconds of processor time. Hostile expressions must be refused or answered; their time is that of one attempt.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pyroaring import BitMap

from begrepp.ecl import EclError
from begrepp.ecl.expression import evaluate_ecl
from begrepp.ecl.substrate import MemberSet, Substrate
from begrepp.ecl.terminology_substrate import TerminologySubstrate
from begrepp.terminology.concept_record import (
    Code,
    ConceptProperty,
    ConceptRecord,
    Designation,
    StatedGroup,
    SystemDescription,
    ThingName,
)
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.section_file import SectionFile, SectionWriter
from begrepp.terminology.stored_hierarchy import StoredHierarchy, edges, write_hierarchy
from begrepp.terminology.terminology import Terminology

SIZE = 370_000
A2 = "http://example.org/a2"
REPEATS = 10
EXPRESSIONS = (
    "<< 1",
    "<< 1 AND << 2",
    "<< 1 MINUS << 2",
    "<< 1 MINUS (<< 2 OR << 3)",
    "<! 1",
    "> 369000",
    "< (<! 1)",
    "> (<< 2)",
    "!!> (<< 2 MINUS 2)",
    "!!< *",
    "* : a0 = << 2",
    "* : [2..*] * = << 2",
    "* : [0..0] a1 = *",
    "* : { a0 = << 2, a1 = << 3 }",
    "<< 1 . a0",
    "* : R a0 = << 2",
    '* {{ term = "lung ca" }}',
    '* {{ term = wild:"*r*r*r*x" }}',
)
HOSTILE = (
    " OR ".join(["> (<< 2)"] * 1500),
    "<< (" * 55 + "> (<< 2)" + ")" * 55,
    "* : " + " AND ".join(["[2..*] * = (<< 1 : * = *)"] * 400),
    "* : * = (" * 50 + "*" + ")" * 50,
    '* {{ term = wild:"' + "*a" * 190 + '" }}',
    "* {{ term = (" + " ".join(f'"a{n}"' for n in range(900)) + ") }}",
)
ON_BUILD = ("*", "!!< *", "* : * = *", "* {{ + HISTORY }}", '* {{ term = "lung" }}', '* {{ term = wild:"*cancer*" }}')


class _SyntheticSystem:
    """A code system with numbers as codes, its hierarchy in a temporary file."""

    def __init__(self, folder: Path) -> None:
        chance = random.Random(1)
        parents = [(n, chance.randrange(max(0, n // 8 - 4), max(1, n // 6))) for n in range(1, SIZE)]
        parents += [(n, chance.randrange(n // 2)) for n in range(1000, SIZE) if chance.random() < 0.4]
        self._groups = [
            [
                [(f"http://example.org/a{k}", chance.randrange(SIZE)) for k in range(2)],
                [("http://example.org/a2", n // 2)],
            ]
            for n in range(SIZE)
        ]
        words = ("lung", "cancer", "akut", "kronisk", "bröst", "inflammation", "skada", "tumör", "njure", "lever")
        self._names = [f"{chance.choice(words)} {chance.choice(words)} {n % 97}" for n in range(SIZE)]
        with SectionWriter(folder / "synthetic") as out:
            write_hierarchy(out, SIZE, edges(sorted({*parents})), {})
        self._hierarchy = StoredHierarchy(SectionFile(folder / "synthetic"), SIZE)
        self.description = SystemDescription(id="synthetic", iri="http://example.org/", size=SIZE)
        self.hierarchy, self.active, self.abstract = self._hierarchy, BitMap(range(SIZE)), BitMap()

    def __len__(self) -> int:
        return SIZE

    def index(self, code: str) -> int | None:
        return int(code) if code.isdecimal() and int(code) < SIZE else None

    def indices(self, code: str) -> Sequence[int]:
        found = self.index(code)
        return [] if found is None else [found]

    find = indices

    def index_of_iri(self, iri: str) -> int | None:
        return self.index(iri.removeprefix("http://example.org/"))

    def code(self, concept: int) -> str:
        return str(concept)

    def iri(self, concept: int) -> str:
        return f"http://example.org/{concept}"

    def name(self, concept: int) -> ThingName:
        return ThingName(iri=self.iri(concept), notation=str(concept))

    def record(self, concept: int) -> ConceptRecord:
        names = (Designation(self._names[concept], "sv", "preferred"),)
        stated = [statement for group in self._groups[concept] for statement in group]
        return ConceptRecord(
            iri=self.iri(concept),
            code=str(concept),
            codes=(Code(str(concept)),),
            designations=names,
            properties=tuple(ConceptProperty(name, self.iri(end), True) for name, end in stated),
            role_groups=(StatedGroup(1, (0, 1)),),
        )

    def lookup(self, code: str) -> ConceptRecord | None:
        found = self.index(code)
        return None if found is None else self.record(found)

    def designation(self, concept: int, languages: Sequence[str]) -> Designation | None:
        return Designation(self._names[concept], "sv", "preferred")

    def codes(self) -> Iterator[str]:
        return map(str, range(SIZE))


class _NoSurroundings:
    """No other code systems and no sets."""

    def system(self, alias: str) -> CodeSystem | None:
        return None

    def set_named(self, name: str) -> MemberSet | None:
        return None

    def sets(self) -> Sequence[MemberSet]:
        return ()

    def locate(self, iri: str) -> tuple[CodeSystem, int] | None:
        return None


def run(data: str) -> None:
    """Print the figures for the synthetic hierarchy and for the current build of DATA."""
    with tempfile.TemporaryDirectory() as folder:
        system = _SyntheticSystem(Path(folder))
        _measure(system, _NoSurroundings(), EXPRESSIONS)
        for text in HOSTILE:
            first, outcome = _timed(lambda text=text: _outcome(text, system, _NoSurroundings()))  # type: ignore[misc]
            print(f"hostile    {first:9.1f} ms  {outcome}  {text[:60]}")
    terminology = Terminology((Path(data) / "current").resolve())
    for each in sorted(terminology.schemes(), key=len, reverse=True)[:3]:
        _measure(each, TerminologySubstrate(terminology, each), ON_BUILD)


def _measure(system: CodeSystem, substrate: Substrate, expressions: Sequence[str]) -> None:
    print(f"{system.description.id}: {len(system)} concepts")
    for text in expressions:
        first, outcome = _timed(lambda text=text: _outcome(text, system, substrate))  # type: ignore[misc]
        times = [_timed(lambda text=text: _outcome(text, system, substrate))[0] for _ in range(REPEATS)]  # type: ignore[misc]
        print(f"{statistics.median(times):9.2f} ms  first {first:9.1f} ms  {outcome:>10}  {text}")


def _outcome(text: str, system: CodeSystem, substrate: Substrate) -> str:
    try:
        return str(len(evaluate_ecl(text, system, substrate)))
    except EclError as error:
        return error.reason[:40]


def _timed(function: Callable[[], str]) -> tuple[float, str]:
    start = time.process_time()
    result = function()
    return (time.process_time() - start) * 1000, result
