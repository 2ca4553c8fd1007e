"""Suggestions: what Swedish words, abbreviations, units and linked variables tell; and the way to ordinary mappings."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import loaders
from begrepp.cli.main import main
from begrepp.errors import InputError
from begrepp.records import EditionFiles, Text
from begrepp.records.mappings import UNREVIEWED
from begrepp.settings import Settings
from begrepp.text.dictionary_tokenizer import DictionaryTokenizer, split_column_name
from begrepp.variables.suggestion.entries import ConceptTarget, LinkedVariable, VariableEntry
from begrepp.variables.suggestion.suggester import Suggester
from bench.bm25 import Bm25


def concept(key: str, sv: str, en: str = "", *other: str) -> ConceptTarget:
    labels = tuple(Text(words, lang) for words, lang in ((sv, "sv"), (en, "en")) if words)
    return ConceptTarget(
        iri=f"urn:{key}", notation=key, scheme="urn:s", labels=labels, other=tuple(Text(w, "sv") for w in other)
    )


CONCEPTS = [
    concept("tumorstorlek", "tumörstorlek", "tumour size"),
    concept("tumorlage", "tumörläge", "tumour site"),
    concept("diagnosdatum", "diagnosdatum", "date of diagnosis"),
    concept("dodsdatum", "dödsdatum", "date of death"),
    concept("kon", "kön", "sex"),
    concept("lymfkortel", "lymfkörtel", "lymph node"),
    concept("her2", "HER2-status", "HER2 status", "HER2"),
    concept("karcinom", "karcinom", "carcinoma"),
    concept("mastektomi", "mastektomi", "mastectomy", "borttagande av bröstet"),
    concept("alder", "ålder", "age"),
]


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        ("x1", "tumörens storlek", "tumorstorlek"),
        ("x2", "antal lymfkörtlar", "lymfkortel"),
        ("diadat", "", "diagnosdatum"),
        ("KON_VALUE", "", "kon"),
        ("patAlder", "", "alder"),
        ("x3", "brostet borttaget", "mastektomi"),
        ("x4", "carcinom", "karcinom"),
        ("x5", "HER2", "her2"),
        ("date_of_death", "", "dodsdatum"),
    ],
)
def test_words_are_read_as_swedes_write_them(name: str, label: str, expected: str) -> None:
    entry = VariableEntry(iri="urn:v", name=name, labels=(Text(label, "sv"),) if label else ())
    found = Suggester(CONCEPTS).suggest(entry)
    assert found and found[0].target.notation == expected, [(s.target.notation, s.score) for s in found]
    assert found[0].reasons and 0 < found[0].score < 1


def test_a_name_is_split_where_people_would() -> None:
    assert split_column_name("op_kir_dat") == "op kir dat"
    assert split_column_name("dateOfBirth") == "date Of Birth"
    assert split_column_name("ICD10") == "ICD 10"
    tokens = {t.word: t.parts for t in DictionaryTokenizer(["tumör", "tumor", "storlek"]).tokens("tumörstorlek")}
    assert len(tokens["tumorstorlek"]) == 2


def test_what_is_linked_elsewhere_teaches_but_never_ones_own_dataset() -> None:
    other = VariableEntry(iri="urn:o", name="abc", labels=(Text("okänt ord", "sv"),))
    linked = [LinkedVariable(entry=other, dataset="urn:d1", concepts=("urn:kon",))]
    entry = VariableEntry(iri="urn:v", name="abc", labels=(Text("okänt ord", "sv"),))
    found = Suggester(CONCEPTS, linked).suggest(entry, dataset="urn:d2")
    assert found[0].target.notation == "kon" and "the same label as abc" in found[0].reasons
    assert not Suggester(CONCEPTS, linked).suggest(entry, dataset="urn:d1")


def test_a_date_is_asked_for_and_a_unit_fits() -> None:
    date = VariableEntry(iri="urn:v", name="x", labels=(Text("diagnos datum", "sv"),), datatype="date")
    number = VariableEntry(iri="urn:v", name="x", labels=(Text("diagnos datum", "sv"),), datatype="integer")
    suggester = Suggester(CONCEPTS)
    assert suggester.suggest(date)[0].score > suggester.suggest(number)[0].score
    size = VariableEntry(iri="urn:o", name="tum", unit="mm")
    linked = Suggester(CONCEPTS, [LinkedVariable(entry=size, dataset="urn:d1", concepts=("urn:tumorstorlek",))])
    found = linked.suggest(
        VariableEntry(iri="urn:v", name="x", labels=(Text("tumörstorlek", "sv"),), unit="cm"), dataset="urn:d2"
    )
    assert "unit cm fits mm" in found[0].reasons


def test_plain_bm25_is_plain() -> None:
    assert [t.notation for t in Bm25(CONCEPTS).rank("HER2 status", 1)] == ["her2"]
    assert not Bm25(CONCEPTS).rank("diadat")


# From a shell: nothing is asserted until somebody has read it.


@pytest.fixture
def shell(built: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("BEGREPP_DATA", str(built.data))
    return CliRunner()


def test_a_dictionary_that_nobody_publishes_yet_needs_no_source_toml(shell: CliRunner, tmp_path: Path) -> None:
    dictionary = tmp_path / "ordlista.csv"
    dictionary.write_text(
        '"Variable / Field Name","Form Name","Field Type","Field Label"\ntumstl,bas,text,"tumörens storlek"\n',
        encoding="utf-8",
    )
    found = shell.invoke(main, ["suggest", "studie", str(dictionary), "--loader", "redcap", "--format", "sssom"])
    assert found.exit_code == 0, found.output
    assert "tumörstorlek" in found.output


def test_a_dictionary_in_a_file_is_given_suggestions(shell: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "source.toml").write_text(
        'loader = "variables"\n[source]\npublisher = "begrepp"\nlicence = "https://creativecommons.org/licenses/by/4.0/"\n'
        'redistribution = "allowed"\n[release]\nversion = "1"\nvalid_from = 2026-01-01\n[dataset]\nid = "prov"\n'
        'title.sv = "Prov"\ndescription.sv = "Prov."\npublisher = "begrepp"\n'
        '[[table]]\nid = "t"\ntitle.sv = "T"\nfile = "variables.csv"\n',
        encoding="utf-8",
    )
    (tmp_path / "variables.csv").write_text(
        "name,label_sv,datatype,unit\ntumstl,tumörens storlek,decimal,cm\nzzz,qqq,string,\n", encoding="utf-8"
    )
    files = [str(tmp_path / "source.toml"), str(tmp_path / "variables.csv")]
    found = shell.invoke(main, ["suggest", "prov", *files, "--format", "sssom"])
    assert found.exit_code == 0, found.output
    assert UNREVIEWED in found.output
    rows = list(csv.DictReader((x for x in io.StringIO(found.output) if not x.startswith("#")), delimiter="\t"))
    assert rows[0]["object_label"] == "tumörstorlek" and rows[0]["predicate_id"] == "begrepp:measures"
    assert "unit cm fits mm" in rows[0]["comment"]
    assert {row["subject_label"] for row in rows} == {"tumörens storlek"}


def test_suggestions_that_nobody_read_are_refused_as_input(shell: CliRunner, tmp_path: Path) -> None:
    text = shell.invoke(main, ["suggest", "npcr", "--all", "--format", "sssom"]).output
    file = tmp_path / "s.sssom.tsv"
    file.write_text(text, encoding="utf-8")
    edition = EditionFiles(source="sssom", version="2026", folder=tmp_path, files=(file,))
    with pytest.raises(InputError, match="not been reviewed"):
        list(loaders.read_records(edition))


def test_the_page_to_review_on_holds_everything_and_fetches_nothing(shell: CliRunner) -> None:
    page = shell.invoke(main, ["suggest", "npcr", "--all", "--format", "html"]).output
    data = json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert {"psa", "isup"} <= {row["object"].rpartition("/")[2] for row in data["rows"]}
    assert any(row["code"] for row in data["rows"])
    assert "default-src 'none'" in page and "src=" not in page
    assert "Talet är tillförlitligheten" in page and "about that share of the suggestions" in page


def test_what_is_linked_already_is_left_in_peace(shell: CliRunner) -> None:
    found = shell.invoke(main, ["suggest", "npcr"])
    assert found.exit_code == 0 and "0 variables" in found.output
    assert shell.invoke(main, ["suggest", "nothing"]).exit_code == 2
