"""The meter of a load: rows and bytes read so far, and the stage."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Meter:
    """How far a load has come: rows, bytes, and what is being done."""

    rows: int = 0
    bytes: int = 0
    stage: str = "waiting"


METER: ContextVar[Meter] = ContextVar("METER")


def current_meter() -> Meter:
    """The meter of whoever is watching, or one that nobody watches."""
    try:
        return METER.get()
    except LookupError:
        return Meter()
