"""One thing found wanting, as an engine hands it on to the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from begrepp.shacl.shapes import Shape
from begrepp.shacl.words import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A result on its way: `root` is the node the outermost shape looked at; `bindings` fill the messages."""

    root: Term
    focus: Term
    value: Term | None
    path: str | None
    component: str
    shape: Shape
    messages: Mapping[str, str]
    bindings: Mapping[str, Term] | None = None
