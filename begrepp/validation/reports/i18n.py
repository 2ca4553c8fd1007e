"""The words of reports and of descriptions of rules, in Swedish and English, from `translations/`."""

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
FOLDER = Path(__file__).parent / "translations"


def translate(language: str, key: str, **values: object) -> str:
    """The words under a key, such as `report.title`, with values put in; numbers are written as the language does.

    Words with the forms `one` and `other` take that of the number `n`.
    """
    section, _, name = key.partition(".")
    found = _words(language)[section][name]
    n = values.get("n")
    text = found if isinstance(found, str) else found[plural_category(n if isinstance(n, int | float) else 0)]
    written = {k: format_number(v, language) if isinstance(v, int | float) else v for k, v in values.items()}
    return text.format(**written)


def knows(language: str, key: str) -> bool:
    """Whether there are words under a key."""
    section, _, name = key.partition(".")
    return name in _words(language)[section]


def choose(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else in English, without a language, or in any."""
    return texts.get(language) or texts.get("en") or texts.get("") or next(iter(texts.values()), "")


def unfilled(message: str) -> str:
    """A message without results: what is filled in for each result stands as …."""
    return _PLACEHOLDER.sub("…", message)


def rule_words(rule: Rule, language: str) -> str:
    """A rule as a phrase: `at most 100 characters`, `any of: an IRI; datatype xsd:date`."""
    values = ", ".join(_shown(value) for value in rule.values)
    parts = "; ".join(
        " ".join(filter(None, (compact(path), ", ".join(rule_words(each, language) for each in inner))))
        for path, inner in rule.parts
    )
    return translate(language, f"rule.{rule.name}", values=values, parts=parts)


def _shown(value: str) -> str:
    if "://" not in value or " " in value or value.startswith("^"):
        return value
    short = compact(value)
    return short if short != value else re.split(r"[#/]", value.rstrip("#/"))[-1]


@cache
def _words(language: str) -> dict[str, dict[str, str | dict[str, str]]]:
    found: dict[str, dict[str, str | dict[str, str]]] = tomllib.loads(
        (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    )
    return found
