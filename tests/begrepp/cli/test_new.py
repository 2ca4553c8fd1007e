"""`begrepp new`: the draft names what the file shows, is loaded as it is, and overwrites nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from begrepp.cli.declared_files import read_declared_files
from begrepp.cli.main import main
from begrepp.cli.new import preview
from begrepp.errors import PersonalDataError, UsageError
from loaders.drafts.source_draft import DraftRights, draft_source
from tests.loaders.test_row_sources import write_workbook

ROWS = "Kod;Benämning;Engelsk benämning;Överordnad kod\r\nB;Bröst;Breast;\r\nB1;Vänster bröst;Left breast;B\r\n"


def draft(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the draft of a file as TOML, and the rows that it gives; the loader must accept it."""
    from datetime import date

    drafted = draft_source([path], DraftRights(), date(2026, 1, 1))
    rows, problem = preview(drafted, [path])
    assert problem is None, problem
    return tomllib.loads(drafted.text), rows


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_list_from_a_swedish_spreadsheet(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "Lägen.csv"
    path.write_bytes(ROWS.encode(encoding))
    toml, rows = draft(path)
    (file,) = toml["file"]
    assert file["delimiter"] == ";"
    assert file.get("encoding", "utf-8") == encoding.removesuffix("-sig")
    assert file["columns"] == {
        "notation": "Kod",
        "pref_label": {"sv": "Benämning", "en": "Engelsk benämning"},
        "broader": "Överordnad kod",
    }
    assert toml["scheme"]["hierarchical"] is True
    assert rows == ["B: Bröst (sv), Breast (en)", "B1: Vänster bröst (sv), Left breast (en), below B"]


def test_a_workbook_with_a_title_and_words_beside_the_table(tmp_path: Path) -> None:
    path = tmp_path / "k.xlsx"
    rows: list[tuple[Any, ...]] = [("Kodlista 2026",), (), ("kod", "namn"), ("A1", "ett"), ("B2", "två", None, "obs")]
    write_workbook(path, rows)
    toml, shown = draft(path)
    assert {key: toml["file"][0][key] for key in ("sheet", "skip", "range")} == {
        "sheet": "Sheet",
        "skip": 2,
        "range": "A:B",
    }
    assert shown == ["A1: ett (sv)", "B2: två (sv)"]


@pytest.mark.parametrize(
    ("name", "text", "loader", "shown"),
    [
        ("k.txt", "kod  namn  \nA1   ett   \nB2   två   \n", "table", "A1: ett (sv)"),
        ("k.json", '{"koder": [{"kod": "A1", "namn": "ett och"}]}', "table", "A1: ett och (sv)"),
        ("k.json", '{"A1": {"namn": "ett och"}, "B2": {"namn": "två"}}', "table", "A1: ett och (sv)"),
        ("v.csv", "variabel,etikett,kod\nkon,Kön,x\nrok,Röker,y\nalder,Ålder,x\n", "variables", "kon: Kön, anyAtomic"),
        ("m.csv", "från,till,relation\nA,X,lika\nB,Y,bredare\n", "mapping_table", "fran:A → exactMatch → till:X"),
        ("o.obo", "format-version: 1.4\n\n[Term]\nid: X:1\nname: one\n", "obo", "X:1: one (en)"),
        (
            "d.csv",
            "Variable / Field Name;Form Name;Field Type;Field Label\nkon;bas;text;Kön\n",
            "redcap",
            "kon: Kön, string",
        ),
    ],
)
def test_kinds_of_files_are_recognised(tmp_path: Path, name: str, text: str, loader: str, shown: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    toml, rows = draft(path)
    assert toml["loader"] == loader
    assert any(row.startswith(shown) for row in rows), rows


def test_nothing_is_overwritten_and_persons_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("kod,namn\nA,ett\nB,två\n", encoding="utf-8")
    runner = CliRunner()
    result = runner.invoke(main, ["new", str(path)], catch_exceptions=False)
    assert result.exit_code == 0
    written = (tmp_path / "source.toml").read_text(encoding="utf-8")
    assert "# A: ett (sv)" in written
    assert runner.invoke(main, ["new", str(path)]).exit_code == UsageError.exit_code
    assert (tmp_path / "source.toml").read_text(encoding="utf-8") == written
    persons = tmp_path / "p.csv"
    persons.write_text("patientid,kod\n4711,A\n4712,B\n", encoding="utf-8")
    result = runner.invoke(main, ["new", str(persons), "--output", str(tmp_path / "x.toml")])
    assert result.exit_code == PersonalDataError.exit_code
    assert not (tmp_path / "x.toml").exists()


def test_a_declaration_names_its_source_edition_and_files(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("kod,namn\nA,ett\n", encoding="utf-8")
    declaration = tmp_path / "source.toml"
    declaration.write_text(
        '[scheme]\nid = "x"\n[release]\nversion = "3"\n[[file]]\nname = "k*.csv"\n', encoding="utf-8"
    )
    found = read_declared_files(declaration, ())
    assert (found.source, found.edition, found.files) == ("x", "3", (path, declaration))
    declaration.write_text('[scheme]\nid = "x"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="names no edition"):
        read_declared_files(declaration, ())
