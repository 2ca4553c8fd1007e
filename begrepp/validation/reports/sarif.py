"""Report as SARIF 2.1.0 for code hosts.

Parsed RDF has no line numbers, so the location of a result is the first occurrence of its focus node in the files.
A file has the name under which the user gave or sent it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

from begrepp.rdf.namespaces import compact
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.reports.causes import cause_texts, format_path, remark_texts
from begrepp.validation.reports.i18n import choose_text

_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LARGEST = 50_000_000
_URI_CHARACTERS = "/:?#[]@!$&'()*+,;=%~"


def to_sarif(outcome: ValidationOutcome, language: str) -> str:
    """Return one SARIF run with a rule per shape and a result per validation result."""
    shapes = {each.iri: each for each in outcome.shapes}
    lines = _LineFinder(outcome.files, outcome.paths)
    results = []
    for result in outcome.report.results:
        path = format_path(result.path, shapes)
        message = choose_text(result.messages, language)
        location = f"{compact(result.focus)}{f' {path}' if path else ''}"
        file, line = lines.find(result.focus)
        results.append(
            {
                "ruleId": result.shape,
                "level": _LEVELS[str(result.severity)],
                "message": {"text": f"{location}: {message}"},
                "properties": {"severity": result.severity_iri},
                "locations": [
                    {
                        "physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": line}},
                        "logicalLocations": [{"fullyQualifiedName": result.focus}],
                    }
                ],
            }
        )
    rules: list[dict[str, object]] = [
        {
            "id": each.iri,
            "name": each.id,
            "shortDescription": {"text": choose_text(each.label, language) or each.id},
            "help": {"text": choose_text(each.hint, language) or choose_text(each.label, language) or each.id},
            "helpUri": next((link for link in each.see_also if "://" in link), outcome.rules.source or each.iri),
        }
        for each in outcome.shapes
    ]
    rules += _undocumented_rules(outcome, language)
    driver = {"name": "begrepp", "informationUri": "https://w3id.org/begrepp/", "rules": rules}
    notes = [{"level": "warning", "message": {"text": words}} for words in remark_texts(outcome, language)]
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": notes}
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "results": results,
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _undocumented_rules(outcome: ValidationOutcome, language: str) -> list[dict[str, object]]:
    """Return the rules of shapes with results that are parts of others, such as property shapes with an IRI."""
    causes = {cause.shape: cause for cause in reversed(cause_texts(outcome, language))}
    for each in outcome.shapes:
        causes.pop(each.iri, None)
    return [
        {
            "id": shape,
            "name": cause.shape_id,
            "shortDescription": {"text": cause.label},
            "help": {"text": cause.hint},
            "helpUri": cause.link or shape,
        }
        for shape, cause in causes.items()
    ]


def _reference(name: str) -> str:
    """Return the URI reference of a file (SARIF 2.1.0, 3.4.3) by the name under which it was given or sent."""
    return quote(name, safe=_URI_CHARACTERS) if "://" in name else quote(name.replace("\\", "/"))


class _LineFinder:
    """Finds the line of the first occurrence of an IRI in the files."""

    def __init__(self, names: tuple[str, ...], paths: tuple[Path, ...]) -> None:
        self._files = [
            (_reference(name), path.read_text(encoding="utf-8", errors="replace"))
            for name, path in zip(names, paths, strict=True)
            if path.exists() and path.stat().st_size < _LARGEST
        ]
        self._first = _reference(names[0]) if names else "data"
        self._cache: dict[str, tuple[str, int]] = {}

    def find(self, iri: str) -> tuple[str, int]:
        """Return the file and line of an IRI; the first line of the first file if it does not occur."""
        if iri not in self._cache:
            self._cache[iri] = self._find(iri)
        return self._cache[iri]

    def _find(self, iri: str) -> tuple[str, int]:
        """Return the first statement with the IRI as its subject, otherwise the first occurrence."""
        local = re.escape(iri.replace("#", "/").rpartition("/")[2])
        named = rf"(?:<{re.escape(iri)}>|[\w.-]*:{local})(?=[\s;,.])" if local else rf"<{re.escape(iri)}>"
        as_subject = rf"rdf:about=\"{re.escape(iri)}\"|\"@id\": *\"{re.escape(iri)}\""
        for pattern in (rf"^\s*{named}(?!\s*[;,.])|{as_subject}", named):
            for file, text in self._files:
                if match := re.search(pattern, text, re.MULTILINE):
                    start = match.start() + len(match[0]) - len(match[0].lstrip())
                    return file, text.count("\n", 0, start) + 1
        return self._first, 1
