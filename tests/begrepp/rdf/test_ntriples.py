"""Literals as N-Triples: what an RDF library reads is the text that was written."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, RdfFormat, parse

from begrepp.rdf.ntriples import plain, text
from begrepp.records import Text


@pytest.mark.parametrize(
    "value",
    ["", "plain", "blåsa", 'a "b"', "back\\slash", "two\nlines", "return\rhere", "tab\there", 'å "ä" \\ö\n\r', "\\n"],
)
def test_a_text_is_read_as_it_was_written(value: str) -> None:
    lines = f"<x:a> <x:b> {plain(value)} .\n<x:a> <x:b> {text(Text(value, 'sv'))} .\n"
    objects = [quad.object for quad in parse(lines, format=RdfFormat.N_TRIPLES)]
    assert objects == [Literal(value), Literal(value, language="sv")]
