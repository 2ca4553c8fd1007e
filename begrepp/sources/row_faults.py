"""Faulty rows of an edition: refused all together, or left out and reported where `source.toml` says so.

A loader converts each row within a `RowScope`, so that one faulty row does not hide the next. The collector of the
load (`collect_faults`, set by `begrepp.build.loads.record_checks.check_records`) receives the errors. Without a
collector the first error is raised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.records import LoadRemark, Skipped
from begrepp.sources.rows import ColumnError


class Fault(StrEnum):
    """Kinds of faulty rows: the values of `report` in `source.toml`."""

    MISALIGNED = "misaligned"
    """The row has another number of cells than the table has columns."""
    REPEATED = "repeated"
    """The code, variable or element occurs in an earlier row, with other contents; the first one is kept."""
    UNUSABLE = "unusable"
    """A cell is missing or cannot be read."""
    DANGLING = "dangling"
    """The row refers to a code that the edition does not have; the row is kept without the reference."""


_MAX_LINES = 100
"""Lines in the message of a refusal."""
_MAX_KEPT = 10_000
"""Errors whose text is kept; further ones are only counted."""
_MAX_ROWS = 20
"""Row numbers in one line of a message."""


@dataclass(slots=True)
class RowFaults:
    """The faults of one load. `report` has the kinds that are left out and reported; the others are refused."""

    report: set[str] = field(default_factory=set)
    refused: list[tuple[Fault, InputError]] = field(default_factory=list)
    count: int = 0
    _left_out: list[Skipped] = field(default_factory=list)
    _remarks: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    _known: set[tuple[Origin, str]] = field(default_factory=set)

    def add(self, fault: Fault, error: InputError, report: Collection[str] = ()) -> bool:
        """Add the fault of a row; a fault that several passes find is added once. Return whether it is reported."""
        is_reported = fault in self.report or fault in report
        key = (error.origin, error.reason)
        if key in self._known:
            return is_reported
        if len(self._known) < _MAX_KEPT:
            self._known.add(key)
        if is_reported:
            self._left_out.append(Skipped(origin=error.origin, reason=error.reason))
            return True
        self.count += 1
        if len(self.refused) < _MAX_KEPT:
            # Its traceback would keep every frame alive, with the files that are open there.
            self.refused.append((fault, error.with_traceback(None)))
        return False

    def remark(self, origin: Origin, text: str) -> None:
        """Add a remark about a row that is loaded, or whose contents are loaded from elsewhere."""
        self._remarks.setdefault(text, {}).setdefault(origin.file, set()).add(origin.row)

    def take_reported(self) -> list[Skipped]:
        """Return the rows left out since the last call."""
        taken, self._left_out = self._left_out, []
        return taken

    def take_remarks(self) -> Iterator[LoadRemark]:
        """Remove and yield the remarks: one for each text, with all its rows."""
        for text, rows_by_file in self._remarks.items():
            file, rows = next(iter(rows_by_file.items()))
            count = sum(map(len, rows_by_file.values()))
            places = [
                f"{name} row {list_rows(numbers)}" if any(numbers) else name for name, numbers in rows_by_file.items()
            ]
            more = f" ({count:,} rows: {'; '.join(places[:_MAX_ROWS])})" if count > 1 else ""
            yield LoadRemark(origin=Origin(file, min(rows)), text=text + more, rows=count)
        self._remarks.clear()

    def refuse(self) -> None:
        """Raise one `InputError` for all refused rows; the first one's own if there is only one."""
        if not self.refused:
            return
        first = self.refused[0][1]
        kinds = ", ".join(f'"{fault}"' for fault in Fault if any(fault is found for found, _ in self.refused))
        leave_out = f"To load the file without such rows and have them reported, set report = [{kinds}] in source.toml."
        if self.count == 1:
            raise type(first)(first.origin, first.reason, f"{first.next_step} {leave_out}")
        next_steps = " ".join(dict.fromkeys(error.next_step for _, error in self.refused[:_MAX_LINES]))
        raise InputError(
            first.origin,
            f"{first.reason} {self.count:,} rows cannot be used:\n  " + "\n  ".join(self._lines()),
            f"{next_steps} {leave_out}",
        )

    def _lines(self) -> Iterator[str]:
        rows_by_reason: dict[tuple[str, str], list[int]] = {}
        for _, error in self.refused:
            rows_by_reason.setdefault((error.origin.file, error.reason), []).append(error.origin.row)
        for (file, reason), rows in list(rows_by_reason.items())[:_MAX_LINES]:
            yield f"{file} row{'s' if len(rows) > 1 else ''} {list_rows(rows)}: {reason}"
        if len(rows_by_reason) > _MAX_LINES or self.count > len(self.refused):
            listed = sum(map(len, list(rows_by_reason.values())[:_MAX_LINES]))
            yield f"… and {self.count - listed:,} more rows."


def list_rows(rows: Collection[int]) -> str:
    """Return row numbers as text: `4, 7–9`; at most `_MAX_ROWS` numbers and ranges."""
    ranges: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], row)
        else:
            ranges.append((row, row))
    words = [str(first) if first == last else f"{first}–{last}" for first, last in ranges[:_MAX_ROWS]]
    return ", ".join(words) + (" …" if len(ranges) > _MAX_ROWS else "")


_FAULTS: ContextVar[RowFaults | None] = ContextVar("_FAULTS", default=None)


@contextmanager
def collect_faults(faults: RowFaults) -> Iterator[RowFaults]:
    """Make a collector the current one."""
    previous = _FAULTS.get()
    _FAULTS.set(faults)
    try:
        yield faults
    finally:
        _FAULTS.set(previous)


def report_kinds(kinds: Collection[str]) -> None:
    """Report faults of these kinds in the present load, instead of refusing them."""
    if faults := _FAULTS.get():
        faults.report.update(kinds)


def is_reported(fault: Fault, report: Collection[str] = ()) -> bool:
    """Return whether a kind of fault is reported in the present load, or by `report`."""
    faults = _FAULTS.get()
    return fault in report or (faults is not None and fault in faults.report)


def add_fault(fault: Fault, error: InputError, report: Collection[str] = ()) -> None:
    """Pass the fault of a row to the current collector. Raises it if there is none and `report` lacks its kind."""
    faults = _FAULTS.get()
    if faults is not None:
        faults.add(fault, error, report)
    elif fault not in report:
        raise error


def add_remark(origin: Origin, text: str) -> None:
    """Pass a remark about a row to the current collector, if there is one."""
    if faults := _FAULTS.get():
        faults.remark(origin, text)


class RowScope:
    """Context in which an `InputError` is the fault of one row; what remains of the block is skipped.

    `report` has further kinds of faults that are reported. Errors about columns, which all rows share, and
    `PersonalDataError` pass through. May be entered many times.
    """

    __slots__ = ("_fault", "_report")

    def __init__(self, fault: Fault = Fault.UNUSABLE, report: Collection[str] = ()) -> None:
        self._fault = fault
        self._report = report

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, InputError) or isinstance(error, (PersonalDataError, ColumnError)):
            return False
        add_fault(self._fault, error, self._report)
        return True
