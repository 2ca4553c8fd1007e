"""FHIR packages of a build: their form, and the way back to the same graph."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

import loaders
from begrepp.artefact.manifest import current_build, part_from_entry, read_manifest
from begrepp.build.loads.record_checks import check_records
from begrepp.exports.downloads import write_download
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.rdf.ntriples import ntriples_line
from begrepp.records import EditionFiles, LoadRemark, Skipped
from begrepp.settings import Settings

KEPT = [
    f"<{expand(name)}>"
    for name in (
        *("skos:notation", "skos:prefLabel", "skos:altLabel", "skos:definition", "skos:broader"),
        *("xkos:inclusionNote", "xkos:exclusionNote", "xkos:coreContentNote", "skos:scopeNote", "begrepp:codingNote"),
        *("skos:note", "skos:example", "begrepp:status", "begrepp:validFrom", "begrepp:validTo"),
        *("begrepp:daggerAsterisk", "dct:isReplacedBy"),
    )
]
"""The statements of concepts that a CodeSystem of FHIR can hold."""


def package(settings: Settings, name: str, folder: Path) -> Path:
    """The file of a download."""
    target = folder / name
    write_download(current_build(settings), name, target)
    return target


def resources(path: Path) -> dict[str, Any]:
    """The files of a package by name."""
    with tarfile.open(path) as archive:
        members = [each for each in archive.getmembers() if each.isfile()]
        return {each.name: json.loads(archive.extractfile(each).read()) for each in members}  # type: ignore[union-attr]


def concept_lines(lines: list[str], scheme: str) -> set[str]:
    """The statements about the concepts of a scheme that FHIR can hold."""
    found = set()
    for line in lines:
        subject, predicate, _ = line.split(" ", 2)
        if predicate in KEPT and subject.startswith(f"<{scheme}/") and not subject.startswith(f"<{scheme}/release/"):
            found.add(line.strip())
    return found


@pytest.mark.parametrize("scheme", ["ecog", "onkologi", "icd-o-3", "lan", "c24"])
@pytest.mark.parametrize("base", ["r5", "r4"])
def test_the_loader_reads_the_package_back_to_the_same_statements(
    built: Settings, tmp_path: Path, scheme: str, base: str
) -> None:
    manifest = read_manifest(current_build(built))
    entry = manifest.find_graph("scheme", scheme)
    assert entry
    part = part_from_entry(entry, current_build(built) / "graphs")
    iri = Iris(manifest.base).scheme(scheme)
    expected = concept_lines(part.path.read_text(encoding="utf-8").splitlines(), iri)

    folder = tmp_path / "fhir" / "2026"
    folder.mkdir(parents=True)
    file = package(built, f"{scheme}.fhir-{base}.tgz", folder)
    (folder / f"{file.name}.sha256").unlink()
    toml = (
        'loader = "fhir"\n[source]\ntitle.sv = "Paket"\npublisher = "https://registry.example/p"\n'
        'publisher_type = "nonprofit"\nlicence = "https://creativecommons.org/licenses/by/4.0/"\n'
    )
    (folder / "source.toml").write_text(toml, encoding="utf-8")
    files = tuple(sorted(folder.iterdir()))
    edition = EditionFiles(source="fhir", version="2026", folder=folder, files=files)
    writer = TripleWriter(Iris(manifest.base), load_iri="urn:x", file_iris=("urn:y",))
    found: list[str] = []
    for record in check_records(loaders.read_records(edition)):
        if isinstance(record, LoadRemark | Skipped):
            continue
        found += map(ntriples_line, writer.triples(record))
    assert expected
    assert concept_lines(found, iri) == expected


def test_a_package_has_a_manifest_an_index_and_the_resources(built: Settings, tmp_path: Path) -> None:
    files = resources(package(built, "begrepp.fhir-r4.tgz", tmp_path))
    assert files["package/package.json"]["fhirVersions"] == ["4.0.1"]
    listed = {each["filename"] for each in files["package/.index.json"]["files"]}
    assert {f"package/{each}" for each in listed} == files.keys() - {"package/package.json", "package/.index.json"}
    maps = [each for each in files.values() if each.get("resourceType") == "ConceptMap"]
    target = maps[0]["group"][0]["element"][0]["target"][0]
    assert "equivalence" in target and "relationship" not in target


def test_a_package_has_no_text_that_may_not_be_passed_on(built: Settings, tmp_path: Path) -> None:
    files = resources(package(built, "icd-10-se.fhir-r5.tgz", tmp_path))
    assert "A00.9" in str(files)
    assert "Invented" not in str(files)


def test_the_same_build_gives_the_same_package(built: Settings, tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("one", "other"))
    for folder in (one, other):
        folder.mkdir()
        package(built, "ecog.fhir-r5.tgz", folder)
    data = (one / "ecog.fhir-r5.tgz").read_bytes()
    assert data == (other / "ecog.fhir-r5.tgz").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames()[0] == "package/package.json"
