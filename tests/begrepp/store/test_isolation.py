"""Network isolation of worker processes, tried in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from begrepp.store.isolation import probe_isolation
from tests.support.listeners import Listener, listen

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="network isolation needs Linux")
ENGINE = """
from pyoxigraph import Store
try:
    print([*Store().query("SELECT * {{ SERVICE <{url}> {{ ?s ?p ?leak }} }}")])
except (OSError, RuntimeError):
    print("no network")
"""
PYTHON = """
import socket
for family, kind in ((socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_INET6, socket.SOCK_STREAM), (socket.AF_UNIX, 1)):
    try:
        with socket.socket(family, kind) as probe:
            probe.settimeout(1)
            probe.connect("/x" if family == socket.AF_UNIX else ("127.0.0.1" if family == socket.AF_INET else "::1", 9))
        print("connected")
    except OSError as error:
        print(error.strerror)
"""


def run(body: str, isolation: str, listener: Listener | None = None) -> str:
    """Run code in a new process after a statement that isolates it."""
    code = f"from begrepp.store import isolation\n{isolation}\n" + body.format(url=listener.url if listener else "")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_engine_reaches_the_network_without_isolation() -> None:
    with listen() as listener:
        assert "reached" in run(ENGINE, "", listener)
        assert listener.requests == 1


@pytest.mark.parametrize("method", ["_install_filter", "_enter_network_namespace"])
def test_each_method_alone_keeps_the_engine_from_the_network(method: str) -> None:
    """A machine has at least one of them; containers often have no namespaces."""
    with listen() as listener:
        output = run(ENGINE, f"print(isolation.{method}())", listener)
        if output.startswith("False"):
            pytest.skip(f"this machine does not permit {method}")
        assert "no network" in output and not listener.requests


def test_an_isolated_process_cannot_create_a_socket_of_any_kind() -> None:
    output = run(PYTHON, "assert 'seccomp' in isolation.isolate_process()")
    assert output.splitlines() == ["Operation not permitted"] * 3


def test_unprivileged_processes_are_isolated() -> None:
    """As in a container: no capabilities, no permission to create a namespace."""
    if os.getuid():
        pytest.skip("only root can become another user")
    drop = "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)"
    without_namespace = "isolation._enter_network_namespace = lambda: False"
    output = run("", f"{drop}\n{without_namespace}\nprint(isolation.isolate_process(), isolation.can_use_network())")
    assert output.strip() == "('seccomp',) False"


def test_a_process_with_an_open_internet_socket_does_not_count_as_isolated() -> None:
    with listen() as listener:
        connect = f"import socket; kept = socket.create_connection(('127.0.0.1', {listener.port}))"
        assert run("", f"{connect}\nprint(isolation.isolate_process())").strip() == "()"


def test_a_process_with_threads_is_not_isolated() -> None:
    thread = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    assert run("", f"{thread}\nprint(isolation.isolate_process())").strip() == "()"


def test_this_machine_is_probed_in_another_process() -> None:
    assert "seccomp" in probe_isolation()
    with listen() as listener:
        assert "reached" in run(ENGINE, "isolation.probe_isolation()", listener)
