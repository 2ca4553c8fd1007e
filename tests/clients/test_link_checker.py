"""LinkChecker, from its own package, finds no broken link from the main pages of a real server."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow
PAGES = ("/cs", "/dataset", "/cs/onkologi/lungcancer", "/queries")


def test_no_link_of_the_main_pages_is_broken(url: str) -> None:
    command = [sys.executable, "-m", "linkcheck", "--no-status", "--no-warnings", "--no-robots", "-r", "1"]
    checked = subprocess.run(
        [*command, *(f"{url}{page}" for page in PAGES)], timeout=600, check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    counted = re.search(r"(\d+) URLs checked\. .*\b0 errors found", checked.stdout)
    assert counted and int(counted[1]) > 100, checked.stdout
