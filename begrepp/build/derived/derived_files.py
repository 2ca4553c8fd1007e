"""Derived files: text index, terminology, differences, alphabetical index, statistics and check results.

If neither the graph nor the code and the queries have changed since the previous build, its results are used again:
files as hard links, since they are never changed after they are written.
"""

from __future__ import annotations

import gc
import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import suppress
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

from begrepp.artefact.alphabet import AlphabetBuilder, alphabet_path
from begrepp.artefact.code_texts import CODE_TEXTS
from begrepp.artefact.manifest import CheckResult, Manifest, part_from_entry, read_manifest_if_valid
from begrepp.artefact.parts import Part
from begrepp.artefact.scheme_order_writer import SchemeOrderBuilder
from begrepp.artefact.statistics import STATISTICS, StatisticsCounter
from begrepp.build.derived.difference_files import write_difference_files
from begrepp.build.derived.graph_checks import run_store_checks, run_view_checks
from begrepp.build.derived.view_scan import VIEW_CHECKS
from begrepp.build.loads.part_cache import data_files_of_code, software_versions
from begrepp.build.progress import Progress
from begrepp.child_process import end_with_parent
from begrepp.code_checksum import code_checksum, files_checksum
from begrepp.ecl.table_file import FOLDER as EXPRESSIONS
from begrepp.ecl.table_file import write_expression_tables
from begrepp.files import link_or_copy
from begrepp.queries.query_files import QUERIES_DIR
from begrepp.search import update_index, write_index
from begrepp.search.synonyms import operators_checksum
from begrepp.settings import LANGUAGES
from begrepp.sparql.scheme_orders import FILES as ORDERS
from begrepp.store.contents import StoreContents
from begrepp.terminology.derivation.earlier_build import EarlierBuild
from begrepp.terminology.derivation.terminology_writer import write_terminology
from begrepp.terminology.difference_file import DIFFERENCES
from begrepp.terminology.terminology_index import FOLDER as TERMINOLOGY

_DIFFERENCE_QUERIES = ("difference", "difference-labels", "difference-impact", "difference-coded", "edition-hierarchy")


class DerivedFiles:
    """Writes the derived files of a build; `keys` are the checksums under which the next build may use them again."""

    def __init__(self, contents: StoreContents, previous: Path | None) -> None:
        self._previous = previous
        graphs = json.dumps(sorted(contents.sha256.items()))
        synonyms = operators_checksum()
        self.keys = {
            "overview": _key(
                contents.view_sha256()
                + code_checksum("begrepp.artefact.statistics")
                + code_checksum("begrepp.artefact.alphabet")
                + code_checksum("begrepp.artefact.scheme_order_writer"),
                "begrepp.build.derived.view_scan",
                *_check_queries(),
            ),
            "index": _key(contents.view_sha256() + synonyms, "begrepp.search", *data_files_of_code()),
            "indexing": _key(synonyms, "begrepp.search", *data_files_of_code()),
            "terminology": _key(graphs, "begrepp.terminology.derivation.terminology_writer"),
            "differences": _key(
                graphs,
                "begrepp.build.derived.difference_files",
                *(QUERIES_DIR / "pages" / f"{name}.rq" for name in _DIFFERENCE_QUERIES),
            ),
            "expressions": _key(graphs, "begrepp.ecl.table_file"),
            "tables": _key("", "begrepp.ecl.table_file"),
            "terms": _key("", "begrepp.terminology.derivation.terminology_writer"),
            "checks": _key(graphs, "begrepp.build.derived.graph_checks", *_check_queries()),
        }

    def write_index(self, view: Path, index: Path, progress: Progress) -> int:
        """Write, renew or link the text index of the current view; return its number of documents."""
        if self._previous_manifest and self._link_folder(index.parent, index.name):
            return self._previous_manifest.things
        done = progress.work("indexing the words")
        if self._previous and self._is_unchanged("indexing"):
            with suppress(OSError, ValueError):
                previous_view = self._previous / "graphs" / view.name
                if documents := update_index(index, view, self._previous / "index", previous_view, done):
                    return documents
            shutil.rmtree(index, ignore_errors=True)
        return write_index(index, view, done)

    def write_terminology(
        self,
        scanned: Future[list[CheckResult]],
        build: Path,
        view: Path,
        parts: Sequence[Part],
        current: Sequence[Part],
        *,
        public: bool,
    ) -> None:
        """Write or link the terminology and the tables of expressions, in a process, when `scanned` is done.

        A scan beside it would need more memory. Files of code systems that have not changed are linked.
        """
        wait([scanned])
        earlier = None
        if self._previous and self._previous_manifest and self._is_unchanged("terms"):
            graphs = self._previous / "graphs"
            editions = [part_from_entry(entry, graphs) for entry in self._previous_manifest.graphs]
            earlier = EarlierBuild(self._previous, graphs / view.name, editions)
        earlier_tables = self._previous if self._is_unchanged("tables") else None
        in_force = {part.graph for part in current}
        with _process() as pool:
            if not self._link_folder(build, TERMINOLOGY):
                pool.submit(write_terminology, build, view, parts, in_force, public=public, earlier=earlier).result()
            if not self._link_folder(build, EXPRESSIONS):
                pool.submit(write_expression_tables, build, earlier_tables).result()

    def write_differences(self, stored: Future[None], build: Path, differences: Iterable[tuple[str, str, str]]) -> None:
        """Write or link the files of the differences (IRIs: graph, older and newer edition) when `stored` is done."""
        stored.result()
        if not self._link_folder(build, DIFFERENCES):
            write_difference_files(build, build / "store", differences)

    def _link_folder(self, build: Path, name: str) -> bool:
        """Link a folder of the previous build if its key is unchanged; return whether it was."""
        if not (self._previous and self._is_unchanged(name)):
            return False
        (build / name).mkdir(exist_ok=True)
        for path in sorted((self._previous / name).rglob("*")):
            target = build / path.relative_to(self._previous)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                link_or_copy(path, target)
        return True

    def check_store(self, stored: Future[None], store: Path, progress: Progress) -> list[CheckResult]:
        """Run the checks on the store when `stored` is done; return the results with faults."""
        stored.result()
        if self._is_unchanged("checks"):
            return [result for result in self._previous_checks if result.check not in VIEW_CHECKS]
        return list(run_store_checks(store, progress.work("checking the current view")))

    def scan_view(self, view: Path, folder: Path, base: str) -> list[CheckResult]:
        """Write or link what a scan of the view gives, in a process; return the results of its checks.

        These are statistics, orders, the alphabetical index, codes and labels.
        """
        names = [STATISTICS, CODE_TEXTS, *ORDERS]
        paths = [*map(Path, names), *(alphabet_path(Path(), language) for language in LANGUAGES)]
        if (
            self._previous
            and self._is_unchanged("overview")
            and all((self._previous / path).exists() for path in paths)
        ):
            for path in paths:
                link_or_copy(self._previous / path, folder / path)
            return [result for result in self._previous_checks if result.check in VIEW_CHECKS]
        with _process() as pool:
            return pool.submit(_write_overview, view, folder, base).result()

    @property
    def _previous_checks(self) -> list[CheckResult]:
        return self._previous_manifest.checks if self._previous_manifest else []

    @cached_property
    def _previous_manifest(self) -> Manifest | None:
        return read_manifest_if_valid(self._previous) if self._previous else None

    def _is_unchanged(self, name: str) -> bool:
        return bool(self._previous_manifest and self._previous_manifest.derived.get(name) == self.keys[name])


def _process() -> ProcessPoolExecutor:
    """Return a pool of one process, which starts with its first task."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_start_process)


def _start_process() -> None:
    end_with_parent()
    gc.disable()  # Records have no reference cycles; searching for them is a sixteenth of the time of the terminology.


def _write_overview(view: Path, folder: Path, base: str) -> list[CheckResult]:
    """Write the files that one scan of the view gives; return the results of its checks."""
    statistics, alphabet, orders = StatisticsCounter(), AlphabetBuilder(base), SchemeOrderBuilder()
    results = [*run_view_checks(view, statistics, alphabet, orders)]
    statistics.write(folder)
    alphabet.write(folder)
    orders.write(folder)
    return results


def _check_queries() -> list[Path]:
    return sorted((QUERIES_DIR / "checks").glob("*.rq"))


def _key(graph: str, module: str, *files: Path) -> str:
    inputs = [graph, code_checksum(module), files_checksum(files), software_versions()]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
