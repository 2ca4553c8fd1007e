"""`source.toml` beside the files of a source with a loader of its own: the form of its tables, and its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.records import Concept, Skipped
from tests.support.bad_files import edition, original, refused

TERMS = "Term;Termstatus;Synonymer;Definition\nvård;rekommenderad;;åtgärder, alla\n"


def _labels(folder: Path, source: str, files: dict[str, bytes | str]) -> dict[str, str]:
    records = loaders.read_records(edition(folder, source, files))
    return {record.notation: record.pref_labels[0].value for record in records if isinstance(record, Concept)}


@pytest.mark.parametrize(
    ("source", "content", "form", "labels"),
    [
        ("termbank", TERMS, 'delimiter = ";"', {"vard": "vård"}),
        ("termbank", TERMS.encode("utf-16"), 'delimiter = ";"\nencoding = "utf-16"', {"vard": "vård"}),
        (
            "termbank",
            f"Utdrag\n{TERMS.replace(',', '').replace(';', ',')}".encode("windows-1252"),
            'skip = 1\nencoding = "windows-1252"',
            {"vard": "vård"},
        ),
        ("atc", "key;value\nL01;Medel\n", 'delimiter = ";"', {"L01": "Medel"}),
        ("icd10_se", "key\tvalue\nC50.9\tBröst\n", 'delimiter = "\\t"', {"C50.9": "Bröst"}),
        (
            "icd10_se",
            "C50.9;Bröst\n",
            'delimiter = ";"\nheader = false\ncolumn_names = ["key", "value"]',
            {"C50.9": "Bröst"},
        ),
    ],
)
def test_the_declared_form_of_a_table_is_used(
    tmp_path: Path, source: str, content: bytes | str, form: str, labels: dict[str, str]
) -> None:
    files: dict[str, bytes | str] = {"t.csv": content, "source.toml": f'[[file]]\nname = "*.csv"\n{form}\n'}
    assert _labels(tmp_path, source, files) == labels


def test_a_form_that_is_declared_takes_the_place_of_the_publishers(tmp_path: Path) -> None:
    files = original("ksh97p")
    for name, content in list(files.items()):
        assert isinstance(content, bytes)
        files[name] = content.decode("iso-8859-1").encode()
    refused(tmp_path / "refused", "ksh97p", files, "KSH97P_KOD.ANS row 1", "the text is UTF-8", 'encoding = "utf-8"')
    files["source.toml"] = '[[file]]\nname = "*.ANS"\nencoding = "utf-8"\n'
    assert _labels(tmp_path / "read", "ksh97p", files) == _labels(tmp_path / "as-is", "ksh97p", original("ksh97p"))


def test_columns_that_are_not_used_are_ignored_by_name(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "t.csv": "Term,Termstatus,Synonymer,Definition,Ämne,Ämne 2\nvård,rekommenderad,,d,x,y\n"
    }
    refused(
        tmp_path / "a", "termbank", files, "t.csv row 2", "does not know the column.s. 'Ämne', 'Ämne 2'", "source.toml"
    )
    for number, ignore in enumerate(('["Ämne", "Ämne 2"]', '["Ämne*"]')):
        declared = files | {"source.toml": f'[[file]]\nname = "t.csv"\nignore = {ignore}\n'}
        assert _labels(tmp_path / str(number), "termbank", declared) == {"vard": "vård"}
    wrong = files | {"source.toml": '[[file]]\nname = "t.csv"\nignore = ["Emne"]\n'}
    refused(tmp_path / "b", "termbank", wrong, "t.csv row 1", "no column 'Emne', which `ignore` names", "Correct it")


def test_a_file_that_loinc_does_not_have_is_named(tmp_path: Path) -> None:
    files = original("loinc") | {"sv1LinguisticVariant.csv": "LOINC_NUM\n1\n"}
    records = loaders.read_records(edition(tmp_path, "loinc", files))
    assert any("'sv1LinguisticVariant.csv' is not read" in each.reason for each in records if isinstance(each, Skipped))


@pytest.mark.parametrize(
    ("source", "fixture", "declaration", "reason"),
    [
        ("atc", "atc-keys", "nonsense = 1\n", "line 1: nonsense is not a key"),
        ("atc", "atc-keys", '[[file]]\nname = "*.csv"\nquux = 1\n', "quux is not a key"),
        ("atc", "atc-keys", '[[file]]\nname = "atx.csv"\n', "names atx.csv, which is not there"),
        ("mondo", "mondo", "[release]\nvalid_form = 2026-01-01\n", "valid_form is not a key"),
        ("oncotree", "oncotree", '[[file]]\nname = "*.json"\ndelimiter = ";"\n', "has no effect"),
        ("snomed_rf2", "snomed_rf2", 'delimiter = ";"\n', "delimiter is not a key"),
    ],
)
def test_a_key_without_effect_is_refused(
    tmp_path: Path, source: str, fixture: str, declaration: str, reason: str
) -> None:
    refused(tmp_path, source, original(fixture) | {"source.toml": declaration}, "source.toml", reason, ".")


@pytest.mark.parametrize(
    ("fixture", "name", "old", "new", "form"),
    [
        ("ni-provmodell", "modell.tsv", "\t", "^", 'delimiter = "^"\nencoding = "windows-1252"'),
        ("rut-provregister", "codes.csv", ";", ";", 'encoding = "windows-1252"'),
    ],
)
def test_the_tables_of_a_template_have_a_declared_form_too(
    tmp_path: Path, fixture: str, name: str, old: str, new: str, form: str
) -> None:
    files, source = original(fixture), fixture.partition("-")[0]
    expected = [*loaders.read_records(edition(tmp_path / "original", source, files))]
    table, declaration = files[name], files["source.toml"]
    assert isinstance(table, bytes) and isinstance(declaration, bytes)
    files[name] = table.decode().replace(old, new).encode("windows-1252")
    files["source.toml"] = declaration + f'\n[[file]]\nname = "{name}"\n{form}\n'.encode()
    assert [*loaders.read_records(edition(tmp_path / "changed", source, files))] == expected
