"""Progress counter of a load: rows, bytes and stage."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Meter:
    """Rows and bytes read so far, and the current stage."""

    rows: int = 0
    bytes: int = 0
    stage: str = "waiting"


METER: ContextVar[Meter] = ContextVar("METER")


def current_meter() -> Meter:
    """Return the meter of the current context, or a new one if there is none."""
    try:
        return METER.get()
    except LookupError:
        return Meter()
