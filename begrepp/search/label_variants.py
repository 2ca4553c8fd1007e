"""Variants of a label with brackets: *Crohns sjukdom [regional enterit]* is also each of its two names.

Square brackets and abbreviations rename all that stands before them, as in ICD-10; round brackets explain the word
before them: *Medfödd pneumoni (lunginflammation)* is *medfödd lunginflammation*, not *lunginflammation*.
"""

from __future__ import annotations

import re

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
        kept = "" if whole else _LAST_WORD.sub("", before)
        variants.append(" ".join(f"{kept}{inside}{_BRACKETS.sub('', after)}".split()))
    return tuple(dict.fromkeys(variant for variant in variants if variant))
