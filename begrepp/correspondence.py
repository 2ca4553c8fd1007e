"""Differences between the editions of a scheme as RDF: an `xkos:Correspondence` in a graph of its own.

One node per change, named by its class and code, so that the same editions give the same triples.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from begrepp.changes import Change, Code, Comparison
from begrepp.comparisons import compare_parts
from begrepp.errors import ValidationError
from begrepp.iris import Iris, segment
from begrepp.lines import SortedFile
from begrepp.meanings import Meanings, Renames, tell_apart
from begrepp.parts import Part
from begrepp.records import Coverage, Redistribution, Text
from begrepp.terms import Triple, iri, name, ntriples, plain, text, texts, typed
from begrepp.validate import validate

DIFFERENCE_TEXTS = ("begrepp:oldLabel", "begrepp:newLabel", "begrepp:oldText", "begrepp:newText")
"""What a difference says in the publisher's words; it stays inside where those may not be passed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference that was written to a file: between which releases, where, and how many changes of each class."""

    scheme: str
    old: Part
    new: Part
    graph: str
    path: Path
    triples: int
    sha256: str
    redistribution: Redistribution
    counts: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    levels: list[dict[str, Any]] = field(default_factory=list)

    def described(self) -> dict[str, Any]:
        """The difference as the manifest holds it."""
        return {
            "scheme": self.scheme,
            "old": self.old.version,
            "new": self.new.version,
            "old_valid_from": self.old.valid_from.isoformat(),
            "new_valid_from": self.new.valid_from.isoformat(),
            "old_partial": self.old.coverage is Coverage.PARTIAL,
            "new_partial": self.new.coverage is Coverage.PARTIAL,
            "graph": self.graph,
            "file": self.path.name,
            "redistribution": str(self.redistribution),
            "triples": self.triples,
            "sha256": self.sha256,
            "counts": self.counts,
            "rules": self.rules,
            "unchanged": self.unchanged,
            "levels": self.levels,
        }


def write_differences(
    parts: Iterable[Part],
    folder: Path,
    iris: Iris,
    meanings: Meanings,
    comparing: Callable[[Part, Part], Comparison] = compare_parts,
    *,
    public: bool,
) -> Iterator[Difference]:
    """Compare the editions of every scheme that has several, each with the one before it.

    A code that was given another meaning is told apart in the files of all parts before anything is written.
    """
    every = [*parts]
    schemes = sorted((p for p in every if p.kind == "scheme"), key=lambda p: (p.id, p.valid_from, p.version))
    compared = [
        (old, new, comparing(old, new))
        for _, group in groupby(schemes, key=lambda part: part.id)
        for old, new in pairs([*group])
    ]
    renames = tell_apart(every, compared, meanings, iris)
    for old, new, found in compared:
        found.changes = [
            named(change, renames.get(old.graph, {}), renames.get(new.graph, {})) for change in found.changes
        ]
        yield _write(old, new, found, folder, iris, public=public)


def named(change: Change, old: Renames, new: Renames) -> Change:
    """The change with the IRIs that its codes have in either edition."""
    if not old and not new:
        return change

    def said(codes: tuple[Code, ...], renames: Renames) -> tuple[Code, ...]:
        return tuple(dataclasses.replace(c, iri=renames.get(f"<{c.iri}>", f"<{c.iri}>")[1:-1]) for c in codes)

    return dataclasses.replace(
        change,
        sources=said(change.sources, old),
        targets=said(change.targets, new),
        old_parents=said(change.old_parents, old),
        new_parents=said(change.new_parents, new),
    )


def pairs(editions: Sequence[Part]) -> Iterator[tuple[Part, Part]]:
    """Which editions to compare, from oldest to newest: each with the one before it.

    A complete edition is compared with the complete one before it too, where an excerpt lies between them. An
    excerpt from another source is no edition of the list: its own words are no change of the publisher's.
    """
    whole = Coverage.COMPLETE
    for place, new in enumerate(editions):
        before = [p for p in editions[:place] if p.source == new.source or p.coverage is new.coverage is whole]
        if not before:
            continue
        yield before[-1], new
        if new.coverage is Coverage.COMPLETE and before[-1].coverage is not Coverage.COMPLETE:
            complete = [part for part in before if part.coverage is Coverage.COMPLETE]
            if complete:
                yield complete[-1], new


def _write(old: Part, new: Part, compared: Comparison, folder: Path, iris: Iris, *, public: bool) -> Difference:
    scheme = new.id
    graph = iris.difference(scheme, old.version, new.version)
    protected = Redistribution.NOT_ALLOWED in (old.redistribution, new.redistribution)
    out = SortedFile(folder / f"difference--{scheme}--{segment(old.version)}--{segment(new.version)}.nt")
    for triple in difference_triples(graph, old, new, compared, with_texts=not (public and protected)):
        out.add(ntriples(triple))
    triples, sha256 = out.close()
    report = validate([out.path])
    if report.violations:
        raise ValidationError(
            f"The difference between {scheme} {old.version} and {new.version} violates a shape: {report.results[0]}.",
            "This is a bug in begrepp. Build without one of the editions, and report it.",
        )
    return Difference(
        scheme=scheme,
        old=old,
        new=new,
        graph=graph,
        path=out.path,
        triples=triples,
        sha256=sha256,
        redistribution=Redistribution.NOT_ALLOWED if protected else Redistribution.ALLOWED,
        counts=compared.by_type(),
        rules=compared.by_rule(),
        unchanged=compared.unchanged,
        levels=[
            {
                "level": row.level,
                "old": row.old,
                "new": row.new,
                "common": row.common,
                "old_covers": row.old_covers,
                "new_covers": row.new_covers,
            }
            for row in compared.levels
        ],
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
    yield subject, name("begrepp:changes"), typed(len(compared.changes), "xsd:integer")
    yield subject, name("begrepp:unchanged"), typed(compared.unchanged, "xsd:integer")
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
