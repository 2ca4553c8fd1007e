"""HL7's terminology tests: reads the test cases, sends them to the application and compares the answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from begrepp.fhir import exact_json
from begrepp.fhir.requests.faults import FhirFault
from begrepp.fhir.xml_resources import from_xml, to_xml
from begrepp.settings import ROOT
from tests.server.fhir.answer_patterns import AnswerPattern, sort_json
from tests.server.fhir.r4_forms import to_r4, to_r5

SUITE = Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared")) / "suites" / "hl7-tx" / "tests"
FHIR_VERSIONS = {"r5": "5.0.0", "r4": "4.0.1"}
_PATHS = {
    "expand": "ValueSet/$expand",
    "validate-code": "ValueSet/$validate-code",
    "batch-validate": "ValueSet/$batch-validate-code",
    "cs-validate-code": "CodeSystem/$validate-code",
    "lookup": "CodeSystem/$lookup",
    "translate": "ConceptMap/$translate",
    "metadata": "metadata",
    "term-caps": "metadata?mode=terminology",
}
_PATTERN_OPERATIONS = ("metadata", "term-caps")


@dataclass(frozen=True)
class Case:
    """One test: its suite, the resources of the suite's setup, and the test as written."""

    suite: str
    setup: tuple[str, ...]
    test: dict[str, Any]
    number: int

    @property
    def name(self) -> str:
        """Name with the suite; a number where two tests of a suite have one name."""
        return f"{self.suite}/{self.test['name']}" + (f"-{self.number}" if self.number else "")


@cache
def read(name: str) -> Any:
    """Return the parsed file; some begin with a byte order mark."""
    return json.loads((SUITE / name).read_text(encoding="utf-8-sig"))


def cases() -> list[Case]:
    """Return all tests that run without a mode or in mode `general`; none without the suite."""
    return list(_cases()) if SUITE.exists() else []


def _cases() -> Iterator[Case]:
    for suite in read("test-cases.json")["suites"]:
        if suite.get("mode", "general") != "general":
            continue
        seen: dict[str, int] = {}
        for test in suite["tests"]:
            if test.get("mode", "general") == "general":
                number = seen[test["name"]] = seen.get(test["name"], -1) + 1
                yield Case(suite["name"], tuple(suite.get("setup", ())), test, number)


def request_body(case: Case) -> dict[str, Any]:
    """Return the request with the resources of the setup and the parameters of the profile."""
    body = dict(read(case.test["request"]))
    profile = read(case.test.get("profile", "parameters-default.json"))
    setup = [{"name": "tx-resource", "resource": read(name)} for name in case.setup]
    if body["resourceType"] == "Parameters":
        body["parameter"] = [*body.get("parameter", []), *setup, *profile["parameter"]]
    return body


def failure(client: FlaskClient, case: Case, base: str, *, as_xml: bool = False) -> str | None:
    """Send the request of a test and return what is wrong with the answer, None if nothing is.

    `as_xml`: the answer is asked for in XML, and the request sent so if it is valid FHIR.
    """
    operation = case.test["operation"]
    address = f"/fhir/{base}/{_PATHS[operation]}"
    headers = {"Accept": "application/fhir+xml" if as_xml else "application/fhir+json"}
    if language := case.test.get("Accept-Language"):
        headers["Accept-Language"] = language
    if operation in _PATTERN_OPERATIONS:
        response = client.get(address, headers=headers)
    else:
        body = request_body(case)
        data, media_type = _encoded(to_r4(body) if base == "r4" else body, base, as_xml=as_xml)
        response = client.post(address, data=data, content_type=media_type, headers=headers)
    wanted = case.test.get("http-code", "2xx")
    if f"{response.status_code // 100}xx" != wanted and str(response.status_code) != wanted:
        return f"status {response.status_code} instead of {wanted}: {response.get_data(as_text=True)[:700]}"
    data = response.get_data()
    answer = json.loads(exact_json.encode(from_xml(data, base)) if as_xml else data)
    if base == "r4":
        answer = to_r5(answer)
    found = None
    for name in ("response", "response2"):
        if name in case.test:
            pattern = AnswerPattern(FHIR_VERSIONS[base], is_open=operation in _PATTERN_OPERATIONS)
            expected = read(case.test[name])
            if operation in _PATTERN_OPERATIONS:
                answer, expected = _order_capabilities(answer), _order_capabilities(expected)
            difference = pattern.difference(expected, answer)
            if difference is None:
                return None
            found = found or difference
    return found


def _encoded(body: dict[str, Any], base: str, *, as_xml: bool) -> tuple[bytes, str]:
    """Return a body and its media type; several requests of the suite are no valid FHIR and stay JSON."""
    if as_xml:
        with suppress(FhirFault):
            return to_xml(body, base), "application/fhir+xml"
    return json.dumps(body).encode(), "application/fhir+json"


def _order_capabilities(statement: Any) -> Any:
    """Sort the arrays of a statement by type, name or code, at every level."""
    if isinstance(statement, list):
        done = [_order_capabilities(each) for each in statement]
        return sorted(done, key=_capability_key) if all(isinstance(each, dict) for each in done) else done
    if isinstance(statement, dict):
        return {name: _order_capabilities(value) for name, value in statement.items()}
    return statement


def _capability_key(item: dict[str, Any]) -> str:
    return str(next((item[key] for key in ("type", "name", "code", "url", "uri") if key in item), ""))


__all__ = ["Case", "cases", "failure", "read", "request_body", "sort_json"]
