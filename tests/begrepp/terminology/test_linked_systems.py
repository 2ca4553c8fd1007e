"""The terminology of a build that links files of an earlier one is the same, byte for byte, as one written whole.

A small view has each way in which a statement reaches the record of a concept. Every statement is removed, and every
statement is changed, one at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from begrepp.artefact.parts import Part
from begrepp.rdf.namespaces import expand, prefixes
from begrepp.records import Coverage, Redistribution
from begrepp.terminology.derivation import earlier_build
from begrepp.terminology.derivation.earlier_build import EarlierBuild
from begrepp.terminology.derivation.terminology_writer import write_terminology
from begrepp.terminology.terminology_index import FOLDER

BASE = "https://example.org/"
SYSTEMS = ("body", "cause", "tumour", "quiet")
VIEW = """
x:body a skos:ConceptScheme ; begrepp:schemeId "body" ; skos:prefLabel "Delar"@sv .
x:cause a skos:ConceptScheme ; begrepp:schemeId "cause" ; dct:isPartOf x:whole .
x:tumour a skos:ConceptScheme ; begrepp:schemeId "tumour" .
x:quiet a skos:ConceptScheme ; begrepp:schemeId "quiet" .
x:whole begrepp:preferredSystemUri "urn:oid:1.2" ; begrepp:schemeId "whole" .
x:release-body a begrepp:CodeSystemRelease ; dct:license x:licence ; prov:wasGeneratedBy x:load .
x:lung a skos:Concept ; skos:inScheme x:body ; skos:notation "L" ; skos:prefLabel "lunga"@sv ;
  skos:topConceptOf x:body .
x:lobe a skos:Concept ; skos:inScheme x:body ; skos:notation "L1" ; skos:broader x:lung ; skos:definition x:note .
x:note rdf:value "En del av lungan"@sv ; dct:source "En bok" .
x:smoke a skos:Concept ; skos:inScheme x:cause ; skos:notation "S" ; skosxl:prefLabel x:term .
x:term skosxl:literalForm "rökning"@sv ; dct:source "Ordlista" .
x:ash a skos:Concept ; skos:inScheme x:cause ; skos:notation "A" ; begrepp:status begrepp:inactive ;
  dct:isReplacedBy x:smoke .
x:cancer a skos:Concept ; skos:inScheme x:tumour ; skos:notation "C" ; skos:prefLabel "lungcancer"@sv ;
  x:site x:lung ; begrepp:roleGroup <https://example.org/cancer#group-1> ; skos:relatedMatch x:smoke .
<https://example.org/cancer#group-1> x:site x:lung .
x:silence a skos:Concept ; skos:inScheme x:quiet ; skos:notation "Q" .
x:yes a skos:Concept ; skos:notation "1" ; skos:inScheme x:answers .
x:answers skos:prefLabel "Svar"@sv ; dct:hasPart x:yes .
x:mappings a sssom:MappingSet ; sssom:mappings x:m1, x:m2 ; dct:identifier "urn:set" .
x:m1 owl:annotatedSource x:lobe ; owl:annotatedProperty skos:closeMatch ; owl:annotatedTarget x:cancer ;
  rdfs:comment "nära" .
x:m2 owl:annotatedSource x:ash ; owl:annotatedProperty skos:closeMatch ; owl:annotatedTarget x:other ;
  sssom:confidence 0.5 .
x:register a dcat:Dataset ; dct:title "Register"@sv ; health:hasVariables x:group ; dct:subject x:cancer .
x:group csvw:table x:table . x:table csvw:column x:column . x:column begrepp:measures x:smoke ; csvw:name "rok" .
x:set a begrepp:ValueSet ; skos:member x:lung, x:smoke ; dct:identifier "urn:set" ; begrepp:formerMember x:lobe .
x:level skos:member x:lobe .
x:difference xkos:madeOf x:change .
x:change begrepp:changeRule begrepp:ruleCodeRemoved ; begrepp:changeType begrepp:retired ; xkos:sourceConcept x:ash ;
  xkos:targetConcept x:smoke .
"""


def _lines() -> list[str]:
    head = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in {**prefixes(), "x": BASE}.items())
    return sorted(f"{quad.triple} .\n" for quad in parse(head + VIEW, format=RdfFormat.TURTLE))


def _of(scheme: str, lines: Collection[str]) -> list[str]:
    """Return the lines of the concepts of a scheme, which its edition has too."""
    mark = f" <{expand('skos:inScheme')}> <{BASE}{scheme}> .\n"
    concepts = {line.split(" ")[0] for line in lines if line.endswith(mark)}
    return sorted(line for line in lines if line.split(" ")[0] in concepts)


class World:
    """A view with its editions in a folder, and the terminology that was written of it."""

    def __init__(self, folder: Path, lines: Collection[str], earlier: World | None = None) -> None:
        self.folder, self.view = folder, folder / "view.nt"
        folder.mkdir(parents=True)
        self.view.write_text("".join(sorted(lines)), encoding="utf-8")
        self.parts = [self._part(scheme, _of(scheme, lines)) for scheme in SYSTEMS]
        known = EarlierBuild(earlier.folder, earlier.view, earlier.parts) if earlier else None
        write_terminology(
            folder, self.view, self.parts, {part.graph for part in self.parts}, public=False, earlier=known
        )

    def _part(self, scheme: str, lines: list[str]) -> Part:
        path = self.folder / f"{scheme}.nt"
        path.write_text("".join(lines), encoding="utf-8")
        return Part(
            kind="scheme",
            id=scheme,
            version="1",
            graph=f"{BASE}release-{scheme}",
            valid_from=date(2026, 1, 1),
            redistribution=Redistribution.ALLOWED,
            coverage=Coverage.COMPLETE,
            source="test",
            path=path,
            sha256=str(hash("".join(lines))),
        )

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / FOLDER).iterdir()}

    def linked(self, earlier: World) -> set[str]:
        """Return the names of the files that are links to those of an earlier world."""
        own, old = self.folder / FOLDER, earlier.folder / FOLDER
        return {path.name for path in own.iterdir() if (old / path.name).exists() and path.samefile(old / path.name)}


def _changes(line: str) -> Iterator[set[str]]:
    """Yield what may stand in the place of a line: nothing, or another value."""
    yield set()
    subject, predicate, rest = line.split(" ", 2)
    if rest[0] == '"':
        yield {f'{subject} {predicate} "0{rest[1:]}'}
    else:
        yield {f"{subject} {predicate} <{BASE}{other}> .\n" for other in ("silence", "lobe")}


def _different(first: World, folder: Path, lines: Collection[str]) -> set[str]:
    """Return the names of the files that differ between a whole and an incremental writing."""
    whole, renewed = World(folder / "whole", lines).files(), World(folder / "renewed", lines, first).files()
    return {name for name in whole.keys() | renewed.keys() if whole.get(name) != renewed.get(name)}


def test_each_statement_that_changes_leads_to_the_files_it_concerns(tmp_path: Path) -> None:
    lines = _lines()
    first = World(tmp_path / "first", lines)
    faults = [
        (line, added, different)
        for number, line in enumerate(lines)
        for kind, added in enumerate(_changes(line))
        if (different := _different(first, tmp_path / f"{number}-{kind}", {*lines} - {line} | added))
    ]
    assert not faults


@pytest.mark.parametrize(
    ("removed", "renewed"),
    [
        ('"lungcancer"@sv', {"current@tumour.terms"}),
        ('"En bok"', {"current@body.terms"}),
        ('"Ordlista"', {"current@cause.terms"}),
        ('"nära"', {"current@body.terms", "current@tumour.terms"}),
        ("#measures> ", {"current@cause.terms"}),
        ('"Register"@sv', set()),
        ('"Delar"@sv', set()),
        ("csvw#table> ", {"current@cause.terms"}),
    ],
)
def test_only_the_files_that_a_statement_concerns_are_written_again(
    tmp_path: Path, removed: str, renewed: set[str]
) -> None:
    lines = _lines()
    kept = [line for line in lines if removed not in line]
    assert len(kept) == len(lines) - 1
    first = World(tmp_path / "first", lines)
    second = World(tmp_path / "second", kept, first)
    assert {*first.files()} - second.linked(first) == renewed | {"index"}


def test_all_files_are_written_again_after_many_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _lines()
    first = World(tmp_path / "first", lines)
    monkeypatch.setattr(earlier_build, "MOST_CHANGES", 0)
    second = World(tmp_path / "second", [line for line in lines if '"lungcancer"@sv' not in line], first)
    assert second.linked(first) == set()
    assert second.files().keys() == first.files().keys()
