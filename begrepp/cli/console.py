"""What the command line shows a person: progress, tables, failures, and the log of a build."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from begrepp.artefact.manifest import GraphEntry, Manifest
from begrepp.artefact.parts import LoadReport, Part
from begrepp.build.pipeline import BuildFailed
from begrepp.build.progress import Done
from begrepp.errors import BegreppError
from begrepp.records import EditionFiles, Source
from begrepp.settings import Settings
from begrepp.sources.editions import declaration

# A pipe has no width: tables then take the room that they need.
_out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


class Live:
    """Shows how far each edition has come: rows, rate, time left; and writes a log to read afterwards."""

    def __init__(self, log: Path | None = None) -> None:
        self._bars = Progress(
            TextColumn("{task.description:28}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[stage]:10}"),
            TextColumn("{task.fields[told]:>28}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=_err,
        )
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}
        self._sizes: dict[str, int] = {}
        self._stages: dict[str, str] = {}
        self._lock = threading.Lock()
        self._step: TaskID | None = None
        self._log = None
        if log:
            log.mkdir(parents=True, exist_ok=True)
            self._log = (log / f"build-{datetime.now(UTC):%Y%m%dT%H%M%S}.log").open("w", encoding="utf-8")

    def __enter__(self) -> Live:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._end_step()
        self._bars.stop()
        if error is not None:
            self._note(f"failed: {error}")
        if self._log:
            self._log.close()

    def _note(self, words: str) -> None:
        if self._log:
            self._log.write(f"{datetime.now(UTC):%H:%M:%S} {words}\n")
            self._log.flush()

    def step(self, words: str) -> None:
        """A step begins; how long it has taken is shown until the next one."""
        self._note(words)
        with self._lock:
            self._end_step()
            self._bars.console.print(f"[dim]· {escape(words)}[/]")
            self._step = self._bars.add_task(escape(words[:60]), total=None, stage="", told="")

    def work(self, words: str) -> Done:
        """A long piece of work begins; a bar shows how far it has come, and the time that is left."""
        self._note(words)
        began = time.monotonic()
        with self._lock:
            task = self._bars.add_task(escape(words[:60]), total=1, stage="", told="")

        def done(part: float) -> None:
            with self._lock:
                self._bars.update(task, completed=part, told=f"{part:.0%}")
                if part >= 1:
                    self._bars.remove_task(task)
                    self._bars.console.print(f"[dim]· {escape(words)}: {time.monotonic() - began:.0f} s[/]")
                    self._note(f"{words}: {time.monotonic() - began:.1f} s")

        return done

    def _end_step(self) -> None:
        if self._step is not None:
            self._bars.remove_task(self._step)
            self._step = None

    def start(self, edition: EditionFiles, bytes_total: int) -> None:
        """An edition begins to load."""
        key = f"{edition.source} {edition.version}"
        self._note(f"{key}: {bytes_total:,} bytes in {len(edition.files)} files")
        self._sizes[key] = bytes_total
        self._tasks[key] = self._bars.add_task(key, total=bytes_total, told="", stage="waiting")

    def advance(self, key: str, rows: int, bytes_read: int, stage: str) -> None:
        """So many rows of an edition are read, and this is being done with it now."""
        with self._lock:
            if key not in self._tasks:
                return
            began = self._began.setdefault(key, time.monotonic() - 0.2)
            task = self._tasks[key]
            # What comes after reading has no rows to count; the stage and the time it has taken are shown.
            rate = f", {rows / (time.monotonic() - began):,.0f}/s" if stage == "reading" else ""
            total = self._sizes[key] if stage in ("waiting", "reading") else None
            self._bars.update(task, completed=bytes_read, total=total, told=f"{rows:,} rows{rate}", stage=stage)
            if self._stages.get(key) != stage:
                self._stages[key] = stage
                self._note(f"{key}: {stage}, {rows:,} rows so far")

    def finish(self, key: str, report: LoadReport | None, error: BegreppError | None) -> None:
        """An edition is loaded, or is refused."""
        with self._lock:
            self._bars.remove_task(self._tasks.pop(key))
        if report:
            triples = sum(part.triples for part in report.parts)
            warnings = report.validation.warnings if report.validation else 0
            words = f"{key}: {report.rows_read:,} rows, {triples:,} triples"
            words += f", {report.skipped:,} skipped, {warnings:,} warnings"
            words += f", as loaded {report.loaded_at}" if report.reused else ""
            self._bars.console.print(f"[green]✓[/] {escape(words)}")
        else:
            words = f"{key}: refused. {error}"
            self._bars.console.print(f"[red]✗[/] {escape(key)}: refused")
        self._note(words)


def failure(error: BegreppError) -> None:
    """Why it did not work, and what to do."""
    if isinstance(error, BuildFailed):
        for one in error.failures:
            _err.print(f"[red]{escape(one.error.reason if not hasattr(one.error, 'origin') else str(one.error))}[/]")
            if not hasattr(one.error, "origin") and one.error.next_step:
                _err.print(escape(one.error.next_step))
        _err.print(escape(error.next_step.strip()))
        return
    head = str(error).removesuffix(error.next_step).strip()
    _err.print(f"[red]{escape(head)}[/]")
    if error.next_step:
        _err.print(escape(error.next_step))


def table(rows: Table, caption: str = "") -> None:
    """A table, with a line under it."""
    _out.print(rows)
    if caption:
        _out.print(f"[dim]{escape(caption)}[/]")


def sources(
    known: Sequence[Source], starter: Sequence[EditionFiles], added_: Sequence[EditionFiles], settings: Settings
) -> None:
    """Every source, and what was found of it."""
    found: dict[str, list[str]] = {}
    for edition in added_:
        found.setdefault(edition.source, []).append(edition.version)
    rows = Table(show_lines=True)
    for heading in ("source", "publisher", "reads", "licence, website", "added"):
        rows.add_column(heading, overflow="fold")
    for source in known:
        publisher = next((text.value for text in source.publisher.names), "")
        passing_on = "may be redistributed" if source.redistribution == "allowed" else "texts may not be redistributed"
        if not source.licence:
            publisher, passing_on = "a format: set in source.toml", "set in source.toml"
        rows.add_row(
            f"[bold]{escape(source.id)}[/]\n{escape(source.title)}",
            escape(publisher),
            escape(source.reads),
            escape("\n".join(part for part in (source.licence, passing_on, source.homepage) if part)),
            escape(", ".join(found.pop(source.id, [])) or "–"),
        )
    for edition in added_:
        if edition.source in found:
            said = declaration(edition)
            title = said.get("source", {}).get("title", {}).get("sv", "")
            reads = f"declared in its source.toml, read by {said.get('loader', '?')}"
            versions = ", ".join(found.pop(edition.source))
            rows.add_row(f"[bold]{escape(edition.source)}[/]\n{escape(title)}", "", reads, "", escape(versions))
    table(
        rows,
        f"Add files with `begrepp add SOURCE FILE… --edition E`; they are stored in {settings.raw}. "
        f"The bundled starter adds {len(starter)} code lists, mapping sets and registers.",
    )


def _contents(part: Part) -> str:
    """What a part holds, in words: "5" concepts or mappings, "132 variables with 8,624 values in 51 lists"."""
    if part.variables or part.elements:
        words = [
            f"{count:,} {what}" for count, what in ((part.variables, "variables"), (part.elements, "elements")) if count
        ]
        lists = f" with {part.coded_values:,} values in {part.code_lists:,} lists" if part.code_lists else ""
        return " and ".join(words) + lists
    return f"{part.concepts or part.mappings or part.value_sets or part.datasets:,}"


def added(result: LoadReport, target: Path, newer: Sequence[str] = ()) -> None:
    """A file was checked and put in its place; what is older than the current edition becomes history."""
    parts = ", ".join(f"{_contents(part)} in {part.id}" for part in result.parts)
    _out.print(f"[green]✓[/] {escape(f'{result.source} {result.version}: {result.rows_read:,} rows; {parts}')}")
    _skips(result.skips, result.skipped)
    if newer:
        _out.print(
            f"[yellow]older[/] This edition is older than {escape(', '.join(newer))}, which stays the current edition. "
            "The older edition is kept as history: in its own graph, in as-of lookups and in the difference to the "
            "next edition; codes that occur only in it are marked as retired."
        )
    _out.print(f"Stored in {escape(str(target))}. Run `begrepp build` to add it to the graph.")


def _skips(skips: Sequence[tuple[str, str]], count: int) -> None:
    for where, reason in skips[:5]:
        _out.print(f"[yellow]skipped[/] {escape(where)}: {escape(reason)}")
    if count > 5:
        _out.print(f"[yellow]skipped[/] … and {count - 5:,} more")


def built(manifest: Manifest) -> None:
    """A build was published."""
    _out.print(
        f"[green]Published[/] {manifest.id}: {manifest.triples:,} triples, {manifest.things:,} indexed items, "
        f"{manifest.seconds} s, hash {manifest.hash[:12]}"
    )
    for failed in manifest.failed:
        _out.print(f"[red]left out[/] {escape(failed.reason)}")


_COUNTED = ("concepts", "inactive", "datasets", "variables", "elements", "code_lists", "mappings")


def status(manifest: Manifest, folder: Path) -> None:
    """What is in the current build."""
    rows = Table("code system, mapping set or dataset", "edition", "", "contents", "triples", "from")
    for graph in sorted(manifest.graphs, key=lambda g: (g.kind != "scheme", g.kind, g.id, g.version)):
        contents = [f"{count:,} {key}" for key in _COUNTED if (count := getattr(graph, key))]
        contents += [f"{count:,} {level}" for level, count in graph.levels.items()]
        rows.add_row(
            escape(graph.id),
            escape(graph.version),
            _state(graph),
            "\n".join(contents),
            f"{graph.triples:,}",
            escape(graph.source),
        )
    _out.print(rows)
    for load in manifest.loads:
        for file in load.files:
            about = f"{load.source} {load.version}: {file.name} {file.bytes:,} bytes"
            _out.print(f"[dim]{escape(about)}, sha256 {file.sha256[:16]}…[/]")
    kind = "public, without texts that may not be redistributed" if manifest.public else "for internal use"
    _out.print(
        f"{manifest.id} ({kind}), built {manifest.built_at} in {manifest.seconds} s by {manifest.software}\n"
        f"{manifest.triples:,} triples in the current view; hash {manifest.hash}\n{folder}"
    )


def _state(graph: GraphEntry) -> str:
    """What a release is to the current view."""
    if graph.current:
        return "current"
    if graph.valid_from > date.today():
        return "not in force yet"
    return "partial" if graph.coverage == "partial" else "superseded"


def serving(manifest: Manifest, host: str, port: int) -> None:
    """Where the server answers; a warning where protected texts would leave the machine."""
    _out.print(f"begrepp serves {manifest.id} ({manifest.triples:,} triples) at [bold]http://{host}:{port}[/]")
    protected = [g.id for g in manifest.graphs if g.redistribution != "allowed"]
    if protected and not manifest.public and host not in ("127.0.0.1", "localhost", "::1"):
        _err.print(
            f"[yellow]The build has texts that may not be redistributed ({escape(', '.join(sorted(set(protected))))}). "
            "Run `begrepp build --public` before others can reach this address.[/]"
        )


def lines(said: Iterable[str], target: Path | None) -> None:
    """Lines of rich markup to the terminal, or as plain text to a file."""
    if target is None:
        for line in said:
            _out.print(line, soft_wrap=True)
        return
    with target.open("w", encoding="utf-8") as file:
        console = Console(file=file, highlight=False, soft_wrap=True, width=200)
        for line in said:
            console.print(line)


def aside(said: Iterable[str]) -> None:
    """Lines that are no part of the output: to stderr, where what is piped on did not accept them."""
    for line in said:
        _err.print(line)


def build_validation(manifest: Manifest) -> None:
    """What the shapes and checks said of the build: the sources they had something to say about."""
    for load in manifest.loads:
        for group in load.warning_groups:
            words = f"{load.source} {load.version}: {group.count:,} × {group.messages.get('en', '')}"
            _out.print(f"[yellow]{group.severity}[/] {escape(words)}")
            for example in group.examples[:3]:
                _out.print(f"    {escape(str(example))}")
    for finding in manifest.checks:
        _out.print(f"[yellow]{finding.severity}[/] {finding.count:,} × {escape(finding.title)}")
        for example in finding.examples[:3]:
            _out.print(f"    {escape(example)}")
    violations = sum(load.violations for load in manifest.loads)
    warnings = sum(load.warnings for load in manifest.loads)
    _out.print(
        f"{manifest.id}: {len(manifest.loads)} sources validated, {violations:,} violations, {warnings:,} warnings; "
        f"{len(manifest.checks)} checks across all sources have findings. A source with a violation is never published."
    )
