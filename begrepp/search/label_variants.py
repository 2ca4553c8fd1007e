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

_BRACKETS = re.compile(r"(?P<open>[(\[])(?P<inside>[^()\[\]]+)[)\]]")
_SPACED_BRACKETS = re.compile(rf"\s*{_BRACKETS.pattern}")


@cached_by_text(10_000, entry_bytes=2_500, longest=MAX_LABEL)
def label_variants(label: str) -> tuple[str, ...]:
    """Return a label, the label without brackets, and the label with what is in brackets in place of the other name."""
    if "(" not in label and "[" not in label:
        return (label,)
    variants = [label, " ".join(_BRACKETS.sub(" ", label).split())]
    for found in _BRACKETS.finditer(label):
        before, inside, after = label[: found.start()].rstrip(), found["inside"], label[found.end() :]
        before = _without_brackets(before)
        whole = found["open"] == "[" or (inside.isupper() and inside.isalpha())
        kept = _kept(before, inside) if whole else _without_last_word(before)
        variants.append(" ".join(f"{kept}{inside}{_without_brackets(after)}".split()))
    return tuple(dict.fromkeys(variant for variant in variants if variant))


def _without_brackets(text: str) -> str:
    # Most labels have one pair; to look for a sign is a tenth of the time of the pattern.
    return _SPACED_BRACKETS.sub("", text) if "(" in text or "[" in text else text


def _without_last_word(text: str) -> str:
    rest = text.rsplit(None, 1)[:-1]
    return f"{rest[0]} " if rest else ""


def _kept(before: str, abbreviation: str) -> str:
    """Return what an abbreviation does not stand for: *Foster* in *Foster-elektrokardiografi (EKG)*; mostly nothing."""
    words = lowercase_words(before)
    short = [phrase for phrase in expansions(abbreviation.casefold()) if (*words[-len(phrase) :],) == phrase]
    rest = len(words) - max(map(len, short), default=len(words))
    return " ".join([*words[:rest], ""])
