"""Documents of the index: their analysed codes and names, and that each is decoded once for many queries."""

from __future__ import annotations

from pathlib import Path

from tantivy import Index, Query

from begrepp.search import write_index
from begrepp.search.indexed_documents import DocumentReader, IndexedDocument, Label, decode_document
from begrepp.search.schema import register_tokenizer
from tests.begrepp.search.test_borrowed_names import concept

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


def test_a_document_is_decoded_once(tmp_path: Path) -> None:
    lines = [*concept("kvarnar/K1", "K1", sv="Kvarn"), *concept("kvarnar/K2", "K2", sv="Väderkvarn")]
    (tmp_path / "current.nt").write_text("".join(sorted(lines)))
    write_index(tmp_path / "index", tmp_path / "current.nt")
    searcher = register_tokenizer(Index.open(str(tmp_path / "index"))).searcher()
    addresses = [address for _, address in searcher.search(Query.all_query(), limit=9).hits]
    reader = DocumentReader(searcher)
    read = [reader.read(address) for address in addresses]
    assert sorted(each.notation for each in read) == ["K1", "K2"]
    assert all(reader.read(address) is each for address, each in zip(addresses, read, strict=True))
    assert [decode_document(str(searcher.doc(a).get_first("stored"))) for a in addresses] == read
