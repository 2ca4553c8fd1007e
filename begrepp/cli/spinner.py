"""Sign of progress on a terminal for work of unknown length: what is done, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from begrepp.cli.console import stderr

_SECONDS = 1.0


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """Show on stderr, if it is a terminal and the work takes more than a second, what is done and for how long.

    The line is gone before the work's output begins. Nothing is shown in a pipe.
    """
    if not stderr.is_terminal:
        yield
        return
    done = threading.Event()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())

    def show() -> None:
        if not done.wait(_SECONDS):
            with Progress(*columns, console=stderr, transient=True) as progress:
                progress.add_task(escape(words), total=None)
                done.wait()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
