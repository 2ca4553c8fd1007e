"""Recognition of the formats that have a loader of their own, by the contents of a file and its name."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HEAD = 200_000
_JSON_LIMIT = 50_000_000
_CHILDREN = ("children", "concept", "nodes", "items", "barn")
_ONCOTREE = {"code", "name", "mainType", "externalReferences", "children"}
_FHIR_CONTENT = ("CodeSystem", "ValueSet", "ConceptMap", "NamingSystem", "Bundle")
_FHIR_STRUCTURES = ("StructureDefinition", "Questionnaire")
_REDCAP = re.compile(r'^"?\ufeff?"?(Variable / Field Name|field_name)"?[,;\t]')
_SSSOM = re.compile(r"^(#|subject_id\t|subject_id,)")
_TEXT_FORMATS = (
    # Loader, and a pattern of the beginning of its files.
    ("obo", re.compile(r"\A\ufeff?(\s*!.*\n)*\s*format-version:", re.IGNORECASE)),
    ("claml", re.compile(r"<(?:\w+:)?ClaML[\s>]")),
    ("ddi", re.compile(r"<(?:\w+:)?(codeBook|DDIInstance|FragmentInstance)[\s>]")),
    ("odm", re.compile(r"<(?:\w+:)?ODM[\s>]")),
    ("openehr", re.compile(r"\A\ufeff?\s*(archetype|template)\s*\(|<template\s[^>]*openehr")),
    ("redcap", _REDCAP),
    ("npu", re.compile(r"<Npubegreb(er)?[\s>]")),
    ("icd10_who", re.compile(r'<item\s+type="chapter"')),
)
_RDF_FORMATS = (
    ("dcat", re.compile(r"\bdcat:(Dataset|Catalog)\b|ns/dcat#(Dataset|Catalog)\b")),
    ("skos", re.compile(r"\bskos:(ConceptScheme|Concept)\b|skos/core#(ConceptScheme|Concept)\b")),
    ("obo_owl", re.compile(r"\bowl:(Class|Ontology)\b|2002/07/owl#(Class|Ontology)\b")),
)
_RDF_SUFFIXES = (".ttl", ".rdf", ".owl", ".nt", ".nq", ".trig", ".jsonld", ".n3")
_OWN_FILES = (
    # Loaders that need no declaration, by the name of their file.
    ("snomed_rf2", re.compile(r"(x?sct2_|der2_).*\.txt|SnomedCT_.*\.zip", re.IGNORECASE)),
    ("omop", re.compile(r"CONCEPT(_\w+)?\.csv", re.IGNORECASE)),
    ("omop", re.compile(r"VOCABULARY\.csv")),
    ("loinc", re.compile(r"Loinc(Table)?(Core)?\.csv", re.IGNORECASE)),
    ("npu", re.compile(r"NPUdefinition.*\.csv", re.IGNORECASE)),
    ("ksh97p", re.compile(r"KSH97P_\w+\.ANS", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class RecognisedFormat:
    """A format with a loader; `needs_declaration` is false for a source that begrepp knows."""

    loader: str
    needs_scheme: bool = False
    needs_dataset: bool = False
    needs_file: bool = False
    needs_declaration: bool = True


_NEEDS_SCHEME = ("claml", "obo", "obo_owl")
_NEEDS_DATASET = ("redcap", "frictionless", "csvw")
_NEEDS_FILE = ("redcap",)
_KNOWN_SOURCES = ("npu", "icd10_who", "oncotree")
"""Sources of one publisher, whose loaders need no declaration."""


def recognise(path: Path) -> RecognisedFormat | None:
    """Return the format of a file with a loader of its own; None for a table, or an unknown format."""
    for loader, pattern in _OWN_FILES:
        if pattern.fullmatch(path.name):
            return RecognisedFormat(loader, needs_declaration=False)
    loader = _find_loader(path)
    if not loader:
        return None
    return RecognisedFormat(
        loader,
        needs_scheme=loader in _NEEDS_SCHEME,
        needs_dataset=loader in _NEEDS_DATASET,
        needs_file=loader in _NEEDS_FILE,
        needs_declaration=loader not in _KNOWN_SOURCES,
    )


def _find_loader(path: Path) -> str:
    suffix = path.suffix.lower()
    if path.name.endswith((".sssom.tsv", ".sssom.csv")):
        return "sssom"
    if suffix == ".tgz" or path.name.endswith(".tar.gz"):
        return "fhir"
    with path.open("rb") as file:
        start = file.read(_HEAD)
    head = start.decode("utf-16" if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8", errors="replace")
    for loader, pattern in _TEXT_FORMATS:
        if pattern.search(head[:20_000] if loader != "ddi" else head):
            return loader
    if suffix in (".tsv", ".csv") and "mapping_justification" in head and _SSSOM.search(head):
        return "sssom"
    if suffix in _RDF_SUFFIXES or "<rdf:RDF" in head[:5_000]:
        return next((loader for loader, pattern in _RDF_FORMATS if pattern.search(head)), "")
    if suffix == ".opt":
        return "openehr"
    return _json_loader(path) if suffix == ".json" else ""


def is_nested(path: Path) -> bool:
    """Return whether a JSON file is a tree: objects that hold objects with the same keys, over three levels."""
    document = _read_json(path)
    nodes = [document]
    for _ in range(3):
        nodes = [node for node in nodes for node in _child_nodes(node)][:1_000]
    return bool(nodes)


def _child_nodes(node: Any) -> list[Any]:
    """Return the objects in a node's list or object of children."""
    members = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and (children := next((node[key] for key in _CHILDREN if node.get(key)), None)):
        members = children.values() if isinstance(children, dict) else children
        return [each for each in members if isinstance(each, dict)]
    return [each for each in members if isinstance(each, dict) and any(each.get(key) for key in _CHILDREN)]


def _is_adl_template(document: dict[str, Any]) -> bool:
    """Return whether a JSON object is a template of the openEHR Archetype Designer (`.t.json`)."""
    return document.get("@type") == "TEMPLATE" and "definition" in document


def _read_json(path: Path) -> Any:
    """Return the contents of a JSON file; None if it is too large or not well-formed."""
    if path.stat().st_size > _JSON_LIMIT:
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _json_loader(path: Path) -> str:
    document = _read_json(path)
    if not isinstance(document, dict):
        return ""
    if document and all(isinstance(each, dict) and each.keys() >= _ONCOTREE for each in document.values()):
        return "oncotree"
    kind = document.get("resourceType")
    if kind in _FHIR_CONTENT:
        return "fhir"
    if kind in _FHIR_STRUCTURES:
        return "fhir_structures"
    if "http://www.w3.org/ns/csvw" in json.dumps(document.get("@context", "")):
        return "csvw"
    if "webTemplate" in document or {"templateId", "tree"} <= document.keys() or _is_adl_template(document):
        return "openehr"
    resources = document.get("resources")
    is_package = isinstance(resources, list) and any("schema" in each for each in resources if isinstance(each, dict))
    is_schema = isinstance(document.get("fields"), list) and all("name" in f for f in document["fields"])
    return "frictionless" if is_package or is_schema else ""
