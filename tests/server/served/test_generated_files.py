"""Files that are generated on request: few at a time, by processes that end with the server and leave nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from flask import Flask
from flask.testing import FlaskClient

from begrepp.artefact.manifest import current_build
from begrepp.exports.downloads import FORMATS, file_name
from begrepp.files import file_in_progress, remove_stale_files
from begrepp.settings import Settings
from server.app import create_app
from server.served import generated_files
from tests.waiting import wait_until

_SLOW = """
import sys, time
from pathlib import Path
from begrepp.child_process import end_with_standard_input
from begrepp.files import file_in_progress
end_with_standard_input()
with file_in_progress(Path(sys.argv[1])) as out:
    out.write(b"half")
    out.flush()
    print("begun", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def fresh(built: Settings, tmp_path: Path) -> Iterator[Flask]:
    """An application that has generated no file yet."""
    app = create_app(replace(built, server_cache=tmp_path))
    yield app
    app.extensions["begrepp"].pool.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that run in place of the generators and never end; each has a pipe as standard input."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], stdin: int) -> subprocess.Popen[bytes]:
        assert stdin == subprocess.PIPE and command[1] == "-m"
        processes.append(popen([sys.executable, "-c", "import time; time.sleep(60)"], stdin=stdin))
        return processes[-1]

    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(generated_files, "_SECONDS", 0.05)
    yield processes
    for process in processes:
        process.kill()
        process.wait()
    generated_files._forget_ended()


@pytest.mark.parametrize("name", ["onkologi", "begrepp", "icd-10-se"])
def test_two_files_are_generated_at_a_time_and_other_requests_retry(
    fresh: Flask, started: list[subprocess.Popen[bytes]], name: str
) -> None:
    client = fresh.test_client()
    paths = [f"/downloads/{file_name(name, form)}" for form in FORMATS] + ["/catalog/dcat-ap-se.ttl"]
    for path in (*paths, *paths):
        answer = client.get(path, headers={"Accept": "application/json"})
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert len(started) == 2
    started[0].kill()
    started[0].wait()
    assert client.get(paths[3]).status_code == 503
    assert len(started) == 3


def test_requests_that_wait_for_a_file_are_few(
    fresh: Flask, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generated_files, "_waiting", threading.BoundedSemaphore(1))
    monkeypatch.setattr(generated_files, "_SECONDS", 60)
    with generated_files._waiting:
        assert fresh.test_client().get("/downloads/onkologi.ttl.gz").status_code == 503
    assert len(started) == 1


def test_a_process_that_fails_is_an_error_in_words_and_the_next_request_starts_another(
    fresh: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    client = fresh.test_client()
    for _ in range(2):
        answer = client.get("/downloads/onkologi.ttl.gz", headers={"Accept": "application/json"})
        assert answer.status_code == 500 and "could not be created" in answer.text
    monkeypatch.undo()
    with client.get("/downloads/onkologi.ttl.gz") as made:
        assert made.status_code == 200


def test_a_generator_ends_with_its_server_and_removes_its_file(tmp_path: Path) -> None:
    """The process that holds the pipe is killed; nobody tells the generator."""
    target = tmp_path / "file"
    program = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {_SLOW!r}, {str(target)!r}], "
    program += "stdin=subprocess.PIPE); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as server:
        assert server.stdout and server.stdout.readline() == b"begun\n"
        (generator,) = psutil.Process(server.pid).children()
        assert [path.name for path in tmp_path.iterdir()] == ["file.part"]
        server.kill()
        wait_until(lambda: not generator.is_running() or generator.status() == psutil.STATUS_ZOMBIE)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("module", ["begrepp.exports.downloads", "begrepp.exports.dcat_feeds"])
def test_the_generators_end_when_their_standard_input_ends(built: Settings, tmp_path: Path, module: str) -> None:
    target = tmp_path / ("begrepp.sqlite.gz" if "downloads" in module else "dcat-ap-se.ttl")
    command = [sys.executable, "-m", module, str(current_build(built)), str(target)]
    ended, other_end = os.pipe()
    os.close(other_end)
    with subprocess.Popen(command, stdin=ended, stderr=subprocess.DEVNULL) as process:
        os.close(ended)
        assert process.wait(30) == 1
    assert [*tmp_path.iterdir()] == []


def test_a_file_of_a_killed_process_is_removed_and_one_in_progress_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _SLOW, str(tmp_path / "killed")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"begun\n"
        os.kill(process.pid, signal.SIGKILL)
    with file_in_progress(tmp_path / "other") as out:
        assert out
        remove_stale_files(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["other.part"]
        out.write(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    with file_in_progress(tmp_path / "other") as again:
        assert again is None
    with pytest.raises(ValueError, match="x"), file_in_progress(tmp_path / "third"):
        raise ValueError("x")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_two_processes_write_a_file_once(built: Settings, tmp_path: Path) -> None:
    """Three processes start at the same moment; the file is whole, as its checksum says."""
    target = tmp_path / "onkologi.nq.gz"
    command = [sys.executable, "-m", "begrepp.exports.downloads", str(current_build(built)), str(target)]
    with ExitStack() as stack:
        processes = [stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE)) for _ in range(3)]
        assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["onkologi.nq.gz", "onkologi.nq.gz.sha256"]
    checked = subprocess.run(
        ["sha256sum", "-c", "onkologi.nq.gz.sha256"], cwd=tmp_path, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_a_download_is_the_same_each_time(client: FlaskClient) -> None:
    with client.get("/downloads/onkologi.csv.gz") as first, client.get("/downloads/onkologi.csv.gz") as again:
        assert first.status_code == again.status_code == 200 and first.data == again.data
