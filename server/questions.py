"""The questions that pages ask of the graph (`begrepp.questions`)."""

from begrepp.questions import Input, ask, bound, construct, select, value

__all__ = ["Input", "ask", "bound", "construct", "select", "value"]
