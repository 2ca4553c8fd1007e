"""Rest groups of classifications, *Andra leversjukdomar*, and the other names that tell what such a group includes.

The index words of KSH97-P are in part names of their group and in part of what it includes: *Levercirros* lies in
*Annan leversjukdom*, but is no other name of K76 in ICD-10-SE, where it has a code of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from begrepp.records import Text
from begrepp.search.words import content_words
from begrepp.text.stemming import first_word, lowercase_words, word_keys
from begrepp.text.swedish import fold

_REST = frozenset("andra annan annat övrig övriga övrigt other".split())  # noqa: SIM905
_MIN_KEY = 4


def is_rest_group(names: Iterable[Text]) -> bool:
    """Return whether a name is that of the rest of a broader group: it begins with *andra* or *övriga*."""
    return any(first_word(name.value) in _REST for name in names)


def included_names(names: Iterable[Text], others: Iterable[Text]) -> set[Text]:
    """Return those of the other names of a group that have a word which none of its names has, also in a compound."""
    written = " ".join(fold(name.value) for name in names)
    keys = {key for word in lowercase_words(written) for key in word_keys(word)}
    return {
        other for other in others if not all(_is_written(word, written, keys) for word in content_words(other.value))
    }


def _is_written(word: str, text: str, keys: set[str]) -> bool:
    own = word_keys(word)
    return not keys.isdisjoint(own) or any(len(key) >= _MIN_KEY and key in text for key in (fold(word), *own))
