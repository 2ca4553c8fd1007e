"""Golden files: the Turtle that each fixture is expected to become.

`python -m tests.golden` writes every `expected.ttl`, `python -m tests.golden NAME ...` those of the named fixtures
or loaders.
A fixture is `tests/fixtures/<loader>[-<case>]/<edition>/files`. For a format the case is the source, so that
`table-rcc-t` is read by the declaration of `rcc-t`. Read the difference before you commit it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import RdfFormat, parse

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import compact, expand, prefixes
from begrepp.rdf.ntriples import ntriples_line
from begrepp.records import EditionFiles, LoadRemark, Skipped
from begrepp.sources.editions import find_editions

FIXTURES = Path(__file__).parent / "fixtures"
Lines = dict[str, dict[str, list[str]]]
_NAME = re.compile(r"[A-Za-z_]\w*")
_TERM = re.compile(r'<([^>]*)>|("(?:[^"\\]|\\.)*")(?:\^\^<([^>]*)>|(@[\w-]+))?')


@dataclass(frozen=True, slots=True)
class Fixture:
    """A few rows in a publisher's format, and the Turtle expected from them."""

    folder: Path
    edition: EditionFiles

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def expected(self) -> Path:
        """The golden Turtle."""
        return self.folder / "expected.ttl"


def fixtures() -> Iterator[Fixture]:
    """Yield every fixture, sorted by name."""
    editions = {edition.folder.parent: edition for edition in find_editions(FIXTURES)}
    for folder in sorted(path for path in FIXTURES.iterdir() if path.is_dir() and not path.name.startswith("_")):
        loader, _, case = folder.name.partition("-")
        is_format = not loaders.loader_modules()[loader].SOURCE.schemes
        found = editions[folder]
        source = case if is_format else loader
        yield Fixture(
            folder, EditionFiles(source=source, version=found.version, folder=found.folder, files=found.files)
        )


@cache
def fixture(name: str) -> Fixture:
    """The fixture of this name. Raises `StopIteration` where there is none."""
    return next(each for each in fixtures() if each.name == name)


def load(fixture: Fixture) -> tuple[set[str], list[str]]:
    """Load a fixture; return its triples as N-Triples, and a sentence for each skipped row."""
    iris = Iris()
    mint = TripleWriter(
        iris, load_iri=iris.load(fixture.edition.source, fixture.edition.version), file_iris=(iris.file("…"),)
    )
    triples: set[str] = set()
    skipped: list[str] = []
    for record in check_records(loaders.read_records(fixture.edition)):
        if isinstance(record, Skipped):
            skipped.append(f"{record.origin}: {record.reason}")
        elif isinstance(record, LoadRemark):
            skipped.append(f"note: {record.origin}: {record.text}")
        else:
            triples.update(map(ntriples_line, mint.triples(record)))
    return triples, skipped


def turtle(triples: set[str], skipped: list[str]) -> str:
    """Serialise triples as sorted, prefixed Turtle; IRIs of our own are relative to the base."""
    subjects: Lines = {}
    for line in triples:
        subject, predicate, object_ = line.removesuffix(" .\n").split(" ", 2)
        subjects.setdefault(_short(subject), {}).setdefault(_predicate(predicate), []).append(_short(object_))
    blocks = []
    for subject, predicates in sorted(subjects.items()):
        parts = [
            f"{predicate} {', '.join(sorted(objects))}"
            for predicate, objects in sorted(predicates.items(), key=lambda pair: (pair[0] != "a", pair))
        ]
        blocks.append(f"{subject}\n  " + " ;\n  ".join(parts) + " .\n")
    body = "\n".join(blocks)
    used = [f"@prefix {prefix}: <{ns}> .\n" for prefix, ns in prefixes().items() if re.search(rf"\b{prefix}:", body)]
    notes = "".join(f"# {reason if reason.startswith('note: ') else f'skipped: {reason}'}\n" for reason in skipped)
    return f"@base <{Iris().root}> .\n{''.join(used)}\n{body}" + (f"\n{notes}" if notes else "")


def _predicate(term: str) -> str:
    return "a" if term == f"<{expand('rdf:type')}>" else _short(term)


def _short(term: str) -> str:
    match = _TERM.fullmatch(term)
    assert match, term
    iri, text, datatype, language = match.groups()
    if text is not None:
        return text + (f"^^{_short(f'<{datatype}>')}" if datatype else language or "")
    prefix, _, local = compact(iri).partition(":")
    if prefix in prefixes() and _NAME.fullmatch(local):
        return f"{prefix}:{local}"
    return f"<{iri.removeprefix(Iris().root)}>"


def read(path: Path) -> set[str]:
    """Read the triples of a Turtle file as N-Triples lines."""
    return {f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in parse(path=path, format=RdfFormat.TURTLE)}


def main(*names: str) -> None:
    """Write the `expected.ttl` of the named fixtures or loaders, or of all; exit with a message for an unknown name."""
    every = {fixture: {fixture.name, fixture.name.partition("-")[0]} for fixture in fixtures()}
    if unknown := sorted(set(names).difference(*every.values())):
        sys.exit(f"no fixture {unknown[0]} in tests/fixtures; there is {', '.join(f.name for f in every)}")
    for fixture, called in every.items():
        if names and called.isdisjoint(names):
            continue
        fixture.expected.write_text(turtle(*load(fixture)), encoding="utf-8")
        print(fixture.expected.relative_to(FIXTURES))


if __name__ == "__main__":
    main(*sys.argv[1:])
