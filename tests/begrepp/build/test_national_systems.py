"""The national code systems in full, from publishers' files to a page: what a user at a region would do."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.settings import Settings
from server.app import create_app
from tests.support.agreement import Agreement
from tests.support.real_files import DATA
from tests.support.shell import ProcessShell

# From the publishers' files: se-icd10se-2021, se-kva-2021 and se-rcc-decoder-keyvalue.
COUNTS = {"icd-10-se": 35_951, "kka": 8_130, "kma": 4_666, "atc": 14_525, "icd-o-3": 1_307}
FILES = {
    ("icd10_se", "2021"): [f"se-icd10se-2021/{n}.txt" for n in ("chapter", "block", "digit3", "digit4", "digit5")],
    ("kva", "2021"): ["se-kva-2021/kka-2021-text", "se-kva-2021/kma-2021-text"],
    ("atc", "2020"): ["se-rcc-decoder-keyvalue/atc.csv"],
    ("icd_o", "2020"): [f"se-rcc-decoder-keyvalue/{n}.csv" for n in ("icdo3", "icdo3_grov", "snomed3")],
}


@pytest.mark.slow
def test_the_national_code_systems_become_a_graph_twice_the_same(tmp_path: Path) -> None:
    if not DATA.is_dir():
        pytest.skip(f"the publishers' real files are not here ({DATA})")
    begrepp = ProcessShell(tmp_path)
    for (source, edition), files in FILES.items():
        begrepp("add", source, *(str(DATA / file) for file in files), "--edition", edition)
    settings = Settings(data=begrepp.folder / "data", query_workers=1)
    begrepp("build")
    first = read_manifest(current_build(settings))
    begrepp("build")
    second = read_manifest(current_build(settings))
    assert first.hash == second.hash and first.id != second.id
    found = {graph.id: graph.concepts for graph in second.current_graphs("scheme")}
    assert {scheme: found[scheme] for scheme in COUNTS} == COUNTS
    assert sum(load.violations for load in second.loads) == 0
    agreement = Agreement(current_build(settings))
    faults = [f for system, concepts in agreement.systems(200) for c in concepts for f in agreement.faults(system, c)]
    assert not faults, "\n".join(faults[:40])
    client = create_app(settings).test_client()
    page = client.get("/id/cs/icd-10-se/C509", follow_redirects=True, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "C50.9" in page.text and "bröstkörtel" in page.text
    turtle = client.get("/id/cs/icd-o-3/8500%2F3", follow_redirects=True, headers={"Accept": "text/turtle"})
    assert turtle.status_code == 200 and 'skos:notation "8500/3"' in turtle.text
