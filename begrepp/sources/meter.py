"""Progress counter of a load: rows, bytes, stage, and the place that is being read."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field

from begrepp.errors import Origin


@dataclass(slots=True)
class Meter:
    """Rows and bytes read so far, the current stage, and the file or row that was begun last."""

    rows: int = 0
    bytes: int = 0
    stage: str = "waiting"
    place: Origin | None = None
    rows_by_file: dict[str, int] = field(default_factory=dict)
    """Rows of tables, by the name of the file."""

    def begin_row(self, origin: Origin) -> None:
        """Count a row of a table."""
        self.rows += 1
        self.place = origin
        self.rows_by_file[origin.file] = self.rows_by_file.get(origin.file, 0) + 1


METER: ContextVar[Meter] = ContextVar("METER")


def current_meter() -> Meter:
    """Return the meter of the current context, or a new one if there is none."""
    try:
        return METER.get()
    except LookupError:
        return Meter()
