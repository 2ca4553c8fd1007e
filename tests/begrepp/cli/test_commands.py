"""The command line as a newcomer uses it."""

from __future__ import annotations

import json
import socket

import pytest

from tests.support.shell import Shell
from tests.support.small import HEADER, ROWS


def test_from_a_file_to_an_answer(begrepp: Shell, begrepp_process: Shell) -> None:
    words = begrepp_process("add", "icd10_se", begrepp.file(HEADER + ROWS), "--edition", "2021")
    assert "5 rows; 5 in icd-10-se" in words and "begrepp build" in words
    assert "Published" in begrepp_process("build", "--no-starter")
    status = begrepp("status")
    assert "icd-10-se" in status and "5 concepts" in status and "list.csv" in status and "hash" in status
    query = 'SELECT ?label { ?c skos:notation "A00" ; skos:prefLabel ?label FILTER(LANG(?label) = "sv") }'
    assert "Påhittad kategori" in begrepp_process("query", query)
    assert begrepp("query", query, "--format", "csv").splitlines() == ["label", "Påhittad kategori"]
    answer = json.loads(begrepp("query", query, "--format", "json"))
    assert answer["results"]["bindings"][0]["label"]["xml:lang"] == "sv"
    turtle = begrepp("query", 'CONSTRUCT WHERE { ?c skos:notation "A00" ; skos:prefLabel ?l }', "--format", "turtle")
    assert "skos:prefLabel" in turtle
    assert begrepp("query", 'ASK { ?c skos:notation "A00" }').strip() == "true"
    assert "0" in begrepp("validate")


def test_sources_tells_who_what_where_and_whether_it_was_found(begrepp: Shell) -> None:
    words = begrepp("sources")
    for part in ("icd10_se", "E-hälsomyndigheten", "chapter.txt", "rightsstatements.org", "begrepp add"):
        assert part in words


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('[source]\nloader = "fhir"\n', "names no `loader` at the top"),
        ('loader = "fire"\n', "names the loader 'fire', which there is not"),
    ],
)
def test_a_declaration_without_a_known_loader_says_what_to_do(begrepp: Shell, said: str, expected: str) -> None:
    files = (begrepp.file(HEADER + ROWS), begrepp.file(said, "source.toml"))
    assert expected in begrepp("add", "mine", *files, "--edition", "1", code=2)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("add", "nosuch", "FILE", "--edition", "2021"), "there is no loader of that name"),
        (("add", "icd10_se", "FILE", "--edition", "../2021"), "is not a valid edition name"),
        (("build", "atc"), "No files were added for atc"),
        (("query", "no-such-query"), "is not a file, a SPARQL query or the name"),
    ],
)
def test_a_wrong_command_says_what_to_do(begrepp: Shell, arguments: tuple[str, ...], expected: str) -> None:
    path = begrepp.file(HEADER + ROWS)
    assert expected in begrepp(*(path if a == "FILE" else a for a in arguments), code=2)


def test_a_bad_file_is_not_added(begrepp_process: Shell) -> None:
    bad = begrepp_process.file((HEADER + ROWS).replace("label,", "rubrik,", 1))
    words = begrepp_process("add", "icd10_se", bad, "--edition", "2021", code=1)
    assert "list.csv row 1" in words and "'label'" in words
    assert not (begrepp_process.folder / "data" / "raw").exists()


def test_adding_twice_needs_replace(begrepp: Shell) -> None:
    path = begrepp.file(HEADER + ROWS)
    begrepp("add", "icd10_se", path, "--edition", "2021")
    assert "--replace" in begrepp("add", "icd10_se", path, "--edition", "2021", code=2)
    begrepp("add", "icd10_se", path, "--edition", "2021", "--replace")


def test_questions_before_the_first_build_say_how_to_build(begrepp: Shell) -> None:
    for command in (("status",), ("query", "ASK {}"), ("serve",), ("validate",)):
        assert "begrepp build" in begrepp(*command, code=1)


def test_a_broken_query_is_explained(begrepp: Shell) -> None:
    begrepp("add", "icd10_se", begrepp.file(HEADER + ROWS), "--edition", "2021")
    begrepp("build", "--no-starter")
    assert "cannot stand here" in begrepp("query", "SELECT * { ?s ?p }", code=1)


def test_service_is_left_to_the_server(begrepp: Shell) -> None:
    begrepp("add", "icd10_se", begrepp.file(HEADER + ROWS), "--edition", "2021")
    begrepp("build", "--no-starter")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        for written in (f"SERVICE <{address}>", f"SERVICE SILENT <{address}>", f"BIND(true AS ?t)SERVICE<{address}>"):
            assert "--endpoint" in begrepp("query", f"SELECT * {{ {written} {{ ?s ?p ?o }} }}", code=2)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert "true" in begrepp("query", 'ASK { BIND("SERVICE <http://127.0.0.1/> {}" AS ?text) }')


def test_square_brackets_are_shown_as_they_are(begrepp: Shell) -> None:
    begrepp("add", "icd10_se", begrepp.file(HEADER + ROWS), "--edition", "2021")
    begrepp("build", "--no-starter")
    assert "/items[at0001]" in begrepp("query", 'SELECT ?path { BIND("/items[at0001]" AS ?path) }')


def test_validate_judges_a_file(begrepp: Shell) -> None:
    good = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    bad = good + '<https://example.org/c> a skos:Concept ; skos:prefLabel "utan språk" .\n'
    assert "violation" in begrepp("validate", begrepp.file(bad, "bad.ttl"), code=1)
    begrepp("validate", begrepp.file(good, "good.ttl"))


def test_dump_writes_quads_and_the_public_dump_has_no_protected_text(begrepp: Shell) -> None:
    begrepp("add", "icd10_se", begrepp.file(HEADER + ROWS), "--edition", "2021")
    begrepp("build", "--no-starter")
    whole, public = begrepp.folder / "all.nq", begrepp.folder / "public.nq"
    begrepp("dump", str(whole))
    begrepp("dump", str(public), "--public")
    assert "Påhittad" in whole.read_text(encoding="utf-8")
    text = public.read_text(encoding="utf-8")
    assert "Påhitta" not in text and "Invented" not in text
    assert '"A00.9"' in text and "ICD-10-SE, internationell" in text


def test_a_public_build_cannot_be_asked_for_protected_texts(begrepp: Shell) -> None:
    begrepp("add", "icd10_se", begrepp.file(HEADER + ROWS), "--edition", "2021")
    begrepp("build", "--no-starter", "--public")
    found = begrepp("query", "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", "--format", "csv")
    assert "Påhitta" not in found and "Invented" not in found and "A00.9" in found
    for file in (begrepp.folder / "data" / "current").resolve().rglob("*"):
        assert not file.is_file() or "Påhitta".encode() not in file.read_bytes(), file


def test_help_names_every_command(begrepp: Shell) -> None:
    words = begrepp("--help")
    for command in ("sources", "add", "build", "validate", "query", "serve", "status", "dump"):
        assert command in words
        assert "Usage" in begrepp(command, "--help")


def test_an_older_edition_added_later_becomes_history_and_says_so(begrepp: Shell) -> None:
    begrepp("add", "icd10_se", begrepp.file(HEADER + ROWS), "--edition", "2021")
    begrepp("build", "--no-starter")
    older = ROWS.replace("Påhittad kategori", "Gammal kategori") + "A00.1,Sedan utgången,,A00,,\n"
    words = begrepp("add", "icd10_se", begrepp.file(HEADER + older, "older.csv"), "--edition", "2019")
    assert "older than icd-10-se 2021" in words and "stays the current edition" in words and "kept as history" in words
    begrepp("build", "--no-starter", "--accept-fewer")
    status = begrepp("status")
    assert "superseded" in status and "2019" in status
    label = 'SELECT ?label { ?c skos:notation "A00" ; skos:prefLabel ?label FILTER(LANG(?label) = "sv") }'
    assert "Påhittad kategori" in begrepp("query", label)
    retired = 'SELECT ?label ?status { ?c skos:notation "A00.1" ; skos:prefLabel ?label ; begrepp:status ?status }'
    assert "begrepp:inactive" in begrepp("query", retired)


def test_what_changed_between_two_editions(begrepp: Shell) -> None:
    begrepp("add", "icd10_se", begrepp.file(HEADER + ROWS), "--edition", "2021")
    newer = ROWS.replace("Påhittad kategori", "Annan påhittad kategori") + "A00.1,Tillagd,,A00,,\n"
    begrepp("add", "icd10_se", begrepp.file(HEADER + newer, "newer.csv"), "--edition", "2022")
    begrepp("build", "--no-starter")
    table = begrepp("diff", "icd-10-se")
    assert "2021 → 2022" in table and "NewCode" in table and "2 changes" in table
    csv_lines = begrepp("diff", "icd-10-se", "2021", "2022", "--format", "csv").splitlines()
    assert csv_lines[1] == "added,ruleNewCode,,,A00.1,Tillagd,,,," and len(csv_lines) == 3
    assert "xkos:Correspondence" in begrepp("diff", "icd-10-se", "--format", "turtle")
    assert "<feed" in begrepp("diff", "icd-10-se", "--format", "atom")
    assert "<table>" in begrepp("diff", "icd-10-se", "--format", "html")
    back = begrepp("diff", "icd-10-se", "2022", "2021", "--format", "csv")
    assert "retired,ruleCodeGone,A00.1" in back
    assert "There are: 2021, 2022" in begrepp("diff", "icd-10-se", "2020", "2021", code=1)
    assert "There are: icd-10-se" in begrepp("diff", "icd10", code=1)
    assert "Two editions are needed" in begrepp("diff", "icd-10-se", "2021", code=2)
