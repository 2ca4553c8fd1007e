"""Several changes of one class to one code between two editions: each is a row with an IRI of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.artefact.manifest import current_build
from begrepp.build.loads.violations import refuse_invalid_graph
from begrepp.errors import ValidationError
from begrepp.history.change_lists import read_changes
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from tests.support.small import build_small, put, select, settings_in

SOURCE = """
loader = "table"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[scheme]
id = "lista"
title.sv = "Lista"
[[file]]
name = "k.csv"
delimiter = ";"
[file.columns]
notation = "kod"
pref_label.sv = "namn"
broader = "under"
status = "status"
replaced_by = "ersatt"
[file.options]
separator = "|"
status.active = ["a"]
status.inactive = ["u"]
"""
OLD = """kod;namn;under;status;ersatt
B;Tumörer;;a;
B1;Lymfom;B;a;
B2;Melanom;B;a;
C;Skador;;a;
C1;Brännskada;C;a;
G1;Gulsot;C;a;
M1;Mässling;B;a;
M2;Påssjuka;B;a;
S1;Struma;B;a;
"""
NEW = """kod;namn;under;status;ersatt
B;Tumörer;;a;
B1;Lymfom;B;a;
B2;Fraktur på underarm;C;a;
B6;Melanom;B;a;
C;Skador;;a;
C1;Brännskada;C;a;
M1;Mässling;B;u;G9
M2;Påssjuka;B;u;G9
G9;Gulsot;C;a;
S1;Struma;B;u;S2|S3
S2;Knölstruma;B;a;
S3;Toxisk struma;B;a;
S4;Akut form;S1;a;
S5;Kronisk form;S1;a;
"""
EXPECTED = {
    ("moved/B2", "ruleOtherParent", "B2", "B2"),
    ("moved/B2~2", "ruleRecodedByTitle", "B2", "B6"),
    ("reused/B2", "ruleTitleElsewhere", "B2", "B2"),
    ("merged/G9", "ruleSharedSuccessor", "M1 M2", "G9"),
    ("merged/G9~2", "ruleTitleKept", "G1", "G9"),
    ("split/S1", "ruleCodeDivided", "S1", "S4 S5"),
    ("split/S1~2", "ruleSeveralSuccessors", "S1", "S2 S3"),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("one"))
    for edition, text in (("2023", OLD), ("2024", NEW)):
        path = put(settings, text, source="lista", edition=edition, name="k.csv")
        path.with_name("source.toml").write_text(SOURCE, encoding="utf-8")
    return settings


def test_each_change_of_a_code_has_an_iri_and_a_row(settings: Settings) -> None:
    manifest = build_small(settings, accept_fewer=True)
    (difference,) = manifest.differences
    pattern = "?x xkos:madeOf ?change . ?change begrepp:changeRule ?rule"
    found = select(settings, f"SELECT ?change ?rule {{ GRAPH <{difference.graph}> {{ {pattern} }} }}")
    names = {(change.removeprefix(f"{difference.graph}/"), rule.rpartition("#")[2]) for change, rule in found}
    assert names == {row[:2] for row in EXPECTED}
    rows = {
        (
            change.rule,
            " ".join(code.notation for code in change.sources),
            " ".join(code.notation for code in change.targets),
        )
        for change in read_changes(DiskStore(current_build(settings) / "store"), difference.graph)
    }
    assert rows == {row[1:] for row in EXPECTED}


def test_a_graph_that_violates_a_shape_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "graph.nt"
    node = "<https://w3id.org/begrepp/id/cs/x/difference/1..2/moved/A>"
    path.write_text(
        f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
        " <http://rdf-vocabulary.ddialliance.org/xkos#ConceptAssociation> .\n",
        encoding="utf-8",
    )
    with pytest.raises(ValidationError) as raised:
        refuse_invalid_graph(path, "The difference", "Report it.")
    assert "The difference violates a shape:\n  in the graph: <https://" in str(raised.value)
    assert "Result(" not in str(raised.value)
