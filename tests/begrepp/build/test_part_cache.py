"""Part cache: unchanged editions are not loaded again, and the build equals one from scratch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from begrepp import code_checksum
from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.manifest import Manifest, current_build
from begrepp.build.loads import part_cache
from begrepp.build.loads.edition_loader import describe_file
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.loads.part_cache import cache_key
from begrepp.build.pipeline import build
from begrepp.files import staging_folder
from begrepp.settings import ROOT, Settings
from tests.support.small import HEADER, ROWS, Quiet, jobs, put, settings_in

NEWER = HEADER + ROWS.replace("lungåkomma", "lungsjukdom")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


class Watching(Quiet):
    """Remembers which editions were loaded, and which were taken from the cache."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.reused: list[str] = []

    def finish(self, key: str, report: LoadReport | None, error: object) -> None:
        assert report
        (self.reused if report.reused else self.loaded).append(report.version)


def built(settings: Settings, *, from_scratch: bool = False, public: bool = False) -> tuple[Manifest, Watching]:
    """Build what lies in the raw folder, and who watched."""
    watching = Watching()
    return build(jobs(settings), settings, watching, from_scratch=from_scratch, public=public), watching


def only_entry(settings: Settings) -> Path:
    (entry,) = (settings.cache / "editions").iterdir()
    return entry


def test_only_the_source_that_changed_is_loaded_and_the_hash_is_that_of_a_full_build(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    put(settings, HEADER + ROWS, edition="2022")
    first, watched = built(settings)
    assert sorted(watched.loaded) == ["2021", "2022"]
    put(settings, NEWER, edition="2022")
    second, watched = built(settings)
    assert (watched.loaded, watched.reused) == (["2022"], ["2021"])
    assert second.hash != first.hash
    full, watched = built(settings, from_scratch=True)
    assert sorted(watched.loaded) == ["2021", "2022"]
    assert full.hash == second.hash
    assert [g.sha256 for g in full.graphs] == [g.sha256 for g in second.graphs]


def test_what_was_said_of_a_load_is_said_again(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    first, _ = built(settings)
    second, _ = built(settings)
    assert second.loads == first.loads
    assert second.graphs == first.graphs
    provenance = [current_build(settings) / "graphs" / "provenance.nt"]
    assert first.loads[0].loaded_at in provenance[0].read_text(encoding="utf-8")


def test_a_public_build_takes_the_texts_out_of_its_own_files_only(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    inside, _ = built(settings)
    public, watched = built(settings, public=True)
    assert watched.reused == ["2021"]
    assert "lungåkomma" not in (current_build(settings) / "graphs" / public.graphs[0].file).read_text("utf-8")
    again, watched = built(settings)
    assert watched.reused == ["2021"] and again.hash == inside.hash


@pytest.mark.parametrize("what", ["a part", "the report", "a part that is gone", "an empty report"])
def test_a_damaged_entry_is_found_out_and_made_anew(settings: Settings, what: str) -> None:
    put(settings, HEADER + ROWS)
    first, _ = built(settings)
    entry = only_entry(settings)
    file = next(entry.glob("*.nt" if "part" in what else "report.json"))
    damaged = file.read_bytes()
    file.unlink()  # the build has the same file under a name of its own
    if what == "an empty report":
        file.write_bytes(b"")
    elif "gone" not in what:
        file.write_bytes(damaged[:-20] + damaged[-20:].swapcase())
    second, watched = built(settings)
    assert watched.loaded == ["2021"] and second.hash == first.hash
    _, watched = built(settings)
    assert watched.reused == ["2021"]


def test_a_changed_file_code_shape_base_or_declaration_makes_another_entry(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, HEADER + ROWS)
    (job,) = jobs(settings)
    keys = {job.cache_key(settings.base), job.cache_key("https://example.org/")}
    put(settings, NEWER)
    keys.add(job.cache_key(settings.base))
    copy = tmp_path / "project"
    for folder in ("begrepp", "loaders", "shapes", "ontology"):
        (copy / folder).mkdir(parents=True)
        for path in (ROOT / folder).rglob("*"):
            target = copy / path.relative_to(ROOT)
            if path.is_dir():
                target.mkdir(exist_ok=True)
            elif path.suffix != ".pyc":
                target.write_bytes(path.read_bytes())
    monkeypatch.setattr("begrepp.code_checksum.ROOT", copy)
    monkeypatch.setattr("begrepp.build.loads.part_cache.ROOT", copy)

    def forget() -> None:
        for cached in (
            code_checksum._file_checksum,
            code_checksum._module_file,
            code_checksum._imported_names,
            code_checksum.code_checksum,
            part_cache.data_files_of_code,
            part_cache.checksum_of_data_files,
        ):
            cached.cache_clear()

    forget()
    assert job.cache_key(settings.base) in keys  # the same code in another place
    for changed in (
        "loaders/icd10_se/__init__.py",
        "loaders/support/agencies.py",
        "begrepp/graph/triple_writer.py",
        "shapes/concept.ttl",
    ):
        with (copy / changed).open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        forget()
        keys.add(job.cache_key(settings.base))
    assert len(keys) == 7
    with (copy / "loaders/kva.py").open("a", encoding="utf-8") as file:
        file.write("# another loader\n")
    forget()
    assert job.cache_key(settings.base) in keys
    monkeypatch.undo()
    forget()


def test_the_entry_of_an_edition_is_the_same_in_every_process(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    put(settings, "code,label\nA,A\n", source="kva", edition="2021")
    keys = [job.cache_key(settings.base) for job in jobs(settings)]
    code = (
        "import sys; from pathlib import Path; from tests.support.small import jobs, settings_in;"
        "settings = settings_in(Path(sys.argv[1])); print(*(job.cache_key(settings.base) for job in jobs(settings)))"
    )
    for _ in range(2):  # addresses in memory differ between processes
        command = [sys.executable, "-c", code, str(settings.data.parent)]
        assert subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split() == keys


def test_a_module_that_does_not_exist_has_no_checksum() -> None:
    with pytest.raises(LookupError, match=r"begrepp\.no_such_module"):
        code_checksum.code_checksum("begrepp.build.pipeline", "begrepp.no_such_module")
    with pytest.raises(LookupError, match=r"rdflib"):
        code_checksum.code_checksum("rdflib")


def test_a_declaration_in_the_loader_counts(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    (job,) = jobs(settings)
    from functools import partial

    files = [describe_file(path) for path in job.edition.files]
    keys = {
        cache_key(job.edition, partial(job.load, declared={"title": title}), files, settings.base)  # type: ignore[call-arg]
        for title in ("one", "other")
    }
    assert len(keys) == 2


def test_what_a_killed_process_left_in_the_cache_goes_and_is_never_used(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    first, _ = built(settings)
    left = settings.cache / "editions" / ".aside-x"
    left.mkdir()
    (left / "report.json").write_text("half", encoding="utf-8")
    second, _ = built(settings, from_scratch=True)
    assert second.hash == first.hash
    assert not left.exists()


def test_the_cache_holds_what_the_builds_hold_and_no_more(settings: Settings) -> None:
    settings = replace(settings, keep_builds=1)
    for number in range(3):
        put(settings, HEADER + ROWS.replace("UNS", f"UNS {number}"))
        built(settings)
    assert (
        len([*(settings.cache / "editions").iterdir()]) == 2
    )  # of the build that is kept and, until the next, the one before it
    assert any(part.stat().st_nlink > 1 for part in settings.cache.rglob("*.nt"))


def test_what_was_added_need_not_be_loaded_again_to_build(settings: Settings) -> None:
    from begrepp.build.pipeline import check_edition

    put(settings, HEADER + ROWS)
    (job,) = jobs(settings)
    check_edition(EditionJob(job.edition, job.load), settings, Quiet())
    with staging_folder(settings.builds):
        pass
    _, watched = built(settings)
    assert watched.reused == ["2021"]


def test_editions_that_have_not_changed_are_not_compared_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, HEADER + ROWS)
    put(settings, NEWER, edition="2022")
    first, _ = built(settings)
    (kept,) = (settings.cache / "comparisons").iterdir()
    monkeypatch.setattr("begrepp.build.differences.comparison_cache.compare_parts", None)
    second, _ = built(settings)
    assert second.differences == first.differences and second.hash == first.hash
    monkeypatch.undo()
    kept.write_bytes(kept.read_bytes()[:-9] + b"[damaged]")
    third, _ = built(settings)
    assert third.hash == first.hash and kept.read_bytes()[-9:] != b"[damaged]"
    put(settings, NEWER.replace("kategori", "grupp"), edition="2022")
    built(settings)
    assert [path.name for path in (settings.cache / "comparisons").iterdir()] != [kept.name]
