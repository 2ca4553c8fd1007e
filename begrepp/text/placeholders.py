"""Labels that name nothing: *Lämplig text, tack!* where a publisher left the template, *LOINC-kod 21908-9*."""

from __future__ import annotations

from begrepp.text.stemming import code_key, lowercase_words

_FILLERS = frozenset(["lämplig", "läplig", "text", "tack", "kod", "koden", "code", "namn", "rubrik", "todo", "tbd"])
"""Words of templates, and words for a code."""
_ABSENT = frozenset(["saknas", "missing"])
"""Words that name nothing beside those; alone they are a value in a code list."""


def is_placeholder(label: str, code: str, scheme: str) -> bool:
    """Return whether a label has no words but those of templates, the code itself and the id of its code system.

    A label that is only the code is not one: a code list may have no other names.
    """
    text = label.casefold()
    if not any(map(text.__contains__, _FILLERS)) or _FILLERS.isdisjoint(lowercase_words(label)):  # the first is quick
        return False
    plain = label.replace(code, " ") if code and any(map(str.isdigit, code)) else label
    known = _FILLERS | _ABSENT | set(lowercase_words(scheme.replace("_", " ")))
    return code_key(label) != code_key(code) and all(word in known for word in lowercase_words(plain))
