"""Labels of the build's concepts as displays of FHIR, by language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from begrepp.fhir import exact_json
from begrepp.fhir.requests.language_choice import LanguageChoice
from begrepp.fhir.systems.designations import ConceptTexts, FhirDesignation, read_designations
from begrepp.fhir.value_elements import object_items
from begrepp.records import Text
from begrepp.settings import LANGUAGES
from begrepp.terminology.concept_record import ConceptRecord, ThingName

Json = dict[str, Any]
_SYNONYM: Json = {"system": "http://snomed.info/sct", "code": "900000000000013009", "display": "Synonym"}
_FULL_NAME: Json = {
    "system": "http://snomed.info/sct",
    "code": "900000000000003001",
    "display": "Fully specified name",
}
NO_LANGUAGE = "zxx"
"""The language of a label that is the code."""
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9]+")


def first_text(texts: Sequence[Text]) -> str:
    """Return the first text by language, empty if there is none."""
    return next((each.value for each in ordered_texts(texts)), "")


def main_language(languages: Sequence[str]) -> str:
    """Return the first of our languages among those of a code system, or else its first one."""
    return next((each for each in LANGUAGES if each in languages), (*languages, "")[0])


def named_texts(name: ThingName) -> Sequence[Text]:
    """Return the labels of a concept; one that only repeats the code, for a publisher who gives none, is no display."""
    texts = name.texts
    if len(texts) == 1 and texts[0].lang == NO_LANGUAGE and texts[0].value == name.notation:
        return ()
    return texts


def ordered_texts(texts: Sequence[Text], first: str = "") -> list[Text]:
    """Return the texts by language: that of the code system, Swedish, English, then the others."""
    return sorted(texts, key=lambda each: text_order(each.lang, first))


def text_order(language: str, first: str = "") -> tuple[int, str]:
    """Return the sort key of a language; `first`: that of the code system."""
    if language == first:
        return -1, language
    return (LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES), language)


def display_of(value: str, language: str) -> FhirDesignation:
    """Return a preferred label as a designation."""
    return FhirDesignation(value=value, language=language, is_display=True)


def designations_of(record: ConceptRecord, language: str) -> list[FhirDesignation]:
    """Return the preferred labels of a concept by language, that of the code system first, then the other names.

    Names have the uses that the publisher's resource states; without one they are synonyms, or fully specified names.
    """
    preferred = [each for each in record.designations if each.use == "preferred"]
    if len(preferred) == 1 and preferred[0].language == NO_LANGUAGE and preferred[0].text == record.code:
        preferred = []  # the code in place of a label
    elif len(preferred) > 1:
        preferred.sort(key=lambda each: text_order(each.language, language))
    if len(preferred) == len(record.designations) and not record.resource_element:
        return [display_of(each.text, each.language) for each in preferred]
    published = published_designations(record.resource_element)
    first, others = [], []
    for each in preferred:
        stated = [*published.get((each.text, each.language), ()), *published.get((each.text, ""), ())]
        shown = next((one for one in stated if one.is_preferred), None)
        first.append(replace(shown, is_display=True) if shown else display_of(each.text, each.language))
        others += [one for one in stated if one is not shown]
    for each in record.designations:
        if each.use == "synonym":
            use = _FULL_NAME if Text(each.text, each.language) in record.full_names else _SYNONYM
            derived = FhirDesignation(value=each.text, language=each.language, use=use)
            others += published.get((each.text, each.language)) or published.get((each.text, "")) or [derived]
    return [*first, *others]


def published_extensions(record: ConceptRecord) -> list[Json]:
    """Return the extensions that the publisher's element of a concept has."""
    return [*object_items(exact_json.decode(record.resource_element), "extension")] if record.resource_element else []


def published_designations(element: str) -> dict[tuple[str, str], list[FhirDesignation]]:
    """Return the designations that the publisher's element of a concept states, by text and language, "" for none."""
    found: dict[tuple[str, str], list[FhirDesignation]] = {}
    if element:
        for each in read_designations(object_items(exact_json.decode(element), "designation")):
            found.setdefault((each.value, each.language), []).append(each)
    return found


@lru_cache(4096)
def places_of_labels(
    tags: tuple[str, ...], languages: LanguageChoice | None, first: str
) -> tuple[int, tuple[int, ...]]:
    """Return the place of the label to show among labels with these languages, -1 if none is wanted, and of the others.

    `first`: the language of the code system.
    """
    ordered = sorted(range(len(tags)), key=lambda place: text_order(tags[place], first))
    shown = ConceptTexts([display_of(str(place), tags[place]) for place in ordered]).preferred(languages)
    place = int(shown.value) if shown else -1
    return place, tuple(each for each in ordered if each != place)


def shown_display(texts: ConceptTexts) -> Json:
    """Return the element `display` of a Coding, nothing without one."""
    shown = texts.preferred(None)
    return {"display": shown.value} if shown else {}


def computable_name(name: str) -> str:
    """Return a name that FHIR accepts as `name`: letters and digits, the first a capital."""
    joined = "".join(part[:1].upper() + part[1:] for part in _NOT_IN_NAME.split(name) if part)
    return joined if joined[:1].isalpha() else f"N{joined}"
