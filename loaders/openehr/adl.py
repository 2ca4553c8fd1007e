"""openEHR archetypes written in ADL 1.4: the definition as nodes with paths, the terms in every language.

By the openEHR specification "Archetype Definition Language 1.4" (https://specifications.openehr.org/releases/AM/latest/ADL1.4.html).
No library on the Python package index reads ADL, so this reads what archetypes hold: it does not judge whether
the reference model allows it.
"""

from __future__ import annotations

import re
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import meter
from loaders.openehr.cadl import NEXT_STEP, CadlParser, text_in_brackets
from loaders.openehr.model import Archetype, LocalTerms, TermText, add_terms
from loaders.openehr.odin import Odin, as_dict, as_string, as_strings, nested_value, read_odin

_MAX_BYTES = 20 * 1024**2
_SECTIONS = ("specialise", "specialize", "concept", "language", "description", "definition", "invariant")
_SECTION = re.compile(
    r"^(?:archetype|template|operational_template)\b|^("
    + "|".join((*_SECTIONS, "ontology", "terminology", "annotations", "rules", "revision_history"))
    + r")\s*$",
    re.MULTILINE,
)
_HEAD = re.compile(r"(?:archetype|template|operational_template)\s*(?:\((?P<about>[^)]*)\))?\s*(?P<id>[\w:.\-]+)")


def read_adl(path: Path) -> tuple[Archetype, LocalTerms]:
    """An archetype of ADL 1.4 and its terms. Raises `InputError` with the row where it cannot be read."""
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(path, f"the file is larger than {_MAX_BYTES:,} bytes.", "Check that you added the right file.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path, f"the file is not UTF-8 ({error}).", "Save it as UTF-8.") from None
    origin = Origin(path.name)
    sections = _sections(text, origin)
    head = _HEAD.match(text)
    if not head:
        raise InputError(
            Origin(path.name, 1), "the file does not begin with 'archetype'.", "Check that it is an ADL 1.4 archetype."
        )
    if re.search(r"adl_version\s*=\s*2", head["about"] or ""):
        raise InputError(Origin(path.name, 1), "the archetype is ADL 2.", "Export it as ADL 1.4 or as a template.")
    for name in ("concept", "definition"):
        if name not in sections:
            raise InputError(path, f"the section '{name}' is missing.", NEXT_STEP)
    words = next((sections[name] for name in ("ontology", "terminology") if name in sections), None)
    if words is None:
        raise InputError(path, "the section 'ontology' with the terms is missing.", NEXT_STEP)
    language = _odin(sections.get("language"), origin)
    description = _odin(sections.get("description"), origin)
    terms = _terms(_odin(words, origin))
    concept = text_in_brackets(sections["concept"][0]) or "at0000"
    parent = next((sections[name][0].strip() for name in ("specialise", "specialize") if name in sections), "")
    archetype = Archetype(
        id=head["id"],
        origin=origin,
        kind="archetype",
        language=_last(as_string(language.get("original_language", ""))) or "en",
        version=as_string(nested_value(description, "other_details", "revision")),
        licence=as_string(nested_value(description, "other_details", "licence")),
        publisher=as_string(nested_value(description, "other_details", "custodian_organisation")),
        parent=parent,
        titles={lang: word.text for lang, word in terms.of(concept).items()},
        purposes={
            lang: purpose
            for lang, said in as_dict(description.get("details", {})).items()
            if (purpose := as_string(as_dict(said).get("purpose", "")))
        },
    )
    archetype.nodes = list(CadlParser(*sections["definition"], origin).nodes())
    add_terms(archetype.nodes, terms)
    meter().rows += len(archetype.nodes)
    meter().bytes += len(text)
    return archetype, terms


def _sections(text: str, origin: Origin) -> dict[str, tuple[str, int]]:
    """The sections by their names, each with the row that it begins on."""
    found: dict[str, tuple[str, int]] = {}
    starts = [match for match in _SECTION.finditer(text) if match[1]]
    for number, match in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        row = text.count("\n", 0, match.end()) + 1
        if match[1] in found:
            raise InputError(Origin(origin.file, row), f"the section '{match[1]}' is there twice.", NEXT_STEP)
        found[match[1]] = (text[match.end() : end], row)
    return found


def _odin(section: tuple[str, int] | None, origin: Origin) -> dict[str, Odin]:
    return read_odin(section[0], Origin(origin.file, section[1])) if section else {}


def _terms(said: dict[str, Odin]) -> LocalTerms:
    terms = LocalTerms()
    for language, definitions in as_dict(said.get("term_definitions", {})).items():
        for code, about in as_dict(as_dict(definitions).get("items", definitions)).items():
            text, description, comment = (
                as_string(as_dict(about).get(key, "")) for key in ("text", "description", "comment")
            )
            terms.say(code, language, TermText(text, description, comment))
    for kind in ("term_bindings", "constraint_bindings"):
        for terminology, bound in as_dict(said.get(kind, {})).items():
            for code, target in as_dict(as_dict(bound).get("items", bound)).items():
                for each in as_strings(target):
                    terms.bind(code, terminology, _last(each))
    return terms


def _last(term: str) -> str:
    return term.rpartition("::")[2]
