"""Clients in JavaScript, from npm, against a real server: Comunica, fetch-sparql-endpoint and fhir-kit-client."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
_HERE = Path(__file__).parent
_INSTALL_SECONDS = 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of `package.json`."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("npm is not installed")
    made = tmp_path_factory.mktemp("npm")
    for name in ("package.json", "clients.mjs", "fhir.mjs"):
        shutil.copy(_HERE / name, made)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]
    if subprocess.run(command, cwd=made, timeout=_INSTALL_SECONDS, check=False).returncode:
        pytest.skip("npm cannot install the packages: no registry is reachable")
    return made


def test_comunica_and_fetch_sparql_endpoint_read_every_form(folder: Path, url: str) -> None:
    command = ["node", "clients.mjs", f"{url}/sparql", f"{url}/cs/onkologi/lungcancer"]
    written = subprocess.run(command, cwd=folder, timeout=120, check=True, capture_output=True, text=True).stdout
    every_form = {"select": 3, "ask": True, "construct": 3}
    assert json.loads(written) == {"fetch-sparql-endpoint": every_form, "comunica": {**every_form, "document": 1}}


@pytest.mark.parametrize(("base", "version"), [("r5", "5.0.0"), ("r4", "4.0.1")])
def test_fhir_kit_client_runs_every_operation(folder: Path, url: str, base: str, version: str) -> None:
    command = ["node", "fhir.mjs", f"{url}/fhir/{base}"]
    written = subprocess.run(command, cwd=folder, timeout=120, check=True, capture_output=True, text=True).stdout
    assert json.loads(written) == {
        "fhirVersion": version,
        "search": 1,
        "concepts": 6,
        "lookup": "1",
        "posted": "1",
        "valid": False,
        "subsumes": "equivalent",
        "expand": ["0", "1"],
        "implicit": 2,
        "translate": True,
        "batch": ["200"],
        "unknown": {"status": 404, "kind": "OperationOutcome"},
        "create": {"status": 405, "kind": "OperationOutcome"},
    }
