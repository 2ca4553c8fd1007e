"""Build hook of the wheel: bundles the SPARQL editor with npm into server/static/editor/.

Without npm, or where npm fails, the wheel is built without the editor and /sparql has a plain text field.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EditorHook(BuildHookInterface):  # type: ignore[type-arg]
    """Bundles the editor unless an up-to-date bundle exists (`make editor`)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before the files of the wheel are collected; an editable install needs no bundle."""
        if version == "editable":
            return
        source = Path(self.root, "server", "editor")
        bundle = Path(self.root, "server", "static", "editor", "editor.js")
        if not _is_current(bundle, source):
            try:
                _bundle(source, bundle.parent)
            except (OSError, subprocess.CalledProcessError) as error:
                self.app.display_warning(f"The wheel has no SPARQL editor, /sparql is a plain text field: {error}")


def _is_current(bundle: Path, source: Path) -> bool:
    inputs = (*source.glob("*.js"), source / "package.json")
    return bundle.exists() and all(bundle.stat().st_mtime >= path.stat().st_mtime for path in inputs)


def _bundle(source: Path, target: Path) -> None:
    """Installs the editor's dependencies and runs esbuild; raises `OSError` or `CalledProcessError`."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]
    subprocess.run(install, cwd=source, check=True)
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run([npm, "run", "--silent", "build", "--", "--log-level=error"], cwd=source, check=True)
