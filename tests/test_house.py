"""The house is tidy: what should be named, documented, tested and translated is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

import loaders
from begrepp.cli.main import main
from begrepp.rdf import ntriples
from begrepp.rdf.namespaces import expand, prefixes
from begrepp.settings import LANGUAGES, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
QUERIES = sorted((ROOT / "queries").rglob("*.rq"))
OWN = expand("begrepp:x").removesuffix("x")


def tracked() -> list[Path]:
    """The files of the repository."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout, so there is no list of tracked files")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_every_command_is_in_the_readme() -> None:
    assert isinstance(main, click.Group)
    for name in main.commands:
        assert f"`begrepp {name}" in README, name


def test_every_root_folder_is_named_in_the_readme() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}
    for folder in folders - {".ci"}:
        assert f"{folder}/" in README, folder


def test_both_commands_stand_in_the_first_screen_of_the_readme() -> None:
    first_screen = "\n".join(README.splitlines()[:30])
    assert "make serve" in first_screen and "make test" in first_screen


def test_every_linked_file_exists() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("source", sorted(loaders.loader_modules()))
def test_every_loader_has_fixture_and_golden(source: str) -> None:
    fixtures = ROOT / "tests" / "fixtures"
    found = [folder for folder in fixtures.iterdir() if folder.name == source or folder.name.startswith(f"{source}-")]
    assert found, f"tests/fixtures/{source}/ is missing"
    for folder in found:
        assert list(folder.rglob("expected.ttl")), folder


def test_every_own_word_is_labelled_and_defined_in_every_language() -> None:
    store = Store()
    store.extend(parse(path=ROOT / "ontology" / "vocabulary.ttl", format=RdfFormat.TURTLE))
    own = {quad.subject for quad in store if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(OWN)}
    assert len(own) > 40
    for word in own:
        for predicate in ("rdfs:label", "skos:definition"):
            objects = [q.object for q in store.quads_for_pattern(word, NamedNode(expand(predicate)), None)]
            languages = {o.language for o in objects if isinstance(o, Literal)}
            assert languages >= set(LANGUAGES), (word.value, predicate)


def test_every_own_word_that_the_code_writes_is_in_the_vocabulary() -> None:
    text = (ROOT / "ontology" / "vocabulary.ttl").read_text(encoding="utf-8")
    used = set()
    for file in [*(ROOT / "begrepp").rglob("*.py"), *(ROOT / "queries").rglob("*.rq")]:
        used |= set(re.findall(r"\bbegrepp:([A-Za-z]\w+)", file.read_text(encoding="utf-8")))
    missing = sorted(word for word in used if not re.search(rf"^begrepp:{word}\b", text, re.MULTILINE))
    assert not missing


def test_every_prefix_in_code_and_queries_is_declared() -> None:
    for file in [*(ROOT / "begrepp").rglob("*.py"), *(ROOT / "server").rglob("*.py")]:
        for prefixed in re.findall(r'name\("(\w+):\w', file.read_text(encoding="utf-8")):
            assert prefixed in prefixes(), (file.name, prefixed)
    assert ntriples.name("skos:Concept") == "<http://www.w3.org/2004/02/skos/core#Concept>"


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_every_query_has_words_and_runs(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("#+ title:") and "#+ summary:" in text
    if file.parent.name == "examples":
        for key in ("title_sv", "summary_sv", "area", "rows"):
            assert f"#+ {key}:" in text, key
    Store().query(text, prefixes=prefixes())


def test_no_two_queries_have_one_name() -> None:
    assert len({file.stem for file in QUERIES}) == len(QUERIES)


def test_no_file_names_a_download_host() -> None:
    hosts = re.compile(r"https?://\S+(\.whl|\.tgz|\.deb|/simple/?)(\s|$|\")|files\.pythonhosted|registry\.npmjs")
    for path in tracked():
        if path.suffix in {".toml", ".txt", ".cfg", ".json", ".yml", ".yaml", ".py", ".sh"} and path != Path(__file__):
            assert not hosts.search(path.read_text(encoding="utf-8")), path


def test_every_dependency_is_pinned() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r'^    "([a-z0-9-]+)(\S*)",', text, re.MULTILINE)
    names = {name for name, version in listed if version.startswith("==")}
    assert {"rdflib", "pyshacl", "owlready2", "sparqlwrapper", "flask"} <= names
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for name in names:
        assert re.search(rf"^{name.replace('-', '[-_.]')}==", pinned, re.MULTILINE | re.IGNORECASE), name
