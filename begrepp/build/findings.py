"""Findings: statements about the current view that would take a query long to find (graph `findings`).

For each mapping its retired ends, for each two mapping sets where they disagree, and the first retired codes, of each
code system and of all. They are derived from the files of the current view, so that they hold there only.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from mmap import mmap
from pathlib import Path

from begrepp import lazy_polars as pl
from begrepp.artefact.manifest import read_manifest_if_valid
from begrepp.artefact.parts import Part
from begrepp.code_checksum import code_checksum
from begrepp.files import link_or_copy
from begrepp.rdf.frames import empty_frame, parse_triples, read_blocks, select_with_predicate
from begrepp.rdf.mapped_file import map_file
from begrepp.rdf.ntriples import Triple, name, ntriples_line, typed_literal
from begrepp.rdf.sorted_files import SortedFile, parse_literal, read_subjects

_NAME = "findings"
MOST_FIRST_RETIRED = 1_000
"""As many codes are stated as the first retired ones of each code system, and as many as those of all."""
_DEPRECATED = f" {name('owl:deprecated')} {typed_literal('true', 'xsd:boolean')} .\n".encode()
_INACTIVE = f" {name('begrepp:status')} {name('begrepp:inactive')} .\n".encode()
_IN_SCHEME, _NOTATION = name("skos:inScheme").encode(), name("skos:notation").encode()
_SCHEME_OR_NOTATION = re.compile(rb"^\S+ (%b|%b) (.*) \.$" % (re.escape(_IN_SCHEME), re.escape(_NOTATION)), re.M)
_ENDS = {"source": "owl:annotatedSource", "target": "owl:annotatedTarget", "property": "owl:annotatedProperty"}
_SCHEME_ID = name("begrepp:schemeId")
_NOT_COMPARED = ("sssom:predicate_modifier", "sssom:object_source_version")
_SETS = "sssom:mappings"
Codes = list[tuple[str, str]]
"""Codes and their concepts (terms)."""


def write_findings(target: Path, files: Sequence[Path], mappings: Iterable[Path]) -> tuple[int, str]:
    """Write the findings as sorted N-Triples; return the number of triples and the SHA-256.

    `files` are the sorted files whose union is the current view, but for the graphs about the build; `mappings` are
    those of them that hold mapping sets.
    """
    deprecated: list[str] = []
    retired: dict[str, Codes] = defaultdict(list)
    unordered: set[str] = set()
    for path in files:
        with map_file(path) as data:
            deprecated += (subject.decode() for subject, _ in _subjects_with(data, _DEPRECATED))
            for scheme, notation, concept in _inactive_codes(data):
                retired[scheme].append((parse_literal(notation).value, concept))
                if not notation.endswith('"'):
                    unordered.add(scheme)
    table = _MappingTable(mappings)
    out = SortedFile(target)
    first = {
        scheme: codes if scheme in unordered else nsmallest(MOST_FIRST_RETIRED, codes)
        for scheme, codes in retired.items()
    }
    out.extend(map(ntriples_line, _first_retired(first)))
    out.extend(map(ntriples_line, _first_retired_of_all(first, unordered, _scheme_ids(files, first))))
    out.extend(map(ntriples_line, table.retired_ends(deprecated)))
    out.extend(map(ntriples_line, table.disagreements(files)))
    return out.close()


class Findings:
    """The file of the findings in the folder of graphs, written anew or that of the previous build."""

    def __init__(self, graphs: Path, groups: Iterable[Sequence[Part]], previous: Path | None) -> None:
        parts = [[(part.kind, part.coverage, part.sha256) for part in group] for group in groups]
        key = hashlib.sha256(json.dumps([parts, code_checksum(__name__)]).encode()).hexdigest()
        self._path = graphs / "findings.nt"
        self._previous = previous
        self.graphs = {_NAME: self._path}
        self.keys = {_NAME: key}

    def write(self, views: Sequence[tuple[Part, Path]]) -> Path:
        """Write or link the findings of the parts that are in force and the files of their views; return the path."""
        manifest = read_manifest_if_valid(self._previous) if self._previous else None
        if self._previous and manifest and manifest.derived.get(_NAME) == self.keys[_NAME]:
            link_or_copy(self._previous / "graphs" / self._path.name, self._path)
        else:
            mappings = [path for part, path in views if part.kind == "mapping"]
            write_findings(self._path, [path for _, path in views], mappings)
        return self._path


def _subjects_with(data: mmap | bytes, ending: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the subjects of the lines that end in a predicate and an object, with the offset of this ending."""
    at = data.find(ending)
    while at >= 0:
        yield data[data.rfind(b"\n", 0, at) + 1 : at], at
        at = data.find(ending, at + len(ending))


def _inactive_codes(data: mmap | bytes) -> Iterator[tuple[str, str, str]]:
    """Yield scheme, notation and concept (terms) of the inactive concepts in sorted lines."""
    place = 0
    for subject, at in _subjects_with(data, _INACTIVE):
        head = subject + b" "
        place = 0 if data[: len(head)] == head else data.find(b"\n" + head, place) + 1
        # `skos:` comes before `begrepp:` in the order of code points, so these lines are before that of the status.
        values = defaultdict(list)
        for predicate, value in _SCHEME_OR_NOTATION.findall(data, place, at):
            values[predicate].append(value.decode())
        for scheme in values[_IN_SCHEME]:
            for notation in values[_NOTATION]:
                yield scheme, notation, subject.decode()
        place = at


def _scheme_ids(files: Iterable[Path], schemes: Iterable[str]) -> list[tuple[str, str]]:
    """Return the `begrepp:schemeId` of the schemes and the schemes, in the order of code points."""
    lines = (line for path in files for _, lines in read_subjects(path, schemes) for line in lines)
    parts = (line.rstrip(" .\n").split(" ", 2) for line in lines)
    return sorted({(parse_literal(id_).value, scheme) for scheme, predicate, id_ in parts if predicate == _SCHEME_ID})


def _first_retired(first: Mapping[str, Codes]) -> Iterator[Triple]:
    """Yield the first retired concepts of each scheme, in the order of code points.

    Of a scheme with codes that are no plain texts, whose order depends on the engine, all are stated.
    """
    for scheme, codes in first.items():
        for _, concept in codes:
            yield scheme, name("begrepp:firstRetired"), concept


def _first_retired_of_all(
    first: Mapping[str, Codes], unordered: set[str], schemes: Iterable[tuple[str, str]]
) -> Iterator[Triple]:
    """Yield the first retired concepts of all schemes, in the order of the schemes and of the codes of each."""
    count = 0
    for _, scheme in schemes:
        if count >= MOST_FIRST_RETIRED:
            return
        codes = first[scheme] if scheme in unordered else first[scheme][: MOST_FIRST_RETIRED - count]
        count += len(codes)
        for _, concept in codes:
            yield scheme, name("begrepp:firstRetiredOfAll"), concept


class _MappingTable:
    """The mappings of the current view as tables of N-Triples terms."""

    def __init__(self, mappings: Iterable[Path]) -> None:
        properties = (*_ENDS.values(), *_NOT_COMPARED, _SETS)
        blocks = (block for path in mappings for block in read_blocks(path))
        lines = [select_with_predicate(parse_triples(block), *properties) for block in blocks]
        self._lines = pl.concat([empty_frame("subject", "predicate", "rest"), *lines]).select(
            "subject", "predicate", object=pl.col("rest").str.strip_suffix(" .")
        )

    def _select(self, property_: str, subject: str, object_: str) -> pl.DataFrame:
        lines = select_with_predicate(self._lines, property_)
        return lines.select(pl.col("subject").alias(subject), pl.col("object").alias(object_))

    def retired_ends(self, deprecated: Sequence[str]) -> Iterator[Triple]:
        """Yield the ends of the mappings that are deprecated concepts."""
        terms = pl.DataFrame({"object": deprecated}, schema={"object": pl.String})
        ends = select_with_predicate(self._lines, _ENDS["source"], _ENDS["target"]).join(terms, on="object", how="semi")
        for mapping, concept in ends.select("subject", "object").iter_rows():
            yield mapping, name("begrepp:retiredEnd"), concept

    def disagreements(self, files: Iterable[Path]) -> Iterator[Triple]:
        """Yield the pairs of mappings of two sets that disagree; the set with the smaller IRI comes first."""
        pairs = self._different_pairs()
        targets = {*pairs["target"], *pairs["target_2"]}
        lists = [
            (subject, line.rstrip(" .\n").split(" ", 2)[2])
            for path in files
            for subject, lines in (read_subjects(path, targets) if targets else ())
            for line in lines
            if line.split(" ", 2)[1] == name("skos:inScheme")
        ]
        schemes = pl.DataFrame(lists, schema={"target": pl.String, "scheme": pl.String}, orient="row")
        common = pairs.join(schemes, on="target").join(
            schemes, left_on=["target_2", "scheme"], right_on=["target", "scheme"], how="semi"
        )
        for mapping, other in common.select("mapping", "mapping_2").unique().iter_rows():
            yield mapping, name("begrepp:disagreesWith"), other

    def _different_pairs(self) -> pl.DataFrame:
        """Return mapping and target of both, for mappings of one concept with different targets or predicates."""
        full = self._select(_SETS, "set", "mapping")
        for column, property_ in _ENDS.items():
            full = full.join(self._select(property_, "mapping", column), on="mapping")
        several = full.group_by("source").agg(pl.col("set").n_unique()).filter(pl.col("set") > 1)
        full = full.join(several, on="source", how="semi").with_columns(pl.col("set").str.strip_chars("<>"))
        excluded = select_with_predicate(self._lines, *_NOT_COMPARED).select(mapping="subject")
        compared = full.join(excluded, on="mapping", how="anti")
        pairs = compared.join(compared, on="source", suffix="_2").filter(
            (pl.col("set") < pl.col("set_2"))
            & ((pl.col("target") != pl.col("target_2")) | (pl.col("property") != pl.col("property_2")))
        )
        return pairs.join(
            full,
            left_on=["set", "source", "target_2", "property_2"],
            right_on=["set", "source", "target", "property"],
            how="anti",
        )
