"""Progress counter of a load: rows, bytes, stage, and the place that is being read."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from begrepp.errors import Origin


@dataclass(slots=True)
class Meter:
    """Rows and bytes read so far, the current stage, and the file or row that was begun last."""

    rows: int = 0
    bytes: int = 0
    stage: str = "waiting"
    place: Origin | None = None


METER: ContextVar[Meter] = ContextVar("METER")


def current_meter() -> Meter:
    """Return the meter of the current context, or a new one if there is none."""
    try:
        return METER.get()
    except LookupError:
        return Meter()
