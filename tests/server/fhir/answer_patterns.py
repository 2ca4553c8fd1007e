"""Comparison of answers with HL7's terminology tests: scrubs and sorts an answer and compares it with its pattern.

The rules are those of HL7's test cases: templates such as `$uuid$`, optional objects and properties, and a fixed order
of everything whose order does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Json = Any
_MANAGED = "http://hl7.org/fhir/StructureDefinition/"
KEPT_EXTENSIONS = {
    f"{_MANAGED}{name}"
    for name in (
        *("codesystem-alternate", "codesystem-conceptOrder", "codesystem-label", "coding-sctdescid", "itemWeight"),
        *("rendering-style", "rendering-xhtml", "valueset-concept-definition", "valueset-deprecated"),
        *("valueset-supplement", "valueset-label", "valueset-conceptOrder", "structuredefinition-standards-status"),
        *("operationoutcome-message-id", "valueset-unclosed", "valueset-unclosed-reason"),
    )
}
_VALUES = {
    "$instant$": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "$date$": r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    "$uuid$": r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "$id$": r"[A-Za-z0-9.-]{1,64}",
    "$url$": r"(https?://|urn:)\S+",
    "$token$": r"\S+( \S+)*",
    "$semver$": r"\d+\.\d+(\.\d+)?(-\S+)?",
    "$string$": r"\S(.*\S)?",
}


@dataclass
class AnswerPattern:
    """Compares answers with patterns for one FHIR version and set of modes; `is_open`: more properties are free."""

    version: str
    modes: frozenset[str] = frozenset()
    is_open: bool = False
    faults: list[str] = field(default_factory=list)

    def difference(self, expected: Json, answer: Json) -> str | None:
        """Return the first difference, None if the answer matches."""
        return self._compare("", expected, answer if self.is_open else sort_json(scrub(answer)))

    def is_optional(self, expected: Json) -> bool:
        """Return whether an item of an array may be missing."""
        mark = expected.get("$optional$") if isinstance(expected, dict) else None
        if mark is None or mark is True:
            return bool(mark)
        text = str(mark)
        if text.startswith("warning:"):
            return True
        if text.startswith("version:"):
            return self.version.startswith(text.removeprefix("version:"))
        return text.removeprefix("!") not in self.modes if text.startswith("!") else text in self.modes

    def _compare(self, path: str, expected: Json, answer: Json) -> str | None:
        if isinstance(expected, dict):
            if not isinstance(answer, dict):
                return f"{path}: object expected, got {answer!r}"
            return self._compare_objects(path, expected, answer)
        if isinstance(expected, list):
            if not isinstance(answer, list):
                return f"{path}: array expected, got {answer!r}"
            return self._compare_arrays(path, expected, answer)
        if isinstance(expected, str) and isinstance(answer, str):
            return None if self._matches(expected, answer) else f"{path}: {expected!r} expected, got {answer!r}"
        if isinstance(expected, bool) != isinstance(answer, bool) or expected != answer:
            return f"{path}: {expected!r} expected, got {answer!r}"
        return None

    def _compare_objects(self, path: str, expected: Json, answer: Json) -> str | None:
        optional = expected.get("$optional-properties$", [])
        lengths = expected.get("$count-arrays$", [])
        names = [name for name in expected if not name.startswith("$")]
        if not self.is_open and (extra := [n for n in answer if n not in names and n not in optional]):
            return f"{path}: unexpected property {extra[0]} = {answer[extra[0]]!r}"
        for name in names:
            wanted = expected[name]
            if name not in answer:
                if name in optional or (isinstance(wanted, list) and _has_no_mandatory_object(wanted)):
                    continue
                return f"{path}: property {name} is missing ({wanted!r})"
            if name in lengths:
                if len(wanted) != len(answer[name]):
                    return f"{path}.{name}: {len(wanted)} items expected, got {len(answer[name])}"
            elif found := self._compare(f"{path}.{name}", wanted, answer[name]):
                return found
        return None

    def _compare_arrays(self, path: str, expected: list[Json], answer: list[Json]) -> str | None:
        place, skipped = 0, ""
        for number, wanted in enumerate(expected):
            if self.is_open:
                while place < len(answer) and self._compare("", wanted, answer[place]):
                    place += 1
            found = self._compare(f"{path}[{number}]", wanted, answer[place]) if place < len(answer) else "missing"
            if found is None:
                place += 1
            elif not self.is_optional(wanted):
                rest = answer[place] if place < len(answer) else None
                return f"{path}[{number}]: {wanted!r} expected, got {rest!r}: {found} {skipped}"
            else:
                skipped = f"(optional item skipped: {found})"
        if place < len(answer) and not self.is_open:
            return f"{path}: unexpected item {answer[place]!r} {skipped}"
        return None

    def _matches(self, expected: str, answer: str) -> bool:
        if expected in ("$$", answer):
            return True
        if expected in _VALUES:
            return re.fullmatch(_VALUES[expected], answer) is not None
        if expected.startswith("$choice:"):
            return answer in expected[len("$choice:") : -1].split("|")
        if expected.startswith("$fragments:"):
            return all(part.lower() in answer.lower() for part in expected[len("$fragments:") : -1].split("|"))
        if expected.startswith("$external:"):
            parts = expected[1:-1].split(":")
            return len(parts) < 3 or parts[2] in answer
        if "$version$" in expected:
            return expected.replace("$version$", self.version) == answer
        decoded = _base64_digits(expected)
        return len(decoded) > 1 and decoded == _base64_digits(answer)


def _has_no_mandatory_object(items: list[Json]) -> bool:
    """Return whether each object of an array has a mark `$optional$`; true for an array of texts."""
    return all("$optional$" in each for each in items if isinstance(each, dict))


def _base64_digits(text: str) -> str:
    """Return the Base64 digits of a text up to the first `=`.

    The reference runner also compares two texts by their bytes as Base64, so other characters do not count for it.
    """
    return re.sub(r"[^A-Za-z0-9+/]", "", text.partition("=")[0].replace("-", "+").replace("_", "/"))


def scrub(answer: Json) -> Json:
    """Return the answer without narrative, metadata, diagnostics and extensions that the tests do not know."""
    if isinstance(answer, list):
        return [scrub(each) for each in answer if not _is_ignored(each)]
    if not isinstance(answer, dict):
        return answer
    dropped = {"text", "meta"} if "resourceType" in answer else set()
    kept = {name: scrub(value) for name, value in answer.items() if name not in dropped and name != "diagnostics"}
    return {name: value for name, value in kept.items() if not (name == "extension" and value == [])}


def _is_ignored(item: Json) -> bool:
    if not isinstance(item, dict):
        return False
    if item.get("name") == "diagnostics" or ("diagnostics" in item and "details" not in item):
        return True
    url = item.get("url")
    is_extension = isinstance(url, str) and "resourceType" not in item and "method" not in item
    absolute = is_extension and str(url).startswith(("http://", "https://"))
    known = url in KEPT_EXTENSIONS or str(url).startswith("http://hl7.org/fhir/test/")
    return absolute and not known and any(key == "extension" or key.startswith("value") for key in item)


def sort_json(answer: Json) -> Json:
    """Return the answer with everything whose order is free in the order of the tests."""
    if isinstance(answer, list):
        return [sort_json(each) for each in answer]
    if not isinstance(answer, dict):
        return answer
    done = {name: sort_json(value) for name, value in answer.items()}
    if done.get("resourceType") == "Parameters":
        for each in done.get("parameter", []):
            _sort_parts(each)
        _sort(done, "parameter", _parameter_key)
    elif done.get("resourceType") == "OperationOutcome":
        _sort(done, "issue", _issue_key)
    elif done.get("resourceType") == "ValueSet" and "expansion" in done:
        _sort(done["expansion"], "parameter", lambda each: (each.get("name", ""), str(_value(each))))
        _sort(done["expansion"], "property", lambda each: (each.get("uri", ""), each.get("code", "")))
        _sort_contains(done["expansion"])
    return done


def _sort_contains(parent: Json) -> None:
    _sort(parent, "contains", lambda each: (each.get("code", ""),))
    for each in parent.get("contains", []):
        _sort(each, "designation", lambda one: (one.get("language", ""),))
        _sort(each, "property", lambda one: (one.get("code", ""),))
        _sort_contains(each)


def _sort_parts(parameter: Json) -> None:
    _sort(parameter, "part", lambda each: (each.get("name", ""),))
    for each in parameter.get("part", []):
        _sort_parts(each)
    if parameter.get("name") == "message" and isinstance(parameter.get("valueString"), str):
        parameter["valueString"] = "; ".join(sorted(parameter["valueString"].split("; "), key=_utf16))


def _parameter_key(parameter: Json) -> tuple[str, ...]:
    name = parameter.get("name", "")
    parts = {each.get("name"): str(_value(each)) for each in parameter.get("part", [])}
    if name == "property":
        return (name, parts.get("code", ""), parts.get("value", "").lower())
    if name == "designation":
        return (name, parts.get("language", ""), parts.get("value", "").lower())
    return (name,)


def _issue_key(issue: Json) -> tuple[str, ...]:
    first = (issue.get("expression") or issue.get("location") or [""])[0]
    return (issue.get("severity", ""), issue.get("code", ""), first, issue.get("details", {}).get("text", "") or "")


def _value(item: Json) -> Json:
    return next((value for key, value in item.items() if key.startswith("value")), "")


def _sort(parent: Json, name: str, key: Callable[[Json], Iterable[str]]) -> None:
    if isinstance(parent.get(name), list):
        parent[name].sort(key=lambda each: [_utf16(part) for part in key(each)])


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be")
