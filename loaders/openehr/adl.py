"""Parser of openEHR archetypes in ADL 1.4: nodes of the definition with paths, terms by language.

Specification: Archetype Definition Language 1.4 (https://specifications.openehr.org/releases/AM/latest/ADL1.4.html).
No library on the Python package index reads ADL. The parser does not validate against the reference model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import current_meter
from loaders.openehr.cadl import NEXT_STEP, CadlParser, text_in_brackets
from loaders.openehr.model import Archetype, LocalTerms, ModelNode, TermText, add_terms, bound_code
from loaders.openehr.odin import Odin, as_dict, as_string, as_strings, nested_value, read_odin

_MAX_BYTES = 20 * 1024**2
_SECTIONS = ("specialise", "specialize", "concept", "language", "description", "definition", "invariant")
_SECTION = re.compile(
    r"^(?:archetype|template|operational_template)\b|^("
    + "|".join((*_SECTIONS, "ontology", "terminology", "annotations", "rules", "revision_history"))
    + r")\s*$",
    re.MULTILINE,
)
_HEADER = re.compile(r"(?:archetype|template|operational_template)\s*(?:\((?P<about>[^)]*)\))?\s*(?P<id>[\w:.\-]+)")


def read_adl(path: Path) -> tuple[Archetype, LocalTerms]:
    """Read an archetype and its terms. Raises `InputError` with the row for a syntax error."""
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(path, f"the file is larger than {_MAX_BYTES:,} bytes.", "Check that you added the right file.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path, f"the file is not UTF-8 ({error}).", "Save it as UTF-8.") from None
    origin = Origin(path.name)
    sections = _sections(text, origin)
    header = _HEADER.match(text)
    if not header:
        raise InputError(
            Origin(path.name, 1), "the file does not begin with 'archetype'.", "Check that it is an ADL 1.4 archetype."
        )
    if re.search(r"adl_version\s*=\s*2", header["about"] or ""):
        raise InputError(Origin(path.name, 1), "the archetype is ADL 2.", "Export it as ADL 1.4 or as a template.")
    for name in ("concept", "definition"):
        if name not in sections:
            raise InputError(path, f"the section '{name}' is missing.", NEXT_STEP)
    ontology = next((sections[name] for name in ("ontology", "terminology") if name in sections), None)
    if ontology is None:
        raise InputError(path, "the section 'ontology' with the terms is missing.", NEXT_STEP)
    language = _parse_section(sections.get("language"), origin)
    description = _parse_section(sections.get("description"), origin)
    terms = _read_terms(_parse_section(ontology, origin))
    concept = text_in_brackets(sections["concept"][0]) or "at0000"
    parent = next((sections[name][0].strip() for name in ("specialise", "specialize") if name in sections), "")
    archetype = Archetype(
        id=header["id"],
        origin=origin,
        kind="archetype",
        language=bound_code(as_string(language.get("original_language", ""))) or "en",
        version=as_string(nested_value(description, "other_details", "revision")),
        licence=as_string(nested_value(description, "other_details", "licence")),
        publisher=as_string(nested_value(description, "other_details", "custodian_organisation")),
        parent=parent,
        titles={lang: word.text for lang, word in terms.texts_of(concept).items()},
        purposes={
            lang: purpose
            for lang, details in as_dict(description.get("details", {})).items()
            if (purpose := as_string(as_dict(details).get("purpose", "")))
        },
    )
    archetype.nodes = _permitted(CadlParser(*sections["definition"], origin).nodes())
    add_terms(archetype.nodes, terms)
    current_meter().rows += len(archetype.nodes)
    current_meter().bytes += len(text)
    return archetype, terms


def _permitted(nodes: Iterable[ModelNode]) -> list[ModelNode]:
    """Return the nodes without those that occur 0..0, which are prohibited, and their descendants."""
    prohibited: list[str] = []
    kept = []
    for node in nodes:
        if re.fullmatch(r"0\s*(?:\.\.\s*0)?", node.occurrences) or node.path.startswith(tuple(prohibited)):
            prohibited.append(f"{node.path}/")
        else:
            kept.append(node)
    return kept


def _sections(text: str, origin: Origin) -> dict[str, tuple[str, int]]:
    """Return the sections by name, each with its first row."""
    found: dict[str, tuple[str, int]] = {}
    starts = [match for match in _SECTION.finditer(text) if match[1]]
    for number, match in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        row = text.count("\n", 0, match.end()) + 1
        if match[1] in found:
            raise InputError(Origin(origin.file, row), f"the section '{match[1]}' occurs twice.", NEXT_STEP)
        found[match[1]] = (text[match.end() : end], row)
    return found


def _parse_section(section: tuple[str, int] | None, origin: Origin) -> dict[str, Odin]:
    return read_odin(section[0], Origin(origin.file, section[1])) if section else {}


def _read_terms(ontology: dict[str, Odin]) -> LocalTerms:
    terms = LocalTerms()
    for language, definitions in as_dict(ontology.get("term_definitions", {})).items():
        for code, term in as_dict(as_dict(definitions).get("items", definitions)).items():
            text, description, comment = (
                as_string(as_dict(term).get(key, "")) for key in ("text", "description", "comment")
            )
            terms.add_text(code, language, TermText(text, description, comment))
    for kind in ("term_bindings", "constraint_bindings"):
        for terminology, bindings in as_dict(ontology.get(kind, {})).items():
            for code, target in as_dict(as_dict(bindings).get("items", bindings)).items():
                for each in as_strings(target):
                    terms.add_binding(code, terminology, each)
    return terms
