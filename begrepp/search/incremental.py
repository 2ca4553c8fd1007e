"""An index made from the one before: only the things that changed, and those that are found in another way since.

Others than those that changed are found in another way where something that means the same has another name, where a
word has come that compounds are made of, and where a dataset has come around them. The files of the index before are
never written to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tantivy import Index, Query

from begrepp.files import link_or_copy
from begrepp.rdf.sorted_files import changed_lines, subjects_below
from begrepp.search.documents import things_of
from begrepp.search.index_state import NAME, IndexState
from begrepp.search.schema import analysed, iri_of, schema
from begrepp.search.writer import DocumentWriter, finish, names_of, writer_of
from begrepp.text.swedish import compound_parts, fold

_MOST = 20_000
"""Beyond so many things an index is sooner written whole."""
_RENEWALS = 20
"""So many times an index is made from the one before: what it counts as usual still counts what is gone."""


class IndexTooDifferent(Exception):
    """The index before is of no use."""


def renew_index(path: Path, current: Path, before: Path, view: Path, done: Callable[[float], None]) -> int | None:
    """Make the index of the current view from that of an earlier `view`; the number of things, or None where it must
    be written whole. `done` is told how far it has come, to 1.
    """
    known = IndexState.read(before)
    if not known or known.renewals >= _RENEWALS:
        return None
    try:
        changed = _few(line[1 : line.index("> ")] for _, line in changed_lines(view, current) if line[0] == "<")
        ledger = known.changed(things_of(view, changed), things_of(current, changed))
        found = _few(_otherwise_found(changed, known, ledger, before, current))
    except IndexTooDifferent:
        return None
    path.mkdir(parents=True)
    for file in before.iterdir():
        if file.name != NAME and not file.name.endswith(".lock"):
            link_or_copy(file, path / file.name)
    others = {other for iri in found for other in ledger.partners.get(iri, ())}
    documents = DocumentWriter(ledger, {thing.iri: names_of(thing) for thing in things_of(current, others)})
    index = Index.open(str(path))
    writer = writer_of(index)
    for number, iri in enumerate(sorted(found)):
        writer.delete_documents_by_term("iri", iri)
        done(number / len(found) / 2)
    for thing in things_of(current, found):
        writer.add_document(documents.of(thing))
    finish(writer)
    ledger.write(path)
    index.reload()
    done(1)
    return int(index.searcher().num_docs)


def _few(iris: Iterable[str]) -> set[str]:
    """The IRIs, each once; raises `IndexTooDifferent` where there are too many."""
    found: set[str] = set()
    for iri in iris:
        found.add(iri)
        if len(found) > _MOST:
            raise IndexTooDifferent
    return found


def _otherwise_found(
    changed: set[str], known: IndexState, ledger: IndexState, before: Path, current: Path
) -> Iterator[str]:
    """The things that must be indexed again."""
    yield from changed
    for iri in changed:
        yield from known.partners.get(iri, ())
        yield from ledger.partners.get(iri, ())
    for dataset in known.datasets ^ ledger.datasets:
        yield from (subject[1:-1] for subject in subjects_below(current, f"<{dataset}/"))
    if known.vocabulary == ledger.vocabulary:
        return
    index = analysed(Index.open(str(before)))
    index.reload()
    searcher = index.searcher()
    for word in {fold(word) for word in (*ledger.words, *ledger.codes)}:
        if compound_parts(word, known.vocabulary) != compound_parts(word, ledger.vocabulary):
            having = searcher.search(Query.term_query(schema(), "word", word, index_option="freq"), limit=_MOST + 1)
            yield from (iri_of(searcher.doc(address)) for _, address in having.hits)
