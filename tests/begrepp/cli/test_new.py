"""`begrepp new`: the draft names what the file shows, is loaded as it is, and overwrites nothing."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from begrepp.cli.declared_files import read_declared_files
from begrepp.cli.main import main
from begrepp.cli.new import preview
from begrepp.errors import InputError, PersonalDataError, UsageError
from loaders.drafts.draft_text import DraftRights
from loaders.drafts.source_draft import draft_source
from tests.loaders.test_row_sources import write_workbook

ROWS = "Kod;Benämning;Engelsk benämning;Överordnad kod\r\nB;Bröst;Breast;\r\nB1;Vänster bröst;Left breast;B\r\n"


def draft(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the draft of a file as TOML, and the rows that it gives; the loader must accept it."""
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


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        # The name with distinct values goes before one with repeated values, whatever their order.
        ("x_concept_id,x_id,x_name\n7,A,one of\n7,B,two of\n8,C,three of\n", {"notation": "x_id"}),
        # A plain name of a code goes before a name that only ends like one.
        ("rad id,kod,namn\n1,A,ett\n2,B,två\n", {"notation": "kod", "pref_label": {"sv": "namn"}}),
        # Two columns of each other's codes are no hierarchy.
        ("id,name,inverse id\nA,part of,B\nB,whole of,A\n", {"notation": "id", "pref_label": {"en": "name"}}),
        # All values are codes of the list.
        (
            "id,name,group\nA,all of it,\nB,part of it,A\nC,part of B,B\n",
            {"notation": "id", "pref_label": {"en": "name"}, "broader": "group"},
        ),
        # Without a column of codes the labels are.
        ("name,seen\nred and blue,yes\ngreen,yes\n", {"notation": "name", "pref_label": {"en": "name"}}),
        # A name that begins like a code's but ends as a text's is a label.
        (
            "icd10 kod,icd10 text\nA00,kolera och\nA01,tyfoid\n",
            {"notation": "icd10 kod", "pref_label": {"sv": "icd10 text"}},
        ),
    ],
)
def test_columns_are_chosen_by_names_and_values(tmp_path: Path, text: str, columns: dict[str, Any]) -> None:
    path = tmp_path / "k.csv"
    path.write_text(text, encoding="utf-8")
    toml, _ = draft(path)
    found = toml["file"][0]["columns"]
    assert {key: found.get(key) for key in columns} == columns
    assert ("broader" in found) == ("broader" in columns)


def test_other_columns_that_can_be_the_code_are_told(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("x_id,x_name,x_concept_id\nA,one of,7\nB,two of,8\n", encoding="utf-8")
    doubts = draft_source([path], DraftRights(), date(2026, 1, 1)).doubts
    assert doubts == ["'x_id' was taken for the code, since its values are distinct; it can also be 'x_concept_id'."]


def test_titles_above_and_notes_below_a_table_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    text = (
        "Kodverk för lägen;;\n;;\nKod;Namn;Fler\nA;ett;x\nB;två;y\n;;\nKälla: regionens arkiv;;\n* gäller från 2020;;\n"
    )
    path.write_bytes(text.encode("windows-1252"))
    toml, rows = draft(path)
    (file,) = toml["file"]
    assert (file["skip"], file["leave_out"]) == (2, {"Kod": ["Källa: regionens arkiv", "* gäller från 2020"]})
    assert [row for row in rows if not row.startswith("note")] == ["A: ett (sv)", "B: två (sv)"]


def test_rows_without_code_and_codes_without_label(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("key,value\n1,ja\n2,\n,går ej\n", encoding="utf-8")
    toml, rows = draft(path)
    (file,) = toml["file"]
    assert file["leave_out"] == {"key": [""]}
    assert file["options"] == {"label_by_notation": True}
    assert rows[:2] == ["1: ja (sv)", "2: 2 (sv)"]


def test_a_crosswalk_without_relation(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    text = "source_code,source_vocabulary_id,target_concept_id,target_vocabulary_id\nA,X 1,7,Y\nB,X 1,0,Y\n"
    path.write_text(text, encoding="utf-8")
    toml, rows = draft(path)
    assert (toml["mapping"]["source"], toml["mapping"]["target"]) == ("x-1", "target-concept-id")
    assert toml["file"][0]["leave_out"] == {"target_concept_id": ["0"]}
    assert rows[0] == "x-1:A → relatedMatch → target-concept-id:7"


def test_variables_of_the_same_name_are_told_apart_by_their_table(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    text = "Area,Data Element Name,Definition\nlab,code,what of\nlab,date,when of\nvisit,code,why of\n"
    path.write_text(text, encoding="utf-8")
    toml, rows = draft(path)
    assert toml["loader"] == "variables"
    assert toml["variables"][0]["columns"] == {
        "name": "Data Element Name",
        "description": {"en": "Definition"},
        "table": "Area",
    }
    assert len([row for row in rows if row.startswith("code")]) == 2


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "d.csv",
            "id,sex,smoker,grade\n" + "".join(f"{n},{n % 2},{n % 2},{n % 3}\n" for n in range(12)),
            "looks like data",
        ),
        ("d.csv", "a,b\n1,1\n1,2\n2,1\n2,2\n", "no column holds codes"),
        ("t.json", '{"a": {"name": "x", "children": {"b": {"children": {"c": {"name": "y"}}}}}}', "level within level"),
        ("x.xml", "<?xml version='1.0'?><a><b/></a>", "begrepp sources"),
    ],
)
def test_what_is_no_list_is_refused_in_words(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        draft_source([path], DraftRights(), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("name", "text", "loader"),
    [
        ("a.t.json", '{"@type": "TEMPLATE", "description": {"a": {"b": "c"}}, "definition": {}}', "openehr"),
        ("a.xml", "<?xml version='1.0'?><Npubegreber><Npubegreb/></Npubegreber>", "npu"),
        (
            "a.json",
            '{"T": {"code": "T", "name": "x", "mainType": null, "externalReferences": {}, "children": {}}}',
            "oncotree",
        ),
        ("a.json", '{"name": "s", "fields": [{"name": "x", "description": "y"}]}', "frictionless"),
    ],
)
def test_formats_are_known_by_their_contents(tmp_path: Path, name: str, text: str, loader: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert draft_source([path], DraftRights(), date(2026, 1, 1)).loader == loader


def test_a_table_schema_has_a_dataset(tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text('{"name": "s", "fields": [{"name": "x", "title": "y"}]}', encoding="utf-8")
    toml, rows = draft(path)
    assert toml["dataset"]["id"] == "schema"
    assert "file" not in toml
    assert rows[0].startswith("x: y")


def test_repeated_names_of_columns_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("kod,namn,namn\nA,ett,one\nB,två,two\n", encoding="utf-8")
    toml, rows = draft(path)
    assert toml["file"][0]["column_names"] == ["kod", "namn", "namn 2"]
    assert rows == ["A: ett (sv)", "B: två (sv)"]


def test_rows_that_are_shorter_than_the_header(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("Kod:;Kodtext:;Anm:\nA;ett;och\nB;två\n", encoding="utf-8")
    toml, rows = draft(path)
    assert toml["file"][0]["short_rows"] is True
    assert rows == ["A: ett (sv)", "B: två (sv)"]


def test_figures_are_no_names_of_variables_and_addresses_no_labels(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("variabel;url;text\n1;http://a.example;antal och\n2;http://b.example;andel\n", encoding="utf-8")
    toml, rows = draft(path)
    assert toml["loader"] == "table"
    assert rows == ["1: antal och (sv)", "2: andel (sv)"]
    path.write_text("kod;adress;ord\n1;http://a.example;antal och\n2;http://b.example;andel\n", encoding="utf-8")
    assert draft(path)[1] == ["1: antal och (sv)", "2: andel (sv)"]


def test_sums_and_headings_without_label_are_no_codes(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("kod;namn;antal\nA1;ett;1\nTabell 2;;\nB1;två;2\nB2;;4\nSumma;;7\n", encoding="utf-8")
    toml, rows = draft(path)
    assert toml["file"][0]["leave_out"] == {"kod": ["Tabell 2", "Summa"]}
    assert rows[:3] == ["A1: ett (sv)", "B1: två (sv)", "B2: B2 (sv)"]


@pytest.mark.parametrize(
    ("text", "names", "shown"),
    [
        ("kod;namn;\nA;ett;x\nB;två;y\n", ["kod", "namn", "column 3"], "A: ett (sv)"),
        (";svenska;engelska\nA;ett;one\nB;två;two\n", ["column 1", "svenska", "engelska"], "A: ett (sv), one (en)"),
        ('"kod"; "namn"\n"A"; "ett"\n"B"; "två"\n', None, "A: ett (sv)"),
    ],
)
def test_headers_with_gaps_and_spaces(tmp_path: Path, text: str, names: list[str] | None, shown: str) -> None:
    path = tmp_path / "k.csv"
    path.write_text(text, encoding="utf-8")
    toml, rows = draft(path)
    assert toml["file"][0].get("column_names") == names
    assert rows[0] == shown


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.fsh", '// lista\nCodeSystem: Lista\nId: lista\n* #a "A"\n* #b "B"\n', "FHIR Shorthand.*SUSHI"),
        (
            "a.xml",
            '<?xml version="1.0"?><CodeSystem xmlns="http://hl7.org/fhir"/>',
            "XML.*JSON",
        ),
        ("a.ndjson", '{"resourceType":"CodeSystem"}\n{"resourceType":"ValueSet"}\n', "NDJSON.*Bundle"),
        ("a.ofn", "Prefix(:=<http://ex/>)\nOntology(<http://ex/o>\nDeclaration(Class(:A))\n)\n", "functional.*ROBOT"),
        ("a.omn", "Prefix: : <http://ex/>\nOntology: <http://ex/o>\nClass: :A\n", "Manchester.*ROBOT"),
        ("a.ttl", "# x\n@prefix ex: <http://ex/> .\nex:a ex:p ex:b .\n", "it is RDF, but with no concepts"),
    ],
)
def test_a_format_that_is_not_read_is_named_and_no_table(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        draft(tmp_path / name)


def test_a_classification_in_utf_16_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "c.xml"
    path.write_text('<?xml version="1.0" encoding="UTF-16"?><ClaML version="2.0.0"></ClaML>', encoding="utf-16")
    assert draft_source([path], DraftRights(), date(2026, 1, 1)).kind == "the format claml"


def test_a_header_of_unknown_words_is_a_doubt(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("A;ett\nB;två\n", encoding="utf-8")
    doubts = draft_source([path], DraftRights(), date(2026, 1, 1)).doubts
    assert any("header = false" in doubt for doubt in doubts)


def test_a_new_process_serves_what_was_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "k.csv"
    path.write_text("kod,namn\nA,ett\nB,två\n", encoding="utf-8")
    runner = CliRunner()
    assert runner.invoke(main, ["new", str(path)]).exit_code == 0
    done: list[Any] = []
    monkeypatch.setattr("begrepp.cli.add.add_files", lambda *args, **kwargs: done.append("added"))
    monkeypatch.setattr("begrepp.cli.build.build_graph", lambda: done.append("built"))

    def replace_process(program: str, arguments: list[str]) -> None:
        done.append(arguments[1:])
        raise SystemExit(0)

    monkeypatch.setattr("os.execv", replace_process)
    runner.invoke(main, ["serve", str(tmp_path / "source.toml"), "--port", "8169", "--workers", "1"])
    serving = ["-m", "begrepp", "serve", "--host", "127.0.0.1", "--port", "8169", "--workers", "1"]
    assert done == ["added", "built", serving]


def test_swedish_names_of_validity(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("kod;namn;Giltig fr.o.m.;Giltig t.o.m.\nA;ett;2020-01-01;2021-01-01\n", encoding="utf-8")
    columns = draft(path)[0]["file"][0]["columns"]
    assert (columns["valid_from"], columns["valid_to"]) == ("Giltig fr.o.m.", "Giltig t.o.m.")


def test_replacements_and_statuses_are_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("code,display,status,replaced_by\n001,One,active,\n002,Two,retired,001\n", encoding="utf-8")
    toml, rows = draft(path)
    (file,) = toml["file"]
    assert file["columns"] == {
        "notation": "code",
        "pref_label": {"en": "display"},
        "replaced_by": "replaced_by",
        "status": "status",
    }
    assert file["options"] == {"status": {"inactive": ["retired"]}}
    assert rows == ["001: One (en)", "002: Two (en)"]


@pytest.mark.parametrize(
    ("header", "cells", "columns", "words"),
    [
        ("kod;namn;aktiv", ("A;ett;ja", "B;två;nej"), {"status": "aktiv"}, {"active": ["ja"], "inactive": ["nej"]}),
        ("kod;namn;inaktiv", ("A;ett;0", "B;två;1"), {"status": "inaktiv"}, {"active": ["0"], "inactive": ["1"]}),
        ("kod;namn;status", ("A;ett;Gällande", "B;två;kanske"), {}, {}),
        ("kod;namn;ersatt av", ("A;ett;", "B;två;A"), {"replaced_by": "ersatt av"}, {}),
        ("kod;namn;ersatt av", ("A;ett;", "B;två;Z"), {}, {}),
    ],
)
def test_what_is_not_known_of_statuses_and_replacements_is_a_doubt(
    tmp_path: Path, header: str, cells: tuple[str, str], columns: dict[str, str], words: dict[str, list[str]]
) -> None:
    path = tmp_path / "k.csv"
    path.write_text("\n".join((header, *cells, "")), encoding="utf-8")
    drafted = draft_source([path], DraftRights(), date(2026, 1, 1))
    assert preview(drafted, [path])[1] is None
    (file,) = tomllib.loads(drafted.text)["file"]
    assert {key: file["columns"].get(key) for key in ("status", "replaced_by") if key in file["columns"]} == columns
    assert file.get("options", {}).get("status", {}) == words
    assert bool(columns) is not any("it is not read" in doubt for doubt in drafted.doubts)


@pytest.mark.parametrize("name", ["k.md", "k.markdown"])
def test_a_table_in_markdown(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("# Lista\n\n| kod | namn |\n|---|---|\n| A | x \\| y |\n| B | och |\n", encoding="utf-8")
    toml, rows = draft(path)
    assert toml["file"][0]["columns"] == {"notation": "kod", "pref_label": {"sv": "namn"}}
    assert rows == ["A: x | y (sv)", "B: och (sv)"]
