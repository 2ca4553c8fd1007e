"""Typing errors: whether a name with one random error finds first what the name finds first.

The names are one or two words long, from Swedish classifications. The judged queries hold few names that one concept
alone has, as most medicines do; these names are mostly such.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from begrepp.artefact.manifest import current_build
from begrepp.rdf.iris import Iris
from begrepp.search import TextIndex
from begrepp.search.documents import read_documents
from begrepp.settings import Settings

_SCHEMES = ("icd-10-se", "ksh97-p", "kka", "kma", "atc")
_NAMES, _SEED, _SHOWN = 400, 7, 20
_MIN_LETTERS = 6
_VOWELS = "aeiouyåäö"
_ROWS = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm")
_SOUNDS = [
    ("f", "ph"),
    ("k", "c"),
    ("x", "ks"),
    ("ä", "e"),
    ("e", "ä"),
    ("y", "i"),
    ("i", "y"),
    ("t", "th"),
    ("å", "o"),
]


def run(data: Path) -> None:
    """Misspell 400 names of the build in DATA; print how many find the same first hit, and some that do not."""
    settings = Settings(data=data)
    build, chance = current_build(settings), random.Random(_SEED)
    index = TextIndex(build / "index")
    schemes = {Iris(settings.base).scheme(each) for each in _SCHEMES}
    names = sorted(set(_names(build / "graphs" / "current.nt", schemes)))
    wrong, near = [], 0
    for name in chance.sample(names, min(_NAMES, len(names))):
        typed = _misspell(name, chance)
        meant = index.search(name, limit=1)[1][0].iri
        found = [hit.iri for hit in index.search(typed, limit=3)[1]]
        near += meant in found
        if found[:1] != [meant]:
            wrong.append(f"{typed} ({name}): {dict(index.corrections(typed)) or 'no correction'}")
    count = min(_NAMES, len(names))
    print(
        f"{count} names: first {1 - len(wrong) / count:.3f}, among three {near / count:.3f}", *wrong[:_SHOWN], sep="\n"
    )


def _names(current: Path, schemes: set[str]) -> Iterator[str]:
    for document in read_documents(current):
        for label in document.labels("pref", "alt") if document.scheme in schemes and document.active else ():
            words = label.value.split()
            is_short = len(words) <= 2 and all(map(str.isalpha, words)) and max(map(len, words)) >= _MIN_LETTERS
            if label.lang == "sv" and is_short:
                yield label.value.lower()


def _misspell(name: str, chance: random.Random) -> str:
    """Return a name with one error in its longest word: not in the first letter, and never the word itself."""
    words = name.split()
    longest = max(range(len(words)), key=lambda at: len(words[at]))
    while (typed := _with_error(words[longest], chance)) == words[longest]:
        pass
    return " ".join([*words[:longest], typed, *words[longest + 1 :]])


def _with_error(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    match chance.choice(("left out", "doubled", "changed places", "key beside", "vowel", "sound")):
        case "doubled":
            return before + letter + letter + after
        case "changed places":
            return before + after[0] + letter + after[1:]
        case "key beside":
            rows = [(row, row.find(letter)) for row in _ROWS if letter in row]
            return before + (rows[0][0][rows[0][1] - 1] if rows else letter) + after
        case "vowel":
            return before + (chance.choice(_VOWELS) if letter in _VOWELS else letter) + after
        case "sound":
            sounds = [(one, other) for one, other in _SOUNDS if one in word[1:]]
            one, other = chance.choice(sounds) if sounds else (letter, "")
            return word[0] + word[1:].replace(one, other, 1)
        case _:
            return before + after
