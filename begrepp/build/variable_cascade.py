"""The cascade above the columns: instance variable → represented variable → conceptual variable (DDI-CDI, GSIM).

Worked out from what every column measures, whoever said so, and from its values. Two columns that measure the
same share a conceptual variable; if they are coded alike too, a represented variable. So "the same thing,
differently coded" is a join, and it holds between sources that know nothing of each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import Triple, iri, name, ntriples_line
from begrepp.rdf.sorted_files import SortedFile, group_by_subject

_ENUMERATED = ("begrepp:valueSet", "begrepp:codeList", "begrepp:codingSystem")
_UNIT = ("begrepp:unit", "begrepp:unitText", "qudt:hasUnit")


def write_cascade(target: Path, datasets: Iterable[Path], mappings: Iterable[Path], iris: Iris) -> tuple[int, str]:
    """Write the cascade of the datasets' columns as sorted N-Triples; the number of triples and their SHA-256.

    `mappings` are searched for links that were made apart from the datasets: curated, or accepted suggestions.
    """
    curated = _curated(mappings)
    out = SortedFile(target)
    for path in datasets:
        digests = dict(_lines_of(path, name("begrepp:contentDigest")))
        for subject, lines in group_by_subject(path):
            for triple in _column(subject, lines, curated.get(subject, ()), digests, iris):
                out.add(ntriples_line(triple))
    return out.close()


def _column(
    subject: str, lines: list[str], curated: Iterable[str], digests: Mapping[str, str], iris: Iris
) -> Iterator[Triple]:
    said: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        _, predicate, object_ = line.rstrip(" .\n").split(" ", 2)
        said[predicate].append(object_)
    if name("cdi:InstanceVariable") not in said[name("rdf:type")] or said[name("begrepp:representedVariable")]:
        return
    concepts = sorted({*said[name("begrepp:measures")], *curated})
    if not concepts:
        return
    unit_types = said[name("begrepp:unitTypeName")]
    conceptual = iri(iris.conceptual_variable(*concepts, *(each.casefold() for each in unit_types)))
    yield conceptual, name("rdf:type"), name("cdi:ConceptualVariable")
    for concept in concepts:
        yield conceptual, name("begrepp:measures"), concept
    for words in unit_types:
        yield conceptual, name("begrepp:unitTypeName"), words
    enumerated = [(prefixed, each) for prefixed in _ENUMERATED for each in said[name(prefixed)]]
    domain = enumerated or [("csvw:datatype", each) for each in said[name("csvw:datatype")]]
    units = [(prefixed, each) for prefixed in _UNIT for each in said[name(prefixed)]]
    # A list of a dataset's own counts by what it holds, so that two registers' "0 no, 1 yes" are one.
    key = sorted(f"{prefixed} {digests.get(each, each)}" for prefixed, each in (*domain, *units))
    represented = iri(iris.represented_variable(conceptual, *key))
    yield subject, name("begrepp:representedVariable"), represented
    yield represented, name("rdf:type"), name("cdi:RepresentedVariable")
    yield represented, name("begrepp:conceptualVariable"), conceptual
    for prefixed, each in (*domain, *units):
        yield represented, name(prefixed), each


def _curated(mappings: Iterable[Path]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in mappings:
        for subject, concept in _lines_of(path, name("begrepp:measures")):
            found[subject].append(concept)
    return found


def _lines_of(path: Path, predicate: str) -> Iterator[tuple[str, str]]:
    """Subject and object of the lines with a predicate."""
    middle = f" {predicate} "
    with path.open(encoding="utf-8") as file:
        for line in file:
            subject, found, object_ = line.partition(middle)
            if found and " " not in subject:
                yield subject, object_.rstrip(" .\n")
