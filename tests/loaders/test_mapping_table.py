"""Plain tables of mappings: relations in words, several targets in a cell, and rows without a target."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.violations import refuse_violations
from begrepp.errors import InputError, ValidationError
from begrepp.records import Mapping, Skipped
from begrepp.validation.report import Report, Result, Severity
from tests.loaders.test_row_sources import SOURCE, load, remarks
from tests.support.bad_files import edition

DECLARATION = (
    f'loader = "mapping_table"\n{SOURCE}[mapping]\nid = "a-b"\nsource = "a"\ntarget = "https://ex.org/b/{{code}}"\n'
    '[[file]]\nname = "k.csv"\ndelimiter = ";"\n[file.columns]\nsource = "från"\n'
    'target = { column = "till", split = "," }\nrelation = "rel"\n'
)


def test_the_rows_of_a_crosswalk(tmp_path: Path) -> None:
    rows = "från;till;rel\nA;X;lika\nB;Y, Z;smalare\nC;;saknas\nD;W;wider\nE;V;\nA;X;=\n"
    records = load(tmp_path, DECLARATION, k__csv=rows)
    found = [(m.subject, m.predicate.rpartition("#")[2], m.object) for m in records if isinstance(m, Mapping)]
    assert found == [
        ("a:A", "exactMatch", "https://ex.org/b/X"),
        ("a:B", "narrowMatch", "https://ex.org/b/Y"),
        ("a:B", "narrowMatch", "https://ex.org/b/Z"),
        ("a:D", "broadMatch", "https://ex.org/b/W"),
        ("a:E", "relatedMatch", "https://ex.org/b/V"),
    ]
    assert [each.reason for each in records if isinstance(each, Skipped)] == ["'C' has no target code."]


def test_an_unknown_relation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'kanske' is not a relation"):
        load(tmp_path, DECLARATION, k__csv="från;till;rel\nA;X;kanske\n")


@pytest.mark.parametrize(
    ("relations", "is_contradiction"),
    [
        (("bredare", "smalare"), True),
        (("smalare", "lika"), True),
        (("bredare", "besläktad"), False),
        (("lika", "nära"), False),
    ],
)
def test_relations_that_exclude_each_other_are_told(
    tmp_path: Path, relations: tuple[str, ...], is_contradiction: bool
) -> None:
    rows = "från;till;rel\n" + "".join(f"A;X;{relation}\n" for relation in relations) + "B;X;bredare\n"
    records = load(tmp_path, DECLARATION, k__csv=rows)
    assert sum(isinstance(each, Mapping) for each in records) == 3
    told = [each for each in remarks(records) if "contradict" in each]
    assert bool(told) is is_contradiction
    assert all("'a:A' has a" in each and "with 'https://ex.org/b/X'" in each for each in told)


def test_a_refused_mapping_is_named_by_the_row_that_contradicts(tmp_path: Path) -> None:
    rows = "från;till;rel\nA;X;lika\nA;Y;lika\nA;X;smalare\n"
    made = edition(tmp_path, "m", {"k.csv": rows, "source.toml": DECLARATION})
    result = Result(
        shape="https://w3id.org/begrepp/shapes#S15-exact-match",
        source_shape="",
        source_constraint=None,
        severity=Severity.VIOLATION,
        severity_iri="",
        focus="https://w3id.org/begrepp/id/cs/a/A",
        value="https://ex.org/b/X",
        path=None,
        component="",
        messages={"en": "Both."},
    )
    report = Report(results=(result,), groups=(), engine="fast", shapes=1)
    with pytest.raises(ValidationError, match=r"k\.csv row 4: <https://w3id.org/begrepp/id/cs/a/A> Both\."):
        refuse_violations(report, made, loaders.read_records, "https://w3id.org/begrepp/")
