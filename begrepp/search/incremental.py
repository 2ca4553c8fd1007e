"""An index made from the one before: only the things that changed, and those that are found in another way since.

Others than those that changed are found in another way where something that means the same has another name, where a
word has come that compounds are made of, and where a dataset has come around them. The files of the index before are
never written to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tantivy import Index, Query

from begrepp.files import link
from begrepp.rdf.sorted_files import changed_lines, subjects_with_prefix
from begrepp.search.documents import read_selected_documents
from begrepp.search.index_state import STATE_FILE, IndexState
from begrepp.search.schema import document_iri, register_tokenizer, schema
from begrepp.search.writer import DocumentBuilder, commit, open_writer, visible_labels
from begrepp.text.swedish import compound_parts, fold

_MAX_CHANGES = 20_000
"""Beyond so many things an index is sooner written whole."""
_MAX_UPDATES = 20
"""So many times an index is made from the one before: what it counts as usual still counts what is gone."""


class TooManyChanges(Exception):
    """The index before is of no use."""


def update_index(path: Path, current: Path, before: Path, view: Path, done: Callable[[float], None]) -> int | None:
    """Make the index of the current view from that of an earlier `view`; the number of things, or None where it must
    be written whole. `done` is told how far it has come, to 1.
    """
    known = IndexState.read(before)
    if not known or known.updates >= _MAX_UPDATES:
        return None
    try:
        changed = _limited(line[1 : line.index("> ")] for _, line in changed_lines(view, current) if line[0] == "<")
        ledger = known.with_changes(read_selected_documents(view, changed), read_selected_documents(current, changed))
        found = _limited(_affected_iris(changed, known, ledger, before, current))
    except TooManyChanges:
        return None
    path.mkdir(parents=True)
    for file in before.iterdir():
        if file.name != STATE_FILE and not file.name.endswith(".lock"):
            link(file, path / file.name)
    others = {other for iri in found for other in ledger.matches.get(iri, ())}
    documents = DocumentBuilder(
        ledger, {thing.iri: visible_labels(thing) for thing in read_selected_documents(current, others)}
    )
    index = Index.open(str(path))
    writer = open_writer(index)
    for number, iri in enumerate(sorted(found)):
        writer.delete_documents_by_term("iri", iri)
        done(number / len(found) / 2)
    for thing in read_selected_documents(current, found):
        writer.add_document(documents.build(thing))
    commit(writer)
    ledger.write(path)
    index.reload()
    done(1)
    return int(index.searcher().num_docs)


def _limited(iris: Iterable[str]) -> set[str]:
    """The IRIs, each once; raises `TooManyChanges` where there are too many."""
    found: set[str] = set()
    for iri in iris:
        found.add(iri)
        if len(found) > _MAX_CHANGES:
            raise TooManyChanges
    return found


def _affected_iris(
    changed: set[str], known: IndexState, ledger: IndexState, before: Path, current: Path
) -> Iterator[str]:
    """The things that must be indexed again."""
    yield from changed
    for iri in changed:
        yield from known.matches.get(iri, ())
        yield from ledger.matches.get(iri, ())
    for dataset in known.datasets ^ ledger.datasets:
        yield from (subject[1:-1] for subject in subjects_with_prefix(current, f"<{dataset}/"))
    if known.vocabulary == ledger.vocabulary:
        return
    index = register_tokenizer(Index.open(str(before)))
    index.reload()
    searcher = index.searcher()
    for word in {fold(word) for word in (*ledger.words, *ledger.codes)}:
        if compound_parts(word, known.vocabulary) != compound_parts(word, ledger.vocabulary):
            having = searcher.search(
                Query.term_query(schema(), "word", word, index_option="freq"), limit=_MAX_CHANGES + 1
            )
            yield from (document_iri(searcher.doc(address)) for _, address in having.hits)
