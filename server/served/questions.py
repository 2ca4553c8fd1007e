"""The questions that pages ask of the graph (`begrepp.queries.pages`)."""

from begrepp.queries.pages import Input, ask, bound, construct, select, value

__all__ = ["Input", "ask", "bound", "construct", "select", "value"]
