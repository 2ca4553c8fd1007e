"""Addresses: one path segment for each text, which clients keep as it is and which reads back."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest

from begrepp.rdf.iris import Iris, read_segment, segment

IRIS = Iris("https://example.org/")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("C50.9", "C50.9"), ("8500/3", "8500%2F3"), ("A%20B", "A%2520B"), ("\u00c5#1", "%C3%85%231"),
        (".", ".~"), ("..", "..~"), ("...", "..."), (".a", ".a"), ("a.", "a."), ("~", "~"), ("a~2022", "a~2022"),
        ("./.", ".%2F."), (" .", "%20."), ("%2E", "%252E"),
    ],
)  # fmt: skip
def test_only_dot_segments_have_a_form_of_their_own(text: str, written: str) -> None:
    assert segment(text) == written and read_segment(written) == text


@pytest.mark.parametrize("code", [".", ".."])
def test_every_address_of_a_code_of_dots_is_kept_by_clients(code: str) -> None:
    addresses = [
        IRIS.concept("lista", code),
        IRIS.concept("lista", code, "https://example.com/x/{notation}"),
        IRIS.meaning("lista", code, "2022"),
        IRIS.part(IRIS.code_list(IRIS.dataset("d"), code), code),
        IRIS.term("lista", code, code, "sv"),
        IRIS.level("lista", code),
        IRIS.unit(code),
        IRIS.value_set(code, code),
    ]
    for address in addresses:
        assert urljoin(address, urlsplit(address).path) == address
