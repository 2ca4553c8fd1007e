"""A build is whole or it is not there, and the same input gives the same hash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.artefact.parts import FileUsed
from begrepp.build.load_failures import BuildFailed
from begrepp.build.provenance import write_provenance
from begrepp.errors import BegreppError, InputError, ValidationError
from begrepp.settings import Settings
from tests.support.small import HEADER, ROWS, build_small, put, select, settings_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def test_a_file_becomes_a_graph_that_answers(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    manifest = build_small(settings)
    found = select(settings, 'SELECT ?parent { ?c skos:notation "A00.9" ; skos:broader+/skos:notation ?parent }')
    assert sorted(found) == [["01"], ["A00"], ["A00-A09"]]
    (graph,) = manifest.current_graphs("scheme")
    assert (graph.concepts, graph.levels["kategori"], graph.version) == (5, 1, "2021")
    assert read_manifest(current_build(settings)) == manifest


def test_the_default_graph_and_the_release_graph_hold_the_same_concept(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    build_small(settings)
    release = "https://w3id.org/begrepp/id/cs/icd-10-se/release/2021"
    assert select(
        settings, f'SELECT ?l {{ GRAPH <{release}> {{ ?c skos:notation "A00" ; skos:prefLabel ?l }} }}'
    ) == select(settings, 'SELECT ?l { ?c skos:notation "A00" ; skos:prefLabel ?l }')


def test_the_same_input_gives_the_same_hash_whatever_the_order_of_its_rows(settings: Settings) -> None:
    path = put(settings, HEADER + ROWS)
    first = build_small(settings)
    again = build_small(settings)
    assert first.hash == again.hash
    graph = first.graphs[0].sha256
    path.write_text(HEADER + "".join(sorted(ROWS.splitlines(keepends=True), reverse=True)), encoding="utf-8")
    # Another file has another checksum, which the release names; its concepts are the same.
    assert build_small(settings).graphs[0].concepts == 5
    assert build_small(settings).graphs[0].sha256 != graph


def test_a_refused_source_leaves_the_build_before_it_as_it_was(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    before = build_small(settings)
    put(settings, HEADER + ROWS + "A00.9,En gång till,Once more,A00,,\n", edition="2022")
    with pytest.raises(BuildFailed) as failed:
        build_small(settings)
    (failure,) = failed.value.failures
    assert isinstance(failure.error, InputError)
    assert "list.csv row 7" in str(failure.error) and "list.csv row 6" in str(failure.error)
    assert read_manifest(current_build(settings)) == before
    assert not list(settings.builds.glob(".aside-*"))


def test_keep_going_publishes_the_others_and_names_the_refused(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    put(settings, HEADER + "A00,Utan förälder,Without parent,A01,,\n", edition="2022")
    manifest = build_small(settings, keep_going=True)
    assert [graph.version for graph in manifest.graphs] == ["2021"]
    assert "list.csv row 2" in manifest.failed[0].reason


def test_a_shape_that_is_broken_names_file_row_and_concept(settings: Settings) -> None:
    put(settings, HEADER + ROWS + "A0x,Felaktig kod,Malformed code,A00,,\n")
    with pytest.raises(BuildFailed) as failed:
        build_small(settings)
    words = str(failed.value)
    assert "list.csv row 7" in words and "cs/icd-10-se/A0x" in words and "S09" in words


def test_a_list_that_lost_a_fifth_of_its_concepts_is_taken_for_cut_off(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    before = build_small(settings)
    put(settings, HEADER + "".join(ROWS.splitlines(keepends=True)[:3]))
    with pytest.raises(BegreppError, match="3 concepts, where the build that is published now has 5"):
        build_small(settings)
    assert read_manifest(current_build(settings)) == before
    assert build_small(settings, accept_fewer=True).graphs[0].concepts == 3


def test_a_list_taken_for_cut_off_is_left_out_and_the_others_are_published(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    put(settings, HEADER + ROWS, edition="2022")
    build_small(settings)
    put(settings, HEADER + "".join(ROWS.splitlines(keepends=True)[:3]), edition="2022")
    with pytest.raises(BuildFailed, match="icd10_se 2022"):
        build_small(settings)
    manifest = build_small(settings, keep_going=True)
    assert [failed.source for failed in manifest.failed] == ["icd10_se 2022"]
    assert "A file may be truncated" in manifest.failed[0].reason
    assert [(graph.version, graph.concepts) for graph in manifest.graphs if graph.concepts] == [("2021", 5)]


def test_old_builds_go_and_the_newest_stay(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    builds = []
    for _ in range(4):
        builds.append(build_small(settings).id)
    assert sorted(path.name for path in settings.builds.iterdir()) == builds[-3:]


def test_a_build_is_readable_by_the_user_of_the_server(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    build_small(settings)
    index = settings.current / "index"
    readable = index.stat().st_mode & 0o444
    modes = {path.name: path.stat().st_mode & 0o444 for path in index.iterdir()}
    assert "meta.json" in modes and set(modes.values()) == {readable}


def test_only_one_build_runs_at_a_time(settings: Settings) -> None:
    import fcntl

    put(settings, HEADER + ROWS)
    settings.data.mkdir(exist_ok=True)
    with (settings.data / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BegreppError, match="Another build is running"):
            build_small(settings)


@pytest.mark.parametrize("after", [0.05, 0.4, 0.8, 1.2, 1.6, 2.2])
def test_kill_9_leaves_the_old_build_serving(settings: Settings, after: float) -> None:
    put(settings, HEADER + ROWS)
    before = build_small(settings)
    many = "".join(f"B{n // 10:02d}.{n % 10},Nummer {n},Number {n},B{n // 10:02d},,\n" for n in range(1000))
    tops = "".join(f"B{n:02d},Kategori {n},Category {n},A00-A09,,\n" for n in range(100))
    put(settings, HEADER + ROWS + tops + many, edition="2022")
    process = subprocess.Popen(
        [sys.executable, "-m", "begrepp", "build", "--no-starter"],
        env={**os.environ, "BEGREPP_DATA": str(settings.data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    now = read_manifest(current_build(settings))
    assert now == before or {graph.version for graph in now.graphs} == {"2021", "2022"}
    assert len(select(settings, 'SELECT ?l { ?c skos:notation "A00.9" ; skos:prefLabel ?l }')) == 2
    # What the killed build left behind does not stand in the way of the next one.
    assert {graph.version for graph in build_small(settings).graphs} == {"2021", "2022"}
    assert not list(settings.builds.glob(".aside-*"))


def test_provenance_that_violates_the_shapes_is_not_published(tmp_path: Path) -> None:
    report = LoadReport(
        source="kva",
        version="2026",
        load_iri="https://w3id.org/begrepp/id/load/kva/2026",
        files=(FileUsed(name="kva.xlsx", sha256="0" * 64, bytes=1),),
        loaded_at="2026-01-01T00:00:00+00:00",
        rows_read=1,
    )
    base = "https://w3id.org/begrepp/"
    assert write_provenance(tmp_path, [report], base, public=False).exists()
    for broken in (replace(report, files=()), replace(report, loaded_at="yesterday"), replace(report, rows_read=-1)):
        with pytest.raises(ValidationError, match="The provenance of the build violates a shape"):
            write_provenance(tmp_path, [broken], base, public=False)
