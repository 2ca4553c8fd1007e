"""Compiled templates on disk, beside the byte code of this package, so that a server process need not compile them.

As with modules, they are written where the folder can be written and Python may write byte code
(`PYTHONDONTWRITEBYTECODE`, `PYTHONPYCACHEPREFIX`).
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import NamedTemporaryFile

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from server.http import i18n

_PAGES = Path(__file__).parent
_SOURCES = (_PAGES.parent / "templates", _PAGES.parent / "translations")
_MODULES = (*(_PAGES / f"{name}.py" for name in ("template_environment", "templating")), Path(i18n.__file__))


class TemplateCache(BytecodeCache):
    """The compiled templates of a variant of the environment, which `variant` names among the others."""

    def __init__(self, variant: object, folder: Path | None = None) -> None:
        self._folder = folder or Path(cache_from_source(__file__)).parent
        self._variant = hashlib.sha256(repr(variant).encode()).hexdigest()[:8]

    def get_source_checksum(self, source: str) -> str:
        """Return the checksum of a template, of the templates and texts put in its place, and of the compiler."""
        return hashlib.sha256(f"{source}\n{_checksum_of_sources()}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a compiled template if there is one of the same checksum."""
        with suppress(OSError), self._path(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template if that is possible."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                path = self._path(bucket)
                with NamedTemporaryFile(dir=path.parent, prefix="template-", suffix=".new", delete=False) as file:
                    file.write(bucket.bytecode_to_string())
                Path(file.name).replace(path)

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"template-{self._variant}-{bucket.key}.{sys.implementation.cache_tag}.jinja"


@cache
def _checksum_of_sources() -> str:
    """Return a checksum of the sizes and times of all files that a compiled template depends on."""
    walked = ((folder, names) for source in _SOURCES for folder, _, names in os.walk(source))
    paths = [Path(folder, name) for folder, names in walked if "__pycache__" not in folder for name in names]
    files = []
    for path in sorted((*paths, *_MODULES)):
        stat = path.stat()
        files.append((str(path), stat.st_size, stat.st_mtime_ns))
    return hashlib.sha256(repr((jinja2.__version__, sys.version, files)).encode()).hexdigest()
