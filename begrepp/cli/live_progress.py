"""Progress display of a build: rows, rate and time left per edition, and a log file."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from begrepp.artefact.load_report import LoadReport
from begrepp.build.progress import ProgressCallback
from begrepp.cli.console import stderr
from begrepp.errors import BegreppError, UnexpectedError
from begrepp.records import EditionFiles


class LiveProgress:
    """Progress display: rows, rate and time left per edition; also writes a log file."""

    def __init__(self, log: Path | None = None) -> None:
        self._bars = Progress(
            TextColumn("{task.description:28}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[stage]:10}"),
            TextColumn("{task.fields[figures]:>28}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=stderr,
            # Drawing a hundred lines ten times a second took a fortieth of a build; nobody sees them in a file.
            auto_refresh=stderr.is_terminal,
            refresh_per_second=3,
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

    def __enter__(self) -> LiveProgress:
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
        """Start a step; its duration is shown until the next step."""
        self._note(words)
        with self._lock:
            self._end_step()
            self._bars.console.print(f"[dim]· {escape(words)}[/]")
            self._step = self._bars.add_task(escape(words[:60]), total=None, stage="", figures="")

    def work(self, words: str) -> ProgressCallback:
        """Start a long step with a progress bar and the time left."""
        self._note(words)
        began = time.monotonic()
        with self._lock:
            task = self._bars.add_task(escape(words[:60]), total=1, stage="", figures="")

        def done(part: float) -> None:
            with self._lock:
                self._bars.update(task, completed=part, figures=f"{part:.0%}")
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
        """Start the progress line of an edition."""
        key = f"{edition.source} {edition.version}"
        self._note(f"{key}: {bytes_total:,} bytes in {len(edition.files)} files")
        self._sizes[key] = bytes_total
        self._tasks[key] = self._bars.add_task(key, total=bytes_total, figures="", stage="waiting")

    def advance(self, key: str, rows: int, bytes_read: int, stage: str) -> None:
        """Update the number of rows and the stage of an edition."""
        with self._lock:
            if key not in self._tasks:
                return
            began = self._began.setdefault(key, time.monotonic() - 0.2)
            task = self._tasks[key]
            # What comes after reading has no rows to count; the stage and the time it has taken are shown.
            rate = f", {rows / (time.monotonic() - began):,.0f}/s" if stage == "reading" else ""
            total = self._sizes[key] if stage in ("waiting", "reading") else None
            self._bars.update(task, completed=bytes_read, total=total, figures=f"{rows:,} rows{rate}", stage=stage)
            if self._stages.get(key) != stage:
                self._stages[key] = stage
                self._note(f"{key}: {stage}, {rows:,} rows so far")

    def finish(self, key: str, report: LoadReport | None, error: BegreppError | None) -> None:
        """Finish the progress line of an edition, loaded or refused; a check of all may refuse a loaded one later."""
        with self._lock:
            if (task := self._tasks.pop(key, None)) is not None:
                self._bars.remove_task(task)
        if report:
            triples = sum(part.triples for part in report.parts)
            warnings = report.validation.warnings if report.validation else 0
            words = f"{key}: {report.rows_read:,} rows, {triples:,} triples"
            words += f", {report.skipped:,} skipped, {warnings:,} warnings"
            words += f", reused from {report.loaded_at}" if report.reused else ""
            self._bars.console.print(f"[green]✓[/] {escape(words)}")
        else:
            words = f"{key}: refused. {error}"
            if isinstance(error, UnexpectedError):
                words += f"\n{error.details}"
                if self._log:
                    error.logged_in(Path(self._log.name))
            self._bars.console.print(f"[red]✗[/] {escape(key)}: refused")
        self._note(words)
