"""Contradictions between the matches of an edition: one pair of concepts with relations that exclude each other.

Memory: one number for each pair with a hierarchical, exact or negated match; related and close ones exclude nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from begrepp.rdf.namespaces import expand
from begrepp.records import Mapping, Statement

_WORDS = {expand(f"skos:{word}Match"): word for word in ("exact", "broad", "narrow")}
_INVERSE = {"broad": "narrow", "narrow": "broad"}
_FLAGS = {
    (word, negated): 1 << at for at, (word, negated) in enumerate((w, n) for w in _WORDS.values() for n in (0, 1))
}


@dataclass(slots=True)
class MatchChecks:
    """The relations that the matches seen so far state of each pair of concepts."""

    _stated: dict[int, int] = field(default_factory=dict)

    def find_contradiction(self, match: Mapping | Statement) -> str:
        """Return what contradicts an earlier match, in words; empty if nothing does.

        Exact, broader and narrower exclude each other (https://www.w3.org/TR/skos-reference/#S46 and the direction of
        a hierarchy), and a match excludes its negation. The pair may be written in either direction. A match under a
        condition (a map rule) excludes nothing.
        """
        word = _WORDS.get(match.predicate)
        if not word:
            return ""
        if isinstance(match, Statement):
            pair, is_negated = (match.subject, match.object.value), False
        elif match.map_rule not in ("", "TRUE"):
            return ""
        else:
            pair, is_negated = (match.subject, match.object), match.negated
        is_turned = pair[0] > pair[1]
        turned = _INVERSE.get(word, word) if is_turned else word
        key = hash(pair[::-1] if is_turned else pair)
        known = self._stated.get(key, 0)
        self._stated[key] = known | _FLAGS[turned, is_negated]
        excluded = (
            [(turned, False)]
            if is_negated
            else [(turned, True), *((other, False) for other in _WORDS.values() if other != turned)]
        )
        for other, negated in excluded:
            if known & _FLAGS[other, negated]:
                earlier = _name(_INVERSE.get(other, other) if is_turned else other, is_negated=negated)
                stated = _name(word, is_negated=is_negated)
                return (
                    f"'{pair[0]}' has {stated} with '{pair[1]}', and elsewhere {earlier}: they contradict each other."
                )
        return ""


def _name(word: str, *, is_negated: bool) -> str:
    return f"{'no' if is_negated else 'an' if word == 'exact' else 'a'} {word} match"
