"""Variants of a label with brackets: *Crohns sjukdom [regional enterit]* is also each of its two names.

Square brackets and abbreviations rename all that stands before them, as in ICD-10, unless the abbreviation is known to
stand for its last words only; round brackets explain the word
before them: *Medfödd pneumoni (lunginflammation)* is *medfödd lunginflammation*, not *lunginflammation*.
"""

from __future__ import annotations

import re

from begrepp.search.synonyms import expansions
from begrepp.text.stemming import lowercase_words
from begrepp.text.word_cache import MAX_LABEL, cached_by_text

_BRACKETS = re.compile(r"\s*(?P<open>[(\[])(?P<inside>[^()\[\]]+)[)\]]")
_LAST_WORD = re.compile(r"\S+$")


@cached_by_text(10_000, entry_bytes=2_500, longest=MAX_LABEL)
def label_variants(label: str) -> tuple[str, ...]:
    """Return a label, the label without brackets, and the label with what is in brackets in place of the other name."""
    if "(" not in label and "[" not in label:
        return (label,)
    variants = [label, " ".join(_BRACKETS.sub(" ", label).split())]
    for found in _BRACKETS.finditer(label):
        before, inside, after = label[: found.start()], found["inside"], label[found.end() :]
        before = _BRACKETS.sub("", before)
        whole = found["open"] == "[" or (inside.isupper() and inside.isalpha())
        kept = _kept(before, inside) if whole else _LAST_WORD.sub("", before)
        variants.append(" ".join(f"{kept}{inside}{_BRACKETS.sub('', after)}".split()))
    return tuple(dict.fromkeys(variant for variant in variants if variant))


def _kept(before: str, abbreviation: str) -> str:
    """Return what an abbreviation does not stand for: *Foster* in *Foster-elektrokardiografi (EKG)*; mostly nothing."""
    words = lowercase_words(before)
    short = [phrase for phrase in expansions(abbreviation.casefold()) if (*words[-len(phrase) :],) == phrase]
    rest = len(words) - max(map(len, short), default=len(words))
    return " ".join([*words[:rest], ""])
