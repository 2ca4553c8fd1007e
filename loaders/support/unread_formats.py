"""Formats that begrepp does not read, recognised by their beginning, with what to convert the file to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from begrepp.errors import InputError

_UNREAD = (
    # A pattern of the beginning, what the file is, and the next step.
    (
        re.compile(
            r"\A(?:\s*//.*\n|\s*\n)*(?:Alias|CodeSystem|ValueSet|ConceptMap|Profile|Extension|Logical|Resource|Instance|"
            r"Invariant|RuleSet|Mapping):[ \t]*\S"
        ),
        "FHIR Shorthand",
        "Compile it with SUSHI, and add the JSON that it writes.",
    ),
    (
        re.compile(r"\A\s*(?:Prefix|Ontology)\s*\("),
        "OWL functional syntax",
        "Convert it to RDF/XML or Turtle, as with ROBOT.",
    ),
    (
        re.compile(r"\A\s*(?:Prefix: \S*: <|Ontology: <)"),
        "OWL Manchester syntax",
        "Convert it to RDF/XML or Turtle, as with ROBOT.",
    ),
    (
        re.compile(r"<(?:\w+:)?\w+\s[^>]*xmlns(?::\w+)?\s*=\s*[\"']http://hl7\.org/fhir[\"']"),
        "a FHIR resource in XML",
        "Export it as JSON.",
    ),
    (
        re.compile(r'\A\s*\{[^\n]*"resourceType"[^\n]*\}\s*\n\s*\{'),
        "several FHIR resources in one file (NDJSON)",
        "Put each in a file of its own, or all in a Bundle.",
    ),
    (
        re.compile(r"\A(?:\s*#.*\n|\s*\n)*\s*(?:@(?:prefix|base)\s|(?:PREFIX|BASE)\s+\S*\s*<)"),
        "RDF, but with no concepts (SKOS), datasets (DCAT) or classes (OWL)",
        "Check that you named the right file; `begrepp validate` checks other RDF.",
    ),
)
_HEAD = 20_000


def refuse_unread_formats(paths: Iterable[Path]) -> None:
    """Raise `InputError` for the first file in a known format that begrepp does not read."""
    for path in paths:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8-sig", errors="replace")
        for pattern, kind, next_step in _UNREAD:
            if pattern.search(head):
                raise InputError(path, f"it is {kind}, which begrepp does not read.", next_step)
