"""What is worked out of the whole graph: the index of words, the alphabetical order, the statistics, and the findings.

Where neither the graph has changed since the build before nor the code and the questions, its results are taken
over: the index as hard links, since its files are never written twice.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from concurrent.futures import Future
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from begrepp.artefact.alphabet import AlphabetBuilder, alphabet_path
from begrepp.artefact.manifest import CheckResult, Manifest, read_manifest_if_valid
from begrepp.artefact.statistics import STATISTICS, StatisticsCounter
from begrepp.build.derived.graph_checks import run_store_checks, run_view_checks
from begrepp.build.derived.view_scan import VIEW_CHECKS
from begrepp.build.loads.part_cache import data_files_of_code, software_versions
from begrepp.build.progress import Progress
from begrepp.code_checksum import code_checksum, files_checksum
from begrepp.files import link
from begrepp.queries.files import QUERIES
from begrepp.search import renew_index, write_index
from begrepp.settings import LANGUAGES
from begrepp.store.contents import Contents


class DerivedFiles:
    """The results for a graph, and under which keys they may be taken over by the next build."""

    def __init__(self, contents: Contents, before: Path | None) -> None:
        self._before = before
        self.keys = {
            "overview": _key(
                contents.view_sha256()
                + code_checksum("begrepp.artefact.statistics")
                + code_checksum("begrepp.artefact.alphabet"),
                "begrepp.build.derived.view_scan",
                *_check_queries(),
            ),
            "index": _key(contents.view_sha256(), "begrepp.search", *data_files_of_code()),
            "indexing": _key("", "begrepp.search", *data_files_of_code()),
            "checks": _key(
                json.dumps(sorted(contents.sha256.items())), "begrepp.build.derived.graph_checks", *_check_queries()
            ),
        }

    def write_index(self, view: Path, index: Path, progress: Progress) -> int:
        """Write the index of the current view, or take the one before; the number of things in it."""
        if self._before and self._previous_manifest and self._is_unchanged("index"):
            for path in sorted((self._before / "index").rglob("*")):
                target = index / path.relative_to(self._before / "index")
                target.parent.mkdir(parents=True, exist_ok=True)
                if path.is_file():
                    link(path, target)
            return self._previous_manifest.things
        done = progress.work("indexing the words")
        if self._before and self._is_unchanged("indexing"):
            with suppress(OSError, ValueError):
                before = self._before / "graphs" / view.name
                if things := renew_index(index, view, self._before / "index", before, done):
                    return things
            shutil.rmtree(index, ignore_errors=True)
        return write_index(index, view, done)

    def check_store(self, stored: Future[None], store: Path, progress: Progress) -> list[CheckResult]:
        """What the checks find in the store, as soon as it is whole."""
        stored.result()
        if self._is_unchanged("checks"):
            return [finding for finding in self._previous_checks if finding.check not in VIEW_CHECKS]
        return list(run_store_checks(store, progress.work("checking the current view")))

    def scan_view(self, view: Path, folder: Path, base: str) -> list[CheckResult]:
        """Write the statistics and the alphabetical order of the current view; what is found in reading it over."""
        written = [Path(STATISTICS), *(alphabet_path(Path(), language) for language in LANGUAGES)]
        if self._before and self._is_unchanged("overview") and all((self._before / path).exists() for path in written):
            for path in written:
                link(self._before / path, folder / path)
            return [finding for finding in self._previous_checks if finding.check in VIEW_CHECKS]
        counting, alphabet = StatisticsCounter(), AlphabetBuilder(base)
        found = [*run_view_checks(view, counting, alphabet)]
        counting.write(folder)
        alphabet.write(folder)
        return found

    @property
    def _previous_checks(self) -> list[CheckResult]:
        return self._previous_manifest.checks if self._previous_manifest else []

    @cached_property
    def _previous_manifest(self) -> Manifest | None:
        return read_manifest_if_valid(self._before) if self._before else None

    def _is_unchanged(self, what: str) -> bool:
        return bool(self._previous_manifest and self._previous_manifest.derived.get(what) == self.keys[what])


def _check_queries() -> list[Path]:
    return sorted((QUERIES / "checks").glob("*.rq"))


def _key(graph: str, module: str, *files: Path) -> str:
    said = [graph, code_checksum(module), files_checksum(files), software_versions()]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
