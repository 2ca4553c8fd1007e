"""Variable cascade: instance variable → represented variable → conceptual variable (DDI-CDI, GSIM).

It is derived from the concepts that every column measures and from its values. Two columns that measure the same
concepts share a conceptual variable; if they have the same coding too, a represented variable. A query for the same
variable with another coding is therefore a join, also between independent sources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from begrepp.artefact.parts import Part
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import Triple, iri, name, ntriples_line
from begrepp.rdf.sorted_files import SortedFile, group_by_subject

_ENUMERATED = ("begrepp:valueSet", "begrepp:codeList", "begrepp:codingSystem")
_UNIT = ("begrepp:unit", "begrepp:unitText", "qudt:hasUnit")


def write_cascade_of_parts(graphs: Path, current: Sequence[Part], iris: Iris) -> Path:
    """Write the cascade of the parts that are in force as `cascade.nt` into the folder of graphs; return its path."""
    path = graphs / "cascade.nt"
    datasets = [part.path for part in current if part.kind in ("dataset", "catalogue")]
    mappings = [part.path for part in current if part.kind == "mapping"]
    write_cascade(path, datasets, mappings, iris)
    return path


def write_cascade(target: Path, datasets: Iterable[Path], mappings: Iterable[Path], iris: Iris) -> tuple[int, str]:
    """Write the cascade of the datasets' columns as sorted N-Triples; return the number of triples and the SHA-256.

    `mappings` are searched for links that are not in the datasets: curated ones, or accepted suggestions.
    """
    curated = _read_curated_links(mappings)
    out = SortedFile(target)
    for path in datasets:
        digests = dict(_read_property(path, name("begrepp:contentDigest")))
        for subject, lines in group_by_subject(path):
            for triple in _column_triples(subject, lines, curated.get(subject, ()), digests, iris):
                out.add(ntriples_line(triple))
    return out.close()


def _column_triples(
    subject: str, lines: list[str], curated: Iterable[str], digests: Mapping[str, str], iris: Iris
) -> Iterator[Triple]:
    values: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        _, predicate, object_ = line.rstrip(" .\n").split(" ", 2)
        values[predicate].append(object_)
    if name("cdi:InstanceVariable") not in values[name("rdf:type")] or values[name("begrepp:representedVariable")]:
        return
    concepts = sorted({*values[name("begrepp:measures")], *curated})
    if not concepts:
        return
    unit_types = values[name("begrepp:unitTypeName")]
    conceptual = iri(iris.conceptual_variable(*concepts, *(unit_type.casefold() for unit_type in unit_types)))
    yield conceptual, name("rdf:type"), name("cdi:ConceptualVariable")
    for concept in concepts:
        yield conceptual, name("begrepp:measures"), concept
    for unit_type in unit_types:
        yield conceptual, name("begrepp:unitTypeName"), unit_type
    enumerated = [(prefixed, value) for prefixed in _ENUMERATED for value in values[name(prefixed)]]
    domain = enumerated or [("csvw:datatype", value) for value in values[name("csvw:datatype")]]
    units = [(prefixed, value) for prefixed in _UNIT for value in values[name(prefixed)]]
    # A code list of a dataset is identified by its content, so equal lists of two registers are one.
    key = sorted(f"{prefixed} {digests.get(value, value)}" for prefixed, value in (*domain, *units))
    represented = iri(iris.represented_variable(conceptual, *key))
    yield subject, name("begrepp:representedVariable"), represented
    yield represented, name("rdf:type"), name("cdi:RepresentedVariable")
    yield represented, name("begrepp:conceptualVariable"), conceptual
    for prefixed, value in (*domain, *units):
        yield represented, name(prefixed), value


def _read_curated_links(mappings: Iterable[Path]) -> dict[str, list[str]]:
    """Return the concepts that mapping sets link to each column, by column."""
    links: dict[str, list[str]] = defaultdict(list)
    for path in mappings:
        for subject, concept in _read_property(path, name("begrepp:measures")):
            links[subject].append(concept)
    return links


def _read_property(path: Path, predicate: str) -> Iterator[tuple[str, str]]:
    """Yield subject and object of the lines with a predicate."""
    middle = f" {predicate} "
    with path.open(encoding="utf-8") as file:
        for line in file:
            subject, separator, object_ = line.partition(middle)
            if separator and " " not in subject:
                yield subject, object_.rstrip(" .\n")
