"""Checksum of a module and of all project modules that it imports, for cache keys that notice changed code.

Only `import` statements are followed: the caller must pass the name of a module that is imported dynamically.
"""

from __future__ import annotations

import ast
import hashlib
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from begrepp.settings import ROOT

PACKAGES = ("begrepp", "loaders", "tests")
"""Packages whose imports are followed; tests define loaders of their own."""


@cache
def code_checksum(*modules: str) -> str:
    """Return the checksum of the modules and of all that they import from the project, directly or indirectly.

    Computed once in a process. Raises `LookupError` for a module that does not exist.
    """
    for module in modules:
        if not _module_file(module):
            raise LookupError(f"The project has no module {module}. Correct the name that is passed to code_checksum.")
    found: dict[str, Path] = {}
    pending = [*modules]
    while pending:
        module = pending.pop()
        path = _module_file(module)
        if path and module not in found:
            found[module] = path
            pending += _imported_names(path)
    return files_checksum(found[module] for module in sorted(found))


def files_checksum(files: Iterable[Path]) -> str:
    """Return one checksum of the paths (relative to the project) and contents of files."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(ROOT).as_posix()} {_file_checksum(path)}\n".encode())
    return digest.hexdigest()


@cache
def _file_checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _module_file(module: str) -> Path | None:
    """Return the file of a project module; None for other names, such as an imported class."""
    if module.partition(".")[0] not in PACKAGES:
        return None
    base = ROOT.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


_PARSER = threading.Lock()
"""Before Python 3.11.8, `ast.parse` in two threads at a time may raise SystemError (CPython issue 106905)."""


@cache
def _imported_names(path: Path) -> tuple[str, ...]:
    """Return the names that a file imports; `from a import b` may import the module `a.b`."""
    names = set()
    with _PARSER:
        tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return tuple(sorted(names))
