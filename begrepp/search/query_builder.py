"""How a question is put to the index: generously, and while it is being typed, cheaply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tantivy import Occur, Query, Schema, Searcher

from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.schema import EDGE
from begrepp.text.stemming import keys, whole_key
from begrepp.text.swedish import fold

USUAL = 20_000
"""What so many things have decides little."""


class SearchQueryBuilder:
    """Questions as queries of an index with this schema: every form of every word, wherever it may stand."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def question(self, question: ParsedSearch, missing: int) -> Query:
        """Every word somewhere, but for so many `missing`; what is called or coded just so comes before all that."""
        slots = [(Occur.Should, self._slot(slot)) for slot in question.slots]
        asked = [(Occur.Should, Query.boolean_query(slots, minimum_number_should_match=max(1, len(slots) - missing)))]
        code = question.code
        begun = []
        if question.is_code and len(code) > 1:
            begun.append((Occur.Should, Query.const_score_query(self._prefix("code", code), 50.0)))
            begun += [(Occur.Should, self.constant("code", each, 100.0)) for each in question.codes]
        return Query.boolean_query([(Occur.Should, self.exact(question)), *begun, *(asked if slots else [])])

    def exact(self, question: ParsedSearch) -> Query:
        """The whole query as a label, a code or an IRI."""
        either = [
            self.constant("code", question.code, 400.0),
            self.constant("iri", question.text, 500.0),
            self.constant("whole", whole_key(question.text), 200.0),
        ]
        return Query.boolean_query([(Occur.Should, each) for each in either])

    def code(self, question: ParsedSearch) -> Query:
        """The query as a code."""
        return self.constant("code", question.code, 1.0)

    def constant(self, name: str, value: str, score: float) -> Query:
        """What has this value in a field, all alike."""
        return Query.const_score_query(Query.term_query(self._schema, name, value, index_option="basic"), score)

    def _slot(self, slot: WordSlot) -> Query:
        rows = [self._row(slot.typed, prefix=slot.last)]
        rows += [Query.boost_query(self._other(other), near * near) for other, near in slot.others.items()]
        return Query.disjunction_max_query(rows)

    def _other(self, words: Sequence[str]) -> Query:
        return self._row(words)

    def _row(self, words: Sequence[str], *, prefix: bool = False) -> Query:
        """All of some words."""
        return Query.boolean_query(
            [
                (Occur.Must, Query.disjunction_max_query([*self._word(word, prefix and word == words[-1])], 0.1))
                for word in words
            ]
        )

    def _word(self, word: str, prefix: bool) -> Iterator[Query]:
        folded, its_keys = fold(word), keys(word)
        yield Query.boost_query(self._term("word", folded), 3.0)
        for key in its_keys:
            yield Query.boost_query(self._term("key", key), 2.5)
            yield Query.boost_query(self._term("via", key), 1.5)
            yield Query.boost_query(self._term("text", key), 0.3)
        for part in dict.fromkeys((folded, *its_keys)):
            yield Query.boost_query(self._term("part", part), 1.5)
        if prefix:
            if len(folded) <= EDGE:
                yield Query.const_score_query(self._term("edge", folded), 1.0)
            else:
                yield Query.const_score_query(self._prefix("word", folded), 2.0)
                yield Query.const_score_query(self._prefix("part", folded), 1.0)

    def _term(self, name: str, value: str) -> Query:
        return Query.term_query(self._schema, name, value, index_option="freq")

    def _prefix(self, name: str, value: str) -> Query:
        return Query.regex_query(self._schema, name, re.escape(value) + ".*")


class AutocompleteQueryBuilder(SearchQueryBuilder):
    """The same, where an answer is wanted between two keys: one list of the index for a word that very many things
    have, for the other words that would do, and for a letter or two. Such lists are cheap to intersect; unions of
    the many forms of a word are not."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        super().__init__(schema)
        self._searcher = searcher

    def common(self, question: ParsedSearch) -> Query | None:
        """What has all that is typed so far, where very many have each of it: they go by their weight alone."""
        if not all(self._is_short(slot) or self._is_usual(slot) for slot in question.slots):
            return None
        if len(begun := fold(question.text)) > EDGE:
            return Query.boolean_query([(Occur.Must, self._slot(slot)) for slot in question.slots])
        either = [(Occur.Should, self._term("start", begun)), (Occur.Should, self._term("code", question.code))]
        return Query.boolean_query(either)

    def _is_short(self, slot: WordSlot) -> bool:
        return slot.last and len(slot.typed) == 1 and len(fold(slot.typed[0])) <= EDGE

    def _slot(self, slot: WordSlot) -> Query:
        if self._is_short(slot):
            return Query.const_score_query(self._term("edge", fold(slot.typed[0])), 1.0)
        return self._other(slot.typed) if self._is_usual(slot) else super()._slot(slot)

    def _other(self, words: Sequence[str]) -> Query:
        return Query.boolean_query([(Occur.Must, self._term("part", self._form(word))) for word in words])

    def _is_usual(self, slot: WordSlot) -> bool:
        return min(self._searcher.doc_freq("part", self._form(word)) for word in slot.typed) > USUAL

    def _form(self, word: str) -> str:
        """The form of a word that most things have."""
        return max((fold(word), *keys(word)), key=lambda form: self._searcher.doc_freq("part", form))
