"""A server in a process of its own, for clients from their own packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.serving import serve


@pytest.fixture(scope="session")
def url(data_folder: Path) -> Iterator[str]:
    """The address of a server with one process."""
    with serve(data_folder) as port:
        yield f"http://127.0.0.1:{port}"
