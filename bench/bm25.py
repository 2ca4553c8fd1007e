"""BM25 ranking over folded words: the baseline that concept suggestions are compared with."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from begrepp.text.dictionary_tokenizer import split_words
from begrepp.variables.suggestion.entries import ConceptTarget


@dataclass(slots=True)
class Bm25:
    """BM25 over folded words (Robertson and Zaragoza 2009; k1 1.2, b 0.75): what suggestions must be better than."""

    targets: Sequence[ConceptTarget]
    documents: list[Counter[str]] = field(default_factory=list)
    frequency: Counter[str] = field(default_factory=Counter)
    average: float = 1.0

    def __post_init__(self) -> None:
        for target in self.targets:
            document = Counter(word for text in (*target.labels, *target.other) for word in split_words(text.value))
            self.documents.append(document)
            self.frequency.update(document.keys())
        self.average = sum(sum(d.values()) for d in self.documents) / max(len(self.documents), 1)

    def rank(self, text: str, limit: int = 10) -> list[ConceptTarget]:
        """The targets that BM25 finds for a text, the best first."""
        scores: dict[int, float] = defaultdict(float)
        count = len(self.documents)
        for word in set(split_words(text)):
            n = self.frequency.get(word, 0)
            if not n:
                continue
            rarity = math.log(1 + (count - n + 0.5) / (n + 0.5))
            for number, document in enumerate(self.documents):
                if times := document.get(word, 0):
                    length = sum(document.values()) / self.average
                    scores[number] += rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length))
        ranked = sorted(scores, key=lambda number: (-scores[number], number))
        return [self.targets[number] for number in ranked[:limit]]
