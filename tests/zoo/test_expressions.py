"""Hostile ECL expressions: refused, or answered within the bounds on size and work; the server goes on."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from begrepp.ecl import MAX_CHARACTERS, EclError, parse_ecl
from begrepp.ecl.constraint_parser import MAX_DEPTH, MAX_TOKENS
from begrepp.ecl.evaluation import Evaluation
from begrepp.ecl.work_budget import MAX_STEPS, WorkBudget
from tests.support.ecl_model import BASE, MemoryConcept, MemorySubstrate, MemorySystem

SIZE = 600
CHAIN = MemorySystem(
    [
        MemoryConcept(
            code=f"c{number}",
            parents=[number // 3] if number else [],
            groups=[[(f"{BASE}a", number // 2), (f"{BASE}b", 0)]],
            names=[("aaaa aaab " * 10, "sv", "preferred")],
        )
        for number in range(SIZE)
    ]
)
HOSTILE = {
    "brackets": "(" * 50_000,
    "nested": "(" * (MAX_DEPTH - 1) + "<< c1" + ")" * (MAX_DEPTH - 1),
    "operators": "<< (> (" * 25 + "*" + "))" * 25,
    "many-operands": " OR ".join(["<< c1"] * 1900),
    "many-everything": " AND ".join(["*"] * 2900),
    "many-steps": " OR ".join(["> (<< c1)"] * 900),
    "refinements": "* : * = (" * 50 + "*" + ")" * 50,
    "many-conditions": "* : " + " AND ".join(["[0..5] * != c1"] * 700),
    "cardinality": "c1 : [0..999999999] a = *",
    "groups": "* : " + ", ".join(["[2..3] { a = *, b != c1 }"] * 300),
    "paths": "* " + ". * " * 2500,
    "wildcards": '* {{ term = wild:"' + "*a" * 190 + 'b" }}',
    "words": "* {{ term = (" + '"a" ' * 2500 + ") }}",
    "long-word": '* {{ term = "' + "a" * 300 + '" }}',
    "filters": "*" + ' {{ term = "a" }}' * 900,
    "history": "*" + " {{ + HISTORY }}",
    "comment": "/*" + "*/ /*" * 5000 + "*/ *",
    "open-comment": "/*" * 20_000,
    "open-text": '"' + "\\" * 30_000,
    "digits": "#" + "9" * 30_000,
    "null": "c1\0 OR c2",
    "direction": "\u202ec1 OR c2",
    "too-long": "c" * (MAX_CHARACTERS + 1),
    "too-many": "c1 OR " * MAX_TOKENS + "c1",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_expression_is_refused_or_answered_within_the_bound(text: str) -> None:
    budget = WorkBudget()
    try:
        found = Evaluation(CHAIN, MemorySubstrate([CHAIN]), budget).concepts(parse_ecl(text))
    except EclError as error:
        assert error.reason and error.located(text).status == 400
    else:
        assert len(found) <= SIZE and budget.spent <= MAX_STEPS


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_server_answers_a_hostile_expression(client: FlaskClient, text: str) -> None:
    answer = client.post("/api/ecl", json={"scheme": "onkologi", "ecl": text, "limit": 1})
    assert answer.status_code in (200, 400), answer.text[:300]
    assert client.get("/api/ecl?scheme=onkologi&ecl=lungcancer").get_json()["total"] == 1
