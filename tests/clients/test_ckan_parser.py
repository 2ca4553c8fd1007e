"""The DCAT parser of CKAN, from its own package in an environment of its own, reads our feeds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.slow
_PACKAGES = ("ckan[requirements]==2.12.0", "ckanext-dcat==2.4.4")
_INSTALL_SECONDS = 900
_PROGRAM = """
import json, sys
from ckanext.dcat.processors import RDFParser
parser = RDFParser(profiles=["euro_dcat_ap_3"])
parser.parse(open(sys.argv[1], encoding="utf-8").read(), _format=sys.argv[2])
print(json.dumps([{"title": each["title"], "resources": len(each["resources"])} for each in parser.datasets()]))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with CKAN: it needs other versions of Flask and rdflib than this project."""
    folder = tmp_path_factory.mktemp("ckan")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *_PACKAGES]
    if subprocess.run(pip, timeout=_INSTALL_SECONDS, check=False, capture_output=True).returncode:
        pytest.skip("pip cannot install CKAN: no registry is reachable, or this Python is too old or too new for it")
    return folder / "bin" / "python"


@pytest.mark.parametrize("profile", ["dcat-ap-se", "healthdcat-ap"])
@pytest.mark.parametrize(("suffix", "format_"), [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")])
def test_the_parser_finds_every_dataset(
    python: Path, url: str, tmp_path: Path, profile: str, suffix: str, format_: str
) -> None:
    feed = tmp_path / f"feed.{suffix}"
    with urlopen(f"{url}/catalog/{profile}.{suffix}") as response:
        feed.write_bytes(response.read())
    command = [str(python), "-c", _PROGRAM, str(feed), format_]
    found = json.loads(subprocess.run(command, timeout=120, check=True, capture_output=True, text=True).stdout)
    assert len(found) == 10 and all(each["title"] and each["resources"] for each in found)
