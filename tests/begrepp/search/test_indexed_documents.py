"""Documents of the index: their analysed codes and names, and that each is decoded once for many queries."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from tantivy import Document, Index, Query, Schema, SchemaBuilder

from begrepp.search.indexed_documents import IndexedDocument, Label, read_document
from begrepp.search.schema import register_tokenizer, schema

SCHEME = "https://example.org/cs/kvarnar"


def document(*labels: Label, notation: str = "k1.2") -> IndexedDocument:
    return IndexedDocument(
        f"{SCHEME}/{notation}", "concept", SCHEME, notation, 1, [notation, "K-12 b"], 0, "", "", "", [*labels]
    )


def test_names_and_codes_are_analysed() -> None:
    kvarn = document(
        Label("pref", "sv", "Större Kvarn"),
        Label("alt", "sv", "Väderkvarn"),
        Label("hidden", "", "kvarn"),
        Label("keyword", "sv", "vind"),
        Label("sibling", "en", "Mill", "https://example.org/cs/mills"),
        Label("parent", "sv", "Byggnad", SCHEME),
    )
    assert (kvarn.forms.code, kvarn.code_keys) == ("K12", ["K12", "K12B"])
    assert [label.value for label in kvarn.preferred] == ["Större Kvarn"]
    assert kvarn.forms.preferred == {"storre kvarn"}
    assert kvarn.forms.names == {"storre kvarn", "vaderkvarn", "kvarn"}
    assert (kvarn.forms.borrowed, kvarn.has_placeholder) == (1, False)


def test_a_label_of_a_template_is_a_placeholder() -> None:
    assert document(Label("pref", "sv", "Lämplig text, tack!")).has_placeholder


def test_a_rest_group_is_known_by_its_preferred_labels_alone() -> None:
    assert document(Label("pref", "sv", "Kvarn, ospecificerad")).is_rest
    assert not document(Label("pref", "sv", "Kvarn"), Label("alt", "sv", "Kvarn, ospecificerad")).is_rest


def earlier_schema() -> Schema:
    return SchemaBuilder().add_text_field("stored", stored=True, tokenizer_name="raw", index_option="basic").build()


@pytest.mark.parametrize(("of_index", "decode"), [(schema(), bytes), (earlier_schema(), bytes.decode)])
def test_a_document_is_read_from_this_index_and_from_one_of_an_earlier_version(
    of_index: Schema, decode: Callable[[bytes], str | bytes]
) -> None:
    kvarn = document(Label("pref", "sv", "Kvarn"))
    index = register_tokenizer(Index(of_index))
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    writer.add_document(Document(stored=decode(msgspec.json.encode(kvarn))))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    [(_, address)] = searcher.search(Query.all_query()).hits
    assert read_document(searcher, address) == kvarn
