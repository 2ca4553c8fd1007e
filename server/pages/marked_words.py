"""Differences between two texts, marked word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape

from markupsafe import Markup

from begrepp.records import Text

_TOKEN = re.compile(r"\s*(?:\w+|[^\w\s])")
"""A word or a sign, with the space before it."""
_MAX_TOKENS = 300
"""Words of a text up to which it is compared: the time grows with their square."""
_LEAST_RATIO = 0.2
"""Part of the words that the texts have in common; with less, marks would cover nearly all of both."""


def mark_words(old: Text, new: Text) -> tuple[Markup, Markup] | None:
    """Return the older text with removed words as `del` and the newer with added words as `ins`.

    A word in other letter case is the same, unless nothing else differs. Returns None if the texts are equal, too long,
    in different languages, or have little in common.
    """
    if old.value == new.value or old.lang != new.lang:
        return None
    before, after = _TOKEN.findall(old.value), _TOKEN.findall(new.value)
    if max(len(before), len(after)) > _MAX_TOKENS:
        return None
    keys = [[token.strip().casefold() for token in tokens] for tokens in (before, after)]
    if keys[0] == keys[1]:
        keys = [[token.strip() for token in tokens] for tokens in (before, after)]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    if matcher.ratio() < _LEAST_RATIO:
        return None
    removed, added = [], []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        removed.append(_part(before[i1:i2], "del" if kind != "equal" else ""))
        added.append(_part(after[j1:j2], "ins" if kind != "equal" else ""))
    return _in_language("".join(removed), old.lang), _in_language("".join(added), new.lang)


def _part(tokens: Sequence[str], tag: str) -> str:
    words = "".join(tokens)
    space = words[: len(words) - len(words.lstrip())] if tag else ""
    marked = escape(words[len(space) :])
    return f"{space}<{tag}>{marked}</{tag}>" if tag and marked else space + marked


def _in_language(html: str, lang: str) -> Markup:
    return Markup(f'<span lang="{escape(lang)}">{html}</span>' if lang else html)
