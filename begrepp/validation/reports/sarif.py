"""A report as SARIF 2.1.0, which code hosts show beside the lines of a file.

RDF has no lines once it is read, so a result is shown where its focus node is first written in the file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from begrepp.rdf.namespaces import compact
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.reports.causes import format_path
from begrepp.validation.reports.i18n import choose_text

_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LARGEST = 50_000_000


def to_sarif(outcome: ValidationOutcome, language: str) -> str:
    """One run: a rule per shape, a result per result kept."""
    shapes = {each.iri: each for each in outcome.shapes}
    lines = _LineFinder(outcome.paths)
    found = []
    for result in outcome.report.results:
        path = format_path(result.path, shapes)
        said = choose_text(result.messages, language)
        where = f"{compact(result.focus)}{f' {path}' if path else ''}"
        file, line = lines.find(result.focus)
        found.append(
            {
                "ruleId": result.shape,
                "level": _LEVELS[str(result.severity)],
                "message": {"text": f"{where}: {said}"},
                "locations": [
                    {
                        "physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": line}},
                        "logicalLocations": [{"fullyQualifiedName": result.focus}],
                    }
                ],
            }
        )
    rules = [
        {
            "id": each.iri,
            "name": each.id,
            "shortDescription": {"text": choose_text(each.label, language) or each.id},
            "help": {"text": choose_text(each.hint, language) or choose_text(each.label, language) or each.id},
            "helpUri": next((link for link in each.see_also if "://" in link), outcome.rules.source or each.iri),
        }
        for each in outcome.shapes
    ]
    driver = {"name": "begrepp", "informationUri": "https://w3id.org/begrepp/", "rules": rules}
    run = {"tool": {"driver": driver}, "results": found, "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


class _LineFinder:
    """Where things are first written in the files."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self._files = [
            (path.as_posix(), path.read_text(encoding="utf-8", errors="replace"))
            for path in paths
            if path.exists() and path.stat().st_size < _LARGEST
        ]
        self._first = paths[0].as_posix() if paths else "data"
        self._known: dict[str, tuple[str, int]] = {}

    def find(self, iri: str) -> tuple[str, int]:
        """The file and the line of a thing; the first line of the first file where it is not found."""
        if iri not in self._known:
            self._known[iri] = self._find(iri)
        return self._known[iri]

    def _find(self, iri: str) -> tuple[str, int]:
        """Where a thing begins a statement, else where it is first named."""
        local = re.escape(iri.replace("#", "/").rpartition("/")[2])
        named = rf"(?:<{re.escape(iri)}>|[\w.-]*:{local})(?=[\s;,.])" if local else rf"<{re.escape(iri)}>"
        about = rf"rdf:about=\"{re.escape(iri)}\"|\"@id\": *\"{re.escape(iri)}\""
        for pattern in (rf"^\s*{named}(?!\s*[;,.])|{about}", named):
            for file, text in self._files:
                if found := re.search(pattern, text, re.MULTILINE):
                    at = found.start() + len(found[0]) - len(found[0].lstrip())
                    return file, text.count("\n", 0, at) + 1
        return self._first, 1
