"""One faulty file never ends a build: it is refused with its place, and the others are published."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from begrepp.build.load_failures import BuildFailed
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.errors import InputError, UnexpectedError
from begrepp.records import EditionFiles, Record
from tests.support.bad_files import edition
from tests.support.inline import process_pools
from tests.support.shell import Shell
from tests.support.small import HEADER, ROWS, Quiet, build_small, jobs, put, select, settings_in

SOURCE = '[source]\npublisher = "begrepp"\nlicence = "https://creativecommons.org/licenses/by/4.0/"\n'


class Panic(BaseException):
    """Stands for the panic of a Rust library, which is no `Exception` and cannot be pickled."""

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("cannot pickle a panic")


def panic(edition: EditionFiles) -> Iterator[Record]:
    """A loader whose library panics."""
    raise Panic("internal error: entered unreachable code")


def be_killed(edition: EditionFiles) -> Iterator[Record]:
    """A loader whose process is killed."""
    os.kill(os.getpid(), signal.SIGKILL)
    return iter(())


def test_every_failure_is_told_with_its_file_and_the_others_are_published(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS)
    (good,) = jobs(settings)
    faulty = [
        EditionJob(edition(tmp_path, "panicking", {"a.txt": "x"}), panic),
        EditionJob(edition(tmp_path, "killed", {"b.txt": "x"}), be_killed),
    ]
    with process_pools():
        with pytest.raises(BuildFailed) as raised:
            build([*faulty, good], settings, Quiet())
        manifest = build([*faulty, good], settings, Quiet(), keep_going=True)
    killed, panicked = (failure.error for failure in raised.value.failures)
    assert isinstance(panicked, UnexpectedError)
    assert "a.txt" in panicked.reason and "entered unreachable code" in panicked.reason
    assert "Traceback" not in str(panicked) and "Traceback" in panicked.details
    assert isinstance(killed, InputError)
    assert (str(killed.origin), "ended without a message" in killed.reason) == ("b.txt", True)
    assert [load.source for load in manifest.loads] == ["icd10_se"]
    assert [failed.source for failed in manifest.failed] == ["killed 2026", "panicking 2026"]


def test_a_character_that_xml_cannot_carry_is_removed_from_a_text_with_a_remark(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS.replace("Påhittat kapitel", "På\x01hittat\x0bkapitel\u202e"))
    manifest = build_small(settings)
    assert select(settings, "SELECT ?l { ?c skos:notation '01' ; skos:prefLabel ?l FILTER(LANG(?l) = 'sv') }") == [
        ["Påhittat kapitel"]
    ]
    (remark,) = manifest.loads[0].remarks
    assert remark.where == "list.csv row 2" and "U+0001, U+000B, U+202E" in remark.reason


def test_labels_that_name_nothing_are_told_in_one_remark(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(
        settings,
        HEADER + ROWS.replace("Påhittad kategori", "Lämplig text! tack").replace("Påhittad åkomma UNS", "Kod A00.9"),
    )
    (remark,) = build_small(settings).loads[0].remarks
    assert (remark.where, remark.reason.partition(";")[0]) == (
        "list.csv row 4",
        "2 labels name nothing, such as “Lämplig text! tack”",
    )


def test_a_code_with_a_control_character_is_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS.replace("A00.9,", "A00.9\x08,").replace("A00.0,", "A00.0\x1f9,"))
    with pytest.raises(BuildFailed) as raised:
        build_small(settings)
    (failure,) = raised.value.failures
    assert "list.csv row 5" in str(failure.error) and "list.csv row 6" in str(failure.error)
    assert "U+0008" in str(failure.error)


def test_a_wrong_address_is_told_with_its_row(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, "kod,namn,källa\nA,Ett,https://ex.org/[1]\nB,Två,https://ex.org/%zz\n", source="lista")
    put(
        settings,
        f'loader = "table"\n{SOURCE}[scheme]\ntitle.sv = "L"\n[[file]]\nname = "list.csv"\n[file.columns]\n'
        'notation = "kod"\npref_label.sv = "namn"\nsource = "källa"\n',
        source="lista",
        name="source.toml",
    )
    with pytest.raises(BuildFailed, match=r"list\.csv row 2: 'https://ex.org/\[1\]' is not a valid address") as raised:
        build_small(settings)
    assert "list.csv row 3: 'https://ex.org/%zz'" in str(raised.value)


def test_a_source_without_a_usable_declaration_is_one_failure(begrepp: Shell) -> None:
    settings = settings_in(begrepp.folder)
    put(settings, HEADER + ROWS)
    put(settings, "loader = [", source="x", name="source.toml")
    put(settings, "a", source="y")
    words = begrepp("build", "--no-starter", "--keep-going")
    assert "not well-formed TOML" in words and "y: there is no loader of that name" in words


def test_an_unexpected_error_of_a_command_is_told_without_a_traceback(
    begrepp: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Panic("the library panicked")

    monkeypatch.setattr("begrepp.cli.console.print_sources", fail)
    words = begrepp("sources", code=1)
    assert "the library panicked" in words and "fault in begrepp" in words
    (log,) = settings_in(begrepp.folder).logs.glob("error-*.log")
    assert log.name in words.replace("\n", "") and "Traceback" in log.read_text(encoding="utf-8")
