"""Translations of reports and rule descriptions, in Swedish and English, from `translations/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from begrepp.rdf.namespaces import compact
from begrepp.text.plurals import format_number, plural_category
from begrepp.validation.profiles.shape_doc import Rule

_PLACEHOLDER = re.compile(r"\{[?$]\w+\}")
TRANSLATIONS = Path(__file__).parent / "translations"


def translate(language: str, key: str, **values: object) -> str:
    """The text of a key, such as `report.title`, with its values filled in and its numbers in the language's format.

    A text with the forms `one` and `other` takes the form of the number `n`.
    """
    section, _, name = key.partition(".")
    entry = _translations(language)[section][name]
    n = values.get("n")
    text = entry if isinstance(entry, str) else entry[plural_category(n if isinstance(n, int | float) else 0)]
    formatted = {k: format_number(v, language) if isinstance(v, int | float) else v for k, v in values.items()}
    return text.format(**formatted)


def has_translation(language: str, key: str) -> bool:
    """Return whether a key has a text."""
    section, _, name = key.partition(".")
    return name in _translations(language)[section]


def choose_text(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language; otherwise the English one, the one without a language, or any."""
    return texts.get(language) or texts.get("en") or texts.get("") or next(iter(texts.values()), "")


def blank_placeholders(message: str) -> str:
    """Replace the placeholders of a message by …."""
    return _PLACEHOLDER.sub("…", message)


def rule_words(rule: Rule, language: str) -> str:
    """Describe a rule as a phrase: `at most 100 characters`, `any of: an IRI; datatype xsd:date`."""
    values = ", ".join(_display_value(value) for value in rule.values)
    parts = "; ".join(
        " ".join(filter(None, (compact(path), ", ".join(rule_words(each, language) for each in inner))))
        for path, inner in rule.parts
    )
    return translate(language, f"rule.{rule.name}", values=values, parts=parts)


def _display_value(value: str) -> str:
    if "://" not in value or " " in value or value.startswith("^"):
        return value
    short = compact(value)
    return short if short != value else re.split(r"[#/]", value.rstrip("#/"))[-1]


@cache
def _translations(language: str) -> dict[str, dict[str, str | dict[str, str]]]:
    sections: dict[str, dict[str, str | dict[str, str]]] = tomllib.loads(
        (TRANSLATIONS / f"{language}.toml").read_text(encoding="utf-8")
    )
    return sections
