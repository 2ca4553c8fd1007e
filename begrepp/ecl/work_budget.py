"""Bound on the work of one evaluation, in steps of about a microsecond."""

from __future__ import annotations

from begrepp.ecl.syntax_errors import EclError

MAX_STEPS = 600_000


class WorkBudget:
    """Counts the steps of an evaluation: `steps` are allowed, `spent` are used."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.steps, self.spent = steps, 0

    def spend(self, steps: int) -> None:
        """Count steps; raises `EclError` where too many are needed."""
        self.spent += steps
        if self.spent > self.steps:
            raise EclError("The expression needs too much work.", "Evaluate a part of it, or use fewer operators.")
