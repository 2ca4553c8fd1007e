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

from begrepp.artefact.alphabet import Alphabet, path_of
from begrepp.artefact.manifest import CheckResult, Manifest, read_manifest_if_valid
from begrepp.artefact.statistics import FILE as STATISTICS
from begrepp.artefact.statistics import StatisticsCounter
from begrepp.build.graph_checks import run_checks, scan_for_faults
from begrepp.build.part_cache import data_files, software
from begrepp.build.progress import Progress
from begrepp.build.view_scan import CHECKS
from begrepp.code_checksum import code_checksum, files_checksum
from begrepp.files import link_or_copy
from begrepp.queries.files import QUERIES_DIR
from begrepp.search import update_index, write_index
from begrepp.settings import LANGUAGES
from begrepp.store.contents import StoreContents


class DerivedResults:
    """The results for a graph, and under which keys they may be taken over by the next build."""

    def __init__(self, contents: StoreContents, before: Path | None) -> None:
        self._before = before
        self.keys = {
            "overview": _key(
                contents.view_sha256()
                + code_checksum("begrepp.artefact.statistics")
                + code_checksum("begrepp.artefact.alphabet"),
                "begrepp.build.view_scan",
                *_checks(),
            ),
            "index": _key(contents.view_sha256(), "begrepp.search", *data_files()),
            "indexing": _key("", "begrepp.search", *data_files()),
            "checks": _key(json.dumps(sorted(contents.sha256.items())), "begrepp.build.graph_checks", *_checks()),
        }

    def write_index(self, view: Path, index: Path, progress: Progress) -> int:
        """Write the index of the current view, or take the one before; the number of things in it."""
        if self._before and self._known and self._same("index"):
            for path in sorted((self._before / "index").rglob("*")):
                target = index / path.relative_to(self._before / "index")
                target.parent.mkdir(parents=True, exist_ok=True)
                if path.is_file():
                    link_or_copy(path, target)
            return self._known.things
        done = progress.work("indexing the words")
        if self._before and self._same("indexing"):
            with suppress(OSError, ValueError):
                before = self._before / "graphs" / view.name
                if things := update_index(index, view, self._before / "index", before, done):
                    return things
            shutil.rmtree(index, ignore_errors=True)
        return write_index(index, view, done)

    def check_store(self, stored: Future[None], store: Path, progress: Progress) -> list[CheckResult]:
        """What the checks find in the store, as soon as it is whole."""
        stored.result()
        if self._same("checks"):
            return [finding for finding in self._found_before if finding.check not in CHECKS]
        return list(run_checks(store, progress.work("checking the current view")))

    def scan_view(self, view: Path, folder: Path, base: str) -> list[CheckResult]:
        """Write the statistics and the alphabetical order of the current view; what is found in reading it over."""
        written = [Path(STATISTICS), *(path_of(Path(), language) for language in LANGUAGES)]
        if self._before and self._same("overview") and all((self._before / path).exists() for path in written):
            for path in written:
                link_or_copy(self._before / path, folder / path)
            return [finding for finding in self._found_before if finding.check in CHECKS]
        counting, alphabet = StatisticsCounter(), Alphabet(base)
        found = [*scan_for_faults(view, counting, alphabet)]
        counting.write(folder)
        alphabet.write(folder)
        return found

    @property
    def _found_before(self) -> list[CheckResult]:
        return self._known.checks if self._known else []

    @cached_property
    def _known(self) -> Manifest | None:
        return read_manifest_if_valid(self._before) if self._before else None

    def _same(self, what: str) -> bool:
        return bool(self._known and self._known.derived.get(what) == self.keys[what])


def _checks() -> list[Path]:
    return sorted((QUERIES_DIR / "checks").glob("*.rq"))


def _key(graph: str, module: str, *files: Path) -> str:
    said = [graph, code_checksum(module), files_checksum(files), software()]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
