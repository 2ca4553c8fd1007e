"""Every format says the same: checked by reading it back, and by running the command as a CI system does."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, parse

from begrepp.validation.profiles.profile import BUNDLED
from begrepp.validation.reports.formats import FORMATS
from begrepp.validation.reports.i18n import TRANSLATIONS
from tests.support.shell import Shell

BAD = str(BUNDLED / "skos" / "examples" / "invalid.ttl")
GOOD = str(BUNDLED / "skos" / "examples" / "valid.ttl")
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://example.org/S> a sh:NodeShape ; sh:targetClass <https://example.org/C> ;
  sh:property [ sh:path <https://example.org/p> ; sh:minCount 1 ; sh:severity sh:Warning ] .
"""
RECURSIVE = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .
ex:Unit a sh:NodeShape ; sh:targetClass ex:U ; sh:property [ sh:path ex:parent ; sh:node ex:Unit ] ,
  [ sh:path ex:name ; sh:minCount 1 ] .
"""
CHAIN = """@prefix ex: <https://example.org/> .
ex:a a ex:U ; ex:name "a" ; ex:parent ex:b . ex:b ex:parent ex:a .
"""


def report(begrepp: Shell, name: str, code: int = 1) -> str:
    target = begrepp.folder / "report"
    begrepp("validate", BAD, "--profile", "skos", "--format", name, "--output", str(target), code=code)
    return target.read_text(encoding="utf-8")


def test_text_is_grouped_and_says_how_to_mend_it(begrepp: Shell) -> None:
    words = begrepp("validate", BAD, "--profile", "skos", code=1)
    assert "violation 1 × One label has two roles" in words
    assert "Take the label away from altLabel" in words and "https://www.w3.org/TR/skos-reference/#S13" in words
    assert "Does not conform to SKOS: 6 violations, 3 warnings, 3 notes" in words
    assert "Uppfyller inte SKOS: 6 fel" in begrepp("validate", BAD, "-p", "skos", "--lang", "sv", code=1)
    assert "Conforms to SKOS" in begrepp("validate", GOOD, "-p", "skos")


@pytest.mark.parametrize("name", ["turtle", "jsonld", "rdfxml", "ntriples"])
def test_rdf_formats_hold_every_result(begrepp: Shell, name: str) -> None:
    syntax = {"turtle": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD, "rdfxml": RdfFormat.RDF_XML}
    quads = list(parse(report(begrepp, name), format=syntax.get(name, RdfFormat.N_TRIPLES)))
    assert sum(quad.predicate.value.endswith("#resultSeverity") for quad in quads) == 12


def test_json_csv_junit_sarif_and_html_say_the_same(begrepp: Shell) -> None:
    said = json.loads(report(begrepp, "json"))
    assert said["counts"] == {"violations": 6, "warnings": 3, "infos": 3} and not said["conforms"]
    assert sum(cause["count"] for cause in said["causes"]) == len(said["results"]) == 12
    rows = list(csv.DictReader(io.StringIO(report(begrepp, "csv"))))
    assert len(rows) == 12 and rows[0]["severity"] in ("Violation", "Warning", "Info")
    suites = ElementTree.fromstring(report(begrepp, "junit"))
    assert suites.get("failures") == "6" and len(suites.findall(".//failure")) == 6
    sarif = json.loads(report(begrepp, "sarif"))
    results = sarif["runs"][0]["results"]
    assert [result["level"] for result in results].count("error") == 6
    lines = {r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in results}
    assert lines == {6, 7, 8, 10}, "a result is shown where its focus node stands"
    page = report(begrepp, "html")
    assert page.count("<article>") == len(said["causes"]) and "Does not conform to SKOS" in page


def test_sarif_names_a_file_as_a_uri_reference(begrepp: Shell) -> None:
    data = begrepp.file("<https://example.org/a> a <https://example.org/C> .", "mina data å.ttl")
    words = begrepp("validate", data, "--shapes", begrepp.file(SHAPE, "s.ttl"), "--format", "sarif")
    location = json.loads(words.rpartition("}")[0] + "}")["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"].endswith("/mina%20data%20%C3%A5.ttl")


def test_a_hostile_value_is_harmless_in_every_format(begrepp: Shell) -> None:
    evil = "=cmd|'/c calc'!A1<script>alert(1)</script>\\u0001]]>"
    data = f'<https://example.org/a> a <https://example.org/C> ; <https://example.org/p> "{evil}" .'
    shape = SHAPE.replace("sh:minCount 1", "sh:maxLength 1")
    files = (begrepp.file(data, "evil.ttl"), "--shapes", begrepp.file(shape, "s.ttl"))
    for name in FORMATS:
        words = begrepp("validate", *files, "--format", name, code=2 if name == "rdfxml" else 0)
        if name == "rdfxml":
            assert "XML cannot hold the character U+0001" in words and "Request another format" in words
        if name == "html":
            assert "<script>" not in words
        if name == "csv":
            assert "\n=cmd" not in words and ",=cmd" not in words
        if name == "junit":
            ElementTree.fromstring(words.partition("</testsuites>")[0] + "</testsuites>")


def test_a_carriage_return_of_a_value_is_the_same_in_xml(begrepp: Shell) -> None:
    data = r'<https://example.org/a> a <https://example.org/C> ; <https://example.org/p> "rad1\r\nrad2" .'
    shape = SHAPE.replace("sh:minCount 1", r'sh:maxLength 1 ; sh:message "rad1\r\nrad2"')
    files = (begrepp.file(data, "a.ttl"), "--shapes", begrepp.file(shape, "s.ttl"))
    for name, reference in (("rdfxml", b"&#xD;"), ("junit", b"&#13;")):
        target = begrepp.folder / name
        begrepp("validate", *files, "--format", name, "--output", str(target))
        texts = [each.text or "" for each in ElementTree.fromstring(target.read_bytes()).iter()]
        assert reference in target.read_bytes() and any("rad1\r\nrad2" in text for text in texts)


def test_severity_decides_what_is_told_and_what_fails(begrepp_process: Shell) -> None:
    data = begrepp_process.file("<https://example.org/a> a <https://example.org/C> .", "a.ttl")
    shapes = ("--shapes", begrepp_process.file(SHAPE, "s.ttl"))
    assert "warning 1 ×" in begrepp_process("validate", data, *shapes)
    begrepp_process("validate", data, *shapes, "--severity", "warning", code=1)
    assert "warning 1 ×" not in begrepp_process("validate", data, *shapes, "--severity", "violation")


def test_a_rule_that_refers_to_itself_is_named(begrepp: Shell, recwarn: pytest.WarningsRecorder) -> None:
    (begrepp.folder / "rules.ttl").write_text(RECURSIVE, encoding="utf-8")
    (begrepp.folder / "data.ttl").write_text(CHAIN, encoding="utf-8")
    words = begrepp("validate", str(begrepp.folder / "data.ttl"), "-s", str(begrepp.folder / "rules.ttl"), code=1)
    assert "The rule https://example.org/Unit refers to itself" in words
    assert "Does not conform to rules.ttl: 1 violation," in words
    assert not [each for each in recwarn if "Recursive" in str(each.message)]


def test_the_headline_does_not_praise_what_was_not_judged(begrepp: Shell) -> None:
    (begrepp.folder / "data.ttl").write_text(CHAIN, encoding="utf-8")
    words = begrepp("validate", str(begrepp.folder / "data.ttl"), "-p", "skos", code=3)
    assert "Nothing was validated with SKOS" in words and "Conforms" not in words
    assert "the data have no skos:Concept," in words
    html = begrepp("validate", str(begrepp.folder / "data.ttl"), "-p", "skos", "-f", "html", code=3)
    assert 'class="verdict bad">Nothing was validated with SKOS' in html


def test_a_baseline_forgives_what_was_and_nothing_new(begrepp: Shell) -> None:
    baseline = str(begrepp.folder / "baseline.json")
    begrepp("validate", BAD, "-p", "skos", "--baseline", baseline, "--write-baseline")
    assert "12 ignored according to the baseline" in begrepp("validate", BAD, "-p", "skos", "--baseline", baseline)
    worse = (
        Path(BAD).read_text(encoding="utf-8")
        + 'ex:ny a skos:Concept ; skos:prefLabel "a"@sv ; skos:altLabel "a"@sv .\n'
    )
    words = begrepp("validate", begrepp.file(worse, "worse.ttl"), "-p", "skos", "--baseline", baseline, code=1)
    assert "2 × One label has two roles" in words and "S14" not in words
    assert "--write-baseline" in begrepp("validate", GOOD, "-p", "skos", "--baseline", baseline)
    begrepp("validate", GOOD, "--baseline", begrepp.file("{}", "no.json"), code=2)


RELATIVE_SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://ex/> .
<#S> a sh:NodeShape ; sh:targetClass ex:T ; sh:property [ sh:path ([ sh:inversePath <v.ttl#q> ] ex:p) ; sh:minCount 1 ],
  [ sh:path <v.ttl#q> ; sh:minCount 1 ] .
"""
RELATIVE_PROFILE = 'title = { sv = "t", en = "t" }\nversion = "1"\n'


def relative_files(folder: Path, shapes: str) -> tuple[str, str]:
    for name, text in (("data/d.ttl", "<#a> a <http://ex/T> ."), (shapes, RELATIVE_SHAPES)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return str(folder / "data/d.ttl"), str(folder / shapes)


def test_a_baseline_moves_with_the_shapes(begrepp: Shell) -> None:
    baseline = begrepp.folder / "baseline.json"
    data, shapes = relative_files(begrepp.folder / "one", "rules/s.ttl")
    begrepp("validate", data, "-s", shapes, "--baseline", str(baseline), "--write-baseline")
    assert "file:" not in baseline.read_text(encoding="utf-8") and '"s.ttl#S"' in baseline.read_text(encoding="utf-8")
    for folder, extra in (("one", ()), ("two/further", ()), ("three", ("--base", "https://ex.org/"))):
        data, shapes = relative_files(begrepp.folder / folder, "rules/s.ttl")
        assert "2 ignored" in begrepp("validate", data, "-s", shapes, "--baseline", str(baseline), *extra)
    data, shapes = relative_files(begrepp.folder / "four", "rules/other.ttl")
    assert "0 ignored" in begrepp("validate", data, "-s", shapes, "--baseline", str(baseline), code=1)


def test_a_baseline_of_a_profile_moves_with_it(begrepp: Shell) -> None:
    baseline = str(begrepp.folder / "baseline.json")
    for folder, extra in (("one", ("--write-baseline",)), ("two", ())):
        data, shapes = relative_files(begrepp.folder / folder, "mine/s.ttl")
        (Path(shapes).parent / "profile.toml").write_text(RELATIVE_PROFILE, encoding="utf-8")
        words = begrepp("validate", data, "-p", str(Path(shapes).parent), "--baseline", baseline, *extra)
        assert "2 ignored" in words
    assert '"mine/s.ttl#S"' in Path(baseline).read_text(encoding="utf-8")


def test_shapes_of_one_name_in_two_folders_stay_apart_in_a_baseline(begrepp: Shell) -> None:
    baseline = begrepp.folder / "baseline.json"
    data, one = relative_files(begrepp.folder, "a/s.ttl")
    _, other = relative_files(begrepp.folder, "b/s.ttl")
    begrepp("validate", data, "-s", one, "-s", other, "--baseline", str(baseline), "--write-baseline")
    rows = json.loads(baseline.read_text(encoding="utf-8"))["accepted"]
    assert {row["shape"] for row in rows} == {"a/s.ttl#S", "b/s.ttl#S"}


def test_a_baseline_with_the_address_of_the_folder_remains_valid(begrepp: Shell) -> None:
    baseline = begrepp.folder / "baseline.json"
    data, shapes = relative_files(begrepp.folder, "s.ttl")
    begrepp("validate", data, "-s", shapes, "--baseline", str(baseline), "--write-baseline")
    text = baseline.read_text(encoding="utf-8")
    full = text.replace('"s.ttl', f'"{begrepp.folder.as_uri()}/s.ttl').replace("<v.", f"<{begrepp.folder.as_uri()}/v.")
    assert full != text
    baseline.write_text(full, encoding="utf-8")
    assert "2 ignored" in begrepp("validate", data, "-s", shapes, "--baseline", str(baseline))


def test_a_base_keeps_folders_out_of_reports(begrepp: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    written = set()
    for folder in ("one", "two/further"):
        data, shapes = relative_files(begrepp.folder / folder, "rules/s.ttl")
        context = Path(data).parent / "context.ttl"
        context.write_text("<d.ttl#a> <../rules/v.ttl#q> 1 .", encoding="utf-8")
        monkeypatch.chdir(begrepp.folder / folder)
        arguments = ("data/d.ttl", "-s", shapes, "--background", str(context), "--base", "https://ex.org/c/")
        begrepp("validate", *arguments, "-f", "csv", "-o", "report.csv", code=1)
        written.add(Path("report.csv").read_text(encoding="utf-8"))
    assert len(written) == 1
    (text,) = written
    assert "https://ex.org/c/data/d.ttl#a" in text and "https://ex.org/c/rules/s.ttl#S" in text
    assert "file:" not in text and text.count("https://ex.org/c/rules/s.ttl#S") == 1, "the background has a value"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((BAD, "--base", "x/"), "is not the address of a folder"),
        ((BAD, "--base", "http://ex/a"), "is not the address of a folder"),
        ((BAD, "-p", "nosuch"), "There is no profile 'nosuch'"),
        (("nosuch.ttl",), "nosuch.ttl: is not a file"),
        ((BAD, "--shapes", GOOD), "no shape was found"),
        ((BAD, "--syntax", "word"), "is not a supported RDF syntax"),
        ((BAD, "--write-baseline"), "--write-baseline requires --baseline"),
        ((BAD, "--import", "x"), "has no file"),
    ],
)
def test_what_cannot_run_ends_with_two(begrepp: Shell, arguments: tuple[str, ...], expected: str) -> None:
    assert expected in begrepp("validate", *arguments, code=2)


def test_profiles_are_listed_and_described(begrepp: Shell) -> None:
    words = begrepp("profiles")
    assert all(name in words for name in ("dcat-ap-se", "healthdcat-ap-public", "ehds-minimum", "xkos"))
    words = begrepp("profiles", "dcat-ap-se", "--lang", "sv")
    assert "1..* dct:title (Titel)" in words and "Datamängd" in words


def test_the_words_of_reports_are_the_same_in_every_language() -> None:
    import tomllib

    keys = [
        {(section, key) for section, words in tomllib.loads(path.read_text(encoding="utf-8")).items() for key in words}
        for path in sorted(TRANSLATIONS.glob("*.toml"))
    ]
    assert len(keys) == 2 and keys[0] == keys[1]
