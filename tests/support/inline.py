"""A process pool for tests that runs its work in this process: a new interpreter for each build costs seconds."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

POOLS = (
    "begrepp.build.loads.parallel_loader.ProcessPoolExecutor",
    "begrepp.build.derived.derived_files.ProcessPoolExecutor",
    "begrepp.build.derived.graph_checks.ProcessPoolExecutor",
)


class InlinePool(Executor):
    """Stands for a `ProcessPoolExecutor`: work, results and errors are copied as if they were sent to a process.

    What the initializer leaves in the lists of its module is taken away again, as it ends with a process.
    """

    def __init__(
        self,
        max_workers: int,
        mp_context: object = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[object, ...] = (),
    ) -> None:
        self._lists: list[tuple[list[Any], list[Any]]] = []
        if initializer:
            lists = [each for each in initializer.__globals__.values() if isinstance(each, list)]
            self._lists = [(each, list(each)) for each in lists]
            initializer(*initargs)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function at once."""
        future: Future[Any] = Future()
        function, arguments, named = pickle.loads(pickle.dumps((fn, args, kwargs)))
        try:
            future.set_result(pickle.loads(pickle.dumps(function(*arguments, **named))))
        except Exception as error:
            future.set_exception(pickle.loads(pickle.dumps(error)))
        return future

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **_: Any) -> Iterator[Any]:
        """Call the function with each group of arguments as its result is wanted."""
        return (self.submit(fn, *arguments).result() for arguments in zip(*iterables, strict=False))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Restore the lists of the initializer's module."""
        for each, before in self._lists:
            each[:] = before


@contextmanager
def _pools(kind: type[Executor]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for pool in POOLS:
            patch.setattr(pool, kind)
        yield


def inline_pools() -> AbstractContextManager[None]:
    """Let builds do their work in this process."""
    return _pools(InlinePool)


def process_pools() -> AbstractContextManager[None]:
    """Let builds do their work in processes of its own, as they do outside of tests."""
    return _pools(ProcessPoolExecutor)
