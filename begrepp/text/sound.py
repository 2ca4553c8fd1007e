"""Sound of Swedish, English and Latin words as a Swede spells them by ear: *schögren* and *sjögren* sound alike.

The rules are those of Swedish orthography: several spellings of the sj sound, silent h, c as k or s, y as i, ä as e,
double consonants; and those of Greek and Latin words in medicine: ph, th, pn, ps, ae, eu.
"""

from __future__ import annotations

import re

from begrepp.text.swedish import fold
from begrepp.text.word_cache import cached_by_text

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[äæ]|ae|oe", "e"),
        (r"å", "o"),
        (r"schi(?=[tz])", "ski"),
        (r"sch|skj|stj|ssj|sj|sh|sk(?=[eiy])", "S"),
        (r"[st]sion|(?<=[aeiouyknpr])tion|sion", "Son"),
        (r"^(?:gj|dj|hj|lj)", "j"),
        (r"^(?:tj|kj)", "T"),
        (r"^(?:p(?=[nst])|m(?=n)|g(?=n))", ""),
        (r"ph", "f"),
        (r"(?<=[trgdbckz])h|(?<=[aeiouy])h(?=[lmnrst])", ""),
        (r"x", "ks"),
        (r"qu", "kv"),
        (r"[ie]u", "ev"),
        (r"au", "av"),
        (r"w", "v"),
        (r"(?:t|d)?z|ts", "s"),
        (r"c(?=[eiy])", "s"),
        (r"ck|c|q", "k"),
        (r"dt", "t"),
        (r"y", "i"),
        (r"[ae][ij]", "ai"),
        (r"(?<=[bdfgklmnprstv])j(?=[aou])", "i"),
        (r"(.)\1+", r"\1"),
        (r"(?<=\w{4})(?:ie|ia)$", "i"),
    )
)


_DOUBLED = re.compile(r"(.)\1+")
"""The only rule that changes numbers."""


@cached_by_text(5_000, entry_bytes=900)
def sound(word: str) -> str:
    """Return the sound of a word in lower case, in letters of its own: `S` is the sj sound, `T` the tj sound."""
    if word.isdecimal() and word.isascii():
        return _DOUBLED.sub(r"\1", word)
    word = word.replace("ä", "e").replace("å", "o")
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    return "".join(letter if letter in "ST" else fold(letter) for letter in word)
