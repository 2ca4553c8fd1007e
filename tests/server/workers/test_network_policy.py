"""A server for other machines needs isolated workers, or the operator's consent."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import UsageError
from begrepp.settings import Settings
from server.workers import network_policy
from server.workers.network_policy import require_isolation


@pytest.fixture
def no_isolation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_policy, "probe_isolation", lambda: ())


@pytest.mark.usefixtures("no_isolation")
@pytest.mark.parametrize(("address", "proxies"), [("0.0.0.0", 0), ("192.0.2.1", 0), ("::", 0), ("127.0.0.1", 1)])
def test_other_machines_are_not_served_without_isolation(tmp_path: Path, address: str, proxies: int) -> None:
    settings = Settings(data=tmp_path, trusted_proxies=proxies, worker_network=False)
    with pytest.raises(UsageError, match="BEGREPP_WORKER_NETWORK=allow"):
        require_isolation(settings, address)
    require_isolation(Settings(data=tmp_path, trusted_proxies=proxies, worker_network=True), address)


@pytest.mark.usefixtures("no_isolation")
def test_this_machine_is_served_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    require_isolation(Settings(data=tmp_path, trusted_proxies=0), "::1")
    assert "can isolate no process" in caplog.text


def test_an_isolating_machine_serves_all(tmp_path: Path) -> None:
    require_isolation(Settings(data=tmp_path), "0.0.0.0")
