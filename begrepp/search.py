"""The text index of a build: concepts, datasets and variables by their words and codes.

Built with tantivy from the current view alone, so that what is not published cannot be found.
`cancer` finds *lungcancer* (compounds are split by the graph's own vocabulary), `brostcancer` finds
*bröstcancer*, `C509` finds C50.9, and a word nobody knows is tried with a letter wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from tantivy import Document, Filter, Index, Occur, Query, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from begrepp.lines import subjects
from begrepp.namespaces import expand
from begrepp.swedish import SHORTEST_PART, compound_parts, fold, words

_KINDS = {
    expand("skos:Concept"): "concept",
    expand("skos:ConceptScheme"): "scheme",
    expand("dcat:Dataset"): "dataset",
    expand("csvw:Column"): "variable",
}
# The values that a dataset's own dictionary lists are found through its variables: a thousand "ja" help nobody.
_LEFT_OUT = {expand("begrepp:CodedValue"), expand("begrepp:CodeList")}
_LABELS = {expand(name) for name in ("skos:prefLabel", "dct:title", "csvw:title")}
_OTHER_LABELS = {expand(name) for name in ("skos:altLabel", "skos:hiddenLabel", "dcat:keyword")}
_TEXTS = {expand(name) for name in ("skos:definition", "dct:description", "xkos:inclusionNote")}
_CODES = {expand("skos:notation"), expand("csvw:name")}
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing found."""

    iri: str
    kind: str
    scheme: str
    notation: str
    labels: dict[str, str]
    active: bool
    matched: str


@dataclass(slots=True)
class _Thing:
    iri: str
    kind: str = ""
    scheme: str = ""
    notation: str = ""
    active: bool = True
    labels: dict[str, str] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def code_key(text: str) -> str:
    """A code however it is written: `c50.9`, `C509` and `C50 9` are one."""
    return _PUNCTUATION.sub("", text).upper()


def _schema() -> Schema:
    builder = SchemaBuilder()
    for name in ("iri", "kind", "scheme", "notation", "sv", "en", "active", "matched"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw")
    for name in ("code", "exact", "folded"):
        builder.add_text_field(name, tokenizer_name="raw")
    for name in ("label", "parts", "other", "text"):
        builder.add_text_field(name, tokenizer_name="spaces")
    return builder.build()


def _analysed(index: Index) -> Index:
    spaces = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(100)).build()
    index.register_tokenizer("spaces", spaces)
    return index


def write_index(path: Path, current: Path) -> int:
    """Index the things in a file of sorted N-Triples; the number of things."""
    vocabulary = _vocabulary(current)
    path.mkdir(parents=True)
    index = _analysed(Index(_schema(), path=str(path)))
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    count = 0
    for thing in _things(current):
        writer.add_document(_document(thing, vocabulary))
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    return count


def _vocabulary(current: Path) -> set[str]:
    known: set[str] = set()
    for thing in _things(current):
        for label in (*thing.labels.values(), *thing.other):
            known.update(word for word in words(label) if len(word) >= SHORTEST_PART and not word.isdigit())
    return known


def _things(current: Path) -> Iterator[_Thing]:
    """What can be found, thing by thing."""
    for _, lines in subjects(current):
        thing = _Thing("")
        left_out = False
        for quad in parse("".join(lines), format=RdfFormat.N_TRIPLES):
            predicate = quad.predicate.value
            if isinstance(quad.subject, NamedNode):
                thing.iri = quad.subject.value
            if isinstance(quad.object, NamedNode):
                left_out = left_out or quad.object.value in _LEFT_OUT
                if quad.object.value in _KINDS:
                    thing.kind = _KINDS[quad.object.value]
                elif predicate == expand("skos:inScheme"):
                    thing.scheme = quad.object.value
                elif quad.object.value == expand("begrepp:inactive"):
                    thing.active = False
            elif isinstance(quad.object, Literal):
                _take_literal(thing, predicate, quad.object)
        if thing.kind and not left_out:
            yield thing


def _take_literal(thing: _Thing, predicate: str, literal: Literal) -> None:
    if predicate in _LABELS:
        thing.labels[literal.language or ""] = literal.value
    elif predicate in _OTHER_LABELS:
        thing.other.append(literal.value)
    elif predicate in _TEXTS:
        thing.texts.append(literal.value)
    elif predicate in _CODES:
        thing.notation = literal.value


def _document(thing: _Thing, vocabulary: set[str]) -> Document:
    labels = [*thing.labels.values()]
    label_words = [word for label in labels for word in words(label)]
    other_words = [word for label in thing.other for word in words(label)]
    parts = {part for word in {*label_words, *other_words} for part in compound_parts(word, vocabulary)}
    return Document(
        iri=thing.iri,
        kind=thing.kind,
        scheme=thing.scheme,
        notation=thing.notation,
        sv=thing.labels.get("sv", ""),
        en=thing.labels.get("en", ""),
        matched=" | ".join(thing.other),
        active="1" if thing.active else "0",
        code=[code_key(thing.notation)] if thing.notation else [],
        exact=[label.casefold() for label in (*labels, *thing.other)],
        folded=[fold(label) for label in (*labels, *thing.other)],
        label=" ".join(label_words),
        parts=" ".join(sorted(parts)),
        other=" ".join(other_words),
        text=" ".join(word for text in thing.texts for word in words(text)),
    )


class TextIndex:
    """The index of a build, open for reading."""

    def __init__(self, path: Path) -> None:
        self._index = _analysed(Index.open(str(path)))
        self._index.reload()
        self._schema = _schema()

    def search(
        self, query: str, *, kind: str = "", scheme: str = "", limit: int = 25, offset: int = 0
    ) -> tuple[int, list[Hit]]:
        """The number of things that match every word of the query, and a page of them, best first."""
        tokens = list(words(query))
        if not tokens:
            return 0, []
        total, hits = self._run(self._query(query, tokens, fuzzy=False), kind, scheme, limit, offset)
        if not total:
            total, hits = self._run(self._query(query, tokens, fuzzy=True), kind, scheme, limit, offset)
        return total, hits

    def _run(self, query: Query, kind: str, scheme: str, limit: int, offset: int) -> tuple[int, list[Hit]]:
        clauses = [(Occur.Must, query)]
        clauses += [
            (Occur.Must, Query.const_score_query(self._term(name, value), 0.0))
            for name, value in (("kind", kind), ("scheme", scheme))
            if value
        ]
        clauses.append((Occur.Should, Query.const_score_query(self._term("active", "1"), 40.0)))
        searcher = self._index.searcher()
        result = searcher.search(Query.boolean_query(clauses), limit=limit, offset=offset, count=True)
        total: int | None = result.count  # type: ignore[attr-defined]  # missing in tantivy's stubs
        return total or 0, [_hit(searcher.doc(address)) for _, address in result.hits]

    def _query(self, query: str, tokens: list[str], *, fuzzy: bool) -> Query:
        """Every word somewhere; the whole query as a label or code lifts a thing to the top."""
        whole = query.strip()
        must = [(Occur.Must, self._word(token, last=token is tokens[-1], fuzzy=fuzzy)) for token in tokens]
        code = code_key(whole)
        either = [
            (Occur.Should, self._boosted("code", code, 200.0)),
            (Occur.Should, Query.const_score_query(self._prefix("code", code), 20.0)),
            (Occur.Should, self._boosted("exact", whole.casefold(), 120.0)),
            (Occur.Should, self._boosted("folded", fold(whole), 60.0)),
            (Occur.Should, Query.boolean_query(must)),
        ]
        return Query.boolean_query(either)

    def _word(self, token: str, *, last: bool, fuzzy: bool) -> Query:
        fields = (("label", 3.0), ("parts", 2.0), ("other", 1.5), ("text", 0.3))
        clauses = [(Occur.Should, Query.boost_query(self._term(name, token), boost)) for name, boost in fields]
        if last and len(token) > 1:
            clauses += [
                (Occur.Should, Query.const_score_query(self._prefix(name, token), boost))
                for name, boost in (("label", 1.0), ("other", 0.5))
            ]
        if fuzzy and len(token) > 3:
            clauses += [
                (Occur.Should, Query.fuzzy_term_query(self._schema, name, token, distance=1 if len(token) < 8 else 2))
                for name in ("label", "parts", "other")
            ]
        return Query.boolean_query(clauses)

    def _term(self, name: str, value: str) -> Query:
        return Query.term_query(self._schema, name, value, index_option="basic")

    def _boosted(self, name: str, value: str, boost: float) -> Query:
        return Query.const_score_query(self._term(name, value), boost)

    def _prefix(self, name: str, value: str) -> Query:
        return Query.regex_query(self._schema, name, re.escape(value) + ".*")


def _hit(document: Document) -> Hit:
    def first(name: str) -> str:
        return str(document.get_first(name) or "")

    return Hit(
        iri=first("iri"),
        kind=first("kind"),
        scheme=first("scheme"),
        notation=first("notation"),
        labels={lang: first(lang) for lang in ("sv", "en") if first(lang)},
        active=first("active") == "1",
        matched=first("matched"),
    )
