"""Designations of FHIR code systems: their uses, and what the graph does not state of them and of concepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from begrepp.rdf.namespaces import expand
from begrepp.records import RdfTerm, Text
from loaders.support.fhir_headers import ELEMENT_ENCODER
from loaders.support.fhir_labels import Json

_DEFINITION = "definition"
"""Code of the use of designations that are definitions in another language."""
FULL_NAMES = ("900000000000003001", "fully-specified-name", "fsn")
"""Uses of designations that are fully specified names, as a code of SNOMED CT or a word."""
DISPLAY_USES = ("", "preferredForLanguage", "display", "900000000000548007")
"""Uses of designations that may be shown as the name of a concept; one without a use may (`designation.use`)."""
_DERIVED_USES = (
    ("http://snomed.info/sct", "900000000000003001"),
    ("http://snomed.info/sct", "900000000000013009"),
    ("http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra", "preferredForLanguage"),
)
"""Uses of the fully specified names, synonyms and preferred labels that the graph states."""
FULL_NAME = expand("begrepp:fullySpecifiedName")
_RESOURCE_ELEMENT, _JSON = expand("begrepp:resourceElement"), expand("rdf:JSON")


def unstated_elements(
    designations: list[tuple[Text, Json]], pref: Mapping[str, str], extensions: list[Json]
) -> Iterator[tuple[str, RdfTerm]]:
    """Yield what the graph does not state of a concept, as JSON: extensions and designations.

    The designations are those with a use or extension that labels do not state, and others with their text.
    """
    unstated = {text for text, item in designations if not _is_derived(text, item, pref)}
    kept = [
        item | {"value": text.value} | ({"language": text.lang} if "language" in item else {})
        for text, item in designations
        if text in unstated
    ]
    element = ({"designation": kept} if kept else {}) | ({"extension": extensions} if extensions else {})
    if element:
        encoded = ELEMENT_ENCODER.encode(element).decode()
        yield _RESOURCE_ELEMENT, RdfTerm(encoded, "literal", datatype=_JSON)


def _is_derived(text: Text, item: Json, pref: Mapping[str, str]) -> bool:
    """Return whether a label and the statement of a fully specified name say all that a designation does."""
    if item.keys() - {"language", "use", "value"}:
        return False
    use = use_of(item)
    is_preferred = pref.get(text.lang) == text.value
    return not item.get("use") or (use in _DERIVED_USES and (use[1] == "preferredForLanguage") is is_preferred)


def use_of(designation: Json) -> tuple[str, str]:
    """Return system and code of the use of a designation, empty strings if it has none."""
    use = designation.get("use")
    return (str(use.get("system") or ""), str(use.get("code") or "")) if isinstance(use, dict) else ("", "")


def is_definition(designation: Json) -> bool:
    """Return whether a designation is a definition in another language."""
    return use_of(designation)[1] == _DEFINITION
