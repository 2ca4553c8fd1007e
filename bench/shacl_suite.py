"""SHACL conformance of our engine and of pySHACL: `python -m bench shacl-suite SUITE`.

SUITE is the folder of the W3C's tests, `data-shapes-test-suite/tests`. Each report is compared with the expected one
as a graph (tests/support/w3c_shacl.py). The second table has the cases of tests/begrepp/validation/standard_cases.toml.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.support.standard_cases import difference, standard_cases
from tests.support.w3c_shacl import Validator, begrepp_report, passes, pyshacl_report, w3c_tests

VALIDATORS: dict[str, Validator] = {"begrepp": begrepp_report, "pySHACL": pyshacl_report}


def run(suite: Path) -> None:
    """Print the number of passed tests by part and engine, and the names of failed tests."""
    tests = {test.relative_to(suite).with_suffix("").as_posix(): test for test in w3c_tests(suite)}
    _print({name: name.rpartition("/")[0] for name in tests}, lambda name, validator: passes(tests[name], validator))
    cases = {case.name: case for case in standard_cases()}
    with tempfile.TemporaryDirectory() as folder:
        _print(
            {name: case.section for name, case in cases.items()},
            lambda name, validator: not difference(cases[name], validator, Path(folder)),
        )


def _print(parts: dict[str, str], test: Callable[[str, Validator], bool]) -> None:
    passed: dict[str, Counter[str]] = {engine: Counter() for engine in VALIDATORS}
    missed: list[str] = []
    seconds = Counter[str]()
    for name, part in parts.items():
        for engine, validator in VALIDATORS.items():
            started = time.perf_counter()
            if test(name, validator):
                passed[engine][part] += 1
            else:
                missed.append(f"{engine} misses {name}")
            seconds[engine] += time.perf_counter() - started
    print(f"{'':32}{'tests':>8}" + "".join(f"{engine:>12}" for engine in VALIDATORS))
    for part, count in sorted(Counter(parts.values()).items()):
        print(f"{part:32}{count:8}" + "".join(f"{passed[engine][part]:12}" for engine in VALIDATORS))
    print(f"{'all':32}{len(parts):8}" + "".join(f"{passed[engine].total():12}" for engine in VALIDATORS))
    print(f"{'seconds':32}{'':8}" + "".join(f"{seconds[engine]:12.1f}" for engine in VALIDATORS))
    print("\n".join(missed))
