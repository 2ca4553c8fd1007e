"""Incremental update of the text index: copies the index of an earlier build and replaces changed documents.

Documents of unchanged resources are replaced too if a matching concept has other labels, if the vocabulary has a new
part of a compound, or if the dataset that contains them changed. The files of the earlier index are linked,
never written to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tantivy import Index, Query

from begrepp.files import link_or_copy
from begrepp.rdf.changed_resources import TooManyChanges, changed_subjects, distinct_iris
from begrepp.rdf.sorted_files import subjects_with_prefix
from begrepp.search.documents import read_selected_documents
from begrepp.search.index_state import STATE_FILE, IndexState
from begrepp.search.schema import document_iri, register_tokenizer, schema
from begrepp.search.writer import DocumentBuilder, open_writer, parents
from begrepp.text.swedish import compound_parts, fold

_MAX_CHANGES = 20_000
"""With more changed documents than this, writing a new index is faster."""
_MAX_UPDATES = 20
"""Updates in a row before a new index is written: its document frequencies still count deleted documents."""

_DISTANCE = 2
"""Links between a resource and those that it takes names from: a concept with the same name, and its sibling."""


def update_index(path: Path, current: Path, before: Path, view: Path, report: Callable[[float], None]) -> int | None:
    """Write the index of the current view at `path` from the index `before` of an earlier `view`.

    `report` is called with the progress, 0 to 1. Returns the number of documents, or None if a new index is needed.
    """
    old_state = IndexState.read(before)
    if not old_state or old_state.updates >= _MAX_UPDATES:
        return None
    try:
        changed = distinct_iris(changed_subjects(view, current), _MAX_CHANGES)
        removed, added = read_selected_documents(view, changed), read_selected_documents(current, changed)
        state = old_state.with_changes(removed, added)
        state.find_siblings(lambda iris: read_selected_documents(current, iris))
        if not changed.isdisjoint(old_state.siblings) or state.sibling_pairs != old_state.sibling_pairs:
            return None
        for document in read_selected_documents(current, changed):
            state.add_namesakes(document)
        affected = distinct_iris(_affected_iris(changed, old_state, state, before, current), _MAX_CHANGES)
    except TooManyChanges:
        return None
    path.mkdir(parents=True)
    for file in before.iterdir():
        if file.name != STATE_FILE and not file.name.endswith(".lock"):
            link_or_copy(file, path / file.name)
    builder = DocumentBuilder(state, read_selected_documents(current, _donors(affected, state, current)))
    index = Index.open(str(path))
    with open_writer(index) as writer:
        for number, iri in enumerate(sorted(affected)):
            writer.delete_documents_by_term("iri", iri)
            report(number / len(affected) / 2)
        for document in read_selected_documents(current, affected):
            writer.add_document(builder.build(document))
    state.write(path)
    index.reload()
    report(1)
    return int(index.searcher().num_docs)


def _donors(iris: set[str], state: IndexState, current: Path) -> set[str]:
    """Return the IRIs of the resources that some resources take names from."""
    donors = {*state.datasets}
    for document in read_selected_documents(current, iris):
        near = {document.iri, *parents(document)}
        for _ in range(_DISTANCE):
            near.update(other for iri in [*near] for other in _related(iri, state))
        donors |= near
    return donors


def _related(iri: str, state: IndexState) -> Iterator[str]:
    """Yield the IRIs of the resources that a resource is linked to: by mapping, code or measurement."""
    for neighbours in (state.matches, state.siblings, state.namesakes, state.measured):
        yield from neighbours.get(iri, ())


def _affected_iris(
    changed: set[str], old_state: IndexState, state: IndexState, before: Path, current: Path
) -> Iterator[str]:
    """Yield the IRIs of the documents to be replaced."""
    yield from changed
    for iri in changed:
        for each in (old_state, state):
            for other in _related(iri, each):
                yield other
                yield from _related(other, each)
        yield from (subject[1:-1] for subject in subjects_with_prefix(current, f"<{iri}"))
    yield from old_state.animals ^ state.animals
    if old_state.vocabulary == state.vocabulary:
        return
    index = register_tokenizer(Index.open(str(before)))
    index.reload()
    searcher = index.searcher()
    for word in {fold(word) for word in (*state.words, *state.codes)}:
        if compound_parts(word, old_state.vocabulary) != compound_parts(word, state.vocabulary):
            found = searcher.search(
                Query.term_query(schema(), "word", word, index_option="freq"), limit=_MAX_CHANGES + 1
            )
            yield from (document_iri(searcher.doc(address)) for _, address in found.hits)
