"""Term bank: the domain before a definition and the area of the column. KVÅ's workbook: each row counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.edition_loader import load_edition
from begrepp.build.loads.record_checks import check_records
from begrepp.rdf.iris import Iris
from begrepp.records import Concept
from begrepp.sources.meter import Meter
from tests.support.bad_files import edition, original

HEAD = "Term,Termstatus,Synonymer,Definition,Område\n"


@pytest.mark.parametrize(
    ("definition", "area", "domains"),
    [
        ("(inom hälso- och sjukvård:) något", "vård", ["hälso- och sjukvård", "vård"]),
        ("(inom socialtjänsten:) något", "socialtjänst", ["socialtjänsten"]),
        ("(inom socialtjänsten:) något", "", ["socialtjänsten"]),
        ("något", "vård", ["vård"]),
        ("något", "", []),
    ],
)
def test_domain_and_area_of_a_term_are_kept(tmp_path: Path, definition: str, area: str, domains: list[str]) -> None:
    text = f'{HEAD}insats,rekommenderad,,"{definition}",{area}\n'
    records = check_records(loaders.read_records(edition(tmp_path, "termbank", {"termer.csv": text})))
    (concept,) = [each for each in records if isinstance(each, Concept)]
    assert [each.value for each in concept.domain] == domains


def test_the_rows_of_the_workbook_of_kva_are_counted_once(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    made = edition(tmp_path, "kva", original("kva-workbook"))
    report = load_edition(made, loaders.loader_of(made), tmp_path / "out", Iris().base, Meter())
    concepts = [each for each in check_records(loaders.read_records(made)) if isinstance(each, Concept)]
    assert report.rows_read == len(concepts) > 0
