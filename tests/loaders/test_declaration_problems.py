"""All problems of a `source.toml` are told at once, each with its line and what to write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import Edition, EditionFiles, Record
from begrepp.sources.editions import reported_faults
from loaders.declaration.toml_lines import key_lines

FAULTY = """loader = "table"
report = ["repeted"]

[source]
title = "Lista"
publisher = "Region Påhitt"
publisher_typ = "regional"
licence = "CC BY 4.0"

[scheme]
id = "Min Lista"
title.sv = "Lista"
hierarchical = "true"

[release]
version = "2026"
valid_from = "2026-01-01"
coverage = "complet"

[[file]]
name = "koder.csv"
separator = ";"
[file.columns]
notation = "Kod"
pref_label.sv = "namm"

[[file]]
name = "fler.csv"
[file.columns]
notation = "kod"
pref_label.sv = "namn"
"""
TOLD = {
    2: "'repeted'",
    5: 'Write: title.sv = "Lista"',
    7: "Did you mean publisher_type?",
    8: 'Write: licence = "https://creativecommons.org/licenses/by/4.0/"',
    11: 'id = "min-lista"',
    13: "Write: hierarchical = true",
    17: "Write: valid_from = 2026-01-01",
    18: 'Write: coverage = "complete"',
    22: "Move it to [file.options]",
    24: 'Write: notation = "kod"',
    25: 'Write: pref_label.sv = "namn"',
    28: "names fler.csv, which is not there (there are: koder.csv)",
}


def problems(folder: Path, declaration: str, rows: str = "kod,namn\nA,ett\n") -> str:
    (folder / "source.toml").write_text(declaration, encoding="utf-8")
    (folder / "koder.csv").write_text(rows, encoding="utf-8")
    edition = EditionFiles(source="lista", version="2026", folder=folder, files=tuple(sorted(folder.iterdir())))
    with pytest.raises(InputError) as raised:
        list(check_records(loaders.loader_of(edition)(edition), reported_faults(edition)))
    return str(raised.value)


def test_ten_faults_and_more_are_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, FAULTY)
    lines = {int(line.split()[1].rstrip(":")): line for line in told.splitlines() if line.startswith("  line ")}
    assert lines.keys() == TOLD.keys(), told
    assert [line for line, words in TOLD.items() if words not in lines[line]] == [], told
    assert told.startswith("source.toml: 12 problems:")


GOOD = """loader = "table"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[scheme]
title.sv = "Lista"
[[file]]
name = "koder.csv"
[file.columns]
notation = "kod"
pref_label.sv = "namn"
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('pref_label.sv = "namn"', 'pref_label = "namn"', r'line 11: .*has no language. Write: pref_label.sv = "namn"'),
        ('notation = "kod"', "notation = 1", r'line 10: .*Write: notation = "1"'),
        ("[file.columns]", "[[file.columns]]", r"line 9: .*Write: \[file.columns\]"),
        ("[[file]]", "[file]", r"line 7: .*one table, not an array of tables. Write: \[\[file\]\]"),
        ("title.sv =", "titel.sv =", r"line 6: .*titel is not a key.*Did you mean title"),
        ("koder.csv", "kodr.csv", r'line 8: .*Write: name = "koder.csv"'),
        (
            "[scheme]",
            "[release]\nvalid_from = 2024-06-01\nvalid_to = 2024-01-01\n[scheme]",
            r"valid_to is 2024-01-01, before the first day, 2024-06-01. Correct",
        ),
    ],
)
def test_a_fault_is_told_without_its_consequences(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    words = problems(tmp_path, GOOD.replace(old, new))
    assert "problems" not in words, words
    assert re.search(told, words), words


def test_unused_columns_and_files_are_named_with_the_line_to_write(tmp_path: Path) -> None:
    assert 'ignore = ["x", "y"]' in problems(tmp_path, GOOD, "kod,namn,x,y\nA,ett,1,2\n")
    (tmp_path / "mer.csv").write_text("a\n", encoding="utf-8")
    assert 'ignore_files = ["mer.csv"]' in problems(tmp_path, GOOD)


def test_a_fault_of_a_file_is_told_among_the_others(tmp_path: Path) -> None:
    told = problems(tmp_path, GOOD.replace('"begrepp"', '"begrep"'), "kod;namn\nA;ett\n")
    assert "publisher_type is missing" in told
    assert "line 8: koder.csv row 1: the columns seem to be separated by semicolon" in told
    assert "koder.csv row 1: the columns seem" in problems(tmp_path, GOOD, "kod;namn\nA;ett\n")[:45]


def test_the_line_of_every_key_is_known() -> None:
    text = '''# a comment
a = 1
"b c".d = "x"

[t]
long = """
a = 2
[not.a.table]
"""
list = [
  "]",  # ]
  { k = 1 },
]
[[f]]
n = 1
[f.o]
p = 2
[[f]]
n = 3
[f.o]
p = { q = 4 }
'''
    assert dict(key_lines(text)) == {
        ("a",): 2,
        ("b c",): 3,
        ("b c", "d"): 3,
        ("t",): 5,
        ("t", "long"): 6,
        ("t", "list"): 10,
        ("t", "list", 0): 10,
        ("t", "list", 1): 10,
        ("t", "list", 1, "k"): 10,
        ("f",): 14,
        ("f", 0): 14,
        ("f", 0, "n"): 15,
        ("f", 0, "o"): 16,
        ("f", 0, "o", "p"): 17,
        ("f", 1): 18,
        ("f", 1, "n"): 19,
        ("f", 1, "o"): 20,
        ("f", 1, "o", "p"): 21,
        ("f", 1, "o", "p", "q"): 21,
    }


SKOS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix : <https://ex.org/v/> .
:s a skos:ConceptScheme ; skos:prefLabel "Lista"@sv ; dct:license <https://creativecommons.org/licenses/by/4.0/> ;
  dct:publisher [ foaf:name "Påhittsbolaget"@sv ; dct:type <http://purl.org/adms/publishertype/Company> ] .
:a a skos:Concept ; skos:inScheme :s ; skos:notation "A" ; skos:prefLabel "ett"@sv .
"""


def load_skos(folder: Path, text: str) -> list[Record]:
    (folder / "source.toml").write_text('loader = "skos"\n', encoding="utf-8")
    (folder / "v.ttl").write_text(text, encoding="utf-8")
    edition = EditionFiles(source="v", version="2026", folder=folder, files=tuple(sorted(folder.iterdir())))
    return list(loaders.loader_of(edition)(edition))


def test_a_skos_file_states_its_publisher_with_the_type(tmp_path: Path) -> None:
    (found,) = [record for record in load_skos(tmp_path, SKOS) if isinstance(record, Edition)]
    assert found.publisher.type == "http://purl.org/adms/publishertype/Company"
    assert found.publisher.names[0].value == "Påhittsbolaget"


@pytest.mark.parametrize(
    ("removed", "told"),
    [
        (
            " ; dct:type <http://purl.org/adms/publishertype/Company>",
            "the type of the publisher of this list is missing",
        ),
        ("dct:license <https://creativecommons.org/licenses/by/4.0/> ;", "the licence of this list is missing"),
    ],
)
def test_what_a_skos_file_does_not_state_is_told_with_what_it_does(tmp_path: Path, removed: str, told: str) -> None:
    assert removed in SKOS
    with pytest.raises(InputError, match=told) as raised:
        load_skos(tmp_path, SKOS.replace(removed, ""))
    assert 'publisher = "Påhittsbolaget"' in raised.value.next_step
