"""The publishers' whole files, which are outside the repository, read into records.

BEGREPP_SHARED names the folder that contains `data/`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.records import (
    Concept,
    EditionFiles,
    LoadRemark,
    Record,
    Scheme,
    Skipped,
)
from begrepp.settings import ROOT

DATA = Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared")) / "data"
RCC = "se-rcc-decoder-keyvalue"
SOS = "se-sos-statdb-dictionaries"


def read(folder: Path, source: str, version: str, *names: str, declaration: str = "") -> list[Record]:
    """The records of an edition made of files of the shared folder, each also turned into triples."""
    if not all((DATA / name).exists() for name in names):
        pytest.skip(f"the publishers' files are not at {DATA}; set BEGREPP_SHARED to the folder that holds data/")
    home = folder / source / version
    home.mkdir(parents=True)
    for name in names:
        path = DATA / name
        if path.is_dir():
            shutil.copytree(path, home / path.name)
        else:
            shutil.copy(path, home / path.name)
        if path.parent.name == "pivot":  # OSIRIS ships its templates with invented patients in them
            header, _, _ = path.read_text(encoding="utf-8").partition("\n")
            (home / path.name).write_text(f"{header}\n", encoding="utf-8")
    if declaration:
        (home / "source.toml").write_text(declaration, encoding="utf-8")
    files = tuple(sorted(path for path in home.rglob("*") if path.is_file()))
    edition = EditionFiles(source=source, version=version, folder=home, files=files)
    records = list(check_records(loaders.read_records(edition)))
    mint = TripleWriter(Iris(), load_iri="urn:load", file_iris=("urn:file",))
    triples = sum(1 for r in records if not isinstance(r, Skipped | LoadRemark) for _ in mint.triples(r))
    assert triples > len(records)
    patterns = {r.id: r.notation_pattern for r in records if isinstance(r, Scheme)}
    strange = [r.notation for r in records if isinstance(r, Concept) and not re.search(patterns[r.scheme], r.notation)]
    assert not strange
    return records


def levels(records: list[Record]) -> Counter[tuple[str, str]]:
    """Count the concepts of each scheme and level."""
    return Counter((r.scheme, r.level) for r in records if isinstance(r, Concept))


def concepts(records: list[Record]) -> dict[str, Concept]:
    """The concepts by notation."""
    return {r.notation: r for r in records if isinstance(r, Concept)}


def skipped(records: list[Record]) -> list[str]:
    """The reasons of skipped rows."""
    return [r.reason for r in records if isinstance(r, Skipped)]
