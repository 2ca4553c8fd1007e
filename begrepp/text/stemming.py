"""Stemming and normalisation keys for Swedish, English and Latin words, and for codes and labels.

Words with the same **key** are treated as the same word: *tumören*, *tumörer* and *tumour*; *karcinom* and
*carcinoma*; also *mamografi*. A key is a Snowball stem (https://snowballstem.org) without accents, with the
spelling differences between the languages removed.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from begrepp.text.swedish import fold
from begrepp.text.word_cache import cached_by_text


def _stemmer(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer(language)).build()


_SV, _EN = _stemmer("swedish"), _stemmer("english")
_WORD = re.compile(r"\w+")
_ASCII_WORDS = {code: chr(code).lower() if _WORD.match(chr(code)) else " " for code in range(128)}
"""Letters in lower case, and spaces for the characters that divide words."""
_PUNCTUATION = re.compile(r"[\W_]+")
# Spellings of English and Latin, and the Swedish spelling of the same sound: letters that each text has which the
# pattern matches, the pattern, and the replacement.
_SPELLING_RULES = tuple(
    (letters, re.compile(pattern), replacement)
    for letters, pattern, replacement in (
        ("ph", r"ph", "f"),
        ("sc", r"sc(?=[eiy])", "sk"),
        ("th", r"th", "t"),
        ("rh", r"rh", "r"),
        ("e", r"ae|oe", "e"),
        ("our", r"our(?=\b|[^aeiouy])", "or"),
        ("qu", r"qu", "kv"),
        ("c", r"ch(?!$)|ck|cc(?=[aou])", "k"),
        ("c", r"c(?=[aouklrtn]|$)", "k"),
        ("z", r"z", "s"),
        ("", r"(.)\1", r"\1"),
    )
)
# Forms of nouns that lose a vowel or add an n, and their base: *körtlar*, *körteln*, *fingrar*.
_SYNCOPE = re.compile(
    r"(?<=\w)(?:(?P<before>[^aeiouyåäöl\W])(?P<last>[lr])(?:ar|arna|or|orna|et|(?<=l)er|(?<=l)erna)|(?P<whole>e[lr])n)s?$"
)
_SYNCOPE_ENDINGS = tuple(
    ending + genitive
    for ending in ("ar", "arna", "or", "orna", "et", "er", "erna", "eln", "ern")
    for genitive in ("", "s")
)
"""The ends of words that may have such a form."""
# Endings of Latin, English and Swedish words, and those that another of these languages has for the same: *colitis* and
# *kolit*, *retentio* and *retention*, *dementia* and *demens*, *hepatisk* and *hepatic*, *artroskopisk* and
# *artroskopi*. No short words: *kronisk* is not *kron*.
_SHARED_ENDINGS = (
    (("itis",), re.compile(r"(?<=\w\w)itis$"), "it"),
    (("tio", "sio"), re.compile(r"(?<=\w\w[ts])io$"), "ion"),
    (("entia", "antia"), re.compile(r"(?<=\w\w[ea]n)tia$"), "s"),
    (("isk", "iska", "iskt"), re.compile(r"(?<=\w\w\w)isk[at]?$"), "ic"),
    (("isk", "iska", "iskt"), re.compile(r"(?<=\w{5})isk[at]?$"), "i"),
)
# The definite forms of nouns that end with a stressed vowel: *knäet*, *tårna*.
_VOWEL_FORM = re.compile(r"(?<=\w[åä])(?:et|na|rna)s?$")
# Endings that a stemmer leaves on words of another language.
_ENDINGS = ("ning", "ing", "ium", "iae", "ia", "et", "at", "an", "um", "us", "a", "e", "i", "y")
_ENDING = re.compile(rf"(?<=\w{{4}})(?:{'|'.join(_ENDINGS)})$")


def code_key(text: str) -> str:
    """Normalise a code: `c50.9`, `C509`, `C50 9` and `C50.9-` give the same key."""
    return _PUNCTUATION.sub("", fold(text)).upper()


def label_key(text: str) -> str:
    """Return a digest of a folded label or query, 16 hexadecimal digits; short, since the index holds millions."""
    return blake2b(fold(text).encode(), digest_size=8).hexdigest()


@cached_by_text(60_000, entry_bytes=2_000)
def word_keys(word: str) -> tuple[str, ...]:
    """Return the keys of a lower-case word: as Swedish, as English, as Swedish typed without accents, and in full form.

    The full form has the vowel that others lose, *körtel* of *körtlarna*, or the ending of another language.
    """
    if len(word) < 4 or word.isdigit():
        return (fold(word),)
    stems = [word, *_SV.analyze(word), *_EN.analyze(word)]
    if not word.isascii():
        stems += _SV.analyze(fold(word))
    if word.endswith(_SYNCOPE_ENDINGS) and (found := _SYNCOPE.search(word)) and found["before"] != "r":
        stems.append(word[: found.start()] + (found["whole"] or f"{found['before']}e{found['last']}"))
    if found := _VOWEL_FORM.search(word):
        stems.append(word[: found.start()])
    for endings, pattern, other in _SHARED_ENDINGS:
        if word.endswith(endings):
            stems.append(pattern.sub(other, word))
    return tuple(dict.fromkeys(map(_normalise_stem, dict.fromkeys(map(fold, stems)))))


def _normalise_stem(stem: str) -> str:
    """Return a folded stem in the spelling that the languages share, without an ending of another language."""
    for letters, pattern, replacement in _SPELLING_RULES:
        if letters in stem:  # four times as fast as a pattern that does not match
            stem = pattern.sub(replacement, stem)
    return _ENDING.sub("", stem) if stem.endswith(_ENDINGS) else stem


@cached_by_text(20_000, entry_bytes=900)
def spelling(word: str) -> str:
    """Return a word in the spelling that Swedish and English share: `coccosis` and `kockos` differ little."""
    return _normalise_stem(fold(word)) if len(word) > 4 else fold(word)


def lowercase_words(text: str) -> list[str]:
    """Split a text into lower-case words; accents are kept."""
    if text.isascii():
        return text.translate(_ASCII_WORDS).split()  # half the time of the pattern
    return _WORD.findall(text.casefold())


def first_word(text: str) -> str:
    """Return the first of the lower-case words of a text, or an empty string."""
    found = _WORD.search(text.casefold())
    return found[0] if found else ""
