"""The questions that pages ask of the graph (`begrepp.queries.pages`)."""

from begrepp.queries.pages import Input, ask, bind_inputs, construct, select, value

__all__ = ["Input", "ask", "bind_inputs", "construct", "select", "value"]
