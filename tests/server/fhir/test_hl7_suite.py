"""HL7's terminology tests, sent to the application through both bases, and the checks of their runner."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.server.fhir.answer_patterns import AnswerPattern, scrub, sort_json
from tests.server.fhir.suite import FHIR_VERSIONS, SUITE, Case, cases, failure, read

pytestmark = pytest.mark.skipif(not SUITE.exists(), reason=f"HL7's terminology tests are not in {SUITE}")
SUITES = list(dict.fromkeys(case.suite for case in cases()))
EXAMPLES = {
    "$instant$": "2026-11-29T12:00:00Z",
    "$date$": "2026-11-29",
    "$uuid$": "urn:uuid:00000000-0000-4000-8000-000000000000",
    "$id$": "an-id",
    "$url$": "http://example.org/x",
    "$token$": "token",
    "$semver$": "1.2.3",
    "$string$": "text",
    "$$": "anything",
}


@pytest.mark.parametrize("base", FHIR_VERSIONS)
@pytest.mark.parametrize("suite", SUITES)
def test_every_answer_is_as_expected(client: FlaskClient, suite: str, base: str) -> None:
    tests = [case for case in cases() if case.suite == suite]
    failures = [f"{case.name}: {found}" for case in tests if (found := failure(client, case, base))]
    assert tests and not failures, "\n".join([f"{len(failures)} of {len(tests)}", *failures])


def test_the_whole_suite_is_there() -> None:
    assert (len(SUITES), len(cases())) == (25, 597)


def _example(expected: Any, version: str) -> Any:
    """The least answer that the pattern describes, without optional objects."""
    if isinstance(expected, dict):
        return {name: _example(value, version) for name, value in expected.items() if not name.startswith("$")}
    if isinstance(expected, list):
        return [_example(each, version) for each in expected if not AnswerPattern(version).is_optional(each)]
    if isinstance(expected, str):
        if expected in EXAMPLES:
            return EXAMPLES[expected]
        if found := re.fullmatch(r"\$(choice|fragments):(.*)\$", expected):
            return found[2].split("|")[0] if found[1] == "choice" else found[2].replace("|", " ")
        if found := re.fullmatch(r"\$external:\d+(?::(.*))?\$", expected):
            return (found[1] or "text").split(":")[0]
        return expected.replace("$version$", version)
    return expected


def _examples() -> Iterator[tuple[Case, Any, Any]]:
    for case in cases():
        expected = read(case.test["response"])
        if case.test["operation"] not in ("metadata", "term-caps"):
            yield case, expected, _example(expected, "5.0.0")


def test_the_runner_accepts_an_answer_made_from_each_pattern() -> None:
    examples = [*_examples()]
    refused = [case.name for case, expected, answer in examples if AnswerPattern("5.0.0").difference(expected, answer)]
    assert len(examples) == 595 and not refused


@pytest.mark.parametrize("kind", ["code", "result"])
def test_the_runner_finds_every_changed_answer(kind: str) -> None:
    missed, changed = [], 0
    for case, expected, answer in _examples():
        for place in _places(answer, kind):
            old = place[kind if kind == "code" else "valueBoolean"]
            place[kind if kind == "code" else "valueBoolean"] = "changed" if kind == "code" else not old
            changed += 1
            if not AnswerPattern("5.0.0").difference(expected, answer):
                missed.append(case.name)
            place[kind if kind == "code" else "valueBoolean"] = old
            break
    assert changed > 150 and not missed, missed


def _places(answer: Any, kind: str) -> list[dict[str, Any]]:
    """The first member of an expansion, or the parameter `result`; none where only the number of members counts."""
    if kind == "result":
        return [each for each in answer.get("parameter", ()) if each.get("name") == "result"]
    members = answer.get("expansion", {}).get("contains", [])
    return members[:1] if len(members) != 50 else []


def test_the_runner_ignores_order_narrative_and_diagnostics() -> None:
    one = {"resourceType": "Parameters", "parameter": [{"name": "b"}, {"name": "a", "valueString": "x"}]}
    assert sort_json(one)["parameter"][0]["name"] == "a"
    answer = {"resourceType": "OperationOutcome", "text": {"div": "x"}, "issue": [{"diagnostics": "x"}]}
    assert json.loads(json.dumps(scrub(answer))) == {"resourceType": "OperationOutcome", "issue": []}


@pytest.mark.parametrize(
    ("expected", "answer", "same"),
    [
        ("$uuid$", "urn:uuid:8acdbfdc-e9d2-11ed-a05b-0242ac120003", True),
        ("$uuid$", "8acdbfdc-e9d2-11ed-a05b-0242ac120003", False),
        ("http://x|$version$", "http://x|5.0.0", True),
        ("$choice:a|b$", "c", False),
        ("$fragments:one|Two$", "TWO and one", True),
        ("$external:2:part$", "a part", True),
        ("a 'b' c", "a b c", True),
        ("a b c", "a b d", False),
    ],
)
def test_the_runner_reads_templates_as_the_reference_does(expected: str, answer: str, same: bool) -> None:
    found = AnswerPattern("5.0.0").difference({"x": expected}, {"x": answer})
    assert (found is None) is same
