"""Language ranges of `Accept-Language` (RFC 9110, section 12.5.4), looked up as in RFC 4647, section 3.4."""

from __future__ import annotations

from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from begrepp.records import in_language

_MAX_CHARACTERS = 2000


@lru_cache(1024)
def best_language(header: str, languages: tuple[str, ...]) -> str:
    """Return the best of the languages by a header; the first of them if the header lists none of them.

    Ranges count by falling weight, then in the order of the header, `*` last. A range with a region or script is
    shortened, `sv-FI` to `sv`, before the range with the next lower weight is looked at. A language with weight 0 is
    not acceptable; `*` stands for the languages that no other range names.
    """
    found = parse_accept_header(header[:_MAX_CHARACTERS], Accept)
    ranges = [(tag, weight, _shorten(tag, languages)) for tag, weight in found]
    refused = {language for tag, weight, language in ranges if weight <= 0 and tag.lower() == language}
    named = {language for _, _, language in ranges}
    offered = [language for language in languages if language not in refused] or languages
    other = next((language for language in offered if language not in named), "")
    for tag, weight, language in sorted(ranges, key=lambda each: -each[1]):
        wanted = other if tag == "*" else language
        if weight > 0 and wanted in offered:
            return wanted
    return offered[0]


def _shorten(tag: str, languages: tuple[str, ...]) -> str:
    """Return the language that a range names, with or without more subtags; empty if it names none of them."""
    return next((language for language in languages if in_language(tag.replace("_", "-"), language)), "")
