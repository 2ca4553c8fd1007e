"""The web process loads what it needs to answer, and nothing of builds, command lines and second engines."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Flask itself imports click for its own command line; that we do not, the import contracts say.
_HEAVY = (
    "rich",
    "openpyxl",
    "pyshacl",
    "owlready2",
    "polars",
    "rdflib",
    "xlsxwriter",
    "lark",
    "yaml",
    "begrepp.build",
    "begrepp.cli",
    "begrepp.graph",
    "loaders",
)


@pytest.mark.parametrize("module", _HEAVY)
def test_the_application_does_not_load(module: str, loaded_by_the_server: set[str]) -> None:
    assert module not in loaded_by_the_server


@pytest.fixture(scope="module")
def loaded_by_the_server() -> set[str]:
    return _modules("import server.app")


def test_the_command_that_starts_the_server_does_not_load_the_build() -> None:
    assert {"polars", "begrepp.build.pipeline"}.isdisjoint(_modules("import begrepp.cli.serve, server.run"))


def _modules(program: str) -> set[str]:
    """The modules that a program has imported at its end."""
    program = f"{program}, sys; print(*sys.modules)"
    return {*subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()}
