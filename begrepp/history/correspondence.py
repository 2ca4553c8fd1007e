"""RDF of a difference between two editions of a scheme: an `xkos:Correspondence` in a graph of its own.

Each change is one node whose IRI contains its class and code, so the same editions give the same triples.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import chain, count

from begrepp.artefact.parts import Part
from begrepp.history.changes import Change, ChangedCode, Comparison
from begrepp.history.reused_codes import Renames
from begrepp.rdf.iris import segment
from begrepp.rdf.ntriples import Triple, iri, name, plain, text, texts, typed_literal
from begrepp.records import Text

DIFFERENCE_TEXTS = ("begrepp:oldLabel", "begrepp:newLabel", "begrepp:oldText", "begrepp:newText")
"""Properties with the publisher's texts; a public build leaves them out if they may not be redistributed."""


def rename_codes(change: Change, old: Renames, new: Renames) -> Change:
    """Return the change with the IRIs that its codes have in the older and in the newer edition."""
    if not old and not new:
        return change

    def renamed(codes: tuple[ChangedCode, ...], renames: Renames) -> tuple[ChangedCode, ...]:
        return tuple(dataclasses.replace(c, iri=renames.get(f"<{c.iri}>", f"<{c.iri}>")[1:-1]) for c in codes)

    return dataclasses.replace(
        change,
        sources=renamed(change.sources, old),
        targets=renamed(change.targets, new),
        old_parents=renamed(change.old_parents, old),
        new_parents=renamed(change.new_parents, new),
    )


def difference_triples(
    graph: str, old: Part, new: Part, compared: Comparison, *, with_texts: bool = True
) -> Iterator[Triple]:
    """Yield the triples of the correspondence, its levels and its associations.

    `with_texts=False` leaves out `DIFFERENCE_TEXTS`; codes and classes of change stay.
    """
    subject = iri(graph)
    yield subject, name("rdf:type"), name("xkos:Correspondence")
    for prefixed, part in (("begrepp:olderRelease", old), ("begrepp:newerRelease", new)):
        yield subject, name("xkos:compares"), iri(part.graph)
        yield subject, name(prefixed), iri(part.graph)
    for scheme in _scheme_of(new):
        yield subject, name("begrepp:differenceOf"), scheme
    yield from texts(subject, "dct:title", _titles(old, new))
    yield subject, name("begrepp:changes"), typed_literal(len(compared.changes), "xsd:integer")
    yield subject, name("begrepp:unchanged"), typed_literal(compared.unchanged, "xsd:integer")
    for row in compared.levels:
        if row.old_covers and row.new_covers:
            yield from _level(subject, "begrepp:comparedLevel", row.level)
        else:
            yield from _level(subject, "begrepp:uncoveredLevel", row.level)
    for node, change in zip(association_iris(graph, compared.changes), compared.changes, strict=True):
        yield from _association(subject, iri(node), change, with_texts=with_texts)


def _level(subject: str, prefixed: str, level: str) -> Iterator[Triple]:
    """Yield the triple of a level: its IRI, or text such as `length 3`; none for a level without name."""
    if level:
        yield subject, name(prefixed), iri(level) if "://" in level else plain(level)


def _scheme_of(part: Part) -> list[str]:
    header = (line.split(" ", 2) for line in part.header)
    return sorted({rest[:-3] for _, predicate, rest in header if predicate == name("begrepp:releaseOf")})


def _titles(old: Part, new: Part) -> list[Text]:
    words = {"sv": "skillnaden mellan {} och {}", "en": "the difference between {} and {}"}
    titles = []
    for lang, form in words.items():
        title = (new.titles.get(lang) or next(iter(new.titles.values()), new.id)).partition(",")[0]
        titles.append(Text(f"{title}: {form.format(old.version, new.version)}", lang))
    return titles


def association_iris(graph: str, changes: Iterable[Change]) -> list[str]:
    """Return the IRI of each change: the difference, the class of change and the code.

    Further changes of the same class and code, in the given order, have `~2`, `~3` … after the code.
    """
    taken: dict[str, None] = {}
    for change in changes:
        plain_iri = f"{graph}/{change.type}/{segment(change.key)}"
        numbered = (f"{plain_iri}~{number}" for number in count(2))
        taken[next(each for each in chain([plain_iri], numbered) if each not in taken)] = None
    return [*taken]


def _association(correspondence: str, node: str, change: Change, *, with_texts: bool) -> Iterator[Triple]:
    yield correspondence, name("xkos:madeOf"), node
    yield node, name("rdf:type"), name("xkos:ConceptAssociation")
    yield node, name("begrepp:changeType"), name(f"begrepp:{change.type}")
    yield node, name("begrepp:changeRule"), name(f"begrepp:{change.rule}")
    for prefixed, codes in (
        ("xkos:sourceConcept", change.sources),
        ("xkos:targetConcept", change.targets),
        ("begrepp:oldBroader", change.old_parents),
        ("begrepp:newBroader", change.new_parents),
    ):
        for code in codes:
            yield node, name(prefixed), iri(code.iri)
            if prefixed.startswith("xkos:"):
                yield iri(code.iri), name("skos:notation"), plain(code.notation)
    if not with_texts:
        return
    for prefixed, labels in (("begrepp:oldLabel", change.old_labels), ("begrepp:newLabel", change.new_labels)):
        yield from texts(node, prefixed, labels)
    for prefixed, words in (("begrepp:oldText", change.old_text), ("begrepp:newText", change.new_text)):
        if words:
            yield node, name(prefixed), text(words)
