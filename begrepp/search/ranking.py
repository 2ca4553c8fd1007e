"""Ranking of search hits: scores the labels and codes of a document against a parsed query.

A label scores higher the more exactly it has each word of the query, and the fewer other words it has. A name that is
taken from another concept scores lower than the concept's own. The judged queries of docs/search-quality.md measure
the result; the weights below were set on two of the three sets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass

import msgspec

from begrepp.records import in_language
from begrepp.search.indexed_documents import IndexedDocument, Label
from begrepp.search.label_matches import NO_COVERAGE, LabelMatcher, MatchCoverage
from begrepp.search.query_compounds import medicine_source
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.species import ANIMAL
from begrepp.search.synonyms import phrase_text, source_of

_ROLES = {
    "pref": 1.0,
    "code": 0.97,
    "alt": 0.93,
    "hidden": 1.0,
    "keyword": 0.5,
    "via": 0.93,
    "sibling": 0.965,
    "variant": 0.97,
    "inclusion": 0.93,
    "measured": 0.95,
    "synonym": 0.85,
    "namesake": 0.81,
    "parent": 0.72,
}
"""The weights of labels by role."""
_OWN_NAMES = ("pref", "alt")
_CONTEXT = {"context": 0.95, "keyword": 0.8, "parent": 0.5}
"""Quality of the match of a word that is not in the label itself but in one of these roles."""
_WITHIN_KIND = 0.6
_NAMED_DATASET = 0.5
"""The least score of a dataset that the query names beside other words."""
_SUBJECT = 0.8
"""Quality of the match of a word for what a code system is about with what lies in it."""
_KINDS = {"scheme": -0.15, "dataset": 0.3, "concept": 0.03, "variable": 0.0}
_RETIRED_CODE = -0.5
"""Added for exactly the code of the query of a retired concept: after the same code of an active one."""
_ELSEWHERE = 0.5
"""Part of the score of a code that counts outside the systems that are named with it; that of a number does not."""
_EXACT_CODE, _CODE_PREFIX, _CAPITAL_CODE, _EXACT_NAME, _IN_SYSTEM = 3.0, 1.2, 1.6, 0.5, 1.0
_LABEL_LANGUAGE, _DOCUMENT_LANGUAGE = 0.06, 0.2
"""Added for a label in the user's language, and for a document that has a preferred label in it."""
_UPPER, _SIZE, _REST = 0.01, 0.02, 0.03
"""Added for each character less of a code, for the size of the code system (log10), and for *ospecificerad*."""
_SECOND = 0.175
"""Weight of the second best label: a document that several names agree on comes first."""
_ONLY_PARENT = -0.1
"""Added where only the name of the broader code matches, and none of the document's own names."""
_OUTSIDE_SUBJECT = -0.45
"""Added for a concept that is not in the systems about what a word names: a disease for *läkemedel mot gikt*."""
_ANIMAL, _DEMONSTRATION = -0.3, -0.24
_PLACEHOLDER = -3.0
"""Added where the preferred label names nothing and no code was found: after all others."""


class HitScore(msgspec.Struct, frozen=True):
    """The score of a document, the part of it that is the match with the query, and its best label.

    `has_code` tells whether the document has exactly a code of the query, in a system that the query names if it names
    any. `matcher` and `context` tell the coverage of the label; a hit that has its score from another has none.
    """

    score: float
    match: float
    label: Label | None
    matcher: LabelMatcher | None = None
    context: Sequence[float] | None = None
    has_code: bool = False

    def coverage(self) -> MatchCoverage:
        """Return how much the query and the label have of each other."""
        return self.matcher.coverage(self.label.value, self.context) if self.matcher and self.label else NO_COVERAGE


@dataclass(frozen=True, slots=True)
class SynonymUse:
    """A synonym that a document was found by: the words of the query, the other words, and who says so.

    The source is "begrepp", the name of the operator's file, or the IRI of a code system that has both as names.
    """

    typed: str
    other: str
    source: str


class _UnderstoodTags(dict[str, bool]):
    """Whether language tags are of the language of the users."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, tag: str) -> bool:
        """Compare a tag that has not been looked up."""
        self[tag] = found = in_language(tag, self._language)
        return found


class Ranker:
    """Scores documents against one query for users of a language; `sizes` are the numbers of documents by scheme.

    `scored` holds the documents that have been scored, by their address in the index: segment and number.
    """

    def __init__(self, search: ParsedSearch, language: str, sizes: dict[str, int]) -> None:
        self.search = search
        self.language = language
        self._sizes = sizes
        self._matcher = LabelMatcher(search)
        self._code_beginnings = search.code_beginnings
        self._has_codes = bool(search.codes.whole or search.codes.parts or search.codes.first or self._code_beginnings)
        codes = (*search.codes.whole, *search.codes.parts)
        self._elsewhere = 0.0 if all(map(str.isdecimal, codes)) else _ELSEWHERE
        self._has_words_alone = not any(slot.systems or slot.kinds or slot.subjects for slot in search.slots)
        others = [slot for slot in search.slots if not slot.subjects]
        subjects = (slot.subjects for slot in search.slots if len(slot.subjects) == 1)
        self._subjects = frozenset[str]().union(*subjects) if others else frozenset[str]()
        self._datasets = frozenset[str]().union(*(slot.datasets for slot in search.slots))
        self._understood = _UnderstoodTags(language)
        self._size_priors: dict[str, float] = {}
        self.scored: dict[tuple[int, int], tuple[IndexedDocument, HitScore]] = {}

    def score(self, document: IndexedDocument) -> HitScore:
        """Score a document, about 0 to 5."""
        context = self._context(document)
        labels = document.labels
        if document.kind == "variable":
            labels = [*labels, Label("code", "", document.notation.replace("_", " "))]
        best, second, best_label, has_own = 0.0, 0.0, None, False
        score_label, understood = self._matcher.score, self._understood
        for label in labels:
            if not (weight := _ROLES.get(label.role)) or not (match := score_label(label.value, context)):
                continue
            score = weight * match + (_LABEL_LANGUAGE if understood[label.lang] else 0.0)
            has_own = has_own or label.role in _OWN_NAMES
            if score > best:
                best, second, best_label = score, best, label
            elif score > second:
                second = score
        if best_label and best_label.role == "parent":
            best += _REST * document.is_rest + _ONLY_PARENT * (not has_own)
        code = max(map(self._code_score, document.code_keys), default=0.0) if self._has_codes else 0.0
        if not code and document.kind == "concept" and document.has_placeholder:
            best += _PLACEHOLDER
        has_code = any(map(self.search.codes.whole.__contains__, document.code_keys)) if code else False
        if code and (named := self.search.codes.systems):
            is_in_system = not named.isdisjoint((document.scheme, document.dataset))
            code = code + _IN_SYSTEM if is_in_system else code * self._elsewhere
            has_code = has_code and is_in_system
        if has_code and not document.active:
            code += _RETIRED_CODE
        if document.iri in self._datasets:
            best = max(best, _NAMED_DATASET)
        if document.kind == "concept" and self._subjects and document.scheme not in self._subjects:
            best += _OUTSIDE_SUBJECT
        match = best + _SECOND * second + code
        return HitScore(match + self._prior(document), match, best_label, self._matcher, context, has_code)

    def synonyms(self, label: Label) -> tuple[SynonymUse, ...]:
        """Return the synonyms that a label was found by, with their sources."""
        pairs = self._matcher.synonyms(label.value)
        names = {(slot.words, other): system for slot in self.search.slots for other, system in slot.names.items()}
        found = ((*pair, source_of(*pair) or medicine_source(*pair) or names.get(pair, "")) for pair in pairs)
        return tuple(
            SynonymUse(" ".join(typed), phrase_text(other), source) for typed, other, source in found if source
        )

    def _prior(self, document: IndexedDocument) -> float:
        """Return what a document scores for what it is, whatever the query."""
        prior = _KINDS.get(document.kind, 0.0)
        if document.kind == "concept" and document.codes:
            if (size_prior := self._size_priors.get(document.scheme)) is None:
                size_prior = _SIZE * math.log10(self._sizes.get(document.scheme, 0) + 1)
                self._size_priors[document.scheme] = size_prior
            prior += size_prior
            prior += _UPPER * max(0, 7 - len(document.codes[0]))
        for label in document.preferred:
            if self._understood[label.lang]:
                prior += _DOCUMENT_LANGUAGE
                break
        return prior + _ANIMAL * (document.species == ANIMAL) + _DEMONSTRATION * document.is_demonstration

    def _context(self, document: IndexedDocument) -> Sequence[float] | None:
        """Return how well what a document lies in, or is described by, matches each slot; None if no slot is."""
        around: list[float] | None = None
        if not self._has_words_alone:
            within = {document.scheme, document.dataset} if document.kind != "scheme" else {document.iri}
            around = [
                1.0 if slot.systems & within else max(_kind_match(slot, document), _subject_match(slot, within))
                for slot in self.search.slots
            ]
        for label in document.labels:
            if (weight := _CONTEXT.get(label.role)) and (qualities := self._matcher.qualities(label.value)):
                if around is None:
                    around = [weight * quality for quality in qualities]
                else:
                    around = [max(best, weight * quality) for best, quality in zip(around, qualities, strict=True)]
        return around

    def _code_score(self, code: str) -> float:
        codes = self.search.codes
        if code in codes.whole:
            if self.search.is_capital_code:
                return _CAPITAL_CODE
            return _EXACT_CODE if any(map(str.isdigit, code)) else _EXACT_NAME
        if codes.first and len(code) == len(codes.first) and codes.first <= code <= codes.last:
            return _EXACT_CODE / 2
        if code in codes.parts:
            return _EXACT_CODE / 2
        beginnings = (each for each in self._code_beginnings if code.startswith(each))
        typed = max(beginnings, key=len, default="")
        return _CODE_PREFIX - 0.05 * min(len(code) - len(typed), 10) if typed else 0.0


def _kind_match(slot: WordSlot, document: IndexedDocument) -> float:
    """Return how well the kind of a document matches a word such as *register*: also what lies in a register."""
    if document.kind not in slot.kinds:
        return 0.0
    return 1.0 if document.kind == slot.kinds[0] else _WITHIN_KIND


def _subject_match(slot: WordSlot, within: Set[str]) -> float:
    """Return how well a word such as *läkemedel* matches what lies in some systems."""
    return 0.0 if slot.subjects.isdisjoint(within) else _SUBJECT
