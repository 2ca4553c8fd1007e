"""What only the production server can show: addresses come to us as they were sent."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.w3c.serving import serve


@pytest.mark.slow
def test_a_slash_in_a_code_arrives_as_it_was_sent(data_folder: Path) -> None:
    with serve(data_folder) as port:

        def asked(path: str) -> tuple[int, str | None, bytes]:
            connection = HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", path, headers={"Accept": "text/html"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location"), answer.read()

        for _ in range(2):  # made, then kept
            status, _, page = asked("/cs/icd-o-3/8140%2F3")
            assert status == 200 and b"8140/3" in page
            assert asked("/cs/icd-o-3/8140/3")[:2] == (301, "/cs/icd-o-3/8140%2F3")
            assert asked("/id/cs/icd-o-3/8140%2F3")[:2] == (303, "/cs/icd-o-3/8140%2F3")
            assert asked("/cs/icd-o-3/8140%252F3")[0] == 404
