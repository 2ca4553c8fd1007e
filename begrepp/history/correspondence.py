"""Differences between the editions of a scheme as RDF: an `xkos:Correspondence` in a graph of its own.

One node per change, named by its class and code, so that the same editions give the same triples.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from begrepp.artefact.parts import Part
from begrepp.history.changes import Change, ChangedCode, Comparison
from begrepp.history.reused_codes import Renames
from begrepp.rdf.iris import segment
from begrepp.rdf.ntriples import Triple, iri, name, plain, text, texts, typed_literal
from begrepp.records import Text

DIFFERENCE_TEXTS = ("begrepp:oldLabel", "begrepp:newLabel", "begrepp:oldText", "begrepp:newText")
"""What a difference says in the publisher's words; it stays inside where those may not be passed on."""


def named(change: Change, old: Renames, new: Renames) -> Change:
    """The change with the IRIs that its codes have in either edition."""
    if not old and not new:
        return change

    def said(codes: tuple[ChangedCode, ...], renames: Renames) -> tuple[ChangedCode, ...]:
        return tuple(dataclasses.replace(c, iri=renames.get(f"<{c.iri}>", f"<{c.iri}>")[1:-1]) for c in codes)

    return dataclasses.replace(
        change,
        sources=said(change.sources, old),
        targets=said(change.targets, new),
        old_parents=said(change.old_parents, old),
        new_parents=said(change.new_parents, new),
    )


def difference_triples(
    graph: str, old: Part, new: Part, compared: Comparison, *, with_texts: bool = True
) -> Iterator[Triple]:
    """The correspondence, what it covers, and its associations. Without texts, codes and classes are left."""
    subject = iri(graph)
    yield subject, name("rdf:type"), name("xkos:Correspondence")
    for prefixed, part in (("begrepp:olderRelease", old), ("begrepp:newerRelease", new)):
        yield subject, name("xkos:compares"), iri(part.graph)
        yield subject, name(prefixed), iri(part.graph)
    for release_of in _scheme_of(new):
        yield subject, name("begrepp:differenceOf"), release_of
    yield from texts(subject, "dct:title", _titles(old, new))
    yield subject, name("begrepp:changes"), typed_literal(len(compared.changes), "xsd:integer")
    yield subject, name("begrepp:unchanged"), typed_literal(compared.unchanged, "xsd:integer")
    for row in compared.levels:
        if row.old_covers and row.new_covers:
            yield from _level(subject, "begrepp:comparedLevel", row.level)
        else:
            yield from _level(subject, "begrepp:uncoveredLevel", row.level)
    for change in compared.changes:
        yield from _association(subject, graph, change, with_texts=with_texts)


def _level(subject: str, prefixed: str, level: str) -> Iterator[Triple]:
    """A level by its IRI, or in words where codes of a length stand for one; one without a name is not named."""
    if level:
        yield subject, name(prefixed), iri(level) if "://" in level else plain(level)


def _scheme_of(part: Part) -> list[str]:
    said = (line.split(" ", 2) for line in part.header)
    return sorted({rest[:-3] for _, predicate, rest in said if predicate == name("begrepp:releaseOf")})


def _titles(old: Part, new: Part) -> list[Text]:
    words = {"sv": "skillnaden mellan {} och {}", "en": "the difference between {} and {}"}
    titles = []
    for lang, form in words.items():
        title = (new.titles.get(lang) or next(iter(new.titles.values()), new.id)).partition(",")[0]
        titles.append(Text(f"{title}: {form.format(old.version, new.version)}", lang))
    return titles


def association_iri(graph: str, change: Change) -> str:
    """The IRI of one change: its difference, its class and its code."""
    return f"{graph}/{change.type}/{segment(change.key)}"


def _association(correspondence: str, graph: str, change: Change, *, with_texts: bool) -> Iterator[Triple]:
    node = iri(association_iri(graph, change))
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
