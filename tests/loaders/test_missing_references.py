"""References to codes that are not there: with the likely reason, also in value sets, and named by a refused build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.edition_loader import load_edition
from begrepp.errors import InputError, ValidationError
from begrepp.rdf.iris import Iris
from begrepp.records import LoadRemark
from begrepp.sources.meter import Meter
from tests.loaders.test_format_edges import SOURCE, code_system
from tests.loaders.test_language_tags import CLAML, SCHEME
from tests.loaders.test_legal_forms import load
from tests.support.bad_files import edition
from tests.support.small import build_small, put, settings_in

TABLE = (
    f'{SCHEME}[[file]]\nname = "k.csv"\n[file.columns]\nnotation = "kod"\npref_label.sv = "namn"\nbroader = "under"\n'
)


@pytest.mark.parametrize(
    ("parent", "hint"),
    [
        ("a", "There is 'A', in another case."),
        ("0", r'If "0" stands for no code, .*root = \["0"\]'),
        ("-", r'root = \["-"\]'),
        ("saknas", r'root = \["saknas"\]'),
        ('"A, B"', r'Its parts are codes; .*separator = ", "'),
        ("A|b", r'separator = "\|"'),
        ("A Z", "A file may be missing"),
        ("Z", "A file may be missing"),
    ],
)
def test_a_parent_that_does_not_exist_is_told_with_its_likely_reason(tmp_path: Path, parent: str, hint: str) -> None:
    with pytest.raises(InputError, match="which does not exist") as raised:
        load(tmp_path, "table", {"k.csv": f"kod,namn,under\nA,ett,\nB,två,\nC,tre,{parent}\n"}, TABLE)
    assert str(raised.value.origin) == "k.csv row 4"
    with pytest.raises(InputError, match=hint):
        raise raised.value


@pytest.mark.parametrize(("content", "told"), [("complete", True), ("fragment", False)])
def test_members_that_a_complete_code_system_lacks_are_told(tmp_path: Path, content: str, told: bool) -> None:
    include = {"system": "https://ex.org/a", "concept": [{"code": "A"}, {"code": "Z"}]}
    value_set = {
        "resourceType": "ValueSet",
        "id": "urval",
        "url": "https://ex.org/urval",
        "language": "sv",
        "title": "Urval",
        "compose": {"include": [include]},
    }
    files: dict[str, bytes | str] = {
        "a.json": code_system(concept=[{"code": "A", "display": "ett"}], content=content),
        "v.json": json.dumps(value_set),
    }
    remarks = [each.text for each in load(tmp_path, "fhir", files) if isinstance(each, LoadRemark)]
    wanted = "the value set 'urval' lists codes that the code system of the file(s) lacks: 'Z'."
    assert (wanted in remarks) is told


def test_a_null_in_a_fhir_resource_is_never_the_word_none(tmp_path: Path) -> None:
    text = code_system(url=None, version=None, concept=[{"code": "A", "display": "ett", "definition": None}])
    assert "None" not in repr(load(tmp_path, "fhir", {"a.json": text})).replace("=None", "")


def test_a_violation_beside_a_faulty_language_tag_is_told_with_its_place(tmp_path: Path) -> None:
    label = '<Rubric kind="preferred"><Label xml:lang="TAG">ett</Label></Rubric>'
    two = CLAML.replace(label, label.replace("TAG", "sv_SE") + label.replace("TAG", "sv-SE").replace("ett", "två"))
    files: dict[str, bytes | str] = {"c.xml": two, "source.toml": f'loader = "claml"\n{SOURCE}{SCHEME}'}
    made = edition(tmp_path, "x", files)
    (tmp_path / "out").mkdir()
    with pytest.raises(ValidationError, match=r"c\.xml.* row 1: .*two preferred labels in the same language"):
        load_edition(made, loaders.loader_of(made), tmp_path / "out", Iris().base, Meter())


def test_a_contradiction_between_sources_names_the_editions_that_describe_the_code(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for name, label in (("nord", "ett"), ("syd", "två")):
        put(
            settings,
            f'loader = "obo"\n{SOURCE}[scheme]\nid = "{name}"\ntitle.sv = "S"\n',
            source=name,
            name="source.toml",
        )
        put(settings, f"format-version: 1.4\n\n[Term]\nid: X:1\nname: {label}\n", source=name, name="x.obo")
    with pytest.raises(ValidationError, match=r"two preferred labels .*X_1.* \(described in nord 2021, syd 2021\)"):
        build_small(settings)
