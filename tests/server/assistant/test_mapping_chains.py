"""Chains of mappings between three lists: what follows, and what a denial cuts.

a1 = b1 = c1, and a1 is not c1        a2 = b2 = c2        a3 > c3, but a3 is not equal to c3
a4 < b4 > c4: nothing follows         a5 = b5, b5 ~ c5, and a5 is not related to c5
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from mcp.server import MCPServer

from server.app import create_app
from server.assistant.tool_server import create_tool_server
from server.state import AppState
from tests.server.assistant.test_tools import call
from tests.support.small import build_small, settings_in

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
LIST = """loader = "table"
[source]
publisher = "begrepp"
licence = "{licence}"
[scheme]
id = "list-{name}"
title.sv = "Lista {name}"
title.en = "List {name}"
[[file]]
name = "codes.csv"
[file.columns]
notation = "code"
pref_label.en = "name"
"""
MATCHES = ("exact", "close", "broad", "narrow", "related")
EXACT, CLOSE, BROAD, NARROW, RELATED = (f"skos:{each}Match" for each in MATCHES)
ROWS = [
    *(("a1", EXACT, "", "b1"), ("b1", EXACT, "", "c1"), ("a1", EXACT, "Not", "c1")),
    *(("a2", EXACT, "", "b2"), ("b2", EXACT, "", "c2")),
    *(("a3", NARROW, "", "c3"), ("a3", EXACT, "Not", "c3")),
    *(("a4", BROAD, "", "b4"), ("b4", NARROW, "", "c4")),
    *(("a5", EXACT, "", "b5"), ("b5", CLOSE, "", "c5"), ("a5", RELATED, "Not", "c5")),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MCPServer]:
    settings = settings_in(tmp_path_factory.mktemp("chains"))
    for name in "abc":
        folder = settings.raw / f"list-{name}" / "2026"
        folder.mkdir(parents=True)
        (folder / "source.toml").write_text(LIST.format(name=name, licence=LICENCE), encoding="utf-8")
        codes = "".join(f"{name}{n},{name} number {n}\n" for n in range(1, 6))
        (folder / "codes.csv").write_text(f"code,name\n{codes}", encoding="utf-8")
    folder = settings.raw / "chain" / "2026"
    folder.mkdir(parents=True)
    prefixes = "".join(f"#  {name}: https://w3id.org/begrepp/id/cs/list-{name}/\n" for name in "abc")
    head = f"#mapping_set_id: https://example.org/chain\n#license: {LICENCE}\n#curie_map:\n{prefixes}"
    table = "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\n"
    for subject, predicate, modifier, target in ROWS:
        ends = f"{subject[0]}:{subject}\t{predicate}\t{modifier}\t{target[0]}:{target}"
        table += f"{ends}\tsemapv:ManualMappingCuration\n"
    (folder / "m.sssom.tsv").write_text(head + table, encoding="utf-8")
    declaration = f'loader = "sssom"\n[source]\npublisher = "begrepp"\nlicence = "{LICENCE}"\n'
    (folder / "source.toml").write_text(declaration, encoding="utf-8")
    build_small(settings)
    application = create_app(settings)
    state = application.extensions["begrepp"]
    assert isinstance(state, AppState)
    yield create_tool_server(state)
    state.pool.close()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a1", []),  # a1 = b1 = c1 would follow, but a1 is stated not to be c1
        ("a2", [("skos:exactMatch", "c2", False)]),
        ("a3", [("skos:narrowMatch", "c3", True)]),  # not equal, and narrower nevertheless
        ("a4", []),
        ("a5", []),
    ],
)
def test_a_denial_cuts_what_it_denies_and_nothing_else(
    server: MCPServer, code: str, expected: list[tuple[str, str, bool]]
) -> None:
    arguments = {"ids": [f"list-a|{code}"], "target_system": "list-c"}
    answer: Any = call(server, "map", arguments).structured_content
    assert [(each["relation"], each["target"]["code"], each["asserted"]) for each in answer["mappings"]] == expected
