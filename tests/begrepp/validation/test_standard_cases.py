"""SHACL 1.0 by the letter: cases that the standard decides, by the report that a user gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import InputError
from begrepp.validation.validate import validate
from tests.support.standard_cases import StandardCase, difference, standard_cases, write_case
from tests.support.w3c_shacl import begrepp_report

CASES = standard_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_gives_the_results_of_the_standard(case: StandardCase, tmp_path: Path) -> None:
    assert not difference(case, begrepp_report, tmp_path)


@pytest.mark.parametrize("case", [case for case in CASES if case.refused], ids=lambda case: case.name)
def test_a_refusal_says_why(case: StandardCase, tmp_path: Path) -> None:
    data, shapes = write_case(case, tmp_path)
    with pytest.raises(InputError, match=case.refused):
        validate([data], [shapes])
