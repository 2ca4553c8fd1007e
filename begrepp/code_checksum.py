"""Which of the project's modules a module stands on, and their checksum: has the code changed since?

Only `import` lines count; a module that is imported by a name that is computed must be named by the caller.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from begrepp.settings import ROOT

PACKAGES = ("begrepp", "loaders", "tests")
"""The packages whose code decides what a load yields; tests define loaders of their own."""


def code_checksum(*modules: str) -> str:
    """Return the checksum of the modules and of all that they import from the project, directly or indirectly.

    Raises `LookupError` for a module that does not exist: the checksum of nothing would never change.
    """
    for module in modules:
        if not _file(module):
            raise LookupError(f"The project has no module {module}. Correct the name that is passed to code_checksum.")
    found: dict[str, Path] = {}
    pending = [*modules]
    while pending:
        module = pending.pop()
        path = _file(module)
        if path and module not in found:
            found[module] = path
            pending += _imported(path)
    return files_checksum(found[module] for module in sorted(found))


def files_checksum(files: Iterable[Path]) -> str:
    """One checksum for files of the project: their places in it, and what they hold."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(ROOT).as_posix()} {_checksum(path)}\n".encode())
    return digest.hexdigest()


@cache
def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _file(module: str) -> Path | None:
    """The file of one of the project's modules; None for other names, such as a class that is imported."""
    if module.partition(".")[0] not in PACKAGES:
        return None
    place = ROOT.joinpath(*module.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _imported(path: Path) -> tuple[str, ...]:
    """The names that a file imports; `from a import b` may mean the module `a.b`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return tuple(sorted(names))
