"""W3C SHACL test suite with both engines, compared result by result: `python -m bench shacl-suite SUITE`.

SUITE is the folder of the suite's tests, `data-shapes-test-suite/tests`.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from begrepp.validation.validate import Engine
from tests.support.w3c_shacl import expected, told, w3c_tests

ENGINES: tuple[Engine, ...] = ("fast", "reference")


def run(suite: Path) -> None:
    """Print the number of passed tests by part and engine, and the names of failed tests."""
    tests = w3c_tests(suite)
    parts = sorted({test.parent.relative_to(suite).as_posix() for test in tests})
    passed: dict[str, Counter[str]] = {engine: Counter() for engine in ENGINES}
    judged: dict[str, Counter[str]] = {engine: Counter() for engine in ENGINES}
    missed: list[str] = []
    seconds = Counter[str]()
    for test in tests:
        for engine in ENGINES:
            started = time.perf_counter()
            outcome, by = told(test, engine)
            seconds[engine] += time.perf_counter() - started
            judged[engine][by] += 1
            if outcome == expected(test):
                passed[engine][test.parent.relative_to(suite).as_posix()] += 1
            else:
                missed.append(f"{engine} misses {test.stem}")
    print(f"{'':24}{'tests':>8}" + "".join(f"{engine:>12}" for engine in ENGINES))
    for part in parts:
        count = sum(test.parent.relative_to(suite).as_posix() == part for test in tests)
        print(f"{part:24}{count:8}" + "".join(f"{passed[engine][part]:12}" for engine in ENGINES))
    print(f"{'all':24}{len(tests):8}" + "".join(f"{passed[engine].total():12}" for engine in ENGINES))
    print(f"{'seconds':24}{'':8}" + "".join(f"{seconds[engine]:12.1f}" for engine in ENGINES))
    for engine in ENGINES:
        words = ", ".join(f"{by} {count}" for by, count in judged[engine].most_common())
        print(f"asked of {engine}: judged by {words}")
    print("\n".join(missed))
