"""The search stays as good as it is: judged queries asked of the publishers' real lists and the starter."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from begrepp.artefact.manifest import current_build
from begrepp.rdf.iris import Iris
from begrepp.search import TextIndex
from begrepp.search.documents import read_documents
from begrepp.search.search_names import LISTS as NAME_LISTS
from begrepp.search.search_names import list_place, read_list
from begrepp.settings import Settings
from bench.search_ablation import MECHANISMS
from bench.search_quality import Judged, evaluate, index_search, mean, read_judged, score
from tests.support.real_files import DATA
from tests.support.shell import ProcessShell

SETS = Path(__file__).parent
# The lists that the judgements were made on: source, edition and the publishers' files.
LISTS = (
    ("icd10_se", "2021", [f"se-icd10se-2021/{n}.txt" for n in ("chapter", "block", "digit3", "digit4", "digit5")]),
    ("kva", "2021", ["se-kva-2021/kka-2021-text", "se-kva-2021/kma-2021-text"]),
    ("atc", "2020", ["se-rcc-decoder-keyvalue/atc.csv"]),
    ("icd_o", "2020", [f"se-rcc-decoder-keyvalue/{n}.csv" for n in ("icdo3", "icdo3_grov", "snomed3")]),
    ("ksh97p", "1997", [f"se-ksh97p-ansi/{n}.ANS" for n in ("KSH97P_KOD", "KSH97P_SFAMALT")]),
    ("hpo", "2025-01-16", ["hpo/hp.obo"]),
    ("mondo", "2026-05-05", ["mondo-json/MONDO-ontology-v2026-05-05.json.zst"]),
    ("oncotree", "2025-10-03", ["onco-oncotree/oncotree_2025_10_03.json"]),
    ("npu", "2020", ["npu-sample-xml/npu_test_data.xml"]),
    ("icd10_who", "2019", ["icd10-who-2019/icd_10_v2019.xml"]),
)


@pytest.mark.slow
def test_search_is_as_good_as_it_was(tmp_path: Path) -> None:
    if not DATA.is_dir():
        pytest.skip(f"the publishers' real files are not here ({DATA})")
    begrepp = ProcessShell(tmp_path)
    for source, edition, files in LISTS:
        begrepp("add", source, *(str(DATA / file) for file in files), "--edition", edition)
    begrepp("build")
    settings = Settings(data=begrepp.folder / "data")
    search = index_search(TextIndex(current_build(settings) / "index"), Iris(settings.base))
    baseline = tomllib.loads((SETS / "baseline.toml").read_text(encoding="utf-8"))
    assert {*baseline} == {path.stem for path in SETS.glob("judged*.tsv")}
    for name, before in baseline.items():
        scores = evaluate(search, read_judged(SETS / f"{name}.tsv"))
        worst = "\n".join(f"{each.ndcg:.2f} {each.judged.query}: {', '.join(each.found[:5])}" for each in scores[:20])
        assert mean(each.ndcg for each in scores) > before["ndcg"] - 0.01, worst
        assert mean(each.reciprocal_rank for each in scores) > before["mrr"] - 0.01, worst
    listed = {(path.stem, code) for path in NAME_LISTS.glob("*.tsv") for code, _ in read_list(path)}
    assert not listed - {*map(list_place, read_documents(current_build(settings) / "graphs" / "current.nt"))}


@pytest.mark.parametrize("name", MECHANISMS)
def test_each_mechanism_that_can_be_switched_off_is_there(name: str) -> None:
    assert all(hasattr(owner, attribute) for owner, attribute, _ in MECHANISMS[name])


@pytest.mark.parametrize("path", sorted(SETS.glob("judged*.tsv")), ids=lambda path: path.stem)
def test_there_are_enough_judged_queries_and_each_can_be_answered(path: Path) -> None:
    judged = read_judged(path)
    assert len(judged) >= 100 and len({each.query for each in judged}) == len(judged)
    assert all(3 in each.grades.values() for each in judged)


def test_scores_are_one_for_the_best_order_and_fall_for_others() -> None:
    judged = Judged("q", {"a:1": 3, "a:2": 1, "b:*": 2})
    assert score(judged, ["a:1", "b:7", "a:2"]).ndcg == pytest.approx(1.0)
    assert 0 < score(judged, ["a:2", "b:7", "a:1"]).ndcg < 0.9
    assert score(judged, ["a:1", "a:1", "b:7", "b:7"]).ndcg == score(judged, ["a:1", "c:1", "b:7"]).ndcg
    assert score(judged, ["c:1"]).ndcg == 0.0
    assert score(judged, ["c:1", "a:1"]).reciprocal_rank == 0.5
