"""The bundled content: which selections are left out beside which files, and what the open parts hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import loaders
from begrepp.cli.starter import OPEN_STARTER, starter_editions
from begrepp.records import Concept, Edition, EditionFiles, Mapping, MappingSet, Redistribution, Skipped, Variable
from begrepp.sources.editions import find_editions


def _added(folder: Path, source: str, declaration: str = "") -> EditionFiles:
    edition = folder / source / "2026"
    edition.mkdir(parents=True)
    (edition / "codes.csv").write_text("code\n", encoding="utf-8")
    if declaration:
        (edition / "source.toml").write_text(declaration, encoding="utf-8")
    return next(each for each in find_editions(folder) if each.source == source)


def _sources(*added: EditionFiles) -> Counter[str]:
    return Counter(edition.source for edition in starter_editions(added))


def test_the_open_parts_replace_own_selections_of_the_same_code_system() -> None:
    found = _sources()
    assert found["hgnc"] == found["mondo"] == found["onkologi"] == found["icd-10-se-demo"] == 1
    assert "hgnc-demo" not in found


def test_a_selection_is_left_out_where_the_code_system_was_added(tmp_path: Path) -> None:
    found = _sources(_added(tmp_path, "atc"))
    assert "atc-demo" not in found and "icd-10-se-demo" in found
    assert "atc-tidigare-koder-mappings" in found
    replaced = {each.source for each in {*starter_editions()} - {*starter_editions([_added(tmp_path / "b", "mondo")])}}
    assert replaced == {"mondo"}


def test_a_declared_file_replaces_the_selection_of_the_scheme_that_it_names(tmp_path: Path) -> None:
    declared = _added(tmp_path, "lab-codes", 'loader = "table"\n[scheme]\nid = "npu"\n')
    assert "npu-demo" not in _sources(declared)
    other = _added(tmp_path / "b", "npu-names", 'loader = "table"\n[scheme]\ntitle.sv = "x"\n')
    assert "npu-demo" in _sources(other)


def test_a_whole_edition_stays_as_an_older_one(tmp_path: Path) -> None:
    assert "oncotree" in _sources(_added(tmp_path, "oncotree"))


def test_the_open_parts_load_whole_and_may_be_redistributed() -> None:
    notations: dict[str, set[str]] = {}
    mappings: list[Mapping] = []
    variables = 0
    editions = list(find_editions(OPEN_STARTER))
    for edition in editions:
        for record in loaders.read_records(edition):
            assert not isinstance(record, Skipped), record
            if isinstance(record, Edition | MappingSet):
                assert record.licence and record.redistribution is Redistribution.ALLOWED, record
            if isinstance(record, Concept):
                notations.setdefault(record.scheme, set()).add(record.notation)
            elif isinstance(record, Mapping):
                mappings.append(record)
            variables += isinstance(record, Variable)
    assert len(notations["mondo"]) == 4399 and len(notations["oncotree"]) == 898 and variables == 269
    assert {"1097", "3467", "11998"} <= notations["hgnc"]
    assert {"ANNUAL", "IRREG"} <= notations["eu-frequency"]
    ends = {end for each in mappings for end in (each.subject, each.object) if end.startswith("oncotree:")}
    assert len(ends) > 500 and ends <= {f"oncotree:{code}" for code in notations["oncotree"]}
    size = sum(path.stat().st_size for edition in editions for path in edition.files)
    assert size < 15_000_000
